// Maintenance tasks in words: how a run came out, what comes when, what a calendar shows on which day.
import type { CalendarEntry, Finding, RunResult, TaskRun, TaskView, Tier } from '$/backend/types';
import { inWords, isSameDay } from './time';

type Mark = 'ok' | 'warning' | 'critical' | 'unknown';

const RESULTS: Record<RunResult, [Mark, string]> = {
  running: ['unknown', 'running'],
  done: ['ok', 'done'],
  attention: ['warning', 'needs attention'],
  failed: ['critical', 'failed'],
  timed_out: ['critical', 'took too long'],
  not_configured: ['unknown', 'not set up'],
  skipped: ['unknown', 'skipped'],
  cancelled: ['unknown', 'cancelled'],
  interrupted: ['warning', 'interrupted'],
};

/** The mark of a result, and its word. */
export const resultOf = (result: RunResult): [Mark, string] => RESULTS[result];

export const TIERS: Tier[] = ['daily', 'weekly', 'monthly', 'quarterly', 'yearly'];

const NAMES: Record<Tier, string> = {
  daily: 'Daily',
  weekly: 'Weekly',
  monthly: 'Monthly',
  quarterly: 'Quarterly',
  yearly: 'Yearly',
};

export const tierName = (tier: Tier): string => NAMES[tier];

/** Milliseconds that a run took; nothing while it goes on. */
export function tookMs(run: Pick<TaskRun, 'started' | 'ended'>): number | undefined {
  return run.ended == null ? undefined : Math.max(0, Date.parse(run.ended) - Date.parse(run.started));
}

/** `3 s`, `420 ms`; nothing while it goes on. */
export function tookText(run: Pick<TaskRun, 'started' | 'ended'>): string {
  const took = tookMs(run);
  if (took === undefined) return '';
  return took < 1000 ? `${took} ms` : inWords(took);
}

/** Tasks whose newest run wants somebody to look, the worst first. */
export function wanting(tasks: TaskView[]): TaskView[] {
  const weight = (view: TaskView) => {
    const result = view.last?.outcome.result;
    if (view.state === 'not_configured' || !result) return 0;
    return { failed: 3, timed_out: 3, attention: 2, interrupted: 1 }[result as string] ?? 0;
  };
  return tasks.filter((view) => weight(view) > 0).sort((one, other) => weight(other) - weight(one));
}

/** Findings that somebody should look at. */
export const pressing = (findings: Finding[]): Finding[] =>
  findings.filter((finding) => finding.weight === 'attention');

export interface Day {
  /** Its first moment with an entry, in milliseconds. */
  at: number;
  entries: CalendarEntry[];
}

/** Entries by local day, without those that a larger one stands for. */
export function days(entries: CalendarEntry[]): Day[] {
  const found: Day[] = [];
  for (const entry of entries.filter((one) => one.replaced_by == null)) {
    const at = Date.parse(entry.at);
    const last = found.at(-1);
    if (last && isSameDay(last.at, at)) last.entries.push(entry);
    else found.push({ at, entries: [entry] });
  }
  return found;
}

/** `2 weekly, 4 daily`: what a day holds, the rarest first. */
export function dayText(entries: CalendarEntry[]): string {
  return [...TIERS]
    .reverse()
    .map((tier) => [tier, entries.filter((entry) => entry.tier === tier).length] as const)
    .filter(([, number]) => number > 0)
    .map(([tier, number]) => `${number} ${tier}`)
    .join(', ');
}
