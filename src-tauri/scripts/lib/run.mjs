// Starts other programs: shown on this terminal (`run`), read (`capture`), or asked only whether they succeed (`succeeds`).
// Arguments are lists and no shell is involved, so that a path with a space stays one argument.

import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { Failure } from './failure.mjs';
import { root } from './paths.mjs';

const installHints = {
  cargo: 'install Rust from https://rustup.rs, then open a new terminal',
  npm: 'install Node 20 or newer, which brings npm',
};

function notStarted(command, error) {
  return new Failure(`\`${command}\` could not be started`, {
    why: error.code === 'ENOENT' ? 'the program is not installed, or not in PATH' : error.message,
    hint: installHints[command],
  });
}

/** The number a shell would report: 128 and the signal's number for a program that a signal ended. */
function exitCodeOf(code, signal) {
  return code ?? 128 + (constants.signals[signal] ?? 0);
}

/**
 * Runs `command` on this terminal and gives its exit code. SIGTERM and SIGHUP are passed on, and so is SIGINT, which a terminal
 * sends to the whole group anyway: this process then waits for the child, so that its last words and exit code are not lost.
 */
export function exitCode(command, args = [], { environment = {}, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...environment }, stdio: 'inherit' });
    const passOn = (signal) => child.kill(signal);
    const wait = () => {};
    process
      .on('SIGTERM', passOn)
      .on('SIGHUP', passOn)
      .on('SIGINT', process.stdin.isTTY ? wait : passOn);
    const forget = () => {
      for (const signal of ['SIGTERM', 'SIGHUP']) process.off(signal, passOn);
      process.off('SIGINT', passOn).off('SIGINT', wait);
    };
    child.on('error', (error) => (forget(), reject(notStarted(command, error))));
    child.on('close', (code, signal) => (forget(), resolve(exitCodeOf(code, signal))));
  });
}

/** Runs `command` on this terminal and fails when it fails; the command has said why by then. */
export async function run(command, args = [], { what, hint, ...options } = {}) {
  const code = await exitCode(command, args, options);
  if (code === 0) return;
  const call = `\`${[command, ...args].join(' ')}\``;
  if (code > 128)
    throw new Failure(`stopped: ${call} was ended by a signal`, { why: `exit code ${code}`, exitCode: code });
  throw new Failure(what ?? `${call} failed`, {
    why: `it ended with exit code ${code}; its own words stand above`,
    hint,
  });
}

/** Runs `command` unseen and gives what it printed, trimmed; null when it failed or is not installed. */
export function capture(command, args = [], { environment = {}, cwd = root } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return result.status === 0 ? result.stdout.trim() : null;
}

/** Whether `command` can be started and ends well; nothing is shown. */
export function succeeds(command, args = [], options = {}) {
  return capture(command, args, options) !== null;
}
