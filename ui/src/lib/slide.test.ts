import { expect, it } from 'vitest';
import { slid, slideFor } from './slide';

it.each([
  ['percent', [3, 97], [75, 90], { min: 0, max: 100, step: 1 }],
  ['bytes_per_second', [0, 4e6], [20e6], { min: 0, max: 30e6, step: 200_000 }],
  ['celsius', [41, 63], [85], { min: 0, max: 150, step: 1 }],
  ['ratio', [0.1, 2.2], [2], { min: 0, max: 4, step: 0.02 }],
  ['ratio', undefined, [], { min: 0, max: 1, step: 0.005 }],
  ['ratio', [-4, -1], [], { min: -6, max: 0, step: 0.05 }],
] as const)('%s within %j and bounds at %j', (unit, extent, bounds, expected) => {
  expect(slideFor(unit, extent as [number, number] | undefined, [...bounds])).toEqual(expected);
});

it('positions have no dust', () => {
  expect(slid(0.1 + 0.2)).toBe('0.3');
});
