// The set-up that `npm start`, `npm test` and the checks share: tools, system packages, npm packages, the built UI. Every step
// looks first and does nothing when there is nothing to do.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { fingerprint, isDone, markDone } from './inputs.mjs';
import { root } from './paths.mjs';
import { capture, run } from './run.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

const oldestNode = 20;
const oldestRust = 90;

/** Everything before cargo: fails with words when a tool is missing, installs packages, builds the UI if it changed. */
export async function prepare({ systemPackages = ['build'] } = {}) {
  requireTools();
  await ensureSystemPackages(...systemPackages);
  await ensureNodePackages();
  await ensureUi();
}

/** Fails when Node or Rust is missing or too old. */
export function requireTools() {
  if (Number(process.versions.node.split('.')[0]) < oldestNode) {
    throw new Failure(`Node ${oldestNode} or newer is needed`, {
      why: `this is Node ${process.versions.node}`,
      hint: 'install it from https://nodejs.org or with your package manager',
    });
  }
  const version = capture('rustc', ['--version']);
  const minor = Number(version?.match(/^rustc 1\.(\d+)\./)?.[1] ?? 0);
  if (minor < oldestRust || !capture('cargo', ['--version'])) {
    throw new Failure(`Rust 1.${oldestRust} or newer is needed`, {
      why: version ? `this is ${version}` : '`rustc` and `cargo` were not found in PATH',
      hint: version ? 'run `rustup update stable`' : 'install Rust from https://rustup.rs, then open a new terminal',
    });
  }
}

/** Runs `npm ci` when the lock file differs from what is installed. */
export async function ensureNodePackages() {
  const inputs = fingerprint(['package-lock.json', 'package.json', 'ui/package.json', 'tests/ui/package.json']);
  if (isDone('npm-packages', inputs)) return;
  console.log('Installing npm packages…');
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    environment: { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' },
    what: 'the npm packages could not be installed',
    hint: 'check the network connection; after an edit of a package.json run `npm install` once to renew package-lock.json',
  });
  markDone('npm-packages', inputs);
}

/** Builds `ui/dist` when a source changed: the tray app embeds that folder when it is compiled. */
export async function ensureUi() {
  const inputs = fingerprint(['ui', 'package-lock.json']);
  if (existsSync(join(root, 'ui/dist/index.html')) && isDone('ui', inputs)) return;
  console.log('Building the window…');
  await run('npm', ['run', '--silent', 'build', '--workspace', 'ui'], { what: 'the window could not be built' });
  markDone('ui', inputs);
}
