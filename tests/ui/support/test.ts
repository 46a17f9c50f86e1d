// The test function of this folder: a world, and a page in it that is held to the rules of the window.
import { test as base, type Locator, type Page, type Request } from '@playwright/test';
import { type Options, World } from './world.ts';

export { expect } from '@playwright/test';
export type { World } from './world.ts';

/** The policy under which the tray app shows the pages. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' ipc: http://ipc.localhost",
  "object-src 'none'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join('; ');

interface Fixtures {
  /** How the world begins; set with `test.use`. */
  begin: Options;
  world: World;
  /** Opens an address within the window: `overview`, `alerts/<id>`. */
  open: (route: string) => Promise<void>;
  /** What the page asked of the engine so far, without the stream of hints. */
  requests: Request[];
  /** Console messages that the test expects; everything else fails it. */
  expectedErrors: RegExp | undefined;
}

export const test = base.extend<Fixtures>({
  begin: [{}, { option: true }],
  expectedErrors: [undefined, { option: true }],

  world: async ({ begin }, use) => {
    const world = await World.start(begin);
    await use(world);
    await world.kill();
  },

  page: async ({ page, world, expectedErrors }, use) => {
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error.stack)));
    await page.route(`${world.url}/`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': POLICY } });
    });
    // There is no tray app here; its route says so with a status that the browser prints as an error.
    await page.route('**/api/v1/desktop', (route) =>
      route.fulfill({ json: { start_at_login: false, tray: true, permissions: [] } }),
    );
    await page.addInitScript(() => localStorage.setItem('caretaker.first-run-dismissed', 'yes'));
    await use(page);
    const surprises = errors.filter((error) => !expectedErrors?.test(error));
    if (surprises.length > 0) throw new Error(`the page complained:\n${surprises.join('\n')}`);
  },

  requests: async ({ page }, use) => {
    const requests: Request[] = [];
    page.on('request', (request) => {
      const isAsked = request.url().includes('/api/v1/') && !request.url().endsWith('/watch');
      if (isAsked) requests.push(request);
    });
    await use(requests);
  },

  open: async ({ page, world }, use) => {
    await use(async (route) => {
      await page.goto(`${world.url}/#/${route}`);
      await page.locator('h1').waitFor();
    });
  },
});

/** What is on the screen once a page has its content. */
export function content(page: Page, route: string): Locator {
  const marks: Record<string, string> = {
    overview: '.tiles',
    alerts: '#history',
    metrics: '.u-over',
    settings: '#interval',
  };
  const [room = '', id] = route.split('/');
  return page.locator(room === 'alerts' && id ? '.u-over' : (marks[room] ?? 'h1'));
}

/** Long enough for a hint to arrive many times over: what must not happen cannot be waited for. */
export const LONG_ENOUGH_MS = 600;

/** The page thinks that nobody looks, or that somebody looks again. */
export async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    Object.defineProperty(document, 'visibilityState', {
      configurable: true,
      get: () => (hidden ? 'hidden' : 'visible'),
    });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}

/** Requests for one path. */
export const asked = (requests: Request[], path: string): number =>
  requests.filter((request) => new URL(request.url()).pathname === `/api/v1${path}`).length;
