// How the pages are built: relative addresses, so that the same folder serves the tray app and the loopback door,
// and nothing inline, so that the strict content security policy holds.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [svelte()],
  resolve: { alias: { $: fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    // `CARETAKER_API=http://127.0.0.1:PORT npm run dev -w ui` shows live pages against a running engine.
    proxy: process.env.CARETAKER_API ? { '/api': process.env.CARETAKER_API } : undefined,
    fs: { allow: ['..'] },
  },
  build: {
    target: ['safari16.4', 'chrome111'],
    modulePreload: { polyfill: false },
    // One style sheet: a page that is loaded later never shows without its looks.
    cssCodeSplit: false,
    reportCompressedSize: true,
  },
});
