// `npm run format`: brings every source file into the one format that `npm run check` asks for.

import { main } from './lib/failure.mjs';
import { ensureNodePackages } from './lib/prepare.mjs';
import { run } from './lib/run.mjs';

await main(async () => {
  await ensureNodePackages();
  await run('cargo', ['fmt', '--all']);
  await run('npx', [
    'prettier',
    '--write',
    '--log-level=warn',
    'src-tauri/scripts',
    'src-tauri/package.conf.json',
    '.github',
    'docs/examples',
    'package.json',
  ]);
  await run('npm', ['run', '--silent', 'format', '--workspaces', '--if-present']);
});
