// Series: their text form in addresses, and their names for people.
import type { PointsView, SeriesEntry, SeriesKey, SeriesPoints } from '$/backend/types';

/** As in a query and on the command line: `host.disk.usage{mount=/}`. */
export function seriesText(key: SeriesKey): string {
  const labels = Object.entries(key.labels ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  return labels.length === 0 ? key.name : `${key.name}{${labels.map(([name, value]) => `${name}=${value}`).join(',')}}`;
}

/** The reverse of `seriesText`; a comma inside a label value survives unless a name and `=` follow it. */
export function parseSeries(text: string): SeriesKey {
  const parts = /^([^{]+)\{(.*)\}$/s.exec(text);
  if (!parts) return { name: text };
  const pairs = (parts[2] ?? '').split(/,(?=[a-z0-9_]+=)/).map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return { name: parts[1] ?? text, labels: Object.fromEntries(pairs) };
}

/** The query that asks for exactly this series. */
export function seriesQuery(key: SeriesKey): [string, string][] {
  const labels = Object.entries(key.labels ?? {}).map(([name, value]): [string, string] => [
    'label',
    `${name}=${value}`,
  ]);
  return [['name', key.name], ...labels];
}

/** The one series that was asked for, among those whose labels include its labels. */
export function seriesIn(view: PointsView | undefined, text: string): SeriesPoints | undefined {
  return (
    view?.series.find((series) => seriesText(series) === text) ??
    (view?.series.length === 1 ? view.series[0] : undefined)
  );
}

const TITLES: Record<string, string> = {
  'host.cpu.usage': 'CPU',
  'host.cpu.core.usage': 'Core',
  'host.cpu.pressure': 'CPU pressure',
  'host.cpu.throttled': 'CPU slowed by heat',
  'host.load.1m': 'Load, 1 min',
  'host.load.5m': 'Load, 5 min',
  'host.load.15m': 'Load, 15 min',
  'host.load.per_core': 'Load per core',
  'host.memory.total': 'Memory size',
  'host.memory.used': 'Memory used',
  'host.memory.available': 'Memory available',
  'host.memory.usage': 'Memory',
  'host.memory.pressure': 'Memory pressure',
  'host.memory.pressure_level': 'Memory pressure level',
  'host.swap.total': 'Swap size',
  'host.swap.used': 'Swap used',
  'host.swap.out': 'Written to swap',
  'host.disk.usage': 'Disk',
  'host.disk.free': 'Disk free',
  'host.disk.total': 'Disk size',
  'host.disk.available': 'Disk available',
  'host.disk.purgeable': 'Disk purgeable',
  'host.disk.read': 'Read',
  'host.disk.written': 'Written',
  'host.disk.busy': 'Busy',
  'host.disk.wear': 'Wear',
  'host.disk.spare': 'Spare blocks',
  'host.disk.failing': 'Disk health',
  'host.disk.power_on': 'Time on',
  'host.disk.unsafe_shutdowns': 'Power losses',
  'host.io.pressure': 'Disk pressure',
  'host.network.received': 'Received',
  'host.network.sent': 'Sent',
  'host.temperature': 'Temperature',
  'host.thermal.state': 'Thermal state',
  'host.fan': 'Fan',
  'host.power': 'Power',
  'host.gpu.usage': 'GPU',
  'host.gpu.memory': 'GPU memory',
  'host.gpu.memory_total': 'GPU memory size',
  'host.gpu.memory_shared': 'GPU shared memory',
  'host.uptime': 'Time since boot',
  'host.processes': 'Processes',
  'caretaker.round.time': 'Time of a round',
  'caretaker.cpu.time': 'CPU time of a round',
  'caretaker.memory': 'Memory of Caretaker',
  'caretaker.disk.written': 'Written by Caretaker',
  'caretaker.database.size': 'Size of the databases',
  'caretaker.queue.depth': 'Queue',
  'caretaker.collector.failing': 'Collector failing',
  'caretaker.channel.failing': 'Channel failing',
  'caretaker.sample.age': 'Age of the newest sample',
};

/** For people: `Disk /`, `Received eth0`; an unknown series keeps its name. */
export function seriesTitle(key: SeriesKey): string {
  const labels = Object.values(key.labels ?? {});
  return [TITLES[key.name] ?? key.name, ...labels].join(' ');
}

const GROUPS: [string, (name: string) => boolean][] = [
  ['CPU', (name) => /^host\.(cpu|load)\./.test(name)],
  ['Memory', (name) => /^host\.(memory|swap)\./.test(name)],
  ['Disks', (name) => /^host\.(disk|io)\./.test(name)],
  ['Network', (name) => name.startsWith('host.network.')],
  ['GPU', (name) => name.startsWith('host.gpu.')],
  ['Temperature and power', (name) => /^host\.(temperature|thermal|fan|power)/.test(name)],
  ['Machine', (name) => name.startsWith('host.')],
  ['Caretaker', (name) => name.startsWith('caretaker.')],
];

export interface SeriesGroup {
  title: string;
  series: SeriesEntry[];
}

/** Series by theme, in a fixed order; what belongs to no theme comes last under the first part of its name. */
export function groupSeries(series: SeriesEntry[], search = ''): SeriesGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, SeriesEntry[]>(GROUPS.map(([title]) => [title, []]));
  for (const entry of series) {
    const group = GROUPS.find(([, fits]) => fits(entry.name))?.[0] ?? entry.name.split('.')[0] ?? '';
    const text = `${group} ${seriesTitle(entry)} ${seriesText(entry)}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    groups.set(group, [...(groups.get(group) ?? []), entry]);
  }
  return [...groups]
    .filter(([, entries]) => entries.length > 0)
    .map(([title, entries]) => ({ title, series: entries }));
}
