import { expect, it } from 'vitest';
import type { ActivityResult, ActivityView } from '$/backend/types';
import { isOver, progressFacts, resultSentence, shareOf } from './activity';

const activity = (changes: object = {}): ActivityView =>
  ({
    state: 'running',
    progress: { step: 'reading', files: 0, files_expected: 0, bytes: 0, bytes_expected: 0, written: 0 },
    ...changes,
  }) as ActivityView;

it.each([
  [{ files: 5, files_expected: 10 }, 0.5],
  [{ files: 5, files_expected: 10, bytes: 30, bytes_expected: 40 }, 0.75],
  [{ bytes: 50, bytes_expected: 40 }, 1],
  [{ files: 5 }, undefined],
])('of %o the share %s is done', (progress, share) => {
  const view = activity();
  expect(shareOf({ ...view, progress: { ...view.progress, ...progress } })).toBe(share);
});

it('tells what goes on, as far as anybody knows', () => {
  const known = activity({
    progress: { step: 'reading', files: 1204, files_expected: 50_000, bytes: 12e6, bytes_expected: 606e6, written: 1 },
    bytes_per_s: 48e6,
    left_ms: 12_400,
  });
  expect(progressFacts(known).map((fact) => fact.replace(/\s/g, ' '))).toEqual([
    'reading',
    '1 204 of 50 000 files',
    '12 MB of 606 MB',
    '48 MB/s',
    '12 s left',
  ]);
  expect(progressFacts(activity())).toEqual(['reading']);
  expect(progressFacts(activity({ state: 'waiting' }))).toEqual(['waiting for other work to end']);
});

it.each([
  [
    { created: { archive: { bytes_stored: 9e6 }, stored_files: 2, result: 'complete', exceptions: [] } },
    '2 files saved in 9 MB.',
  ],
  [
    {
      created: {
        archive: { bytes_stored: 9e6 },
        stored_files: 2,
        result: 'complete-with-exceptions',
        exceptions: [{}],
      },
    },
    '2 files saved in 9 MB; 1 thing did not go as planned.',
  ],
  [{ verified: [{ result: 'intact' }] }, '1 restore point checked: every byte is as it was written.'],
  [{ verified: [{ result: 'intact' }, { result: 'damaged' }] }, '1 of 2 restore points damaged.'],
  [{ drilled: { is_proven: false, failures: ['`a` is lost'] } }, 'Not proven: `a` is lost'],
  [{ pruned: { removed: [], frees_bytes: 0 } }, 'Nothing was beyond its term.'],
  ['replicated', 'The copy is there and was read back.'],
])('what came of it is one sentence', (result, sentence) => {
  expect(resultSentence(result as unknown as ActivityResult).replace(/\s/g, ' ')).toBe(sentence);
});

it.each([
  ['running', false],
  ['cancelling', false],
  ['done', true],
  ['failed', true],
  ['cancelled', true],
] as const)('%s is over: %s', (state, over) => {
  expect(isOver({ state })).toBe(over);
});
