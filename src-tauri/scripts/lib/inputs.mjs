// Remembers what a step was last done for, so that a step whose inputs are unchanged is skipped. The memory lies in
// `node_modules/.caretaker`: whoever deletes node_modules gets every step again.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './paths.mjs';

const memory = join(root, 'node_modules', '.caretaker');

/** One hash over the contents and names of `paths` (files or folders, relative to the checkout; missing ones count as empty). */
export function fingerprint(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const file of paths.flatMap((path) => [...filesUnder(join(root, path))])) {
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** Whether `step` was last done for this very fingerprint. */
export function isDone(step, inputs) {
  try {
    return readFileSync(join(memory, step), 'utf8') === inputs;
  } catch {
    return false;
  }
}

/** Records that `step` has been done. */
export function markDone(step, inputs) {
  mkdirSync(memory, { recursive: true });
  writeFileSync(join(memory, step), inputs);
}

function* filesUnder(path) {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isFile()) yield path;
  if (!status?.isDirectory()) return;
  for (const entry of readdirSync(path).sort()) {
    if (entry !== 'node_modules' && entry !== 'dist') yield* filesUnder(join(path, entry));
  }
}
