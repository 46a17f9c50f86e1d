// What a rule would have done, as words and as spans in a chart.
import type { BacktestSpan, BacktestView, SeriesKey } from '$/backend/types';
import type { Firing } from '$/chart/paint';
import { inWords } from './time';

/** More spans than these have no room for names. */
const MOST_NAMED = 4;

const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`);

/** From this share of a range on it is said that it is not stored. */
const UNKNOWN = 0.02;

/** ` in the 3 h that are stored`; nothing where all of the range is. */
function known({ from, measured_from: measured, to }: BacktestView): string {
  const [begin, first, end] = [from, measured ?? from, to].map((at) => Date.parse(at)) as [number, number, number];
  return first - begin > (end - begin) * UNKNOWN ? ` in the ${inWords(end - first)} that are stored` : '';
}

/** `Would have fired 3 times, rung 4 times.`, `Would not have fired in the 3 h that are stored.` */
export function outcome(view: BacktestView): string {
  const { fired, would_notify, measured_from } = view;
  if (measured_from == null) return 'There is no history of this series yet.';
  if (fired.length === 0) return `Would not have fired${known(view)}.`;
  const rung = would_notify === 0 ? 'never rung' : `rung ${times(would_notify)}`;
  return `Would have fired ${times(fired.length)}, ${rung}${known(view)}.`;
}

/** What the rule as it is saved did in the same time, for comparison. */
export function comparison({ fired, would_notify }: BacktestView): string {
  return `As saved: fired ${fired.length === 0 ? 'never' : times(fired.length)}, rang ${would_notify === 0 ? 'never' : times(would_notify)}.`;
}

const labelsText = (labels: Record<string, string> | undefined): string =>
  JSON.stringify(Object.entries(labels ?? {}).sort());

/** The spans of one series, up to the end of the chart while one lasts. */
export function spansOf(view: BacktestView | undefined, key: SeriesKey): Firing[] {
  const own = view?.fired.filter((span) => labelsText(span.labels) === labelsText(key.labels)) ?? [];
  const end = Date.parse(view?.to ?? '');
  return own.map((span) => {
    const [from, to] = [Date.parse(span.from), span.to ? Date.parse(span.to) : end];
    return { from, to, level: span.level, label: own.length > MOST_NAMED ? '' : inWords(to - from) };
  });
}

/** How many spans each series has; the one with the most is worth showing first. */
export function busiest<K extends SeriesKey>(keys: K[], view: BacktestView | undefined): K | undefined {
  return [...keys].sort((one, other) => spansOf(view, other).length - spansOf(view, one).length)[0];
}

/** `12 min`, or that it would last still. */
export const lasted = (span: BacktestSpan): string =>
  span.to ? inWords(Date.parse(span.to) - Date.parse(span.from)) : 'lasts still';
