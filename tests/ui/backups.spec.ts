// Backups from the window: the real engine, real workers, real folders. A job is set up, backs up, is proven, looked through,
// compared and restored from.
import { Disk } from './support/disk.ts';
import { expect, test as base } from './support/test.ts';
import type { World } from './support/world.ts';

const test = base.extend<{ disk: Disk }>({
  disk: async ({}, use) => {
    const disk = await Disk.make();
    await disk.put('report.md', '# Report\n\nNothing leaks.\n');
    await disk.put('letters/one.txt', 'Dear Ann\n');
    await disk.put('letters/two.txt', 'Dear Ben\n');
    await use(disk);
    await disk.remove();
  },
});

test.use({ begin: { history: '2m' } });
test.slow();

interface Activity {
  id: string;
  state: string;
  problem?: unknown;
}

/** Backs up over the API and waits for the end. */
async function backUp(world: World, job = 'papers', type?: string): Promise<void> {
  const body = { now: true, ...(type && { type }) };
  const { id } = await world.ask<Activity>('POST', `/backups/jobs/${job}/create`, body);
  await expect
    .poll(() => world.get<Activity>(`/activities/${id}`).then((one) => one.state), { timeout: 20_000 })
    .toBe('done');
}

test('a job is set up, backs up, and says so everywhere', async ({ page, world, disk, open }) => {
  await open('overview');
  await page.getByRole('link', { name: 'choose a destination' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Set up a backup');
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled();
  await page.getByRole('textbox', { name: 'Another folder or file' }).fill(disk.data);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('textbox', { name: 'Another folder for the backups' }).fill(disk.backups);
  await page.getByRole('button', { name: 'Use' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('papers');
  await page.getByText('About half a year').click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('papers is set up');
  await expect(page.getByText(/3 files, .* to save/)).toBeVisible({ timeout: 15_000 });
  const { jobs } = await world.get<{ jobs: { job: { id: string; keep: { full: string }; incremental: string } }[] }>(
    '/backups',
  );
  expect(jobs.find((one) => one.job.id === 'papers')?.job).toMatchObject({
    incremental: 'daily 03:00',
    keep: { full: '26', incremental: '90' },
  });
  await page.getByRole('button', { name: 'Make the first backup now' }).click();
  await expect(page.getByText(/3 files saved in/)).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole('toolbar', { name: 'Restore points of papers' }).getByRole('button')).toHaveCount(1);
  await expect(page.getByRole('status').first()).toContainText('Backed up');
  await open('overview');
  await expect(page.getByRole('link', { name: /^Backed up/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'What happened' })).toContainText(/papers/);
});

test('a version of a file is found, compared with today, and brought back beside it', async ({
  page,
  world,
  disk,
  open,
}) => {
  await world.configure(disk.job());
  await backUp(world);
  await world.advance('1h');
  await disk.put('report.md', '# Report\n\nOne tile is loose.\n');
  await backUp(world);
  await open('backups');
  await page.getByRole('searchbox', { name: /^Find a file/ }).fill('report');
  await page.getByRole('link', { name: /report\.md/ }).click();
  const file = page.getByRole('region', { name: 'Versions of report.md' });
  await expect(file.getByRole('listitem')).toHaveCount(2);
  await expect(file.getByText('One tile is loose.')).toBeVisible();
  await expect(file.getByText('The file is the same today.')).toBeVisible();
  await file.getByRole('listitem').nth(1).getByRole('button').click();
  await expect(file.getByText('Nothing leaks.')).toBeVisible();
  await file.getByText('Compare with today').click();
  await expect(file.getByText('1 line added, 1 line removed')).toBeVisible();

  await file.getByRole('button', { name: 'Restore this version…' }).click();
  const sheet = page.getByRole('dialog', { name: 'Restore' });
  await sheet.getByRole('button', { name: 'Put back where it was' }).click();
  await sheet.getByRole('button', { name: 'See what would change' }).click();
  await expect(sheet.getByText('1 file would get another name')).toBeVisible({ timeout: 15_000 });
  expect(await disk.read(`${disk.data}/report.md`)).toContain('tile');
  await sheet.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(sheet.getByText(/1 file, .* is back/)).toBeVisible({ timeout: 15_000 });
  expect(await disk.read(`${disk.data}/report.md`)).toContain('tile');
  await sheet.getByRole('button', { name: 'Close' }).click();
  await expect(sheet).toBeHidden();
});

test('nothing is replaced that nobody agreed to', async ({ page, world, disk, open }) => {
  await world.configure(disk.job());
  await backUp(world);
  await disk.put('report.md', 'changed\n');
  await open('backups');
  await page.getByRole('button', { name: 'Restore…' }).click();
  const sheet = page.getByRole('dialog', { name: 'Restore' });
  await sheet.getByRole('textbox', { name: 'Where to' }).fill('/');
  await sheet.getByText('Replace', { exact: true }).click();
  await sheet.getByRole('button', { name: 'See what would change' }).click();
  await expect(sheet.getByText('1 file would be replaced')).toBeVisible({ timeout: 15_000 });
  const go = sheet.getByRole('button', { name: 'Restore', exact: true });
  await expect(go).toBeDisabled();
  await sheet.getByRole('checkbox', { name: /^Replace this file/ }).check();
  await go.click();
  await expect(sheet.getByText('1 file replaced')).toBeVisible({ timeout: 15_000 });
  expect(await disk.read(`${disk.data}/report.md`)).toContain('Nothing leaks.');
});

test('ticked files come back to a folder of their own', async ({ page, world, disk, open }) => {
  await world.configure(disk.job());
  await backUp(world);
  await open('backups');
  await page.getByRole('link', { name: 'Browse files' }).click();
  for (const name of disk.inside('').split('/').filter(Boolean)) {
    await page
      .getByRole('row')
      .getByRole('link', { name: new RegExp(`${name}$`) })
      .click();
  }
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.getByRole('checkbox', { name: 'Restore letters' }).check();
  await page.getByRole('button', { name: 'Restore 1 ticked…' }).click();
  const sheet = page.getByRole('dialog', { name: 'Restore' });
  await expect(sheet.getByRole('textbox', { name: 'Where to' })).toHaveValue(/\/Restored \d{4}-\d\d-\d\d/);
  const target = disk.path('back');
  await sheet.getByRole('textbox', { name: 'Where to' }).fill(target);
  await sheet.getByRole('button', { name: 'See what would change' }).click();
  await expect(sheet.getByText(/2 files, .* would be written/)).toBeVisible({ timeout: 15_000 });
  expect(await disk.exists(target)).toBe(false);
  await sheet.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(sheet.getByText(/2 files, .* are back/)).toBeVisible({ timeout: 15_000 });
  expect(await disk.read(`${target}/${disk.inside('letters/one.txt')}`)).toBe('Dear Ann\n');
  expect(await disk.exists(`${target}/${disk.inside('report.md')}`)).toBe(false);
});

test('a drill proves it, and the ring and the sentence say so', async ({ page, world, disk, open }) => {
  await world.configure(disk.job());
  await backUp(world);
  await open('backups');
  await page.getByRole('button', { name: 'Prove papers now' }).click();
  await expect(page.getByRole('listitem', { name: 'Proof of papers' })).toContainText(/Proven to restore .*: 3 files/, {
    timeout: 20_000,
  });
  await expect(page.getByRole('toolbar').getByRole('button', { name: /proven to restore/ })).toHaveCount(1);
  await expect(page.locator('.page header [role=status]')).toContainText(/proven restorable/);
});

test('a destination that is away is said, and a backup that fails tells why', async ({ page, world, disk, open }) => {
  await world.configure(disk.job());
  await backUp(world);
  await disk.hide();
  await open('backups');
  await page.getByRole('button', { name: 'Back up now', exact: true }).first().click();
  await expect(page.getByRole('region', { name: 'What goes on' }).getByRole('status')).toContainText(/backups/, {
    timeout: 20_000,
  });
});

test('restore points are walked with the arrow keys', async ({ page, world, disk, open }) => {
  await world.configure(disk.job());
  for (const day of [1, 2, 3]) {
    await disk.put(`day-${day}.txt`, `${day}`);
    await backUp(world);
    await world.advance('1h');
  }
  await open('backups');
  const points = page.getByRole('toolbar', { name: 'Restore points of papers' }).getByRole('button');
  await expect(points).toHaveCount(3);
  await points.last().focus();
  await page.keyboard.press('ArrowLeft');
  await expect(points.nth(1)).toBeFocused();
  await page.keyboard.press('Home');
  await expect(points.first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(points.first()).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('heading', { name: /^Full of papers/ })).toBeVisible();
});

test('many changes are asked about by name, and the answer lets old archives go again', async ({
  page,
  world,
  disk,
  open,
}) => {
  for (let number = 0; number < 110; number += 1) await disk.put(`letters/${number}.txt`, `letter ${number}`);
  await world.configure(disk.job());
  await backUp(world);
  await world.advance('1h');
  for (let number = 0; number < 110; number += 1) await disk.put(`letters/${number}.txt`, 'encrypted by somebody');
  await backUp(world);
  await open('backups');
  const question = page.getByRole('region', { name: 'papers asks' });
  await expect(question).toContainText('110 of 113 files changed or went away');
  await question.getByText('110 files changed since the one before').click();
  await expect(question.getByText(/letters\/0\.txt/)).toBeVisible();
  await expect(question.getByRole('link', { name: 'See the files before' })).toBeVisible();
  await question.getByRole('button', { name: 'These changes are mine' }).click();
  await expect(question).toHaveCount(0);
});
