import { describe, expect, it } from 'vitest';
import { DAY, HOUR, inWords, MINUTE, parseSpan, relative, SECOND, spanInWords, until } from './time';

describe('spans', () => {
  it.each([
    ['90s', 90 * SECOND],
    ['15m', 15 * MINUTE],
    ['24h', DAY],
    ['4w', 28 * DAY],
    ['2y', 730 * DAY],
    ['250ms', 250],
  ])('%s is read', (text, millis) => {
    expect(parseSpan(text)).toBe(millis);
  });

  it.each(['', '5', 'm', '-5m', '1.5h', '5 m', 'soon'])('%j is refused', (text) => {
    expect(parseSpan(text)).toBeUndefined();
  });

  it.each([
    [12 * SECOND, '12 s'],
    [240 * SECOND, '4 min'],
    [7500 * SECOND, '2 h 5 min'],
    [273_600 * SECOND, '3 d 4 h'],
    [DAY, '1 d'],
  ])('%d ms in words as the core writes them', (length, words) => {
    expect(inWords(length)).toBe(words);
  });

  it('keeps a text that is no span', () => {
    expect(spanInWords('5m')).toBe('5 min');
    expect(spanInWords('daily')).toBe('daily');
  });
});

describe('points of time', () => {
  const now = new Date(2026, 10, 21, 14, 0, 0).getTime();

  it.each([
    [0, 'just now'],
    [-4 * MINUTE, '4 min ago'],
    [-26 * HOUR, '1 d 2 h ago'],
    [HOUR - 300, 'in 1 h'],
    [20 * SECOND, 'in 20 s'],
  ])('%d ms away', (distance, words) => {
    expect(relative(now + distance, now)).toBe(words);
  });

  it('names the next day', () => {
    expect(until(new Date(2026, 10, 21, 15, 4).getTime(), now)).toBe('15:04');
    expect(until(new Date(2026, 10, 22, 7, 0).getTime(), now)).toBe('tomorrow 07:00');
    expect(until(new Date(2026, 10, 24, 7, 0).getTime(), now)).toBe('24 Nov, 07:00');
    expect(until(new Date(2027, 3, 10, 6, 54).getTime(), now)).toBe('10 Apr 2027, 06:54');
  });
});
