// Calls Tauri's bundler and puts right what it does on the side: it rewrites the app's Cargo.toml in its own taste, and takes every
// app with a tray for a user of the appindicator library. On Linux it warns that it found no bundle type in `caretaker-app`: that
// program holds no Tauri, and the mark is only for an updater, which there is not.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { root } from './paths.mjs';
import { capture, run } from './run.mjs';

const library = 'ayatana-appindicator3-0.1';
const manifest = join(root, 'src-tauri/Cargo.toml');

/** Bundles the programs of the target folder `target` as `kinds`. `configuration` lists files and JSON texts. */
export async function runBundler(target, kinds, configuration) {
  const before = readFileSync(manifest);
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-bundle-'));
  // On Linux the bundler asks pkg-config for the tray library of every app with a tray, only to name it in formats that are not made
  // here. It gets an answer instead of a library that nobody uses.
  const answer = `libdir=/usr/lib\nName: ${library}\nDescription: not used\nVersion: 0\nLibs: -L\${libdir}\n`;
  writeFileSync(join(folder, `${library}.pc`), answer);
  const merged = configuration.flatMap((one) => ['--config', one]);
  try {
    await run('npx', ['--no-install', 'tauri', 'bundle', '--ci', '--bundles', kinds.join(','), ...merged], {
      environment: { CARGO_TARGET_DIR: target, PKG_CONFIG_PATH: folder, TAURI_LINUX_AYATANA_APPINDICATOR: 'true' },
      what: 'the package could not be made',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (!readFileSync(manifest).equals(before)) writeFileSync(manifest, before);
  }
}

/** Has a .deb depend on what its programs load, with versions, as dpkg itself finds out; the bundler only guesses. */
export async function correctDependencies(file) {
  const folder = mkdtempSync(join(tmpdir(), 'caretaker-deb-'));
  try {
    const tree = join(folder, 'tree');
    await run('dpkg-deb', ['--raw-extract', file, tree], { what: 'the package cannot be opened' });
    const control = join(tree, 'DEBIAN/control');
    const programs = ['caretaker', 'caretaker-app', 'caretaker-window'].map((name) => join(tree, 'usr/bin', name));
    const depends = librariesOf(folder, programs);
    writeFileSync(control, readFileSync(control, 'utf8').replace(/^Depends: .*$/m, `Depends: ${depends}`));
    await run('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, file], {
      what: 'the package cannot be closed',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What dpkg-shlibdeps says of these programs. It insists on a source package around them. */
function librariesOf(folder, programs) {
  mkdirSync(join(folder, 'debian'));
  writeFileSync(join(folder, 'debian/control'), 'Source: caretaker\n\nPackage: caretaker\nArchitecture: any\n');
  const said = capture('dpkg-shlibdeps', ['-O', ...programs], { cwd: folder });
  const depends = said?.match(/^shlibs:Depends=(.+)$/m)?.[1];
  if (!depends) throw new Failure('dpkg-shlibdeps does not say what the programs need', { why: said ?? '' });
  return depends;
}
