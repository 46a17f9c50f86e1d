// `npm run check:macos`: type-checks the whole workspace for an Apple computer, also where no such computer is at hand. It links
// nothing and runs nothing. Ways, the first that fits: on a Mac, plain cargo; where rustup has the Mac's standard library, that;
// on Debian, Debian's compiler with the standard library built from its source.

import { join } from 'node:path';
import { zigEnvironment } from './lib/apple-c-compiler.mjs';
import { debianCompiler } from './lib/debian-rust.mjs';
import { main } from './lib/failure.mjs';
import { targetFolder, unattended } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { capture, run } from './lib/run.mjs';

const target = 'aarch64-apple-darwin';

await main(async () => {
  await prepare();
  const start = performance.now();
  const { cargoArguments, environment } = await toolchain();
  const locked = unattended ? ['--locked'] : [];
  // Types do not depend on optimisation; without it the helpers that run during the build compile in half the time.
  const quick = ['--config', 'profile.dev.package."*".opt-level=0', '--config', 'profile.dev.debug=false'];
  await run('cargo', ['check', ...locked, ...quick, ...cargoArguments, '--workspace', '--target', target], {
    environment: { ...environment, CARGO_TARGET_DIR: join(targetFolder, 'macos') },
    what: 'the code does not compile for macOS',
  });
  console.log(`ok     macos (${((performance.now() - start) / 1000).toFixed(0)} s)`);
});

async function toolchain() {
  if (process.platform === 'darwin') return { cargoArguments: [], environment: {} };
  const installed = capture('rustup', ['target', 'list', '--installed'])?.split('\n') ?? [];
  const { cargoArguments, environment } = installed.includes(target)
    ? { cargoArguments: [], environment: {} }
    : await debianCompiler();
  return {
    cargoArguments,
    environment: {
      ...environment,
      ...(await zigEnvironment(target)),
      // Two crates then skip their Objective-C, for which only Apple has the headers.
      DOCS_RS: '1',
    },
  };
}
