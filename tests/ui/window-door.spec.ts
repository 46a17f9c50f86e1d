// The same pages inside the tray app: two commands and a channel in place of requests. Tauri's side is a thin stand-in
// that hands everything on to the engine, as the tray app does.
import { alertOf, cpuBusy } from './support/days.ts';
import { content, expect, test } from './support/test.ts';

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    type Callback = (message: { index: number; message: unknown }) => void;
    const callbacks = new Map<number, Callback>();
    const calls: string[] = [];
    const invoke = async (command: string, payload: Record<string, unknown>) => {
      calls.push(command);
      if (command === 'api') {
        const { method, path, body } = payload as { method: string; path: string; body: unknown };
        const answer = await fetch(`/api/v1${path}`, {
          method,
          headers: { 'content-type': 'application/json' },
          body: body === null ? undefined : JSON.stringify(body),
        });
        const text = await answer.text();
        return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
      }
      if (command === 'watch') {
        const { id } = payload.channel as { id: number };
        let index = 0;
        new EventSource('/api/v1/watch').onmessage = (event) =>
          callbacks.get(id)?.({ index: index++, message: JSON.parse(event.data) });
      }
      return null;
    };
    const transformCallback = (callback: Callback) => {
      const id = callbacks.size + 1;
      callbacks.set(id, callback);
      return id;
    };
    // The tray app freezes it against scripts that would change it for everybody.
    Object.freeze(Object.prototype);
    Object.assign(window, { isTauri: true, calls, __TAURI_INTERNALS__: { invoke, transformCallback } });
  });
});

test('values come by push, and the window is told when it may be shown', async ({ page, world, open }) => {
  await open('overview');
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
  const calls = await page.evaluate(() => (window as unknown as { calls: string[] }).calls);
  expect(calls.filter((call) => call === 'ready')).toHaveLength(1);
  expect(calls.filter((call) => call === 'watch')).toHaveLength(1);
  await world.measure({ 'host.cpu.usage': 64 });
  await expect(page.getByRole('link', { name: /^CPU: 64 %/ })).toBeVisible({ timeout: 1000 });
});

test('a click on a notification leads to its alert', async ({ page, world, open }) => {
  await cpuBusy(world);
  await open('overview');
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
  const { id } = await alertOf(world, 'cpu-high');
  await fetch(`${world.url}/api/v1/window`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ route: `alerts/${id}` }),
  });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('CPU busy');
  await expect(page).toHaveURL(new RegExp(id));
});

test('every page works there', async ({ page, world, open }) => {
  await cpuBusy(world);
  const { id } = await alertOf(world, 'cpu-high');
  for (const route of ['overview', 'alerts', `alerts/${id}`, 'metrics', 'settings']) {
    await open(route);
    await expect(content(page, route)).toBeVisible();
  }
});

test('a refusal of the engine reaches the page as its words', async ({ page, open }) => {
  await open('settings');
  const field = page.getByRole('textbox', { name: 'Measure every' });
  await field.fill('banana');
  await field.press('Enter');
  await expect(page.getByRole('alert')).toContainText('banana');
});

test.use({ expectedErrors: /400/ });

test('a window that is not shown yet is filled and says so', async ({ page, world }) => {
  await page.addInitScript(() => {
    // As in a window that nobody sees: no frames, and a document that calls itself hidden.
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    window.requestAnimationFrame = () => 0;
  });
  await page.goto(`${world.url}/#/overview`);
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
  const ready = () => page.evaluate(() => (window as unknown as { calls: string[] }).calls.includes('ready'));
  await expect.poll(ready, { timeout: 1000 }).toBe(true);
});
