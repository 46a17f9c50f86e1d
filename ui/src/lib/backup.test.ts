import { expect, it } from 'vitest';
import type { ArchiveView, Policy } from '$/backend/types';
import {
  copiesText,
  counted,
  grouped,
  keepText,
  placeText,
  pointState,
  scheduleWords,
  withoutPassword,
} from './backup';

it.each([
  ['daily 03:00', 'every day at 03:00'],
  ['weekly sun 04:30', 'Sundays at 04:30'],
  ['mon-fri 22:00', 'mon-fri 22:00'],
  ['weekly someday 04:30', 'weekly someday 04:30'],
])('%s is said as %s', (text, words) => {
  expect(scheduleWords(text)).toBe(words);
});

it.each([
  [{ full: '7', incremental: '30' }, '7 full, 30 incremental'],
  [{ full: 'all', incremental: '30d' }, 'all full, incremental of 30d'],
])('a rule to keep %o is %s', (keep, text) => {
  expect(keepText(keep as Policy)).toBe(text);
});

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1\u202f000'],
  [50_012, '50\u202f012'],
  [1_234_567, '1\u202f234\u202f567'],
])('%d has its digits in threes', (count, text) => {
  expect(grouped(count)).toBe(text);
  expect(counted(count, 'file')).toBe(`${text} files`);
});

it.each([
  [{ copies: 1, pending: 0 }, '1 copy'],
  [{ copies: 1200, pending: 2 }, '1\u202f200 copies, 2 still to be made'],
  [{ copies: 0, pending: 3 }, '0 copies, 3 still to be made'],
])('the copies at a store %o are told as %s', (view, text) => {
  expect(copiesText(view)).toBe(text);
});

it('says one file', () => {
  expect(counted(1, 'file')).toBe('1 file');
});

it('shows no password of a database', () => {
  expect(withoutPassword('postgres://ann:secret@db/board')).toBe('postgres://ann@db/board');
  expect(withoutPassword('postgres://db/board')).toBe('postgres://db/board');
});

it('tells where a destination is', () => {
  expect(placeText({ kind: 'folder', path: '/mnt/backup' })).toBe('/mnt/backup');
  const bucket = { kind: 'bucket' as const, bucket: 'safe', region: 'eu' };
  expect(placeText({ ...bucket, prefix: 'mini', endpoint: 'https://s3.example.org' })).toBe(
    'https://s3.example.org, bucket safe/mini',
  );
  expect(placeText({ ...bucket, prefix: '' })).toBe('Amazon S3, bucket safe');
});

it.each([
  [{}, 'made'],
  [{ verified: { result: 'intact' } }, 'intact'],
  [{ verified: { result: 'intact' }, proven: 'x' }, 'proven'],
  [{ verified: { result: 'damaged' }, proven: 'x' }, 'damaged'],
  [{ verified: { result: 'damaged' }, is_missing: true }, 'missing'],
])('of a restore point with %o the worst or the best is shown: %s', (point, state) => {
  expect(pointState(point as ArchiveView)).toBe(state);
});
