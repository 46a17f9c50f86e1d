// `npm run soak`: random trees are changed, backed up, pruned by the plan of retention, and restored at random points, thousands of
// times; any difference ends it. Takes about half an hour; the seed is printed, and a journey of one seed is always the same.
//
//   npm run soak -- --rounds 10000            longer
//   npm run soak -- --seed 31 --rounds 100    once more what failed, or on from where it was ended

import { join } from 'node:path';
import { main } from './lib/failure.mjs';
import { program } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { exitCode, run } from './lib/run.mjs';

await main(async () => {
  await prepare({ systemPackages: ['build'] });
  const build = ['build', '--release', '--package', 'caretaker-backup', '--example', 'soak'];
  await run('cargo', build, { what: 'the soak could not be built' });
  return exitCode(join(program('examples', 'release'), 'soak'), process.argv.slice(2));
});
