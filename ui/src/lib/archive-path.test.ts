import { expect, it } from 'vitest';
import { commonFolder, nameOf, parentOf, partsOf, pointAddress, pointOf, suggestedTarget } from './archive-path';
import { parseRoute } from './route';

it('a path has folders on the way, a folder and a name', () => {
  expect(partsOf('srv/board/a.txt').map((part) => part.path)).toEqual(['srv', 'srv/board', 'srv/board/a.txt']);
  expect([parentOf('srv/board/a.txt'), nameOf('srv/board/a.txt')]).toEqual(['srv/board', 'a.txt']);
  expect([partsOf(''), parentOf('a'), nameOf('a')]).toEqual([[], '', 'a']);
});

it.each([
  ['srv/board', 'srv/board/a.txt'],
  ['home/ann/50 % & more/#1?', 'home/ann/50 % & more/#1?/x=y&z.md'],
  ['Ä/\\xFF', 'Ä/\\xFF/\\\\.txt'],
  ['', 'a b'],
])('the address of %s leads back to it', (folder, file) => {
  const route = parseRoute(pointAddress('019-ab', folder, file));
  expect(pointOf(route.id)).toEqual({ archive: '019-ab', folder });
  expect(route.query.get('file')).toBe(file);
});

it.each([
  [['/home/ann/Documents'], '/home/ann'],
  [['/home/ann/Documents', '/home/ann/Pictures'], '/home/ann'],
  [['/home/ann/Documents', '/srv/board'], '/'],
  [['/home/ann/a/b', '/home/ann/c'], '/home/ann'],
  [['/home/ann/c', '/home/ann/a/b'], '/home/ann'],
  [[], '/'],
])('%o lie in %s', (paths, folder) => {
  expect(commonFolder(paths)).toBe(folder);
});

it('files come back beside what was saved, under the moment of their restore point', () => {
  expect(suggestedTarget(['/home/ann/Documents'], '2026-03-02T08:05:00.000Z')).toBe(
    '/home/ann/Restored 2026-03-02 08.05',
  );
  expect(suggestedTarget(['/a', '/b'], '2026-03-02T08:05:00.000Z')).toBe('/Restored 2026-03-02 08.05');
});
