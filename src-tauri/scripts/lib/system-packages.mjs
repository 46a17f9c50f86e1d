// The packages of the operating system that a build, a test or a check needs, and their installation with apt-get. On other
// systems it only says what is missing: guessing at other package managers would be worse than saying so.

import { createInterface } from 'node:readline/promises';
import { Failure } from './failure.mjs';
import { capture, run, succeeds } from './run.mjs';

/** Debian's and Ubuntu's names. `build` is what a person needs for `npm start`; the others come on top of it. */
export const packages = {
  build: ['build-essential', 'pkg-config', 'libwebkit2gtk-4.1-dev', 'librsvg2-dev'],
  test: [
    'acl',
    'age',
    'attr',
    'chromium',
    'dbus',
    'dbus-x11',
    'dunst',
    'fonts-dejavu-core',
    'imagemagick',
    'iproute2',
    'libarchive-tools',
    'postgresql',
    'procps',
    'prometheus',
    'python3',
    'scrot',
    'systemd',
    'webkit2gtk-driver',
    'xauth',
    'xdotool',
    'xfce4-panel',
    'xfwm4',
    'xvfb',
    'zstd',
  ],
};

/** Makes sure that the system packages of these kinds are there. Takes a few milliseconds when they are. */
export async function ensureSystemPackages(...kinds) {
  if (process.platform === 'darwin') return requireCommandLineTools();
  if (!succeeds('apt-get', ['--version'])) return requireWebKit();
  await ensureDebianPackages(kinds.flatMap((kind) => packages[kind]));
}

/** Installs those of the named Debian packages that are missing; asks first when that takes another user's rights. */
export async function ensureDebianPackages(names) {
  const missing = missingDebianPackages(names);
  if (missing.length === 0) return;
  const isRoot = process.getuid() === 0;
  if (!isRoot) await askBeforeSudo(missing);
  console.log(`Installing system packages: ${missing.join(' ')}`);
  const quiet = ['-q', '-y', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3'];
  const aptGet = (args) => {
    const call = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...quiet, ...args];
    const [command, ...rest] = isRoot ? call : ['sudo', ...call];
    return run(command, rest, {
      what: 'the system packages could not be installed',
      hint: `look at what apt-get says above, or install them yourself:\n${byHand(missing)}`,
    });
  };
  await aptGet(['update']);
  await aptGet(['install', '--no-install-recommends', ...missing]);
}

/** The names among `names` that dpkg does not list as installed. */
export function missingDebianPackages(names) {
  const listed = capture('sh', [
    '-c',
    'dpkg-query --show --showformat=\'${Package} ${db:Status-Status}\\n\' "$@" 2>/dev/null || true',
    'sh',
    ...names,
  ]);
  const installed = new Set(
    (listed ?? '')
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return names.filter((name) => !installed.has(name));
}

function byHand(names) {
  return `sudo apt-get install --no-install-recommends ${names.join(' ')}`;
}

async function askBeforeSudo(missing) {
  const cannotAsk = new Failure(`system packages are missing: ${missing.join(' ')}`, {
    why: 'installing them needs administrator rights, and there is no terminal to ask on',
    hint: byHand(missing),
  });
  if (!process.stdin.isTTY) throw cannotAsk;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  console.log(`Caretaker needs these system packages: ${missing.join(' ')}`);
  const closed = new Promise((resolve) => terminal.once('close', () => resolve('no')));
  const answer = await Promise.race([terminal.question('Install them with sudo apt-get now? [Y/n] '), closed]);
  terminal.close();
  if (!/^(y(es)?)?$/i.test(answer.trim())) {
    throw new Failure('stopped, nothing was installed', {
      why: 'the system packages are needed to build',
      hint: byHand(missing),
    });
  }
}

function requireCommandLineTools() {
  if (succeeds('xcode-select', ['-p'])) return;
  throw new Failure("Apple's command line tools are missing", {
    why: 'they bring the compiler and linker that every Rust program needs on a Mac',
    hint: 'run `xcode-select --install`, wait until it is done, then start again',
  });
}

function requireWebKit() {
  if (succeeds('pkg-config', ['--exists', 'webkit2gtk-4.1', 'librsvg-2.0'])) return;
  throw new Failure('the libraries for the window are missing', {
    why: 'this system has no apt-get, so they cannot be installed from here; pkg-config does not find webkit2gtk-4.1 and librsvg-2.0',
    hint: 'install a C compiler, pkg-config and the development packages of WebKitGTK 4.1 and librsvg, then start again',
  });
}
