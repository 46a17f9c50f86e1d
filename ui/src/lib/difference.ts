// A unified diff, line by line, as it is coloured and spoken.

export interface Line {
  kind: 'same' | 'added' | 'removed' | 'place';
  text: string;
}

/** The lines of a unified diff without the names of its files. */
export function linesOf(difference: string): Line[] {
  const lines = difference.replace(/\n$/, '').split('\n');
  const start = lines.findIndex((line) => line.startsWith('@@'));
  return lines.slice(Math.max(0, start)).map((line) => {
    if (line.startsWith('@@')) return { kind: 'place', text: line };
    if (line.startsWith('+')) return { kind: 'added', text: line.slice(1) };
    if (line.startsWith('-')) return { kind: 'removed', text: line.slice(1) };
    return { kind: 'same', text: line.replace(/^ /, '') };
  });
}

/** `3 lines added, 1 removed`. */
export function changesIn(lines: Line[]): string {
  const count = (kind: Line['kind']) => lines.filter((line) => line.kind === kind).length;
  const [added, removed] = [count('added'), count('removed')];
  const words = (lines: number) => `${lines} line${lines === 1 ? '' : 's'}`;
  return [added > 0 && `${words(added)} added`, removed > 0 && `${words(removed)} removed`].filter(Boolean).join(', ');
}
