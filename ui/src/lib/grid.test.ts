import { expect, it } from 'vitest';
import { balanced } from './grid';

it.each([
  [7, 1032, 4],
  [7, 712, 4],
  [8, 712, 4],
  [9, 712, 3],
  [7, 540, 3],
  [3, 1032, 3],
  [7, 120, 1],
  [0, 712, 1],
])('%d tiles in %d pixels stand in %d columns', (count, width, columns) => {
  expect(balanced(count, width, 172)).toBe(columns);
});
