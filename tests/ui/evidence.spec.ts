// What an alert keeps of its moment beyond figures, and how it is handed on; maintenance and previews.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { alertOf, cpuBusy } from './support/days.ts';
import { picture } from './support/pictures.ts';
import { expect, test } from './support/test.ts';
import type { World } from './support/world.ts';

async function noSeriousFaults(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}

function put(folder: string, name: string, megabytes: number) {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, Buffer.alloc(megabytes * 1e6, 7));
}

/** A disk on which models were pulled, while its machine complained. */
async function fullDisk(world: World) {
  const disk = mkdtempSync(join(tmpdir(), 'caretaker-disk-'));
  put(disk, 'srv/models/first.bin', 9);
  put(disk, 'home/ann/film.mp4', 4);
  put(disk, 'var/lib/postgresql/base', 3);
  await world.folder('/', disk);
  await world.survey();
  await world.sleep('3d');
  put(disk, 'srv/models/second.bin', 8);
  await world.advance('20m');
  await world.survey();
  await world.install('Upgraded 14 packages: libc6, curl, openssl and others');
  await world.set({ 'host.disk.usage': 97, 'host.disk.free': 12e9 });
  for (let round = 0; round < 12; round++) {
    await world.log('warning', 'kernel', 'EXT4-fs warning (device nvme0n1p2): directory index full');
    if (round % 5 === 0) await world.log('error', 'postgres', 'could not extend file "base/16384": No space left');
    await world.round();
  }
  await world.advance('3m');
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('an alert about a disk says what grew, what logs said and what changed', async ({ page, world, open }) => {
      await fullDisk(world);
      await page.clock.setFixedTime(await world.now());
      await open(`alerts/${(await alertOf(world, 'disk-space')).id}`);
      await expect(page.getByRole('status').filter({ hasText: '/srv/models grew by 8' })).toBeVisible();
      const evidence = page.getByRole('region', { name: 'When it was raised' });
      await expect(evidence).toContainText('/srv/models');
      await expect(evidence).toContainText('directory index full');
      await expect(evidence).toContainText('raised');
      await expect(evidence).toContainText('Upgraded 14 packages');
      const folders = page.getByRole('region', { name: 'Folders of / now' });
      await expect(folders.getByRole('row', { name: /^\/srv\/models 17 MB/ })).toBeVisible();
      await expect(folders.getByRole('button', { name: 'Look now' })).toBeVisible();
      await noSeriousFaults(page);
      await page.setViewportSize({ width: 960, height: 1640 });
      await picture(page, `evidence-${colorScheme}`);
      await page.setViewportSize({ width: 640, height: 480 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      expect(wide, 'nothing reaches beyond a small window').toBe(false);
      await evidence.getByText('Warnings from logs').scrollIntoViewIfNeeded();
      await picture(page, `evidence-small-${colorScheme}`);
    });

    test('the exported page stands alone', async ({ page, world, open }) => {
      await fullDisk(world);
      await open(`alerts/${(await alertOf(world, 'disk-space')).id}`);
      await page.getByRole('button', { name: 'Export' }).click();
      const saved = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save as Page' }).click();
      const path = join(mkdtempSync(join(tmpdir(), 'caretaker-export-')), 'alert.html');
      await (await saved).saveAs(path);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(`file://${path}`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Disk nearly full');
      await expect(page.getByRole('img', { name: /around the alert/ })).toBeVisible();
      await expect(page.getByText('directory index full')).toBeVisible();
      expect(asked.filter((url) => !url.startsWith('file:'))).toEqual([]);
      await noSeriousFaults(page);
      await page.screenshot({ path: `results/exported-${colorScheme}.png`, fullPage: true });
      await page.emulateMedia({ media: 'print' });
      await page.screenshot({ path: `results/exported-print-${colorScheme}.png`, fullPage: true });
    });
  });
}

test('a log that nobody may read is said', async ({ page, world, open }) => {
  await cpuBusy(world);
  await open(`alerts/${(await alertOf(world, 'cpu-high')).id}`);
  await expect(page.getByRole('region', { name: 'When it was raised' })).toContainText('Nothing in journal');
});

test('maintenance is planned in the window, and its preview follows what is chosen', async ({ page, world, open }) => {
  await cpuBusy(world);
  await page.clock.setFixedTime(await world.now());
  await open('overview');
  await page.getByRole('button', { name: 'Quiet', exact: true }).click();
  await page.getByRole('button', { name: 'Silence or maintenance…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Silence' });
  const preview = dialog.getByRole('status', { name: 'What it mutes' });
  await dialog.getByRole('combobox', { name: 'What' }).selectOption({ label: 'Everything, for maintenance' });
  await expect(preview.getByRole('listitem')).toHaveCount(1);
  const labels = dialog.getByRole('textbox', { name: /^Only with labels/ });
  await labels.fill('mount=/dta');
  await expect(preview).toContainText('No series that is measured now has these labels.');
  await labels.fill('mount=/');
  await expect(preview).toHaveText('Nothing is open that it would mute; it mutes what comes.');
  await labels.fill('');
  await expect(preview.getByRole('listitem')).toHaveCount(1);
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('new memory');
  await picture(page, 'maintenance-dialog');
  await noSeriousFaults(page);
  await dialog.getByRole('button', { name: 'Silence' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('All is well');
  await open('alerts');
  const muted = page.getByRole('region', { name: 'Muted' });
  await expect(muted).toContainText(/Everything.*new memory/s);
  await muted.getByRole('button', { name: 'End: Everything' }).click();
  await expect(muted).toBeHidden();
});

test('a silence lasts until the alert is resolved where that is wished', async ({ page, world, open }) => {
  await cpuBusy(world);
  await open(`alerts/${(await alertOf(world, 'cpu-high')).id}`);
  await page.getByRole('button', { name: 'Silence…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Silence' });
  await dialog.getByText('Until resolved').click();
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('the nightly build');
  await picture(page, 'silence-until-resolved');
  await dialog.getByRole('button', { name: 'Silence' }).click();
  await expect(dialog).toBeHidden();
  await open('alerts');
  await expect(page.getByRole('region', { name: 'Muted' })).toContainText('until it is resolved: the nightly build');
  await world.set({ 'host.cpu.usage': 5 });
  await world.advance('15m');
  await open('overview');
  await open('alerts');
  await expect(page.getByRole('region', { name: 'Muted' })).toBeHidden();
});

test('maintenance windows of the file stand in the menu', async ({ page, world, open }) => {
  const window = (id: string, every: string, reason: string) =>
    `[[notify.maintenance]]\nid = "${id}"\nevery = "${every}"\nfor = "23h"\nreason = "${reason}"\n`;
  await world.configure(window('open', 'daily 00:00', 'Moving house') + window('later', 'weekly sun 03:00', 'Updates'));
  await world.round();
  await page.clock.setFixedTime(await world.now());
  await open('overview');
  await page.getByRole('button', { name: /^Quiet/ }).click();
  const menu = page.getByRole('dialog');
  await expect(menu).toContainText(/Maintenance: Everything.*Moving house/s);
  await expect(menu).toContainText('Updates: weekly sun 03:00 for 23 h.');
  await picture(page, 'quiet-maintenance');
});
