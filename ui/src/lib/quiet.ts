// Everything that mutes, in words: quiet hours, and what a silence would match. Pure: `now` is an argument.
import type { AlertView, QuietHours, SilenceRequest } from '$/backend/types';
import { DAY, MINUTE } from './time';

const minutes = (text: string): number => {
  const [hours = 0, rest = 0] = text.split(':').map(Number);
  return hours * 60 + rest;
};

/** Minutes since local midnight. */
function minuteOf(at: number): number {
  const date = new Date(at);
  return date.getHours() * 60 + date.getMinutes();
}

/** `Quiet hours 22:00 to 07:00, except critical`. */
export function hoursText({ from, to, except }: QuietHours): string {
  return `Quiet hours ${from} to ${to}${except ? `, except ${except}` : ''}`;
}

/** Whether a moment lies in quiet hours; they may pass midnight. */
export function isWithin({ from, to }: QuietHours, at: number): boolean {
  const [first, last, minute] = [minutes(from), minutes(to), minuteOf(at)];
  return first < last ? minute >= first && minute < last : minute >= first || minute < last;
}

/** The next time at which a clock on the wall shows `text`, later than `now`. */
export function nextTime(text: string, now: number): number {
  const next = new Date(now);
  next.setHours(0, minutes(text), 0, 0);
  if (next.getTime() <= now) {
    const tomorrow = new Date(now);
    tomorrow.setDate(tomorrow.getDate() + 1);
    tomorrow.setHours(0, minutes(text), 0, 0);
    return tomorrow.getTime();
  }
  return next.getTime();
}

/** The quiet hours in force, with their end; nothing outside of them. */
export function hoursInForce(all: QuietHours[], now: number): { hours: QuietHours; until: number } | undefined {
  const rank = (hours: QuietHours) => (hours.except === 'warning' ? 0 : hours.except === 'critical' ? 1 : 2);
  const within = all.filter((hours) => isWithin(hours, now)).sort((one, other) => rank(other) - rank(one));
  const hours = within[0];
  return hours && { hours, until: Math.min(nextTime(hours.to, now), now + DAY + 60 * MINUTE) };
}

/** Open alerts that a silence would mute. */
export function matching(request: Pick<SilenceRequest, 'target' | 'labels'>, alerts: AlertView[]): AlertView[] {
  const hasLabels = (alert: AlertView) =>
    Object.entries(request.labels ?? {}).every(([name, value]) => alert.labels[name] === value);
  const isUp = (alert: AlertView) => alert.state !== 'resolved';
  return alerts
    .filter((alert) => alert.id === request.target || alert.rule === request.target)
    .filter((alert) => isUp(alert) && hasLabels(alert));
}
