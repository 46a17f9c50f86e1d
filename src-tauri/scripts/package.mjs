// `npm run package`: the programs with profile `dist`, and around them what people install: a .deb on Debian and Ubuntu, an .app
// and a .dmg on a Mac. Both systems read the same two files, tauri.conf.json and package.conf.json.
//
//   npm run package                          the package, and where it lies
//   npm run package -- --check               also installs, starts and removes it (Linux: as root; a Mac: from the .app)
//   npm run package -- --profile release     shorter build, larger programs
//
// On a Mac it is signed ad hoc, or with the identity in APPLE_SIGNING_IDENTITY.

import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { correctDependencies, runBundler } from './lib/bundle.mjs';
import { Failure, main } from './lib/failure.mjs';
import { checkBundle, checkDebian } from './lib/package-check.mjs';
import { program, root, targetFolder, unattended } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { capture, run } from './lib/run.mjs';

const profiles = ['dist', 'release', 'dev'];
const isMac = process.platform === 'darwin';
// The bundler takes every program of the app's package. On a Mac the second only says that it is not needed there.
const appPrograms = ['caretaker-app', 'caretaker-window'];
const kinds = isMac ? { app: 'macos', dmg: 'dmg' } : { deb: 'deb' };

// The bundler looks for programs in `<target>/release` and knows no other profile, so it gets a target folder of its own. Nothing
// is compiled twice that way.
const stage = join(targetFolder, 'package');

await main(async () => {
  const { values } = parseArgs({
    options: {
      check: { type: 'boolean', default: false },
      profile: { type: 'string', default: 'dist' },
      bundles: { type: 'string', default: Object.keys(kinds).join(',') },
    },
  });
  if (!profiles.includes(values.profile)) {
    throw new Failure(`there is no profile \`${values.profile}\``, {
      hint: `one of: ${profiles.join(', ')}`,
      exitCode: 2,
    });
  }
  const chosen = values.bundles.split(',');
  const unknown = chosen.find((kind) => !(kind in kinds));
  if (unknown !== undefined) {
    throw new Failure(`this system makes no \`${unknown}\``, {
      hint: `one of: ${Object.keys(kinds).join(', ')}`,
      exitCode: 2,
    });
  }
  await prepare({ systemPackages: values.check ? ['build', 'test'] : ['build'] });
  await build(values.profile);
  const made = await bundle(values.profile, chosen);
  console.log(['Made:', ...made].join('\n  '));
  if (!values.check) return;
  await (isMac ? checkBundle(made.find((path) => path.endsWith('.app'))) : checkDebian(made[0]));
});

async function build(profile) {
  console.log(`Building the programs with profile ${profile} (first time, about 15 minutes with \`dist\`)…`);
  const locked = unattended ? ['--locked'] : [];
  await run('cargo', ['build', ...locked, '--profile', profile, '-p', 'caretaker-cli', '-p', 'caretaker-app'], {
    what: 'the programs could not be built',
  });
}

/** Stages the programs, bundles them, and gives the paths of what was made. */
async function bundle(profile, chosen) {
  const programs = join(stage, 'programs');
  const staged = join(stage, 'release');
  for (const folder of [programs, staged]) mkdirSync(folder, { recursive: true });
  rmSync(join(staged, 'bundle'), { recursive: true, force: true });
  const triple = capture('rustc', ['-vV'])?.match(/^host: (.+)$/m)?.[1];
  // The bundler finds the program beside the app by this name, signs it first, and installs it without the triple.
  copyFileSync(program('caretaker', profile), join(programs, `caretaker-${triple}`));
  for (const name of appPrograms) copyFileSync(program(name, profile), join(staged, name));

  const beside = JSON.stringify({ bundle: { externalBin: [join(programs, 'caretaker')] } });
  await runBundler(stage, chosen, [join(root, 'src-tauri/package.conf.json'), beside]);
  const made = chosen.flatMap(madeOf);
  for (const file of made.filter((path) => path.endsWith('.deb'))) await correctDependencies(file);
  return made;
}

/** The paths of what was made of this kind. */
function madeOf(kind) {
  const folder = join(stage, 'release/bundle', kinds[kind]);
  const made = readdirSync(folder).filter((name) => name.endsWith(`.${kind}`));
  if (made.length === 0) throw new Failure(`no .${kind} was made`, { why: `${folder} holds none` });
  return made.map((name) => join(folder, name));
}
