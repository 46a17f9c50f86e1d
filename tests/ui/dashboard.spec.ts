// The dashboard in a browser through the door that the product has: token, cookie, policy, hints. What the pages show
// is told by the other specifications.
import { expect, type Page, test as base } from '@playwright/test';
import { Disk } from './support/disk.ts';
import { type Door, World } from './support/world.ts';

interface Fixtures {
  world: World;
  door: Door;
  /** What the browser complained about: a broken policy above all. */
  complaints: string[];
}

const test = base.extend<Fixtures>({
  world: async ({}, use) => {
    const world = await World.start({ history: '30m', door: true });
    await use(world);
    await world.kill();
  },
  door: async ({ world }, use) => {
    if (!world.door) throw new Error('the simulator opened no door');
    await use(world.door);
  },
  complaints: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => complaints.push(String(error.stack)));
    await use(complaints);
  },
});

/** What the engine refuses belongs to the story; everything else is a fault of a page. */
const faults = (complaints: string[]) => complaints.filter((text) => !/status of (401|403|501)/.test(text));

async function logIn(page: Page, door: Door, token: string): Promise<void> {
  await page.goto(`${door.url}/dashboard?token=${token}`);
  await page.locator('h1').waitFor();
}

test('a token in the address logs in once and is gone from it', async ({ page, door, complaints }) => {
  await logIn(page, door, door.read);
  await expect(page).toHaveURL(/\/dashboard(#.*)?$/);
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
  expect(cookie?.value).not.toContain(door.read);
  expect(await page.evaluate(() => document.cookie)).toBe('');
  await page.reload();
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
  expect(faults(complaints)).toEqual([]);
});

test('without a token a form asks for one', async ({ page, door }) => {
  await page.goto(`${door.url}/`);
  const field = page.getByLabel('Access token');
  await field.fill('wrong');
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('alert')).toContainText('no access token');
  await field.fill(door.read);
  await field.press('Enter');
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
});

test('new values come by push, and every page works', async ({ page, world, door, complaints }) => {
  await logIn(page, door, door.read);
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
  await world.measure({ 'host.cpu.usage': 64 });
  await expect(page.getByRole('link', { name: /^CPU: 64 %/ })).toBeVisible({ timeout: 2000 });
  for (const [route, mark] of [
    ['alerts', '#history'],
    ['metrics', '.u-over'],
    ['settings', '#interval'],
  ] as const) {
    await page.goto(`${door.url}/dashboard#/${route}`);
    await expect(page.locator(mark).first()).toBeVisible();
  }
  expect(faults(complaints)).toEqual([]);
});

test('reading changes nothing, acting does', async ({ page, door }) => {
  const change = () =>
    page.evaluate(async () => {
      const body = JSON.stringify({ for: '1h' });
      const answer = await fetch('/api/v1/quiet', {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body,
      });
      return answer.status;
    });
  await logIn(page, door, door.read);
  expect(await change()).toBe(403);
  await logIn(page, door, door.act);
  expect(await change()).toBe(200);
});

test('backups are looked at, and nothing is offered that may not be done', async ({
  page,
  world,
  door,
  complaints,
}) => {
  const disk = await Disk.make();
  try {
    await disk.put('report.md', '# Report\n');
    await world.configure(disk.job());
    const { id } = await world.ask<{ id: string }>('POST', '/backups/jobs/papers/create', { now: true });
    await expect
      .poll(() => world.get<{ state: string }>(`/activities/${id}`).then((one) => one.state), { timeout: 20_000 })
      .toBe('done');
    await logIn(page, door, door.read);
    await page.goto(`${door.url}/dashboard#/backups`);
    const main = page.getByRole('main');
    await expect(page.getByRole('toolbar', { name: 'Restore points of papers' }).getByRole('button')).toHaveCount(1);
    await expect(main.getByText(/may look here, not act/)).toBeVisible();
    for (const name of [/^Back up/, /^Restore/, /^Check$/, /^Prove/, /^Change/, /^Clean/, /^Add a job/]) {
      await expect(main.getByRole('button', { name })).toHaveCount(0);
      await expect(main.getByRole('link', { name })).toHaveCount(0);
    }
    await main.getByRole('link', { name: 'Browse files' }).click();
    await expect(page.getByRole('region', { name: 'Files' }).getByRole('link').first()).toBeVisible();
    await expect(main.getByRole('button', { name: /^Restore/ })).toHaveCount(0);
    expect(faults(complaints)).toEqual([]);
  } finally {
    await disk.remove();
  }
});

test('no page may show it in a frame', async ({ page, world, door }) => {
  await logIn(page, door, door.read);
  await page.goto(`${world.url}/`);
  await page.evaluate((url) => {
    const frame = document.createElement('iframe');
    frame.src = url;
    document.body.append(frame);
  }, `${door.url}/dashboard`);
  await page.waitForTimeout(500);
  const texts = await Promise.all(page.frames().map((frame) => frame.content().catch(() => '')));
  expect(texts.slice(1).some((text) => text.includes('assets/index') || text.includes('Access token'))).toBe(false);
});

test('the documentation shows every route and tries one', async ({ page, door, complaints }) => {
  await logIn(page, door, door.read);
  await page.goto(`${door.url}/api/docs`);
  const answer = await page.request.get(`${door.url}/api/openapi.json`);
  const document = (await answer.json()) as { paths: Record<string, object> };
  const routes = Object.values(document.paths).reduce((sum, methods) => sum + Object.keys(methods).length, 0);
  await expect(page.locator('main details')).toHaveCount(routes);
  await page.getByLabel('Find').fill('/api/v1/quiet');
  const first = page.locator('main details:visible').first();
  await first.locator('summary').click();
  await first.getByRole('button', { name: 'Try it' }).click();
  await expect(first.locator('pre').last()).toContainText('200');
  await expect(page.locator('#examples')).toContainText('Authorization: Bearer');
  expect(faults(complaints)).toEqual([]);
});
