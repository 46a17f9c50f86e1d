// Words for states that a series writes as numbers, as the core's `state_word`.
import type { Threshold } from '$/backend/types';

const WORDS: Record<string, [number, string][]> = {
  'host.thermal.state': [
    [2.5, 'critical'],
    [1.5, 'serious'],
    [0.5, 'fair'],
    [-Infinity, 'nominal'],
  ],
  'host.memory.pressure_level': [
    [2.5, 'critical'],
    [1.5, 'warning'],
    [-Infinity, 'normal'],
  ],
  'host.disk.failing': [
    [0.5, 'failing'],
    [-Infinity, 'healthy'],
  ],
  'caretaker.collector.failing': [
    [0.25, 'failing'],
    [-Infinity, 'working'],
  ],
  'caretaker.channel.failing': [
    [0.25, 'failing'],
    [-Infinity, 'working'],
  ],
  'model.server.up': [
    [0.5, 'up'],
    [-Infinity, 'down'],
  ],
  'backup.failing': [
    [0.5, 'failing'],
    [-Infinity, 'working'],
  ],
  'backup.mass_change': [
    [0.5, 'mostly changed at once'],
    [-Infinity, 'as usual'],
  ],
  'backup.verification': [
    [0.5, 'intact'],
    [-Infinity, 'damaged'],
  ],
  'backup.proof': [
    [0.5, 'proven'],
    [-Infinity, 'failed in a drill'],
  ],
  'database.integrity': [
    [0.5, 'whole'],
    [-Infinity, 'damaged'],
  ],
  'task.state': [
    [1.5, 'failed'],
    [0.5, 'found something to look at'],
    [-Infinity, 'well'],
  ],
  'backup.destination.present': [
    [0.5, 'there'],
    [-Infinity, 'missing'],
  ],
};

/** The word for a state that a series writes as a number; nothing for what is measured. */
export function stateOf(metric: string, value: number): string | undefined {
  return WORDS[metric]?.find(([least]) => value >= least)?.[1];
}

/** The word for the first state beyond a bound: `serious` for a thermal state above 1.5; nothing for what is measured. */
export function stateBeyond(metric: string, threshold: Threshold): string | undefined {
  const first = 'above' in threshold ? Math.floor(threshold.above) + 1 : Math.ceil(threshold.below) - 1;
  return stateOf(metric, first);
}
