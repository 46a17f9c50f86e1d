// `npm start`: from a fresh checkout to the running tray app. Arguments are passed on: `npm start -- --hidden`.

import { existsSync } from 'node:fs';
import { main } from './lib/failure.mjs';
import { program } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { exitCode, run } from './lib/run.mjs';

const application = program('caretaker-app', 'release');

await main(async () => {
  await prepare();
  console.log(existsSync(application) ? 'Building what changed…' : 'Building (first time, about 5 minutes)…');
  // All programs in one build: they share nearly all of their code, and lie beside each other when installed.
  await run('cargo', ['build', '--release', '-p', 'caretaker-cli', '-p', 'caretaker-app'], {
    what: 'Caretaker could not be built',
    hint: 'on an unchanged checkout this is a fault of Caretaker: please report it with the text above',
  });
  console.log('Starting Caretaker. Ctrl+C ends it.');
  return exitCode(application, process.argv.slice(2));
});
