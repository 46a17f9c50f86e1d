// Makes sure that cargo-nextest is there. The tests rely on it: one process for each test, time limits, and the group that lets
// only one test at a time use the screen.

import { run, succeeds } from './run.mjs';

/** Builds cargo-nextest from its source when it is missing. */
export async function ensureNextest() {
  if (succeeds('cargo', ['nextest', '--version'])) return;
  console.log('Installing the test runner cargo-nextest (once, some minutes)…');
  await run('cargo', ['install', '--locked', 'cargo-nextest'], {
    what: 'cargo-nextest could not be installed',
    hint: 'see https://nexte.st for ready-made programs, then start again',
  });
}
