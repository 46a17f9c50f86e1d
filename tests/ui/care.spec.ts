// Maintenance from the window: the real engine, a real folder. A task is switched on, shows what it would do, does it, and its
// history says so; the calendar says what comes.
import { mkdtemp, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectAccessible, expectNoWiderThanWindow } from './support/checks.ts';
import { expect, test as base } from './support/test.ts';

const test = base.extend<{ folder: string }>({
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'care-'));
    await mkdir(join(folder, 'cache'));
    await writeFile(join(folder, 'cache', 'old.tmp'), 'old');
    await utimes(join(folder, 'cache', 'old.tmp'), 1, 1);
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
});

test.use({ begin: { history: '2m' } });

test('the room says what will run, and a task is run to its recorded result', async ({ page, open }) => {
  await open('care');
  await expect(page.getByRole('status').first()).toContainText('will run by themselves');
  await expect(page.getByRole('heading', { name: 'The next two weeks' })).toBeVisible();
  await page.getByText('Tomorrow', { exact: true }).click();
  await expect(page.getByRole('table', { name: /What runs on Tomorrow/ })).toContainText('Report of the day');
  const row = page.getByRole('region', { name: 'Daily' }).getByRole('listitem', { name: 'Configuration and start-up' });
  await row.getByRole('button', { name: /Run now/ }).click();
  await expect(row).toContainText('The configuration is sound', { timeout: 15_000 });
  await row.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Configuration and start-up');
  await expect(page.getByRole('table', { name: /What ran/ }).getByRole('row')).toHaveCount(2);
  await expect(page.getByText('by hand')).toBeVisible();
});

test('a dry run shows what would go, and changes nothing', async ({ page, world, folder, open }) => {
  await world.configure(
    `[[task]]\nid = "temporary-files"\nfolders = ["${folder}/cache"]\nolder_than = "1h"\nenabled = false\n`,
  );
  await open('care/temporary-files');
  await page.getByRole('button', { name: 'Dry run' }).click();
  await expect(page.getByText(/would go into the trash/).first()).toBeVisible({ timeout: 15_000 });
  await expect(page.getByText('dry run, nothing was changed')).toBeVisible();
  await open('care');
  const runs = page.getByRole('switch', { name: 'Clear old temporary files runs by itself' });
  await expect(runs).toHaveAttribute('aria-checked', 'false');
  await runs.click();
  await expect(runs).toHaveAttribute('aria-checked', 'true');
});

test('maintenance is paused, and goes on', async ({ page, open }) => {
  await open('care');
  await page.getByRole('button', { name: 'Pause maintenance' }).click();
  await page.getByRole('button', { name: '8 hours' }).click();
  await expect(page.getByRole('status').first()).toContainText('Maintenance is paused.');
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByRole('button', { name: 'Pause maintenance' })).toBeVisible();
});

for (const scheme of ['light', 'dark'] as const) {
  test(`both pages can be read and reached, ${scheme}`, async ({ page, open }) => {
    await page.emulateMedia({ colorScheme: scheme });
    for (const [name, route] of [
      ['care', 'care'],
      ['task', 'care/daily-review'],
    ] as const) {
      for (const width of [960, 640]) {
        await page.setViewportSize({ width, height: 680 });
        await open(route);
        if (name === 'care') await page.getByRole('heading', { name: 'Daily' }).waitFor();
        await expectNoWiderThanWindow(page, `${name} at ${width}`);
        await page.screenshot({ path: `results/${name}-${scheme}-${width}.png` });
      }
      await expectAccessible(page);
    }
  });
}
