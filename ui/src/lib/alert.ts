// One alert in figures, and its place in a chart.
import type { AlertDetail, AlertView, SeriesKey, Unit } from '$/backend/types';
import type { Judged } from '$/chart/data';
import type { Firing } from '$/chart/paint';
import { seriesText } from './series';
import { exactly, HOUR, inWords, MINUTE, parseSpan } from './time';
import { isDrawable, type Line, linesOf, thresholdText } from './threshold';
import { stateBeyond } from './state-word';
import { formatValue } from './unit';

/** More spans than these have no room for names. */
const MOST_NAMED = 5;

const begin = (alert: AlertView): number => Date.parse(alert.fired_at ?? alert.since);
const end = (alert: AlertView): number | undefined => (alert.resolved_at ? Date.parse(alert.resolved_at) : undefined);

/** What the judged value is called: `5-min mean`, since `Now` is what the machine shows at the moment. */
function valueName(alert: AlertView): string {
  if (alert.judged !== '') return alert.judged.charAt(0).toUpperCase() + alert.judged.slice(1);
  return 'Now';
}

/** How bad it is: the value against its bound, the worst, and how long: in time awake, as the sentence says it. */
export function figuresOf(alert: AlertView) {
  const tone = alert.state === 'firing' ? alert.level : undefined;
  const since = Date.parse(alert.since);
  const word = alert.threshold && stateBeyond(alert.metric, alert.threshold);
  // What is over is told by its worst alone: the engine's words for it are those of the worst too.
  const aside = alert.range_text ?? undefined;
  const value = alert.state === 'resolved' ? [] : [{ name: valueName(alert), text: alert.value_text, tone, aside }];
  return [
    ...value,
    { name: 'Worst', text: word ? alert.value_text : formatValue(alert.unit, alert.peak) },
    ...(alert.threshold
      ? [{ name: `Bound for ${alert.level}`, text: word ?? thresholdText(alert.threshold, alert.unit) }]
      : []),
    {
      name: alert.state === 'resolved' ? 'Lasted' : 'Lasts',
      text: inWords(parseSpan(alert.lasted ?? '') ?? 0),
      title: `since ${exactly(since)}`,
    },
  ];
}

export const isMuted = (alert: AlertView, now: number): boolean =>
  alert.state !== 'resolved' && alert.silenced_until != null && Date.parse(alert.silenced_until) > now;

/** What is up, parted into what counts and what is muted. */
export function sorted(alerts: AlertView[], now: number) {
  const raised = alerts.filter((alert) => alert.state === 'firing' || alert.state === 'recovering');
  return {
    heard: raised.filter((alert) => !isMuted(alert, now)),
    muted: raised.filter((alert) => isMuted(alert, now)),
  };
}

/** `2 critical and 1 warning open, 1 muted.` */
export function openSentence(alerts: AlertView[], now: number): string {
  const { heard, muted } = sorted(alerts, now);
  const count = (wanted: string) => heard.filter((alert) => alert.level === wanted).length;
  const parts = (['critical', 'warning'] as const).filter(count).map((wanted) => {
    const plural = wanted === 'warning' && count(wanted) > 1 ? 's' : '';
    return `${count(wanted)} ${wanted}${plural}`;
  });
  const open = parts.length === 0 ? 'Nothing is open' : `${parts.join(' and ')} open`;
  return muted.length === 0 ? `${open}.` : `${open}, ${muted.length} muted.`;
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

/** The span to shade, up to the end of the chart while it lasts; none before it was raised. */
export function firingOf(alert: AlertView, chartEnd: number): Firing[] {
  if (alert.fired_at == null) return [];
  const from = begin(alert);
  const to = end(alert) ?? chartEnd;
  return [{ from, to, level: alert.level, label: `${alert.level} ${inWords(to - from)}` }];
}

/** The alerts of one series as spans of its chart, named where there are few. */
export function alertSpans(alerts: AlertView[], key: SeriesKey, chartEnd: number): Firing[] {
  const own = alerts.filter((alert) => seriesText({ name: alert.metric, labels: alert.labels }) === seriesText(key));
  return own.flatMap((alert) =>
    firingOf(alert, chartEnd).map((span) => ({
      ...span,
      label: own.length > MOST_NAMED ? '' : alert.title,
      text: `${alert.title}, ${alert.level}, ${exactly(span.from)} for ${inWords(span.to - span.from)}`,
    })),
  );
}

/** What its rule judges of the series, to be drawn beside it; nothing for the newest value, and for what has no size in it. */
export function judgedOf(alert: AlertDetail): Judged | undefined {
  const rule = alert.evidence?.rule ?? alert.current_rule;
  const windowMs = rule?.over ? parseSpan(rule.over) : undefined;
  if (!rule || windowMs === undefined) return undefined;
  return rule.of === 'avg' || rule.of === 'min' || rule.of === 'max'
    ? { name: alert.judged, of: rule.of, windowMs }
    : undefined;
}

/** The bounds as they stood when it was raised, where they have the size of the series. */
export function linesAround(alert: AlertDetail, unit: Unit): Line[] {
  const rule = alert.evidence?.rule ?? alert.current_rule;
  return rule && isDrawable(rule.of) ? linesOf(rule, unit) : [];
}
