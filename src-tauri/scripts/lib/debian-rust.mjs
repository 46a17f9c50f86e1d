// Debian's Rust compiler with the source of the standard library, for a target whose ready-made standard library cannot be
// fetched. The packages are unpacked into cargo's output folder and never installed: /usr/bin gets no second rustc.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { targetFolder } from './paths.mjs';
import { capture, run, succeeds } from './run.mjs';
import { ensureDebianPackages } from './system-packages.mjs';

const compiler = 'rustc-web';
const librarySource = 'rust-web-src';

/** What makes cargo use Debian's compiler and build the standard library with it; unpacks both on first use. */
export async function debianCompiler() {
  const folder = await unpacked();
  return {
    cargoArguments: ['-Zbuild-std=std,panic_unwind'],
    environment: {
      RUSTC: join(folder, 'usr/bin/rustc'),
      LD_LIBRARY_PATH: join(folder, 'usr/lib', multiarch()),
      // Building the standard library counts as unstable, which a stable compiler does only when told so.
      RUSTC_BOOTSTRAP: '1',
    },
  };
}

async function unpacked() {
  let version = candidate();
  if (version === null && succeeds('apt-get', ['--version'])) {
    // A fresh machine has no package lists yet.
    await run(...asRoot('apt-get', 'update', '-q'));
    version = candidate();
  }
  if (version === null) {
    throw new Failure('there is no compiler for macOS', {
      why: `rustup has no aarch64-apple-darwin installed, and this system offers no package \`${compiler}\``,
      hint: 'run `rustup target add aarch64-apple-darwin`, then start again',
    });
  }
  const folder = join(targetFolder, 'macos-compiler', version.replaceAll(/[^\w.+-]/g, '_'));
  if (existsSync(folder)) return folder;

  console.log(`Fetching Debian's Rust compiler ${version} (once)…`);
  const needed = dependencies();
  await ensureDebianPackages(needed.filter((name) => /^libllvm\d+$/.test(name)));
  const work = `${folder}.part`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'downloaded'), { recursive: true });
  const names = [...needed.filter((name) => name.includes('rust')), librarySource];
  await run('apt-get', ['download', '-q', ...names], { cwd: join(work, 'downloaded') });
  for (const file of readdirSync(join(work, 'downloaded'))) {
    await run('dpkg-deb', ['--extract', join(work, 'downloaded', file), work]);
  }
  rmSync(join(work, 'downloaded'), { recursive: true });
  renameSync(work, folder);
  return folder;
}

/** The version that apt would install, null when it knows none. */
function candidate() {
  const policy = capture('apt-cache', ['policy', compiler], { environment: { LC_ALL: 'C' } });
  const version = policy?.match(/Candidate: (\S+)/)?.[1];
  return version === undefined || version === '(none)' ? null : version;
}

/** The compiler's package and every package it needs, however deep. */
function dependencies() {
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`);
  const listing = capture('apt-cache', ['depends', '--recurse', ...only, compiler]) ?? '';
  return listing.split('\n').filter((line) => /^[a-z0-9]/.test(line));
}

function multiarch() {
  return (
    capture('dpkg-architecture', ['-qDEB_HOST_MULTIARCH']) ??
    `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`
  );
}

function asRoot(command, ...args) {
  return process.getuid() === 0 ? [command, args] : ['sudo', [command, ...args]];
}
