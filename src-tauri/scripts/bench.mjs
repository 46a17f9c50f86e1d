// `npm run bench`: measures the shipped programs (profile `dist`: one unit, fat link-time optimisation) and prints the figures of
// docs/performance.md beside their targets. What is measured, and how, is the business of `xtask bench`.

import { main } from './lib/failure.mjs';
import { prepare } from './lib/prepare.mjs';
import { exitCode, run } from './lib/run.mjs';

await main(async () => {
  await prepare({ systemPackages: ['build', 'test'] });
  console.log('Building the programs as they are shipped (first time, about 10 minutes)…');
  const programs = ['caretaker-cli', 'caretaker-app', 'caretaker-xtask'].flatMap((name) => ['--package', name]);
  await run('cargo', ['build', '--profile', 'dist', ...programs], { what: 'the programs could not be built' });
  // All three at once above, so that this starts what is built already instead of building it with other features.
  return exitCode('cargo', [
    'run',
    '--quiet',
    '--profile',
    'dist',
    '-p',
    'caretaker-xtask',
    '--',
    'bench',
    ...process.argv.slice(2),
  ]);
});
