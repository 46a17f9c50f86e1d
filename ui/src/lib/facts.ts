// The machine and the engine in a few pairs of words.
import type { Status } from '$/backend/types';
import { exactly, inWords } from './time';
import { formatBytes } from './unit';

export interface Fact {
  name: string;
  value: string;
  title?: string;
}

export function factsOf({ host, engine }: Status, now: number): Fact[] {
  const boot = host.boot_at ? Date.parse(host.boot_at) : undefined;
  const started = engine.started ? Date.parse(engine.started) : undefined;
  const facts: (Fact | undefined)[] = [
    { name: 'Name', value: host.name },
    { name: 'System', value: `${host.os} ${host.os_version}`.trim(), title: host.kernel && `Kernel ${host.kernel}` },
    { name: 'Processor', value: [host.cpu, `${host.cores} cores`, host.architecture].filter(Boolean).join(', ') },
    { name: 'Memory', value: formatBytes(host.memory_bytes) },
    boot === undefined
      ? undefined
      : { name: 'Running for', value: inWords(now - boot), title: `since ${exactly(boot)}` },
    {
      name: 'Caretaker',
      value: [engine.version, `measures every ${inWords(engine.interval_ms)}`].filter(Boolean).join(', '),
      title: started === undefined ? undefined : `${engine.program ?? 'engine'} since ${exactly(started)}`,
    },
  ];
  return facts.filter((fact) => fact !== undefined).filter((fact) => fact.value !== '');
}
