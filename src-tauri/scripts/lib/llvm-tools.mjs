// LLVM's tools that read what instrumented programs write. They must be of the same major version as the one inside rustc: from
// rustup's component `llvm-tools` where it is installed, else from Debian.

import { Failure } from './failure.mjs';
import { capture, succeeds } from './run.mjs';
import { ensureDebianPackages } from './system-packages.mjs';

/** The variables that name the tools; empty where cargo-llvm-cov finds rustup's by itself. */
export async function ensureLlvmTools() {
  const components = capture('rustup', ['component', 'list', '--installed']) ?? '';
  if (components.includes('llvm-tools')) return {};
  const major = capture('rustc', ['-vV'])?.match(/LLVM version: (\d+)/)?.[1];
  if (!succeeds('apt-get', ['--version'])) {
    throw new Failure('the tools that read coverage are missing', {
      why: `rustc uses LLVM ${major}, and rustup has no component llvm-tools`,
      hint: 'run `rustup component add llvm-tools`, then start again',
    });
  }
  await ensureDebianPackages([`llvm-${major}`]);
  return { LLVM_COV: `/usr/bin/llvm-cov-${major}`, LLVM_PROFDATA: `/usr/bin/llvm-profdata-${major}` };
}
