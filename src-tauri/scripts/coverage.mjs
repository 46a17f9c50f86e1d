// `npm run coverage`: the share of lines that the Rust tests run, a table by file; fails under 75 %. `npm run coverage -- --html`
// writes pages to read beside it. Programs that the tests start count too.

import { main } from './lib/failure.mjs';
import { ensureLlvmTools } from './lib/llvm-tools.mjs';
import { ensureMoto } from './lib/moto.mjs';
import { ensureNextest } from './lib/nextest.mjs';
import { prepare } from './lib/prepare.mjs';
import { capture, exitCode, run, succeeds } from './lib/run.mjs';

const leastPercentOfLines = 75;
const notTheProduct = '/src-tauri/crates/(xtask|testkit)/|/tests/[a-z]+/[a-z_]+[.]rs$';

await main(async () => {
  await prepare({ systemPackages: ['build', 'test'] });
  await ensureNextest();
  await ensureMoto();
  if (!succeeds('cargo', ['llvm-cov', '--version'])) {
    console.log('Installing cargo-llvm-cov (once, a minute or two)…');
    await run('cargo', ['install', '--locked', 'cargo-llvm-cov'], { what: 'cargo-llvm-cov could not be installed' });
  }
  const tools = await ensureLlvmTools();
  const environment = { ...tools, ...instrumentation(tools) };

  await run('cargo', ['llvm-cov', 'clean', '--workspace'], { environment });
  await run('cargo', ['build', '--workspace', '--bins', '--tests'], { environment });
  const tests = await exitCode('cargo', ['nextest', 'run', '--workspace', '--no-fail-fast'], { environment });
  const report = await exitCode(
    'cargo',
    [
      'llvm-cov',
      'report',
      '--ignore-filename-regex',
      notTheProduct,
      '--fail-under-lines',
      leastPercentOfLines,
      ...process.argv.slice(2),
    ],
    { environment },
  );
  return tests || report;
});

/** The variables that make cargo build instrumented programs, as cargo-llvm-cov gives them for a shell. */
function instrumentation(tools) {
  const lines = (capture('cargo', ['llvm-cov', 'show-env'], { environment: tools }) ?? '').split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, quoted, plain] = line.match(/^(\w+)=(?:'(.*)'|(.*))$/) ?? [];
      return name ? [[name, quoted ?? plain]] : [];
    }),
  );
}
