// Lengths and points of time in words. Pure: `now` is an argument.

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const SPAN_UNITS: Record<string, number> = {
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
  y: 365 * DAY,
};

/** Milliseconds of a span such as `90s` or `24h`; nothing for any other text. */
export function parseSpan(text: string): number | undefined {
  const parts = /^(\d+)(ms|s|m|h|d|w|y)$/.exec(text.trim());
  return parts ? Number(parts[1]) * (SPAN_UNITS[parts[2] ?? ''] ?? 0) : undefined;
}

/** A length in words of at most two units: `4 min`, `2 h 5 min`, `3 d 4 h`, `12 s`. As the core's `Span::in_words`. */
export function inWords(millis: number): string {
  const all = Math.trunc(Math.abs(millis) / SECOND);
  const days = Math.trunc(all / 86_400);
  const hours = Math.trunc(all / 3600) % 24;
  const minutes = Math.trunc(all / 60) % 60;
  if (days > 0) return hours === 0 ? `${days} d` : `${days} d ${hours} h`;
  if (hours > 0) return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${all % 60} s`;
}

/** A span's text in words: `5m` becomes `5 min`; what is no span stays. */
export function spanInWords(text: string): string {
  const millis = parseSpan(text);
  return millis === undefined ? text : inWords(millis);
}

/** `just now`, `4 min ago`, `in 1 h`. Both in milliseconds since the epoch. */
export function relative(at: number, now: number): string {
  const past = now - at;
  if (Math.abs(past) < 5 * SECOND) return 'just now';
  // A moment ahead is rounded up, so that one hour from now does not read as 59 minutes.
  return past > 0 ? `${inWords(past)} ago` : `in ${inWords(roundedUp(-past))}`;
}

/** A length ahead, rounded up to what its words can tell. */
export function roundedUp(millis: number): number {
  const step = millis > HOUR ? MINUTE : millis > MINUTE ? MINUTE / 2 : SECOND;
  return Math.ceil(millis / step) * step;
}

const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const CLOCK_SECONDS = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const DATE_YEAR = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const WEEKDAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });

/** Date, time and zone in full, for hovering. */
export const exactly = (at: number): string => EXACT.format(at);

/** `14:02`. */
export const clock = (at: number): string => CLOCK.format(at);

/** `14:02:30`. */
export const clockSeconds = (at: number): string => CLOCK_SECONDS.format(at);

/** `12 Nov`. */
export const date = (at: number): string => DATE.format(at);

/** `Tue 12 Nov`. */
export const weekday = (at: number): string => WEEKDAY.format(at);

/** `14:02` today, `12 Nov, 14:02` on any other day, with the year when it is another one. */
export function clockOrDate(at: number, now: number): string {
  if (isSameDay(at, now)) return clock(at);
  const isSameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return `${isSameYear ? date(at) : DATE_YEAR.format(at)}, ${clock(at)}`;
}

/** When something ends: `15:04`, `tomorrow 07:00`, `14 Nov, 07:00`. */
export function until(at: number, now: number): string {
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  return isSameDay(at, tomorrow.getTime()) ? `tomorrow ${clock(at)}` : clockOrDate(at, now);
}

export function isSameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** Milliseconds since the epoch of a stamp in an answer. */
export const millis = (stamp: string): number => Date.parse(stamp);
