// How tiles are laid out.

/** Columns for `count` tiles of at least `least` pixels in `width`, so that the rows are about equally full. */
export function balanced(count: number, width: number, least: number): number {
  const most = Math.max(1, Math.floor(width / least));
  const rows = Math.max(1, Math.ceil(count / most));
  return Math.max(1, Math.ceil(count / rows));
}
