// `npm test`: the set-up, then every test. One part alone: `npm test -- ui`, `npm test -- browser`, `npm test -- rust`; what follows
// goes to that part's test runner (`npm test -- rust -E 'test(quiet)'`).

import { Failure, main } from './lib/failure.mjs';
import { ensureMoto } from './lib/moto.mjs';
import { ensureNextest } from './lib/nextest.mjs';
import { targetFolder, unattended } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { exitCode, run } from './lib/run.mjs';

// The Rust tests come last: nextest's summary is then the last line.
const parts = {
  ui: { name: 'Tests of the window', test: (more) => npmTest('ui', more) },
  browser: { name: 'Tests of every page in Chromium', test: browserTests, programs: true },
  rust: { name: 'Rust tests', test: rustTests, programs: true },
};

await main(async () => {
  const [chosen, ...more] = process.argv.slice(2);
  if (chosen !== undefined && !(chosen in parts)) {
    throw new Failure(`there is no test part \`${chosen}\``, {
      hint: `one of: ${Object.keys(parts).join(', ')}`,
      exitCode: 2,
    });
  }
  const wanted = chosen ? [parts[chosen]] : Object.values(parts);

  await prepare({ systemPackages: ['build', 'test'] });
  if (wanted.some((part) => part.programs)) await buildPrograms();

  // A failing part does not hide the results of the next one.
  let worst = 0;
  for (const { name, test } of wanted) {
    console.log(`\n${name}`);
    const code = await test(more);
    if (code !== 0) console.error(`${name}: failed`);
    worst ||= code;
  }
  return worst;
});

/** The tests start the real programs; nextest by itself builds only those of the packages that hold the tests. */
async function buildPrograms() {
  console.log('Building the programs and tests…');
  const locked = unattended ? ['--locked'] : [];
  // With `--tests`, so that the programs and the tests agree on every dependency's features and nothing is compiled twice.
  await run('cargo', ['build', ...locked, '--workspace', '--bins', '--tests'], {
    what: 'the programs could not be built',
  });
}

function npmTest(workspace, more) {
  return exitCode('npm', ['run', '--silent', 'test', '--workspace', workspace, '--', ...more], {
    environment: { CARETAKER_PROGRAMS: `${targetFolder}/debug` },
  });
}

/** A page sets up a store, which is a real one. */
async function browserTests(more) {
  await ensureMoto();
  return npmTest('tests/ui', more);
}

async function rustTests(more) {
  await ensureNextest();
  await ensureMoto();
  const profile = unattended ? ['--profile', 'ci', '--locked'] : [];
  return exitCode('cargo', ['nextest', 'run', '--workspace', ...profile, ...more]);
}
