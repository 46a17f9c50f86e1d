// Empty, slow, refused, gone: each has its face.
import { picture } from './support/pictures.ts';
import { expect, test } from './support/test.ts';
import { World } from './support/world.ts';

test.describe('before the first measurement', () => {
  test.use({ begin: { history: '0s' } });

  test('pages say what is to come', async ({ page, world, open }) => {
    await page.route('**/api/v1/overview', async (route) => {
      const response = await route.fetch();
      const body = await response.json();
      body.status.engine.last_round = null;
      await route.fulfill({ response, json: { ...body, tiles: [], processes: null } });
    });
    await open('overview');
    await expect(page.getByText('The first measurement is being made')).toBeVisible();
    await open('alerts');
    await expect(page.getByText('Every rule is within its bounds.')).toBeVisible();
    await expect(page.getByText('Nothing was raised')).toBeVisible();
    expect((await world.get<{ alerts: unknown[] }>('/alerts')).alerts).toEqual([]);
  });
});

test('what takes longer than a blink shows its shape, and what does not shows nothing', async ({ page, open }) => {
  let release = () => undefined as void;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/api/v1/overview', async (route) => {
    await held;
    await route.continue();
  });
  await open('overview');
  await expect(page.getByRole('status', { name: 'Loading' }).first()).toBeVisible();
  release();
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
});

test.describe('a request that fails', () => {
  test.use({ expectedErrors: /500/ });

  test('is told with what to do, and can be tried again', async ({ page, open }) => {
    await page.route('**/api/v1/overview', (route) =>
      route.fulfill({
        status: 500,
        json: { error: { code: 'database_damaged', message: 'metrics.db is damaged', hint: 'run `caretaker doctor`' } },
      }),
    );
    await open('overview');
    await expect(page.getByRole('alert')).toContainText('metrics.db is damaged');
    await expect(page.getByRole('alert').locator('code')).toHaveText('caretaker doctor');
    await page.unroute('**/api/v1/overview');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
    await expect(page.getByRole('alert')).toBeHidden();
  });
});

test.describe('an engine that is gone', () => {
  test.use({ expectedErrors: /ERR_|Failed to load resource/ });

  test('is said once, what was known stays, and the window connects again by itself', async ({ page, world, open }) => {
    await open('overview');
    await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
    await world.kill();
    const banner = page.getByRole('alert').filter({ hasText: "Caretaker's engine does not answer" });
    await expect(banner).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Not connected');
    await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
    await picture(page, 'gone');
    const next = await World.start({ listen: new URL(world.url).host });
    try {
      await expect(banner).toBeHidden({ timeout: 12_000 });
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('All is well');
      await next.measure({ 'host.cpu.usage': 57 });
      await expect(page.getByRole('link', { name: /^CPU: 57 %/ })).toBeVisible();
    } finally {
      await next.kill();
    }
  });
});

test('the first run offers what makes it stay, until it is dismissed', async ({ page, open }) => {
  let enabled = false;
  await page.addInitScript(() => {
    if (sessionStorage.getItem('seen') === null) localStorage.clear();
    sessionStorage.setItem('seen', 'yes');
  });
  let granted = false;
  const desktop = () => ({
    start_at_login: enabled,
    tray: true,
    permissions: [
      {
        permission: 'notifications',
        title: 'Notifications',
        state: 'unknown',
        detail: 'The system asks once, with the first notification; send a test to see.',
        has_settings: true,
      },
      { permission: 'tray_icon', title: 'Tray icon', state: 'granted', detail: 'It shows.', has_settings: true },
      {
        permission: 'full_disk_access',
        title: 'Full Disk Access',
        state: granted ? 'granted' : 'missing',
        detail: granted ? 'Every folder can be read.' : 'Mail, Photos and other guarded folders cannot be read.',
        has_settings: true,
      },
    ],
  });
  await page.route('**/api/v1/desktop', (route) => route.fulfill({ json: desktop() }));
  const opened: string[] = [];
  await page.route('**/api/v1/desktop/settings', (route) => {
    opened.push((route.request().postDataJSON() as { permission: string }).permission);
    return route.fulfill({ json: desktop() });
  });
  await page.route('**/api/v1/desktop/start-at-login', (route) => {
    enabled = (route.request().postDataJSON() as { enabled: boolean }).enabled;
    return route.fulfill({ json: desktop() });
  });
  await open('overview');
  const card = page.getByRole('region', { name: /^Caretaker is watching/ });
  await card.getByRole('switch', { name: 'Start at login' }).click();
  await expect(card.getByRole('switch', { name: 'Start at login' })).toBeChecked();
  await card.getByRole('button', { name: 'Send a test' }).click();
  await expect(card.getByText('Sent')).toBeVisible();
  const access = card.getByRole('listitem').filter({ hasText: 'Full Disk Access' });
  await expect(access).toContainText('missing');
  await expect(card.getByRole('button', { name: 'Open the settings of Tray icon' })).toHaveCount(0);
  await card.getByRole('button', { name: 'Open the settings of Full Disk Access' }).click();
  expect(opened).toEqual(['full_disk_access']);
  await picture(page, 'first-run');
  // The person grants it there and comes back.
  granted = true;
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(access).toContainText('Every folder can be read.');
  await card.getByRole('button', { name: 'Dismiss' }).click();
  await expect(card).toBeHidden();
  await page.reload();
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
  await expect(card).toBeHidden();
});

test('what is not working is listed with its reason', async ({ page, world, open }) => {
  await world.fail('disks');
  await world.advance('5m');
  await open('overview');
  const section = page.getByRole('region', { name: 'What is not working' });
  await expect(section).toContainText(/disks/i);
  await world.heal('disks');
  await world.advance('30m');
  await expect(section).toBeHidden();
});

test('changes of the verdict are spoken', async ({ page, open }) => {
  await open('overview');
  const spoken = page.locator('[aria-live="polite"]');
  await expect(spoken).toHaveText('All is well');
});
