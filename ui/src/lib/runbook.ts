// Runbooks in words, and their flat blocks as lists.
import type { Block, RunState, RunView, RunbookSummary } from '$/backend/types';
import { counted } from './backup';
import { inWords } from './time';

type Item = Extract<Block, { kind: 'item' }>;

export type Piece =
  | { kind: 'list'; depth: number; isNumbered: boolean; items: Item[] }
  | { kind: 'block'; block: Exclude<Block, { kind: 'item' }> };

/** Entries that follow each other in the same list become one; everything else stays as it is. */
export function pieces(blocks: readonly Block[]): Piece[] {
  const found: Piece[] = [];
  for (const block of blocks) {
    if (block.kind !== 'item') {
      found.push({ kind: 'block', block });
      continue;
    }
    const last = found.at(-1);
    const isNumbered = block.number != null;
    if (last?.kind === 'list' && last.depth === block.depth && last.isNumbered === isNumbered) last.items.push(block);
    else found.push({ kind: 'list', depth: block.depth, isNumbered, items: [block] });
  }
  return found;
}

const WORDS: Record<RunState, string> = {
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  timed_out: 'Took too long',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
};

/** `Failed: it ended with exit code 1`, `Done in 4 s`. */
export function runSentence(run: Pick<RunView, 'state' | 'reason' | 'started' | 'ended'>): string {
  if (run.reason !== '') return `${WORDS[run.state]}: ${run.reason}`;
  const took = run.ended ? Date.parse(run.ended) - Date.parse(run.started) : 0;
  return took >= 1000 ? `${WORDS[run.state]} in ${inWords(took)}` : WORDS[run.state];
}

/** The mark that a run has. */
export function runMark(state: RunState): 'ok' | 'critical' | 'unknown' {
  if (state === 'done') return 'ok';
  return state === 'running' ? 'unknown' : 'critical';
}

const DOORS: Record<RunView['door'], string> = {
  command_line: 'on the command line',
  window: 'in the window',
  program: 'by a program',
};

/** `ada, in the window`. */
export const runBy = (run: Pick<RunView, 'user' | 'door'>): string =>
  run.user === '' ? DOORS[run.door] : `${run.user}, ${DOORS[run.door]}`;

/** `5 steps, 3 commands · answers CPU busy`. */
export function runbookFacts(runbook: Pick<RunbookSummary, 'steps' | 'commands' | 'origin' | 'problems'>): string[] {
  const origins = { shipped: '', own: 'your own', replaced: 'your own, in place of the shipped one' };
  return [
    counted(runbook.steps, 'step'),
    runbook.commands > 0 ? counted(runbook.commands, 'command') : '',
    origins[runbook.origin],
    runbook.problems > 0 ? counted(runbook.problems, 'mistake') : '',
  ].filter(Boolean);
}
