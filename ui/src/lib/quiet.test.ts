import { describe, expect, it } from 'vitest';
import type { QuietHours } from '$/backend/types';
import { hoursInForce, hoursText, isWithin, labelsOf, nextTime, windowText } from './quiet';

const at = (hour: number, minute = 0) => new Date(2026, 10, 21, hour, minute).getTime();
const night: QuietHours = { from: '22:00', to: '07:00', except: 'critical' };
const lunch: QuietHours = { from: '12:00', to: '13:00' };

describe('quiet hours', () => {
  it.each([
    [night, at(23), true],
    [night, at(6, 59), true],
    [night, at(7), false],
    [night, at(12), false],
    [lunch, at(12), true],
    [lunch, at(13), false],
  ])('%j at %d: %s', (hours, now, within) => {
    expect(isWithin(hours, now)).toBe(within);
  });

  it('end at the next time that the clock shows, on the next day if need be', () => {
    expect(nextTime('07:00', at(23))).toBe(new Date(2026, 10, 22, 7).getTime());
    expect(nextTime('07:00', at(6))).toBe(at(7));
    expect(hoursInForce([lunch, night], at(23))).toEqual({ hours: night, until: new Date(2026, 10, 22, 7).getTime() });
    expect(hoursInForce([lunch, night], at(15))).toBeUndefined();
  });

  it('of which the strictest counts where several overlap', () => {
    const all: QuietHours = { from: '11:00', to: '14:00' };
    expect(hoursInForce([{ ...lunch, except: 'warning' }, all], at(12))?.hours).toBe(all);
    expect(hoursText(night)).toBe('Quiet hours 22:00 to 07:00, except critical');
  });
});

it('labels are read as they are typed', () => {
  expect(labelsOf('')).toEqual({});
  expect(labelsOf('mount=/data, disk = sda')).toEqual({ mount: '/data', disk: 'sda' });
  expect(labelsOf('query=a=b')).toEqual({ query: 'a=b' });
  for (const text of ['mount', '=x', 'mount=/, x']) expect(labelsOf(text), text).toBeUndefined();
});

it('a maintenance window is a sentence', () => {
  const window = { id: 'updates', reason: 'System updates', every: 'weekly sun 03:00', for: '2h' };
  expect(windowText(window)).toBe('System updates: weekly sun 03:00 for 2 h');
});
