// Live by push: what the engine measures is on the page within a second, and nobody asks for what nobody sees.
import { cpuBusy } from './support/days.ts';
import { asked, expect, LONG_ENOUGH_MS, setHidden, test } from './support/test.ts';

test('a new value is on the overview within a second', async ({ page, world, open }) => {
  await open('overview');
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
  await world.set({ 'host.cpu.usage': 64 });
  await world.round();
  await expect(page.getByRole('link', { name: /^CPU: 64 %/ })).toBeVisible({ timeout: 1000 });
});

test('a new value is on its chart within a second', async ({ page, world, open }) => {
  await open('metrics?series=host.cpu.usage&range=1h');
  const chart = page.getByRole('slider', { name: /^CPU/ });
  await expect(chart).toBeVisible();
  await world.set({ 'host.cpu.usage': 64 });
  await world.round();
  await expect(chart).toHaveAttribute('aria-valuetext', /64\s%/, { timeout: 1000 });
});

test('the verdict, the sidebar and the list of alerts follow by themselves', async ({ page, world, open }) => {
  await open('alerts');
  await expect(page.getByText('Nothing is open', { exact: true })).toBeVisible();
  await cpuBusy(world);
  await expect(page.getByRole('region', { name: 'Open' }).getByRole('listitem')).toHaveCount(1);
  await expect(page.getByRole('link', { name: /^Alerts, 1 open/ })).toBeVisible();
  await page.getByRole('link', { name: 'Overview' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 thing needs you');
});

test('nothing is asked for without a reason', async ({ page, open, requests }) => {
  await open('overview');
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
  const before = requests.length;
  await page.waitForTimeout(2 * LONG_ENOUGH_MS);
  expect(requests.length).toBe(before);
  // The overview, what the models do, and what grew on the disks.
  expect(before).toBeLessThanOrEqual(3);
});

test('nothing is asked for while hidden, and at once when shown again', async ({ page, world, open, requests }) => {
  await open('overview');
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
  await setHidden(page, true);
  const before = requests.length;
  await world.measure({ 'host.cpu.usage': 41 });
  await world.measure({ 'host.cpu.usage': 42 });
  await page.waitForTimeout(LONG_ENOUGH_MS);
  expect(requests.length).toBe(before);
  await setHidden(page, false);
  await expect(page.getByRole('link', { name: /^CPU: 42 %/ })).toBeVisible({ timeout: 1000 });
  expect(asked(requests.slice(before), '/overview')).toBe(1);
});

test('rounds that come faster than answers are told in one', async ({ page, world, open, requests }) => {
  await open('overview');
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
  let inFlight = 0;
  let most = 0;
  await page.route('**/api/v1/overview', async (route) => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await new Promise((resolve) => setTimeout(resolve, 250));
    await route.continue();
    inFlight -= 1;
  });
  const before = requests.length;
  for (const value of [31, 32, 33, 34, 35, 36]) await world.measure({ 'host.cpu.usage': value });
  await expect(page.getByRole('link', { name: /^CPU: 36 %/ })).toBeVisible();
  expect(most).toBe(1);
  expect(asked(requests.slice(before), '/overview')).toBeLessThanOrEqual(3);
});

test('a page in a browser stays where its reader is when a notification is clicked', async ({ page, world, open }) => {
  await open('settings');
  await expect(page.getByRole('textbox', { name: 'Measure every' })).toBeVisible();
  await fetch(`${world.url}/api/v1/window`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ route: 'alerts' }),
  });
  await page.waitForTimeout(LONG_ENOUGH_MS);
  await expect(page).toHaveURL(/#\/settings$/);
});
