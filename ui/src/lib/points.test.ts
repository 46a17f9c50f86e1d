import { expect, it } from 'vitest';
import { dayTicks, EDGE, LEAST_GAP, moved, placePoints } from './points';
import { DAY, HOUR } from './time';

it('places moments to scale where there is room', () => {
  const { at, width } = placePoints([0, DAY, 4 * DAY], 400 + 2 * EDGE);
  expect(at).toEqual([EDGE, EDGE + 100, EDGE + 400]);
  expect(width).toBe(400 + 2 * EDGE);
});

it.each([
  ['all at the end', [0, 100 * DAY, 100 * DAY + 1, 100 * DAY + 2]],
  ['all at the start', [0, 1, 2, 100 * DAY]],
  ['more than fit', Array.from({ length: 60 }, (_, index) => index * HOUR)],
])('keeps dots apart: %s', (_, moments) => {
  const { at, width } = placePoints(moments, 300);
  for (let index = 1; index < at.length; index += 1) {
    expect((at[index] ?? 0) - (at[index - 1] ?? 0)).toBeGreaterThanOrEqual(LEAST_GAP - 1e-6);
  }
  expect(at[0]).toBeGreaterThanOrEqual(EDGE - 1e-6);
  expect(at.at(-1)).toBeLessThanOrEqual(width - EDGE + 1e-6);
});

it('puts a single moment at the end, and nothing nowhere', () => {
  expect(placePoints([5], 200).at).toEqual([200 - EDGE]);
  expect(placePoints([], 200)).toEqual({ at: [], width: 200 });
});

it('names each day once, the newest before all others', () => {
  const moments = [0, 2 * HOUR, DAY, DAY + HOUR, 2 * DAY];
  expect(dayTicks(moments, [0, 10, 40, 50, 80], 60).map((tick) => tick.at)).toEqual([10, 80]);
  expect(dayTicks(moments, [0, 10, 100, 110, 200], 60).map((tick) => tick.at)).toEqual([10, 110, 200]);
});

it.each([
  ['ArrowLeft', 3, 2],
  ['ArrowLeft', 0, 0],
  ['ArrowRight', 4, 4],
  ['Home', 3, 0],
  ['End', 0, 4],
  ['Enter', 3, undefined],
])('%s from %d of 5 leads to %s', (key, index, to) => {
  expect(moved(key, index, 5)).toBe(to);
});
