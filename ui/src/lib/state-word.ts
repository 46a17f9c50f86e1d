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
  'caretaker.collector.failing': [
    [0.25, 'failing'],
    [-Infinity, 'working'],
  ],
};

/** The word for the first state beyond a bound: `serious` for a thermal state above 1.5; nothing for what is measured. */
export function stateBeyond(metric: string, threshold: Threshold): string | undefined {
  const first = 'above' in threshold ? Math.floor(threshold.above) + 1 : Math.ceil(threshold.below) - 1;
  return WORDS[metric]?.find(([least]) => first >= least)?.[1];
}
