import { describe, expect, it } from 'vitest';
import type { Rule } from '$/backend/types';
import { changesOf, formOf, idFor, newForm } from './rule-form';

const RULE: Rule = {
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
  route: 'now',
  enabled: true,
};
const saved = formOf(RULE);

describe('changes', () => {
  it('are none for what was not touched', () => {
    expect(changesOf(formOf(RULE), saved)).toEqual({});
  });

  it('name the keys that differ, and take out what was emptied', () => {
    const form = { ...formOf({ ...RULE, breaches: '3 of 5' }), hold: '2m', enabled: false };
    const before = formOf({ ...RULE, clear_by: 5 });
    expect(changesOf(form, before)).toEqual({ for: '2m', breaches: '3 of 5', clear_by: null, enabled: 'false' });
  });

  it('move a bound by its key, and turn it round whole', () => {
    const moved = { ...saved, warning: { direction: 'above' as const, value: '60' } };
    expect(changesOf(moved, saved)).toEqual({ 'warning.above': '60' });
    const turned = { ...saved, warning: { direction: 'below' as const, value: '60' } };
    expect(changesOf(turned, saved)).toEqual({ warning: '{ below = 60 }' });
    const without = { ...saved, critical: { direction: 'above' as const, value: '' } };
    expect(changesOf(without, saved)).toEqual({ critical: null });
  });

  it('leave what is no number to the engine', () => {
    const form = { ...saved, warning: { direction: 'above' as const, value: 'many' } };
    expect(changesOf(form, saved)).toEqual({ 'warning.above': 'many' });
  });

  it('write a new rule whole, labels quoted', () => {
    const form = { ...newForm('host.disk.usage', { mount: '/a "b"' }, 90), title: 'Disk' };
    expect(changesOf(form, undefined)).toEqual({
      title: 'Disk',
      metric: 'host.disk.usage',
      of: 'last',
      where: '{ mount = "/a \\"b\\"" }',
      'warning.above': '90',
      for: '1m',
      keep_firing_for: '1m',
      no_data: 'keep',
      route: 'now',
    });
  });
});

it.each([
  ['Queue too long!', 'queue-too-long'],
  ['Über-Ladung', 'uber-ladung'],
  ['', 'new-rule'],
  ['CPU high', 'cpu-high-2'],
])('%j becomes %s', (title, id) => {
  expect(idFor(title, ['cpu-high'])).toBe(id);
});
