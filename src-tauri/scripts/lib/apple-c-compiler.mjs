// A C compiler for macOS on any machine: zig carries the headers of Apple's C library. Some dependencies are C code (SQLite, zstd)
// and are compiled even when only types are checked.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, targetFolder } from './paths.mjs';
import { capture, run, succeeds } from './run.mjs';
import { ensureDebianPackages } from './system-packages.mjs';

const version = '0.17.0';
const folder = join(targetFolder, 'macos-compiler', `zig-${version}`);

/** The variables by which the `cc` crate finds the compiler for `target`; installs zig from PyPI on first use. */
export async function zigEnvironment(target) {
  const python = join(folder, 'bin/python');
  if (!existsSync(python) || !succeeds(python, ['-c', 'import ziglang'])) await installZig(python);
  const zig = capture(python, [
    '-c',
    'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))',
  ]);
  const name = target.replaceAll('-', '_');
  const script = (file) => join(root, 'src-tauri/scripts/macos', file);
  return {
    CARETAKER_ZIG: zig,
    ZIG_GLOBAL_CACHE_DIR: join(folder, 'cache'),
    [`CC_${name}`]: script('cc'),
    [`CXX_${name}`]: script('cc'),
    [`AR_${name}`]: script('ar'),
    // Any folder: it only has to exist, or Apple's `xcrun` is asked for it.
    SDKROOT: '/',
  };
}

async function installZig(python) {
  if (!succeeds('python3', ['-c', 'import ensurepip, venv'])) await ensureDebianPackages(['python3', 'python3-venv']);
  console.log('Fetching a C compiler for macOS (zig, once)…');
  await run('python3', ['-m', 'venv', '--clear', folder], { what: 'no Python environment could be made for zig' });
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `ziglang==${version}`], {
    what: 'zig could not be installed from PyPI',
    hint: 'check the network connection, then start again',
  });
}
