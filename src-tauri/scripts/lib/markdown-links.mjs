// Checks that every relative link in the project's Markdown leads to a file that exists and to a heading in it. Links to the web
// are left alone: a check that needs the network fails for reasons nobody here can mend.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { root } from './paths.mjs';
import { capture } from './run.mjs';

/** Prints every dead link and gives 1 if there is one. */
export function checkLinks() {
  const listed = capture('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', '*.md']) ?? '';
  const files = listed.split('\n').filter((file) => file && existsSync(join(root, file)));
  const problems = files.flatMap((file) => problemsIn(file));
  for (const { file, line, target, why } of problems) console.error(`${file}:${line}: ${target}: ${why}`);
  return problems.length > 0 ? 1 : 0;
}

function problemsIn(file) {
  return linksIn(readFileSync(join(root, file), 'utf8')).flatMap(({ line, target }) => {
    const why = problemWith(file, target);
    return why ? [{ file, line, target, why }] : [];
  });
}

function problemWith(file, target) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return null;
  const [path, anchor] = target.split('#');
  const destination = path === '' ? join(root, file) : resolve(root, dirname(file), decodeURIComponent(path));
  if (relative(root, destination).startsWith('..')) return 'leads out of the project';
  const status = statSync(destination, { throwIfNoEntry: false });
  if (!status) return 'there is no such file';
  if (!anchor || !destination.endsWith('.md')) return null;
  return headingAnchors(readFileSync(destination, 'utf8')).has(anchor) ? null : 'there is no such heading';
}

/** The lines of a Markdown text with code blanked out, so that an example is not taken for a link or a heading. */
export function proseLines(text) {
  let fence = null;
  return text.split('\n').map((line) => {
    const mark = line.match(/^\s*(`{3,}|~{3,})/)?.[1];
    if (mark && fence === null) fence = mark;
    else if (mark && fence !== null && mark.startsWith(fence)) fence = null;
    return mark || fence !== null ? '' : line;
  });
}

/** Every link target with its line: `[text](target)`, `![picture](target)`, `[name]: target`, and `src` or `href` of HTML. */
export function linksIn(text) {
  const shapes = [
    /\]\(\s*<?([^()\s<>]+)>?(?:\s+"[^"]*")?\s*\)/g,
    /^\s*\[[^\]]+\]:\s+<?(\S+?)>?\s*$/g,
    /\b(?:src|srcset|href)="([^"]+)"/g,
  ];
  return proseLines(text).flatMap((prose, index) => {
    const line = prose.replace(/`[^`]*`/g, '');
    return shapes.flatMap((shape) => [...line.matchAll(shape)].map((match) => ({ line: index + 1, target: match[1] })));
  });
}

/** The anchors that GitHub gives to the headings of a text, and those written as `<a id="…">`. */
export function headingAnchors(text) {
  const anchors = new Set();
  for (const line of proseLines(text)) {
    for (const match of line.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(match[1]);
    const heading = line.match(/^#{1,6}\s+(.*?)\s*#*$/)?.[1];
    if (heading === undefined) continue;
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let copy = 1; anchors.has(anchor); copy += 1) anchor = `${slug}-${copy}`;
    anchors.add(anchor);
  }
  return anchors;
}
