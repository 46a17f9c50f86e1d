// Where things lie: the checkout, cargo's output, the programs. Reads two environment variables and no file.

import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the checkout. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** Cargo's output folder, as cargo itself would choose it. */
export const targetFolder = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');

/** The path of a program of ours; cargo puts the `dev` profile into a folder named `debug`. */
export function program(name, profile) {
  return join(targetFolder, profile === 'dev' ? 'debug' : profile, name);
}

/** True on a machine that nobody sits at. */
export const unattended = Boolean(process.env.CI);
