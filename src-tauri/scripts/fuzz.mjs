// `npm run fuzz`: Schemathesis makes thousands of requests from the OpenAPI document and sends them to the real engine on
// simulated time; no answer may be a server error or differ from its description. Takes about two minutes.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Failure, main } from './lib/failure.mjs';
import { program, targetFolder, unattended } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { ensureSystemPackages, ensureDebianPackages } from './lib/system-packages.mjs';

const version = '4.32.5';
const seconds = 90;
const folder = join(targetFolder, `schemathesis-${version}`);

// A stream never ends, and without a tray app its routes say so with 501, which is no fault.
const excluded = ['--exclude-path=/api/v1/watch', '--exclude-path-regex=^/api/v1/desktop'];

await main(async () => {
  await ensureSchemathesis();
  // As `npm test` builds it, so that nothing is compiled twice.
  const locked = unattended ? ['--locked'] : [];
  await run('cargo', ['build', ...locked, '--workspace', '--bins', '--tests'], {
    what: 'the simulator could not be built',
  });
  const simulator = spawn(program('caretaker-sim', 'dev'), ['--listen', '127.0.0.1:0', '--history', '10m'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({ input: simulator.stdout })[Symbol.asyncIterator]();
    const { listening } = JSON.parse((await lines.next()).value);
    const words = [
      'run',
      `${listening}/api/openapi.json`,
      '--checks=not_a_server_error,response_schema_conformance,content_type_conformance',
      ...excluded,
      '--phases=examples,coverage,fuzzing',
      `--max-time=${seconds}`,
      '--workers=1',
      '--warnings=off',
      '--continue-on-failure',
      // The gate judges a change and not its luck; by hand, every run asks something new.
      ...(unattended ? ['--seed=20261128'] : []),
    ];
    return await ask(words);
  } finally {
    simulator.kill();
  }
});

/** Runs Schemathesis, shows what it says, and fails too when the time was over before each operation had been asked. */
async function ask(words) {
  // It keeps notes where it is started, and those belong beside it.
  const asking = spawn(join(folder, 'bin/st'), words, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve, reject) => asking.on('error', reject).on('close', (code) => resolve(code ?? 1)));
  let said = '';
  for await (const piece of asking.stdout) {
    said += piece;
    process.stdout.write(piece);
  }
  const code = await ended;
  if (code !== 0) return code;
  const [selected, tested] = [/Selected:\s+(\d+)/, /Tested:\s+(\d+)/].map((count) => Number(count.exec(said)?.[1]));
  if (tested >= selected) return 0;
  throw new Failure('not every operation was asked', {
    why: `Schemathesis speaks of ${tested} of ${selected}`,
    hint: `give it more than ${seconds} s, or fewer operations`,
  });
}

/** Schemathesis in an environment of its own below cargo's output, so that nothing of the system is touched. */
async function ensureSchemathesis() {
  if (existsSync(join(folder, 'bin/st'))) return;
  await ensureSystemPackages('build');
  if (process.platform === 'linux') await ensureDebianPackages(['python3-venv']);
  console.log(`Installing Schemathesis ${version}…`);
  await run('python3', ['-m', 'venv', folder], { what: 'Python could not make an environment' });
  await run(join(folder, 'bin/pip'), ['install', '--quiet', `schemathesis==${version}`], {
    what: 'Schemathesis could not be installed',
    hint: 'check the network connection',
  });
}
