// `npm run bench`: measures the shipped programs (profile `dist`: one unit, fat link-time optimisation) and prints the figures of
// docs/performance.md beside their targets. What is measured, and how, is the business of `xtask bench`.
//
//   npm run bench                                    as it is shipped; what the documentation quotes
//   npm run bench -- --quick --profile release       a first look, with the programs that `npm start` builds
//   npm run bench -- --desktop                       nothing but the tray app and its window
//   npm run bench -- --archives [--quick]            nothing but archives, beside restic, borg and tar; root empties the page cache
//   npm run bench -- --no-peers                      without other monitors; nothing is installed for them
//
// Other monitors are installed as Debian packages. A machine with systemd starts some of them as services.

import { Failure, main } from './lib/failure.mjs';
import { program } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { exitCode, run } from './lib/run.mjs';
import { ensureDebianPackages } from './lib/system-packages.mjs';

const peers = ['btop', 'glances', 'netdata-core', 'prometheus-node-exporter'];
const archivers = ['restic', 'borgbackup', 'zstd', 'python3'];
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
  const isOfArchives = rest.includes('--archives');
  await prepare({ systemPackages: ['build', 'test'] });
  if (process.platform === 'linux' && isOfArchives) await ensureDebianPackages(archivers);
  if (process.platform === 'linux' && !isOfArchives && !rest.includes('--no-peers')) await ensureDebianPackages(peers);
  console.log(`Building the programs with profile ${profile} (first time, ${profiles[profile]})…`);
  // All in one build: another choice of packages would be another choice of features, and most would be built twice.
  const names = ['caretaker-cli', 'caretaker-xtask', ...(isOfArchives ? [] : ['caretaker-app'])];
  const packages = names.flatMap((name) => ['--package', name]);
  await run('cargo', ['build', '--profile', profile, ...packages], { what: 'the programs could not be built' });
  if (isOfArchives) return exitCode(program('caretaker-xtask', profile), measured(profile, rest));
  const naive = ['build', '--profile', profile, '--package', 'caretaker-store', '--example', 'naive_schema'];
  await run('cargo', naive, { what: 'the naive schema could not be built' });
  return exitCode(program('caretaker-xtask', profile), measured(profile, rest));
});

function measured(profile, rest) {
  return ['bench', '--programs', program('', profile), ...rest];
}
