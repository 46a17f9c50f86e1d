import { expect, it } from 'vitest';
import { changesIn, linesOf } from './difference';

const DIFFERENCE = '--- a\n+++ b\n@@ -1,2 +1,3 @@\n same\n-old\n+new\n+--- not a name\n';

it('reads the lines of a diff without the names of its files', () => {
  expect(linesOf(DIFFERENCE)).toEqual([
    { kind: 'place', text: '@@ -1,2 +1,3 @@' },
    { kind: 'same', text: 'same' },
    { kind: 'removed', text: 'old' },
    { kind: 'added', text: 'new' },
    { kind: 'added', text: '--- not a name' },
  ]);
});

it('counts what changed', () => {
  expect(changesIn(linesOf(DIFFERENCE))).toBe('2 lines added, 1 line removed');
  expect(changesIn(linesOf('@@ @@\n+one\n'))).toBe('1 line added');
});
