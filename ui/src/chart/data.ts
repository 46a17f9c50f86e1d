// From the engine's points to the columns that a chart draws. Gaps stay gaps: nothing is drawn across them.
import type { Point } from '$/backend/types';

type Column = (number | null)[];
/** As a column, on the time axis of several. */
export type Aligned = (number | null | undefined)[];

export interface Columns {
  /** Milliseconds since the epoch, strictly rising. */
  at: number[];
  mean: Column;
  min: Column;
  max: Column;
  /** Whether any bucket holds more than its mean, so that a band is worth drawing. */
  hasBand: boolean;
}

/** Points further apart than this many steps have a gap between them, said or not. */
const STEPS_OF_A_GAP = 2.5;

/** Columns of `points`; `stepMs` is the length of a bucket, or nothing when every sample is given. */
export function columnsOf(points: Point[], stepMs: number | null | undefined): Columns {
  const columns: Columns = { at: [], mean: [], min: [], max: [], hasBand: false };
  const step = stepMs ?? typicalStep(points);
  let before: number | undefined;
  for (const point of points) {
    const at = Date.parse(point.at);
    if (before !== undefined && at <= before) continue;
    const isApart = before !== undefined && step > 0 && at - before > STEPS_OF_A_GAP * step;
    if (isApart && before !== undefined && columns.mean.at(-1) !== null) push(columns, before + step, {});
    push(columns, at, point);
    before = at;
  }
  return columns;
}

function push(columns: Columns, at: number, point: Partial<Point>): void {
  const value = point.value ?? null;
  const min = value === null ? null : (point.min ?? value);
  const max = value === null ? null : (point.max ?? value);
  columns.at.push(at);
  columns.mean.push(value);
  columns.min.push(min);
  columns.max.push(max);
  columns.hasBand ||= min !== max;
}

/** What a rule judges of a series: a figure over the time before each moment. */
export interface Judged {
  /** `5-min mean`. */
  name: string;
  of: 'avg' | 'min' | 'max';
  windowMs: number;
}

/**
 * The judged figure at each moment; nothing where its window reaches beyond the left edge, for what lies there is not
 * known, and nothing in gaps.
 */
export function judgedColumn(columns: Columns, { of, windowMs }: Judged, from: number): Column {
  const { at, mean } = columns;
  const isCut = (at[0] ?? from) - from < windowMs;
  const judged: Column = [];
  let first = 0;
  for (let index = 0; index < at.length; index += 1) {
    const now = at[index] ?? 0;
    while ((at[first] ?? now) <= now - windowMs) first += 1;
    const within = mean.slice(first, index + 1).filter((value) => value !== null);
    const isKnown = mean[index] !== null && within.length > 0 && !(isCut && now - windowMs < from);
    judged.push(isKnown ? figure(of, within) : null);
  }
  return judged;
}

function figure(of: Judged['of'], values: number[]): number {
  if (of === 'min') return Math.min(...values);
  if (of === 'max') return Math.max(...values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The median distance of neighbours: one long gap does not change it. */
export function typicalStep(points: Point[]): number {
  const distances: number[] = [];
  let before: number | undefined;
  for (const point of points) {
    const at = Date.parse(point.at);
    if (before !== undefined && at > before) distances.push(at - before);
    before = at;
  }
  distances.sort((one, other) => one - other);
  return distances[Math.floor(distances.length / 2)] ?? 0;
}

/** Indexes of values that stand alone between gaps: a line cannot show them, so they are drawn as dots. */
export function lonely(column: Aligned): number[] {
  // What another series alone was measured at is no gap: the line goes on behind it.
  const isGap = (index: number, step: number) => {
    let at = index + step;
    while (at >= 0 && at < column.length && column[at] === undefined) at += step;
    return column[at] == null;
  };
  return column.flatMap((value, index) => (value != null && isGap(index, -1) && isGap(index, 1) ? [index] : []));
}

/** Several series on one time axis: nothing where a series has a gap, undefined where only others were measured. */
export function align(all: Columns[]): { at: number[]; values: Aligned[] } {
  const at = [...new Set(all.flatMap((columns) => columns.at))].sort((one, other) => one - other);
  const values = all.map((columns) => {
    const known = new Map(columns.at.map((time, index) => [time, columns.mean[index] ?? null]));
    return at.map((time) => known.get(time));
  });
  return { at, values };
}

/** The index whose time is nearest to `at`; nothing in an empty chart. */
export function nearest(times: number[], at: number): number | undefined {
  if (times.length === 0) return undefined;
  let low = 0;
  let high = times.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < at) low = middle;
    else high = middle;
  }
  return Math.abs((times[low] ?? 0) - at) <= Math.abs((times[high] ?? 0) - at) ? low : high;
}

/** The lowest and highest value to show; nothing when there is no value. */
export function extent(columns: Columns): [number, number] | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (let index = 0; index < columns.at.length; index += 1) {
    low = Math.min(low, columns.min[index] ?? Infinity);
    high = Math.max(high, columns.max[index] ?? -Infinity);
  }
  return low <= high ? [low, high] : undefined;
}
