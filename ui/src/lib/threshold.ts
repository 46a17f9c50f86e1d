// Bounds of rules: in words, and in the numbers that people type.
import type { Aggregate, Level, Rule, SeriesKey, Stats, Threshold, Unit } from '$/backend/types';
import { spanInWords } from './time';
import { formatValue, rounded } from './unit';

export const bound = (threshold: Threshold): number => ('above' in threshold ? threshold.above : threshold.below);
export const direction = (threshold: Threshold): 'above' | 'below' => ('above' in threshold ? 'above' : 'below');

/** `above 90 %`. */
export const thresholdText = (threshold: Threshold, unit: Unit): string =>
  `${direction(threshold)} ${formatValue(unit, bound(threshold))}`;

/** Whether a rule judges values of the series' own size, so that its bounds can be drawn into the series' chart. */
export const isDrawable = (of: Aggregate): boolean => !['sum', 'rate', 'delta', 'forecast', 'absent'].includes(of);

/** The unit of what a rule judges, from the unit of its series. */
export function judgedUnit(rule: Pick<Rule, 'of'>, series: Unit): Unit {
  if (rule.of === 'forecast' || rule.of === 'absent') return 'seconds';
  if (rule.of === 'rate') return series === 'bytes' ? 'bytes_per_second' : 'ratio';
  return series;
}

/** A series that was never measured on this machine has no unit here; its name mostly tells. */
export function guessedUnit(metric: string): Unit {
  if (/\.(usage|pressure|busy)$/.test(metric)) return 'percent';
  if (/\.(out|read|written|received|sent)$/.test(metric)) return 'bytes_per_second';
  if (/\.age$/.test(metric)) return 'seconds';
  return /temperature/.test(metric) ? 'celsius' : 'ratio';
}

/** A thin line in a chart. */
export interface Line {
  /** A bound of a rule, or a plain figure. */
  level: Level | 'plain';
  value: number;
  text: string;
}

/** The bounds that rules set on one series, for its chart; the strictest of each level and direction. */
export function linesFor(key: SeriesKey, rules: Rule[], unit: Unit): Line[] {
  const lines = rules
    .filter((rule) => rule.enabled && rule.metric === key.name && isDrawable(rule.of))
    .filter((rule) => Object.entries(rule.where ?? {}).every(([name, value]) => key.labels?.[name] === value))
    .flatMap((rule) => linesOf(rule, unit));
  return lines.filter((line, index) => lines.findIndex((other) => other.text === line.text) === index);
}

/** The bounds of one rule. */
export function linesOf(rule: Pick<Rule, 'warning' | 'critical'>, unit: Unit): Line[] {
  return (['warning', 'critical'] as const).flatMap((level) => {
    const threshold = rule[level];
    return threshold
      ? [{ level, value: bound(threshold), text: `${level} ${formatValue(unit, bound(threshold))}` }]
      : [];
  });
}

/** The figures of a series that a rule can judge, in words. */
export const FIGURES: Record<Aggregate, string> = {
  last: 'latest value',
  avg: 'average',
  min: 'lowest',
  max: 'highest',
  p50: 'median',
  p95: '95th percentile',
  p99: '99th percentile',
  sum: 'sum',
  rate: 'rate',
  delta: 'change',
  forecast: 'time left at this pace',
  absent: 'time without a value',
};

/** Figures over the time of a chart as thin lines. */
export function percentileLines({ p50, p95, p99 }: Stats, unit: Unit): Line[] {
  const figures: [string, number | null | undefined][] = [
    ['50 %', p50],
    ['95 %', p95],
    ['99 %', p99],
  ];
  return figures.flatMap(([name, value]) =>
    value == null ? [] : [{ level: 'plain', value, text: `${name} below ${formatValue(unit, value)}` }],
  );
}

/** What a rule looks at, in words: `average of 5 min, for 2 min`. */
export function judgementText(rule: Rule): string {
  const over = rule.over ? ` over ${spanInWords(rule.over)}` : '';
  const hold = rule.for === '0s' ? '' : `, for ${spanInWords(rule.for)}`;
  return `${FIGURES[rule.of]}${over}${hold}`;
}

/** How a bound is typed: its number in `label` is the stored value divided by `factor`. */
export interface EntryUnit {
  label: string;
  factor: number;
}

const SIZES: [string, number][] = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
];
const TIMES: [string, number][] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
];

/** The unit in which a bound of this size reads as a short number: 20000000 bytes/s as 20 MB/s, 604800 s as 7 d. */
export function entryUnit(unit: Unit, value: number): EntryUnit {
  const fitting = (sizes: [string, number][]) =>
    sizes.find(([, factor]) => Math.abs(value) >= factor && Number.isInteger(value / factor)) ??
    sizes.find(([, factor]) => Math.abs(value) >= factor);
  const size = fitting(SIZES);
  const time = fitting(TIMES);
  switch (unit) {
    case 'bytes':
      return size ? { label: size[0], factor: size[1] } : { label: 'B', factor: 1 };
    case 'bytes_per_second':
      return size ? { label: `${size[0]}/s`, factor: size[1] } : { label: 'B/s', factor: 1 };
    case 'seconds':
      return time ? { label: time[0], factor: time[1] } : { label: 's', factor: 1 };
    case 'percent':
      return { label: '%', factor: 1 };
    case 'celsius':
      return { label: '°C', factor: 1 };
    case 'milliseconds':
      return { label: 'ms', factor: 1 };
    case 'watts':
      return { label: 'W', factor: 1 };
    case 'turns_per_minute':
      return { label: 'rpm', factor: 1 };
    case 'count':
    case 'ratio':
    case 'number':
      return { label: '', factor: 1 };
  }
}

/** The number to show in the field. */
export const typed = (value: number, entry: EntryUnit): string => rounded(value / entry.factor, 3);

/** What is sent for what was typed; a text that is no number goes as it is, so that the engine says what is wrong. */
export function sent(text: string, entry: EntryUnit): string {
  const number = Number(text.trim().replace(',', '.'));
  return text.trim() === '' || Number.isNaN(number)
    ? text.trim()
    : String(Number((number * entry.factor).toPrecision(12)));
}
