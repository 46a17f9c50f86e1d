// Channels beyond the desktop in words. Pure: `now` is an argument.
import type { ChannelTest, ChannelView } from '$/backend/types';
import { inWords, relative, roundedUp } from './time';

const KINDS: Record<string, string> = { webhook: 'Webhook', ntfy: 'ntfy', command: 'Program', email: 'E-mail' };

export const kindWord = (kind: string): string => KINDS[kind] ?? kind;

/** Of what the channel is told, and when. */
export const toldOf = (channel: ChannelView): string => {
  const level = channel.level === 'critical' ? 'Critical alerts' : 'All alerts';
  const what = {
    now: level,
    second: 'Critical alerts that nobody took on within 15 min',
    daily: 'The daily report',
  }[channel.route];
  return channel.services.length > 0 ? `${what}, only of ${channel.services.join(', ')}` : what;
};

/** When something last arrived. */
export const delivered = (channel: ChannelView, now: number): string => {
  if (channel.state === 'off') return 'Switched off';
  return channel.last_delivered
    ? `Last delivered ${relative(Date.parse(channel.last_delivered), now)}`
    : 'Nothing delivered yet';
};

/** What waits, and when it is tried again; empty when nothing does. */
export const next = (channel: ChannelView, now: number): string => {
  if (channel.waiting === 0 || !channel.next_try) return '';
  const waiting = channel.waiting === 1 ? '1 message waits' : `${channel.waiting} messages wait`;
  const at = Date.parse(channel.next_try);
  return at <= now ? `${waiting}, tried again now` : `${waiting}, tried again in ${inWords(roundedUp(at - now))}`;
};

/** What came of a test. */
export const answered = (test: ChannelTest): string =>
  test.arrived
    ? `Arrived: ${test.answer}, in ${test.took_ms} ms`
    : [`It did not arrive: ${test.answer}`, test.hint && `What to do: ${test.hint}`].filter(Boolean).join('. ');
