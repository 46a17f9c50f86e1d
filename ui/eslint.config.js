// The linter holds the walls of this package: pages do not import pages, only `backend` knows Tauri, only
// `chart` knows uPlot.
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import typescript from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const tauri = { group: ['@tauri-apps/*'], message: 'Only src/backend/ knows Tauri.' };
const uplot = { group: ['uplot', 'uplot/*'], message: 'Only src/chart/ knows uPlot.' };
const pages = { group: ['**/pages/**'], message: 'Only the router knows the pages.' };
const state = {
  group: ['**/state/**', '**/backend/http', '**/backend/window'],
  message: 'Components know props only.',
};
const outside = {
  regex: '^\\.\\./(?!\\.\\./\\.\\./icons/)',
  message: 'Import by $/folder instead.',
};
const walls = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns: [outside, ...patterns] }] });

export default typescript.config(
  { ignores: ['dist/', 'src/generated/'] },
  js.configs.recommended,
  ...typescript.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      'no-console': 'error',
      'svelte/no-at-html-tags': 'error',
      'svelte/no-navigation-without-resolve': 'off',
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: typescript.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  { files: ['src/lib/**', 'src/state/**'], rules: walls(tauri, uplot, pages) },
  { files: ['src/backend/**'], rules: walls(uplot, pages) },
  { files: ['src/chart/**'], rules: walls(tauri, pages, state) },
  { files: ['src/components/**'], rules: walls(tauri, uplot, pages, state) },
  { files: ['src/pages/**'], rules: walls(tauri, uplot, pages) },
);
