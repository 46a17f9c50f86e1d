// Makes sure that moto is there: the store that speaks S3 in the tests of copies elsewhere. It lives in an environment of its own below
// cargo's output, so that nothing of the system is touched.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { targetFolder } from './paths.mjs';
import { run, succeeds } from './run.mjs';
import { ensureDebianPackages } from './system-packages.mjs';

const version = '5.2.5';
const folder = join(targetFolder, 'moto');

/** Installs moto with what its server for S3 needs, once. */
export async function ensureMoto() {
  if (existsSync(join(folder, 'bin/moto_server'))) return;
  if (process.platform === 'linux' && !succeeds('python3', ['-c', 'import ensurepip, venv'])) {
    await ensureDebianPackages(['python3', 'python3-venv']);
  }
  console.log(`Installing moto ${version} (once)…`);
  await run('python3', ['-m', 'venv', folder], { what: 'Python could not make an environment' });
  // Only what a server for S3 needs: everything that moto can do is ten times as much.
  const packages = [`moto[s3]==${version}`, 'flask==3.1.3', 'flask-cors==6.0.5'];
  await run(join(folder, 'bin/pip'), ['install', '--quiet', ...packages], {
    what: 'moto could not be installed',
    hint: 'check the network connection',
  });
}
