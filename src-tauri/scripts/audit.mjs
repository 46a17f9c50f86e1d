// `npm run audit`: known weaknesses of the dependencies, Rust's and the window's. It needs the network for the two lists of
// advisories; what could not be asked is said and counts as a failure, because "not asked" is no "none found".

import { main } from './lib/failure.mjs';
import { exitCode, run, succeeds } from './lib/run.mjs';

const parts = {
  'npm packages': () => exitCode('npm', ['audit', '--audit-level=high']),
  'Rust crates': async () => {
    if (!succeeds('cargo', ['audit', '--version'])) {
      console.log('Installing cargo-audit (once, some minutes)…');
      await run('cargo', ['install', '--locked', 'cargo-audit'], { what: 'cargo-audit could not be installed' });
    }
    return exitCode('cargo', ['audit']);
  },
};

await main(async () => {
  let worst = 0;
  for (const [name, ask] of Object.entries(parts)) {
    const code = await ask();
    console.log(
      code === 0 ? `ok     ${name}` : `FAILED ${name}: a weakness stands above, or the list could not be fetched`,
    );
    worst ||= code;
  }
  return worst;
});
