// `npm run check`: everything that can be said about the source without running it. One part alone: `npm run check -- links`.
// All parts run, however many fail, and the failed ones are named at the end.

import { checkLinks } from './lib/markdown-links.mjs';
import { Failure, main } from './lib/failure.mjs';
import { program, unattended } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { exitCode } from './lib/run.mjs';
import { checkWorkflows } from './lib/workflows.mjs';

const locked = unattended ? ['--locked'] : [];
const scripts = ['src-tauri/scripts', 'src-tauri/package.conf.json', '.github', 'docs/examples', 'package.json'];

// Each gives an exit code. The quick ones first.
const parts = {
  format: async () =>
    (await exitCode('cargo', ['fmt', '--all', '--check'])) ||
    exitCode('npx', ['prettier', '--check', '--log-level=warn', ...scripts]),
  links: checkLinks,
  workflows: checkWorkflows,
  ui: async () => (await npmCheck('ui')) || npmCheck('tests/ui'),
  icons: () => exitCode('node', ['src-tauri/scripts/icons.mjs', '--check']),
  lints: () =>
    exitCode('cargo', ['clippy', ...locked, '--quiet', '--workspace', '--all-targets', '--', '--deny', 'warnings']),
  documentation: () =>
    exitCode('cargo', ['doc', ...locked, '--quiet', '--workspace', '--no-deps', '--document-private-items'], {
      environment: { RUSTDOCFLAGS: '--deny warnings' },
    }),
  // Built as `npm test` builds, so that the features of every dependency agree and nothing is compiled twice.
  generated: async () =>
    (await exitCode('cargo', ['build', ...locked, '--quiet', '--workspace', '--bins', '--tests'])) ||
    exitCode(program('caretaker-xtask', 'dev'), ['generate', '--check']),
};

await main(async () => {
  const chosen = process.argv.slice(2);
  const unknown = chosen.find((part) => !(part in parts));
  if (unknown !== undefined) {
    throw new Failure(`there is no check \`${unknown}\``, {
      hint: `one of: ${Object.keys(parts).join(', ')}`,
      exitCode: 2,
    });
  }
  await prepare();

  const failed = [];
  for (const part of chosen.length > 0 ? chosen : Object.keys(parts)) {
    const start = performance.now();
    const code = await parts[part]();
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${part} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    if (code !== 0) failed.push(part);
  }
  if (failed.length > 0) {
    throw new Failure(`checks failed: ${failed.join(', ')}`, {
      why: 'what each found stands above its line',
      hint: 'wrong format: `npm run format`; outdated generated files: `cargo run -p caretaker-xtask -- generate`',
    });
  }
});

function npmCheck(workspace) {
  return exitCode('npm', ['run', '--silent', 'check', '--workspace', workspace]);
}
