// Ranges of time on charts, and the query that asks for one.
import { DAY, HOUR } from './time';

export interface Range {
  /** As in addresses and queries. */
  id: string;
  /** For people. */
  label: string;
  millis: number;
}

export const RANGES: Range[] = [
  { id: '1h', label: '1 h', millis: HOUR },
  { id: '6h', label: '6 h', millis: 6 * HOUR },
  { id: '24h', label: '24 h', millis: DAY },
  { id: '7d', label: '7 d', millis: 7 * DAY },
  { id: '30d', label: '30 d', millis: 30 * DAY },
  { id: '90d', label: '90 d', millis: 90 * DAY },
  { id: '1y', label: '1 y', millis: 365 * DAY },
  { id: '2y', label: '2 y', millis: 730 * DAY },
];

const DEFAULT_RANGE = '24h';

/** The range that a page begins with: a day, or less where there is no day of history yet. */
export function firstRange(oldest: number | undefined, now: number): string {
  const age = oldest === undefined ? 0 : now - oldest;
  const filled = RANGES.find((range) => range.millis >= age);
  return filled && filled.millis < DAY ? filled.id : DEFAULT_RANGE;
}

/** A stretch chosen by hand, in milliseconds since the epoch. */
export interface Zoom {
  from: number;
  to: number;
}

/** Shorter than this shows nothing more. */
const SHORTEST_MS = 60_000;

/** The stretch that a drag chose, at least a minute long. */
export function zoomTo(one: number, other: number): Zoom {
  const from = Math.min(one, other);
  const to = Math.max(one, other);
  const lack = Math.max(0, SHORTEST_MS - (to - from)) / 2;
  return { from: Math.round(from - lack), to: Math.round(to + lack) };
}

/** The part of a points query that says from when to when. */
export function rangeQuery(range: string, zoom: Zoom | undefined): [string, string][] {
  if (!zoom) return [['since', range]];
  return [
    ['from', new Date(zoom.from).toISOString()],
    ['to', new Date(zoom.to).toISOString()],
  ];
}

/** As many points as a chart of this width can show, in steps, so that resizing a little asks for nothing new. */
export function pointsFor(width: number): number {
  return Math.min(1600, Math.max(200, Math.ceil(width / 200) * 200));
}
