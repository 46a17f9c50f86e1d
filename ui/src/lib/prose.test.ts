import { expect, it } from 'vitest';
import { inLocalTime, parts, tied } from './prose';

it('keeps numbers with their units', () => {
  expect(tied('CPU 93 % for 2 h 5 min (above 1.4 GB/s)')).toBe(
    'CPU 93\u00a0% for 2\u00a0h 5\u00a0min (above 1.4\u00a0GB/s)',
  );
  expect(tied('2 things need 3 days')).toBe('2 things need 3 days');
});

it('writes moments for people, and only moments', () => {
  const now = new Date(2026, 10, 21, 14, 0, 0).getTime();
  const stamp = new Date(2027, 3, 10, 6, 54, 9, 867).toISOString();
  expect(inLocalTime(`Silenced CPU busy until ${stamp}, twice`, now)).toBe(
    'Silenced CPU busy until 10 Apr 2027, 06:54, twice',
  );
  expect(inLocalTime('Took over /home/2026-11-21/caretaker.toml', now)).toBe(
    'Took over /home/2026-11-21/caretaker.toml',
  );
});

it('finds code between backticks, and leaves a lonely one alone', () => {
  expect(parts('run `df -h` first')).toEqual([
    { text: 'run ', isCode: false },
    { text: 'df -h', isCode: true },
    { text: ' first', isCode: false },
  ]);
  expect(parts('a ` b')).toEqual([{ text: 'a ` b', isCode: false }]);
});
