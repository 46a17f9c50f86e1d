import { describe, expect, it } from 'vitest';
import type { ChannelView } from '$/backend/types';
import { answered, delivered, next, toldOf } from './channel';

const NOW = Date.parse('2026-03-02T08:00:00.000Z');
const channel = (changes: Partial<ChannelView> = {}): ChannelView => ({
  id: 'ops',
  kind: 'webhook',
  target: 'https://hooks.example.org/…',
  state: 'ready',
  level: 'warning',
  route: 'now',
  services: [],
  last_delivered: null,
  last_failed: null,
  last_error: null,
  next_try: null,
  waiting: 0,
  ...changes,
});

describe('a channel in words', () => {
  it('says of what it is told', () => {
    expect(toldOf(channel())).toBe('All alerts');
    expect(toldOf(channel({ level: 'critical', route: 'second', services: ['board', 'shop'] }))).toBe(
      'Critical alerts that nobody took on within 15 min, only of board, shop',
    );
  });

  it('says when something last arrived', () => {
    expect(delivered(channel(), NOW)).toBe('Nothing delivered yet');
    expect(delivered(channel({ last_delivered: '2026-03-02T06:00:00.000Z' }), NOW)).toBe('Last delivered 2 h ago');
    expect(delivered(channel({ state: 'off' }), NOW)).toBe('Switched off');
  });

  it('says what waits and until when', () => {
    expect(next(channel(), NOW)).toBe('');
    const waiting = { waiting: 2, next_try: '2026-03-02T08:04:00.000Z' };
    expect(next(channel(waiting), NOW)).toBe('2 messages wait, tried again in 4 min');
    expect(next(channel({ ...waiting, waiting: 1 }), NOW + 300_000)).toBe('1 message waits, tried again now');
  });

  it('says what came of a test', () => {
    const test = { channel: 'ops', kind: 'webhook', target: 'x', arrived: true, answer: '200 OK', took_ms: 84 };
    expect(answered(test)).toBe('Arrived: 200 OK, in 84 ms');
    const failed = { ...test, arrived: false, answer: 'x answers 404 Not Found', hint: 'check `url`' };
    expect(answered(failed)).toBe('It did not arrive: x answers 404 Not Found. What to do: check `url`');
  });
});
