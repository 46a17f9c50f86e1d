// `npm run bench`: measures the shipped programs (profile `dist`: one unit, fat link-time optimisation) and prints the figures of
// docs/performance.md beside their targets. What is measured, and how, is the business of `xtask bench`.
//
//   npm run bench                                    as it is shipped; what the documentation quotes
//   npm run bench -- --quick --profile release       a first look, with the programs that `npm start` builds

import { Failure, main } from './lib/failure.mjs';
import { program } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { exitCode, run } from './lib/run.mjs';

const profiles = { dist: 'about 10 minutes', release: 'about 5 minutes' };

/** Takes `--profile NAME` out of the words; the others are for `xtask bench`. */
function profileAmong(words) {
  const at = words.indexOf('--profile');
  const profile = at < 0 ? 'dist' : words[at + 1];
  if (!Object.hasOwn(profiles, profile ?? '')) {
    throw new Failure(`there is no profile \`${profile ?? ''}\` to measure`, {
      hint: `one of: ${Object.keys(profiles).join(', ')}`,
    });
  }
  return { profile, rest: at < 0 ? words : words.toSpliced(at, 2) };
}

await main(async () => {
  const { profile, rest } = profileAmong(process.argv.slice(2));
  await prepare({ systemPackages: ['build', 'test'] });
  console.log(`Building the programs with profile ${profile} (first time, ${profiles[profile]})…`);
  // All in one build: another choice of packages would be another choice of features, and most would be built twice.
  const packages = ['caretaker-cli', 'caretaker-app', 'caretaker-xtask'].flatMap((name) => ['--package', name]);
  await run('cargo', ['build', '--profile', profile, ...packages], { what: 'the programs could not be built' });
  return exitCode(program('caretaker-xtask', profile), ['bench', '--programs', program('', profile), ...rest]);
});
