// `npm run quick`: what to run before a commit, in seconds: format, lints of the crates that changed, the tests of the rules.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { main } from './lib/failure.mjs';
import { ensureNextest } from './lib/nextest.mjs';
import { root } from './lib/paths.mjs';
import { requireTools } from './lib/prepare.mjs';
import { capture, run } from './lib/run.mjs';

await main(async () => {
  requireTools();
  await run('cargo', ['fmt', '--all', '--check'], { what: 'the format is not right', hint: 'npm run format' });
  const changed = changedPackages();
  if (changed.length > 0) {
    const packages = changed.flatMap((name) => ['--package', name]);
    await run('cargo', ['clippy', '--quiet', ...packages, '--all-targets', '--', '--deny', 'warnings'], {
      what: 'the lints complain',
    });
  }
  await ensureNextest();
  await run('cargo', ['nextest', 'run', '--package', 'caretaker-core'], { what: 'the tests of the rules failed' });
});

/** The workspace's packages that hold a file that differs from the last commit, or is new. */
function changedPackages() {
  const files = (capture('git', ['status', '--porcelain', '--untracked-files=all', '--no-renames']) ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[1])
    .filter(Boolean);
  const metadata = JSON.parse(
    capture('cargo', ['metadata', '--no-deps', '--format-version', '1']) ?? '{"packages":[]}',
  );
  const folders = new Map(metadata.packages.map(({ name, manifest_path: manifest }) => [join(manifest, '..'), name]));
  return [...new Set(files.map((file) => packageOf(join(root, file), folders)).filter(Boolean))].sort();
}

/** The package whose folder is the nearest above `file`. */
function packageOf(file, folders) {
  for (let folder = join(file, '..'); folder.startsWith(root); folder = join(folder, '..')) {
    if (folders.has(folder) && existsSync(folder)) return folders.get(folder);
  }
  return null;
}
