// Encrypted backups from the window, against the real engine: the sheet is shown, a part of it typed again, and only then is anything
// written. A lost key is said, and comes back from the sheet.
import { readdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Page } from '@playwright/test';
import { expectAccessible, expectNoWiderThanWindow } from './support/checks.ts';
import { Disk } from './support/disk.ts';
import { expect, test as base } from './support/test.ts';
import type { World } from './support/world.ts';

const test = base.extend<{ disk: Disk }>({
  disk: async ({}, use) => {
    const disk = await Disk.make();
    await disk.put('letters/one.txt', 'Dear Ann\n');
    await use(disk);
    await disk.remove();
  },
});

test.use({ begin: { history: '2m' } });
test.slow();

interface Activity {
  id: string;
  state: string;
}

async function backUp(world: World): Promise<void> {
  const { id } = await world.ask<Activity>('POST', '/backups/jobs/papers/create', { now: true });
  await expect
    .poll(() => world.get<Activity>(`/activities/${id}`).then((one) => one.state), { timeout: 30_000 })
    .toBe('done');
}

/** The groups of the sheet on the page. */
const groups = (page: Page) =>
  page.getByRole('region', { name: 'Recovery sheet' }).getByRole('listitem').allTextContents();

/** Reads the groups that are asked for off the sheet. */
async function typed(page: Page, all: string[]): Promise<string> {
  const label = await page.getByText(/^Groups .* of the printed sheet$/).textContent();
  return (label ?? '')
    .match(/\d+/g)!
    .map((number) => all[Number(number) - 1])
    .join(' ');
}

// A part that is typed wrong is refused.
test.use({ expectedErrors: /400/ });

test('a job is encrypted once a part of its sheet was typed again', async ({ page, world, disk, open }) => {
  await open('backups/new');
  await page.getByRole('textbox', { name: 'Another folder or file' }).fill(disk.data);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('textbox', { name: 'Another folder for the backups' }).fill(disk.backups);
  await page.getByRole('button', { name: 'Use' }).click();
  await page.getByRole('switch', { name: 'Encrypt' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('papers');
  await page.getByRole('button', { name: 'Save' }).click();
  const steps = page.getByRole('region', { name: /^Encryption of/ });
  await expect(page.getByRole('button', { name: 'Make the first backup now' })).toBeDisabled();
  await steps.getByRole('button', { name: 'Show the recovery sheet' }).click();
  await expect(steps.getByRole('img', { name: 'The private key as a QR code' })).toBeVisible();
  const all = await groups(page);
  expect(all.join('')).toMatch(/^[A-Z0-9]{58}$/);
  await expectAccessible(page);
  await expectNoWiderThanWindow(page, 'the sheet');

  const input = steps.getByRole('textbox', { name: /^Groups/ });
  await input.fill('qqqq qqqq qqqq');
  await steps.getByRole('button', { name: 'Confirm' }).click();
  await expect(steps.getByRole('alert')).toContainText('not what the sheet says');
  await input.fill(await typed(page, all));
  await input.press('Enter');
  await expect(steps.getByRole('status')).toContainText('opened a test');
  await expect(page.getByRole('region', { name: 'Recovery sheet' })).toBeHidden();
  await page.getByRole('button', { name: 'Make the first backup now' }).click();
  await expect(page.getByText(/1 file saved in/)).toBeVisible({ timeout: 30_000 });
  const names = await readdir(`${disk.backups}/papers`);
  expect(names.filter((name) => name.endsWith('.tar.zst.age'))).toHaveLength(1);
  await expect(page.getByRole('listitem', { name: 'disk', exact: true })).toContainText('recovery sheet confirmed');
  expect(JSON.stringify(await world.get('/backups'))).not.toContain(all[0] + all[1]!);
});

test('printed, the sheet stands alone on the page', async ({ page, world, disk, open }) => {
  await world.configure(`${disk.job()}encrypt = true\n`);
  await open('backups/key?destination=disk');
  await page.getByRole('button', { name: 'Show the recovery sheet' }).click();
  await expect(page.getByRole('region', { name: 'Recovery sheet' })).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('button', { name: 'Print…' })).toBeHidden();
  await expect(page.getByText('bash restore.sh -i KEY-FILE')).toBeVisible();
  await page.emulateMedia({ media: 'screen' });
  await expect(page.getByText('bash restore.sh -i KEY-FILE')).toBeHidden();
});

test('a lost key is said and comes back from the sheet', async ({ page, world, disk, open }) => {
  await world.configure(`${disk.job()}encrypt = true\n`);
  await open('backups/key?destination=disk');
  await page.getByRole('button', { name: 'Show the recovery sheet' }).click();
  await expect(page.getByRole('region', { name: 'Recovery sheet' })).toBeVisible();
  const all = await groups(page);
  await page.getByRole('textbox', { name: /^Groups/ }).fill(await typed(page, all));
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'opened a test' })).toBeVisible();
  await backUp(world);
  const { path } = await world.get<{ path: string }>('/configuration');
  await rm(`${dirname(path)}/keys/disk.txt`);
  await open('backups');
  const row = page.getByRole('listitem', { name: 'disk', exact: true });
  await expect(row).toContainText('private key missing');
  await row.getByRole('link', { name: 'Key' }).click();
  await page.getByRole('textbox', { name: 'The key from the sheet' }).fill(`AGE-SECRET-KEY-1 ${all.join(' ')}`);
  await page.getByRole('button', { name: 'Take the key' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'opened a test' })).toBeVisible();
});
