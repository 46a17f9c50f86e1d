import { expect, test } from 'vitest';
import type { CalendarEntry, TaskView } from '$/backend/types';
import { days, dayText, tookText, wanting } from './task';

const entry = (task: string, at: string, tier: CalendarEntry['tier'], replaced_by?: string): CalendarEntry => ({
  task,
  title: task,
  tier,
  at,
  replaced_by: replaced_by ?? null,
});

test('a calendar has a day for each day with something in it, and leaves out what a larger task stands for', () => {
  const found = days([
    entry('a', '2026-03-02T12:00:00', 'daily'),
    entry('b', '2026-03-02T12:00:00', 'weekly'),
    entry('a', '2026-03-03T12:00:00', 'daily', 'b'),
    entry('c', '2026-03-04T12:00:00', 'daily'),
  ]);
  expect(found.map((day) => day.entries.map((one) => one.task))).toEqual([['a', 'b'], ['c']]);
  expect(dayText(found[0]?.entries ?? [])).toBe('1 weekly, 1 daily');
});

test('what failed comes before what found something, and what is well does not come', () => {
  const view = (id: string, result: string, state = 'scheduled') =>
    ({ task: { id }, state, last: { outcome: { result } } }) as unknown as TaskView;
  const found = wanting([
    view('well', 'done'),
    view('found', 'attention'),
    view('broken', 'failed'),
    view('later', 'attention', 'not_configured'),
  ]);
  expect(found.map((one) => one.task.id)).toEqual(['broken', 'found']);
});

test('short runs are told in milliseconds', () => {
  const run = (ended: string | null) => ({ started: '2026-03-02T12:00:00.000Z', ended });
  expect(tookText(run('2026-03-02T12:00:00.420Z'))).toBe('420 ms');
  expect(tookText(run('2026-03-02T12:01:00.000Z'))).toBe('1 min');
  expect(tookText(run(null))).toBe('');
});
