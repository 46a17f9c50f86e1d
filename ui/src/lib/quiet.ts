// Everything that mutes, in words: quiet hours, and what a silence would match. Pure: `now` is an argument.
import type { MaintenanceWindow, QuietHours } from '$/backend/types';
import { DAY, MINUTE, spanInWords } from './time';

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

/** `System updates: weekly sun 03:00 for 2 h`. */
export function windowText({ reason, every, for: length }: MaintenanceWindow): string {
  return `${reason}: ${every} for ${spanInWords(length)}`;
}

/** Labels as a person types them, `mount=/data, disk=sda`; nothing for a text that has none or is none. */
export function labelsOf(text: string): Record<string, string> | undefined {
  const pairs = text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => /^([^=\s]+)\s*=\s*(.*)$/.exec(part));
  if (pairs.some((pair) => pair === null)) return undefined;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
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
