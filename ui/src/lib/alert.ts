// One alert in figures, and its place in a chart.
import type { AlertDetail, AlertView, Unit } from '$/backend/types';
import { exactly, HOUR, inWords, MINUTE } from './time';
import { isDrawable, type Line, linesOf, thresholdText } from './threshold';
import { formatValue } from './unit';

const begin = (alert: AlertView): number => Date.parse(alert.fired_at ?? alert.since);
const end = (alert: AlertView): number | undefined => (alert.resolved_at ? Date.parse(alert.resolved_at) : undefined);

/** How bad it is: the value against its bound, the worst, and how long. */
export function figuresOf(alert: AlertView, now: number) {
  const tone = alert.state === 'firing' ? alert.level : undefined;
  const since = begin(alert);
  return [
    { name: alert.state === 'resolved' ? 'At the end' : 'Now', text: alert.value_text, tone },
    { name: 'Worst', text: formatValue(alert.unit, alert.peak) },
    ...(alert.threshold
      ? [{ name: `Bound for ${alert.level}`, text: thresholdText(alert.threshold, alert.unit) }]
      : []),
    {
      name: alert.state === 'resolved' ? 'Lasted' : 'Lasts',
      text: inWords((end(alert) ?? now) - since),
      title: `since ${exactly(since)}`,
    },
  ];
}

/** Half an hour around it, or half its length if that is more. The open end is left to the engine's own clock. */
export function timeAround(alert: AlertView, now: number): [string, string][] {
  const start = Date.parse(alert.since);
  const finish = end(alert);
  const margin = Math.min(12 * HOUR, Math.max(30 * MINUTE, ((finish ?? now) - start) / 2));
  if (finish === undefined) return [['since', `${Math.ceil((now - start + margin) / MINUTE)}m`]];
  return [
    ['from', new Date(start - margin).toISOString()],
    ['to', new Date(Math.min(now, finish + margin)).toISOString()],
  ];
}

/** The span to shade, up to the end of the chart while it lasts. */
export function firingOf(alert: AlertView, chartEnd: number) {
  if (alert.fired_at == null) return undefined;
  const from = begin(alert);
  const to = end(alert) ?? chartEnd;
  return { from, to, level: alert.level, label: `${alert.level} ${inWords(to - from)}` };
}

/** The bounds as they stood when it was raised, where they have the size of the series. */
export function linesAround(alert: AlertDetail, unit: Unit): Line[] {
  const rule = alert.evidence?.rule ?? alert.current_rule;
  return rule && isDrawable(rule.of) ? linesOf(rule, unit) : [];
}
