import { expect, it } from 'vitest';
import { firstRange, pointsFor, rangeQuery, zoomTo } from './range';

it('zooms in either direction of the drag, to a minute at least', () => {
  expect(zoomTo(500_000, 100_000)).toEqual({ from: 100_000, to: 500_000 });
  expect(zoomTo(100_000, 110_000)).toEqual({ from: 75_000, to: 135_000 });
});

it('asks for a range by its name and for a zoom by its ends', () => {
  expect(rangeQuery('24h', undefined)).toEqual([['since', '24h']]);
  expect(rangeQuery('24h', { from: 0, to: 60_000 })).toEqual([
    ['from', '1970-01-01T00:00:00.000Z'],
    ['to', '1970-01-01T00:01:00.000Z'],
  ]);
});

it('begins with what there is to see', () => {
  const now = Date.parse('2026-11-21T12:00:00.000Z');
  const minutes = [undefined, 5, 59, 61, 300, 24 * 60, 90 * 24 * 60];
  const ranges = minutes.map((age) => firstRange(age === undefined ? undefined : now - age * 60_000, now));
  expect(ranges).toEqual(['1h', '1h', '1h', '6h', '6h', '24h', '24h']);
});

it('asks for about one point per pixel', () => {
  expect([120, 700, 800, 801, 5000].map(pointsFor)).toEqual([200, 800, 800, 1000, 1600]);
});
