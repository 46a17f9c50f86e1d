// Starts the tray app in a home folder of its own, without opening a window, and sees that it is still there and at work a minute
// later (LAUNCH_SECONDS changes that): `node src-tauri/scripts/launch-check.mjs APP CARETAKER`, the paths of both programs. The workflow does this with the Mac's bundle.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure, main } from './lib/failure.mjs';

const stayMs = Number(process.env.LAUNCH_SECONDS ?? 60) * 1000;
const freshMs = 60_000;
const stopMs = 5_000;

await main(async () => {
  const [application, caretaker] = process.argv.slice(2);
  if (!caretaker) throw new Failure('two paths are needed: of `caretaker-app` and of `caretaker`', { exitCode: 2 });
  const home = mkdtempSync(join(tmpdir(), 'caretaker-launch-'));
  const app = spawn(application, [], { env: { ...process.env, CARETAKER_HOME: home }, stdio: 'inherit' });
  const ended = new Promise((resolve) => {
    app.on('error', (error) => resolve(error.message));
    app.on('exit', (code, signal) => resolve(`exit code ${code}, signal ${signal}`));
  });
  try {
    const early = await Promise.race([ended, wait(stayMs, null)]);
    if (early !== null) throw new Failure('the app did not stay', { why: early });
    requireEngine(await status(caretaker, home));
    console.log('The app runs and its engine answers.');
    app.kill('SIGTERM');
    if ((await Promise.race([ended, wait(stopMs, null)])) === null) {
      throw new Failure(`the app did not end within ${stopMs / 1000} s of SIGTERM`);
    }
  } finally {
    app.kill('SIGKILL');
    await ended;
    rmSync(home, { recursive: true, force: true });
  }
});

/** What `caretaker status --json` says; its exit code judges the machine, not the app. */
async function status(caretaker, home) {
  const child = spawn(caretaker, ['status', '--json', '--home', home], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part) => (text += part));
  await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('`caretaker status --json` gave no JSON', { why: text.slice(0, 500) });
  }
}

function requireEngine({ engine, error }) {
  const age = Date.now() - Date.parse(engine?.last_round);
  if (engine?.running && engine.program === 'caretaker-app' && age < freshMs) return;
  throw new Failure('no working engine of the app answers', { why: JSON.stringify(error ?? engine) });
}
