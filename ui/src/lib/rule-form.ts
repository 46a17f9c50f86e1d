// A rule as its editor holds it: every field as it is typed, and the keys that saving it would change. What a key may
// hold is said by the engine alone.
import type { Aggregate, NoData, Rule } from '$/backend/types';
import { bound, direction } from './threshold';

export interface BoundForm {
  direction: 'above' | 'below';
  /** In the unit of what is judged; empty for none. */
  value: string;
}

export interface RuleForm {
  title: string;
  metric: string;
  /** Only series with all of these labels. */
  labels: Record<string, string>;
  of: Aggregate;
  over: string;
  warning: BoundForm;
  critical: BoundForm;
  hold: string;
  breaches: string;
  clearBy: string;
  keepFiringFor: string;
  noData: NoData;
  route: 'now' | 'second' | 'daily';
  enabled: boolean;
}

/** Changes to keys of a rule, as the engine takes them. */
export type Changes = Record<string, string | null>;

export type Field = keyof RuleForm;

export function formOf(rule: Rule): RuleForm {
  const boundOf = (level: 'warning' | 'critical'): BoundForm => {
    const threshold = rule[level];
    const other = rule.warning ?? rule.critical;
    return threshold
      ? { direction: direction(threshold), value: String(bound(threshold)) }
      : { direction: other ? direction(other) : 'above', value: '' };
  };
  return {
    title: rule.title,
    metric: rule.metric,
    labels: { ...rule.where },
    of: rule.of,
    over: rule.over ?? '',
    warning: boundOf('warning'),
    critical: boundOf('critical'),
    hold: rule.for,
    breaches: rule.breaches ?? '',
    clearBy: rule.clear_by == null ? '' : String(rule.clear_by),
    keepFiringFor: rule.keep_firing_for,
    noData: rule.no_data,
    route: rule.route ?? 'now',
    enabled: rule.enabled,
  };
}

/** A rule that nobody has written yet, about one series. */
export function newForm(metric: string, labels: Record<string, string>, above: number): RuleForm {
  return {
    title: '',
    metric,
    labels,
    of: 'last',
    over: '',
    warning: { direction: 'above', value: String(above) },
    critical: { direction: 'above', value: '' },
    hold: '1m',
    breaches: '',
    clearBy: '',
    keepFiringFor: '1m',
    noData: 'keep',
    route: 'now',
    enabled: true,
  };
}

const PLAIN: [Field, string][] = [
  ['title', 'title'],
  ['metric', 'metric'],
  ['of', 'of'],
  ['over', 'over'],
  ['hold', 'for'],
  ['breaches', 'breaches'],
  ['clearBy', 'clear_by'],
  ['keepFiringFor', 'keep_firing_for'],
  ['noData', 'no_data'],
  ['route', 'route'],
];

/** The keys that differ from `saved`; all that say something for a rule that is not saved yet. */
export function changesOf(form: RuleForm, saved: RuleForm | undefined): Changes {
  const changes: Changes = {};
  for (const [field, key] of PLAIN) {
    const value = String(form[field]).trim();
    if (saved ? value !== String(saved[field]) : value !== '') changes[key] = value === '' ? null : value;
  }
  if (JSON.stringify(form.labels) !== JSON.stringify(saved?.labels ?? {})) {
    const pairs = Object.entries(form.labels).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
    changes.where = pairs.length === 0 ? null : `{ ${pairs.join(', ')} }`;
  }
  for (const level of ['warning', 'critical'] as const) Object.assign(changes, boundChange(level, form, saved));
  if (form.enabled !== (saved?.enabled ?? true)) changes.enabled = String(form.enabled);
  return changes;
}

function boundChange(level: 'warning' | 'critical', form: RuleForm, saved: RuleForm | undefined): Changes {
  const next = form[level];
  const before = saved?.[level];
  const value = next.value.trim();
  if (value === (before?.value ?? '') && (value === '' || next.direction === before?.direction)) return {};
  if (value === '') return { [level]: null };
  // The whole bound at once where its direction changes, so that it never looks both ways.
  const turns = before !== undefined && before.value !== '' && before.direction !== next.direction;
  return turns ? { [level]: `{ ${next.direction} = ${value} }` } : { [`${level}.${next.direction}`]: value };
}

/** The id of a rule with this title that no other rule has: `Queue too long` is `queue-too-long`. */
export function idFor(title: string, taken: readonly string[]): string {
  const plain = title
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const base = plain === '' ? 'new-rule' : plain;
  if (!taken.includes(base)) return base;
  let number = 2;
  while (taken.includes(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}
