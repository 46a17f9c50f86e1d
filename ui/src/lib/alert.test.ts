import { expect, it } from 'vitest';
import type { AlertDetail, Rule } from '$/backend/types';
import { figuresOf, firingOf, linesAround, openSentence, sorted, timeAround } from './alert';

const START = Date.parse('2026-11-21T12:00:00.000Z');
const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString();

const rule: Rule = {
  id: 'cpu-high',
  title: 'CPU busy',
  metric: 'host.cpu.usage',
  of: 'avg',
  over: '5m',
  warning: { above: 75 },
  critical: { above: 90 },
  for: '1m',
  keep_firing_for: '1m',
  no_data: 'keep',
  runbook: 'cpu-high',
  enabled: true,
};
const open: AlertDetail = {
  id: 'a',
  rule: 'cpu-high',
  title: 'CPU busy',
  level: 'critical',
  state: 'firing',
  since: at(0),
  fired_at: at(1),
  lasted: '9m',
  metric: 'host.cpu.usage',
  labels: {},
  unit: 'percent',
  judged: '5-min mean',
  value: 93,
  value_text: '93 %',
  peak: 97.2,
  threshold: { above: 90 },
  summary: 'CPU 93 % for 9 min (critical above 90 %)',
  runbook: 'cpu-high',
  no_data: false,
  current_rule: rule,
  timeline: [],
  notices: [],
};
const over: AlertDetail = { ...open, state: 'resolved', resolved_at: at(121), lasted: '7260s' };

it('is told in figures', () => {
  const texts = figuresOf(open).map((figure) => figure.text.replaceAll('\u00a0', ' '));
  expect(texts).toEqual(['93 %', '97 %', 'above 90 %', '9 min']);
  expect(figuresOf(open)[0]?.name).toBe('5-min mean');
  expect(figuresOf({ ...open, judged: '' })[0]?.name).toBe('Now');
  expect(figuresOf(over).at(-1)).toMatchObject({ name: 'Lasted', text: '2 h 1 min' });
  expect(figuresOf(over).map((figure) => figure.name)).not.toContain('Now');
});

it('says how sure a forecast is', () => {
  const filling = {
    ...open,
    unit: 'seconds' as const,
    judged: '',
    value_text: 'used up in 5 d',
    range_text: '4 to 7 d',
  };
  expect(figuresOf(filling)[0]).toMatchObject({ text: 'used up in 5 d', aside: '4 to 7 d' });
});

it('names states by their words', () => {
  const hot = { ...open, metric: 'host.thermal.state', judged: '', value_text: 'critical', threshold: { above: 2.5 } };
  expect(figuresOf(hot).map((figure) => figure.text)).toContain('critical');
  expect(figuresOf(hot).map((figure) => figure.text)).not.toContain('above 2.5');
});

it('is shown with half an hour around it, more if it lasted long, and up to now while it lasts', () => {
  expect(timeAround(open, START + 10 * 60_000)).toEqual([['since', '40m']]);
  expect(timeAround(over, START + 999 * 60_000)).toEqual([
    ['from', at(-60.5)],
    ['to', at(181.5)],
  ]);
});

it('is shaded from when it was raised to its end, or to the edge of the chart', () => {
  expect(firingOf(open, START + 10 * 60_000)).toMatchObject([{ from: START + 60_000, to: START + 600_000 }]);
  expect(firingOf(over, START + 999 * 60_000)).toMatchObject([{ to: START + 121 * 60_000 }]);
  expect(firingOf({ ...open, fired_at: null }, START)).toEqual([]);
});

it('shows the bounds of its time, and none that have another size than the series', () => {
  const then: Rule = { ...rule, critical: { above: 80 } };
  const evidence = { at: at(1), rule: then, rule_text: '', samples: [], processes: [], companions: [], marks: [] };
  expect(linesAround({ ...open, evidence }, 'percent').map((line) => line.value)).toEqual([75, 80]);
  expect(linesAround({ ...open, current_rule: { ...rule, of: 'forecast' } }, 'percent')).toEqual([]);
});

it('counts what is muted apart, everywhere alike', () => {
  const muted: AlertDetail = { ...open, level: 'warning', silenced_until: at(60) };
  const all = [open, { ...open, level: 'warning' as const }, muted];
  expect(openSentence(all, START)).toBe('1 critical and 1 warning open, 1 muted.');
  expect(sorted(all, START).heard).toHaveLength(2);
  expect(openSentence(all, START + 61 * 60_000)).toBe('1 critical and 2 warnings open.');
  expect(openSentence([muted], START)).toBe('Nothing is open, 1 muted.');
  expect(openSentence([], START)).toBe('Nothing is open.');
});
