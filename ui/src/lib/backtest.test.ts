import { expect, it } from 'vitest';
import type { BacktestView } from '$/backend/types';
import { busiest, comparison, outcome, spansOf } from './backtest';

const span = (from: string, to: string | null, mount: string) => ({
  from,
  to,
  level: 'warning' as const,
  peak: 92,
  labels: { mount },
});
const view = (change: Partial<BacktestView>) =>
  ({
    rounds: 10,
    fired: [],
    would_notify: 0,
    from: '2026-01-01T00:00:00.000Z',
    measured_from: '2026-01-01T00:00:00.000Z',
    to: '2026-01-02T00:00:00.000Z',
    ...change,
  }) as BacktestView;

it.each([
  [view({ measured_from: null }), 'There is no history of this series yet.'],
  [view({ measured_from: '2026-01-01T21:00:00.000Z' }), 'Would not have fired in the 3 h that are stored.'],
  [view({}), 'Would not have fired.'],
  [view({ fired: [span('2026-01-01T00:00:00Z', null, '/')], would_notify: 3 }), 'Would have fired once, rung 3 times.'],
  [view({ fired: [span('2026-01-01T00:00:00Z', null, '/')] }), 'Would have fired once, never rung.'],
])('says what would have happened', (given, words) => {
  expect(outcome(given)).toBe(words);
});

it('compares with what is saved', () => {
  expect(comparison(view({}))).toBe('As saved: fired never, rang never.');
});

it('shows the spans of one series, an open one up to the end', () => {
  const given = view({
    fired: [
      span('2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00.000Z', '/'),
      span('2026-01-01T02:00:00.000Z', null, '/home'),
      span('2026-01-01T05:00:00.000Z', '2026-01-01T05:10:00.000Z', '/home'),
    ],
  });
  const [root, home] = ['/', '/home'].map((mount) => ({ name: 'host.disk.usage', labels: { mount } }));
  if (!root || !home) throw new Error('two series');
  expect(spansOf(given, root)).toMatchObject([{ label: '1 h' }]);
  expect(spansOf(given, home)[0]).toMatchObject({ to: Date.parse('2026-01-02T00:00:00.000Z'), label: '22 h' });
  expect(busiest([root, home], given)).toBe(home);
  expect(busiest([root, home], undefined)).toBe(root);
});
