// Sees that a package does what packages are for: it installs, its programs run from where they were installed, and it goes away
// without a trace. It uses the machine's own dpkg: meant for a fresh machine or container, and refuses where Caretaker is installed.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from './failure.mjs';
import { root } from './paths.mjs';
import { capture, exitCode, run } from './run.mjs';
import { missingDebianPackages } from './system-packages.mjs';

const launchCheck = join(root, 'src-tauri/scripts/launch-check.mjs');
const answerMs = 30_000;
const stopMs = 5_000;

/** Installs the .deb, runs the engine and the app from it, removes it. */
export async function checkDebian(file) {
  const name = capture('dpkg-deb', ['--field', file, 'Package']);
  if (missingDebianPackages([name]).length === 0) {
    throw new Failure(`the package \`${name}\` is installed here already`, {
      hint: 'remove it first, or use a container',
    });
  }
  const files = packedFiles(file);
  for (const needed of ['/usr/bin/caretaker', '/usr/bin/caretaker-app', '/usr/bin/caretaker-window']) {
    if (!files.includes(needed)) throw new Failure(`the package holds no ${needed}`, { why: files.join('\n') });
  }
  requireDependencies(file);
  console.log(`Installing ${name}…`);
  try {
    await asRoot(['dpkg', '--install', file], { what: 'the package does not install' });
    await checkInstalled();
  } finally {
    // Also when something failed: nothing of a check stays behind.
    await asRoot(['dpkg', '--purge', name], { what: 'the package does not go away' });
  }
  const left = files.filter((path) => existsSync(path));
  if (left.length > 0) throw new Failure('the package left files behind', { why: left.join('\n') });
  console.log('ok     installed, ran, and was removed without a trace');
}

/** Runs the engine and the app from a bundle, and looks at its signature. */
export async function checkBundle(bundle) {
  const programs = join(bundle, 'Contents/MacOS');
  await run('codesign', ['--verify', '--deep', '--strict', bundle], { what: 'the signature is not whole' });
  await checkEngine(join(programs, 'caretaker'));
  await run('node', [launchCheck, join(programs, 'caretaker-app'), join(programs, 'caretaker')], {
    what: 'the app did not run',
  });
  console.log('ok     the engine and the app run from the bundle');
}

function asRoot(words, options) {
  const [command, ...rest] = process.getuid() === 0 ? words : ['sudo', ...words];
  return run(command, rest, options);
}

async function checkInstalled() {
  await checkEngine('/usr/bin/caretaker');
  const app = ['node', launchCheck, '/usr/bin/caretaker-app', '/usr/bin/caretaker'];
  await run('dbus-run-session', ['--', 'xvfb-run', '--auto-servernum', ...app], { what: 'the app did not run' });
  const unit = capture('/usr/bin/caretaker', [
    'service',
    'install',
    '--dry-run',
    '--system',
    '--home',
    '/var/lib/caretaker',
  ]);
  // A dry run ends with 3 where systemd does not run; `capture` then has nothing, and the exit code says enough.
  const code = await exitCode('/usr/bin/caretaker', ['service', 'status']);
  if (unit !== null && !unit.includes('/usr/bin/caretaker'))
    throw new Failure('the unit names another program', { why: unit });
  if (code !== 4)
    throw new Failure('`caretaker service status` does not say that nothing is installed', {
      why: `exit code ${code}`,
    });
}

/** A headless engine from this program: it starts, answers, and ends when told to. */
async function checkEngine(caretaker) {
  const home = mkdtempSync(join(tmpdir(), 'caretaker-package-'));
  const engine = spawn(caretaker, ['run', '--home', home], { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise((resolve) => engine.on('exit', (code) => resolve(code)).on('error', () => resolve(-1)));
  try {
    const until = Date.now() + answerMs;
    let answer = null;
    while (answer === null && Date.now() < until) {
      await wait(500);
      // Its exit code judges the machine, so only the document counts.
      const text = capture('sh', ['-c', '"$0" status --json --home "$1" || true', caretaker, home]);
      const status = text ? JSON.parse(text) : null;
      answer = status?.engine?.running && status.engine.last_round ? status : null;
    }
    if (answer === null)
      throw new Failure('the installed engine did not answer', { why: `within ${answerMs / 1000} s` });
    engine.kill('SIGTERM');
    const code = await Promise.race([ended, wait(stopMs, null)]);
    if (code !== 0) throw new Failure('the installed engine did not end well', { why: `exit code ${code}` });
    console.log(`The engine ${answer.engine.version} runs without a screen and ends when told to.`);
  } finally {
    engine.kill('SIGKILL');
    await ended;
    rmSync(home, { recursive: true, force: true });
  }
}

/** Every path in the package that is a file. */
function packedFiles(file) {
  const list = capture('dpkg-deb', ['--contents', file]) ?? '';
  return list
    .split('\n')
    .filter((line) => !line.startsWith('d'))
    .map((line) =>
      line
        .trim()
        .split(/\s+/)
        .slice(5)
        .join(' ')
        .split(' -> ')[0]
        .replace(/^\.?\/?/, '/'),
    );
}

/** Every library that the programs load comes from a package that the .deb depends on, directly or not. */
function requireDependencies(file) {
  const depends = capture('dpkg-deb', ['--field', file, 'Depends']) ?? '';
  for (const needed of ['libwebkit2gtk-4.1-0', 'libgtk-3-0']) {
    if (!depends.includes(needed)) throw new Failure(`the package does not depend on ${needed}`, { why: depends });
  }
  if (depends.includes('appindicator')) {
    throw new Failure('the package depends on a tray library that the app does not use', { why: depends });
  }
}
