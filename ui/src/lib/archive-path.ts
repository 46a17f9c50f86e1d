// Paths in archives and their addresses in the window. Their parts are parted by `/`; a path never begins with one.

export interface Part {
  name: string;
  path: string;
}

/** The folders on the way to a path, the first one first: `srv/board` is `srv`, then `srv/board`. */
export function partsOf(path: string): Part[] {
  const names = path.split('/').filter(Boolean);
  return names.map((name, index) => ({ name, path: names.slice(0, index + 1).join('/') }));
}

export const parentOf = (path: string): string => path.split('/').slice(0, -1).join('/');

export const nameOf = (path: string): string => path.split('/').at(-1) ?? path;

/** The page of a folder in a restore point, with one of its files open if one is named. */
export function pointAddress(archive: string, folder = '', file?: string): string {
  const parts = [archive, ...folder.split('/').filter(Boolean)].map(encodeURIComponent);
  const query = file === undefined ? '' : `?file=${encodeURIComponent(file)}`;
  return `#/backups/${parts.join('/')}${query}`;
}

/** What a route names: a restore point, and a folder in it. */
export function pointOf(id: string): { archive: string; folder: string } {
  const cut = id.indexOf('/');
  return cut < 0 ? { archive: id, folder: '' } : { archive: id.slice(0, cut), folder: id.slice(cut + 1) };
}

/** The longest folder that holds all of these paths from `/`. */
export function commonFolder(paths: string[]): string {
  const [first = '', ...others] = paths.map((path) => path.split('/').filter(Boolean).slice(0, -1).join('/'));
  let common = first.split('/').filter(Boolean);
  for (const other of others) {
    const names = other.split('/');
    const end = common.findIndex((name, index) => name !== names[index]);
    if (end >= 0) common = common.slice(0, end);
  }
  return `/${common.join('/')}`;
}

/** A new folder beside what is saved, named after the moment of its restore point. */
export function suggestedTarget(sources: string[], at: string): string {
  const beside = commonFolder(sources.filter((source) => source.startsWith('/')));
  const stamp = at.slice(0, 16).replace('T', ' ').replace(':', '.');
  return `${beside === '/' ? '' : beside}/Restored ${stamp}`;
}
