import { expect, it } from 'vitest';
import type { Block } from '$/backend/types';
import { pieces, runbookFacts, runBy, runMark, runSentence } from './runbook';

const item = (depth: number, number: number | null, text: string): Block => ({
  kind: 'item',
  depth,
  number,
  phrases: [{ text, style: 'plain' }],
});
const paragraph: Block = { kind: 'paragraph', phrases: [{ text: 'p', style: 'plain' }] };

it('makes lists of entries that follow each other at the same depth', () => {
  const found = pieces([item(0, null, 'a'), item(0, null, 'b'), item(1, 1, 'c'), paragraph, item(0, null, 'd')]);
  expect(
    found.map((piece) => (piece.kind === 'list' ? [piece.depth, piece.isNumbered, piece.items.length] : 'p')),
  ).toEqual([[0, false, 2], [1, true, 1], 'p', [0, false, 1]]);
});

it('says what became of a run', () => {
  const run = { started: '2026-01-01T10:00:00.000Z', ended: '2026-01-01T10:00:04.000Z', reason: '' };
  expect(runSentence({ ...run, state: 'done' })).toBe('Done in 4 s');
  expect(runSentence({ ...run, ended: run.started, state: 'done' })).toBe('Done');
  expect(runSentence({ ...run, state: 'failed', reason: 'it ended with exit code 1' })).toBe(
    'Failed: it ended with exit code 1',
  );
  expect([runMark('done'), runMark('running'), runMark('interrupted')]).toEqual(['ok', 'unknown', 'critical']);
  expect(runBy({ user: 'ada', door: 'window' })).toBe('ada, in the window');
  expect(runBy({ user: '', door: 'command_line' })).toBe('on the command line');
});

it('tells in a line what a runbook is', () => {
  expect(runbookFacts({ steps: 5, commands: 1, origin: 'shipped', problems: 0 })).toEqual(['5 steps', '1 command']);
  expect(runbookFacts({ steps: 1, commands: 0, origin: 'own', problems: 2 })).toEqual([
    '1 step',
    'your own',
    '2 mistakes',
  ]);
});
