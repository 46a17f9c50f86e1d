// Every page in a real Chromium, against the real engine on simulated time.
import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

/** The system's Chromium where there is one; elsewhere the one that Playwright installs. */
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

export default defineConfig({
  testDir: '.',
  outputDir: 'results/failures',
  reporter: [['list']],
  fullyParallel: true,
  workers: 2,
  timeout: 90_000,
  expect: { timeout: 5_000 },
  forbidOnly: process.env.CI !== undefined,
  // Where nobody watches, a busy machine is no fault; what needed a second time is named as flaky.
  retries: process.env.CI === undefined ? 0 : 1,
  use: {
    viewport: { width: 960, height: 680 },
    colorScheme: 'light',
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: existsSync(chromium) ? chromium : undefined,
      args: ['--no-sandbox', '--disable-gpu'],
    },
  },
});
