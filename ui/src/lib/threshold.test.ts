import { expect, it } from 'vitest';
import type { Rule } from '$/backend/types';
import { entryUnit, isDrawable, judgementText, linesFor, sent, typed } from './threshold';

const rule: Rule = {
  id: 'disk-space',
  title: 'Disk nearly full',
  metric: 'host.disk.usage',
  of: 'avg',
  over: '5m',
  warning: { above: 85 },
  critical: { above: 95 },
  for: '2m',
  keep_firing_for: '1m',
  no_data: 'keep',
  runbook: 'disk-space',
  enabled: true,
};

it('draws the bounds of the rules on a series, and no others', () => {
  const key = { name: 'host.disk.usage', labels: { mount: '/' } };
  const rules: Rule[] = [
    rule,
    { ...rule, id: 'twin' },
    { ...rule, id: 'data-only', where: { mount: '/data' }, warning: { above: 50 } },
    { ...rule, id: 'off', enabled: false, warning: { above: 10 } },
    { ...rule, id: 'forecast', of: 'forecast', warning: { below: 604_800 } },
  ];
  expect(linesFor(key, rules, 'percent').map((line) => [line.level, line.value])).toEqual([
    ['warning', 85],
    ['critical', 95],
  ]);
});

it('knows which figures have the size of their series', () => {
  expect(isDrawable('p95')).toBe(true);
  expect(isDrawable('forecast')).toBe(false);
});

it('says what a rule looks at', () => {
  expect(judgementText(rule)).toBe('average over 5 min, for 2 min');
  expect(judgementText({ ...rule, of: 'last', over: undefined, for: '0s' })).toBe('latest value');
});

it.each([
  ['bytes_per_second', 20_000_000, 'MB/s', '20'],
  ['seconds', 604_800, 'd', '7'],
  ['seconds', 86_400, 'd', '1'],
  ['seconds', 5400, 'min', '90'],
  ['percent', 75, '%', '75'],
  ['ratio', 2, '', '2'],
] as const)('%s %d is typed in %s', (unit, value, label, text) => {
  const entry = entryUnit(unit, value);
  expect(entry.label).toBe(label);
  expect(typed(value, entry)).toBe(text);
  expect(sent(text, entry)).toBe(String(value));
});

it('leaves nonsense to the engine, and takes a decimal comma', () => {
  const percent = entryUnit('percent', 75);
  expect(sent('lots', percent)).toBe('lots');
  expect(sent('', percent)).toBe('');
  expect(sent('72,5', percent)).toBe('72.5');
  expect(sent('0.3', entryUnit('bytes_per_second', 1e6))).toBe('300000');
});
