// Everything that mutes: one menu, one list, each entry with its reason, its end, and a way to end it now.
import { expectAccessible } from './support/checks.ts';
import { alertOf, busyDay, cpuBusy } from './support/days.ts';
import { picture } from './support/pictures.ts';
import { expect, test } from './support/test.ts';

test('a rule is silenced from the menu, and what it mutes is said before', async ({ page, world, open }) => {
  await cpuBusy(world);
  await open('overview');
  await page.getByRole('button', { name: 'Quiet', exact: true }).click();
  await page.getByRole('button', { name: 'Silence or maintenance…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Silence' });
  const preview = dialog.getByRole('status', { name: 'What it mutes' });
  await dialog.getByRole('combobox', { name: 'What' }).selectOption({ label: 'Disk nearly full' });
  await expect(preview).toHaveText('Nothing is open that it would mute; it mutes what comes.');
  await dialog.getByRole('combobox', { name: 'What' }).selectOption({ label: 'CPU busy' });
  await expect(preview).toContainText('Mutes now, and what comes:');
  await expect(preview.getByRole('listitem')).toHaveCount(1);
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('load test');
  await picture(page, 'silence-dialog');
  await dialog.getByRole('button', { name: 'Silence' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('All is well');
  await page.getByRole('button', { name: 'Quiet', exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText(/CPU busy.*until \d\d:\d\d: load test/s);
});

test('only the series of the alert is silenced where that is wished', async ({ page, world, open }) => {
  await world.measure({ 'host.disk.usage': 88 });
  await world.advance('9m');
  await open(`alerts/${(await alertOf(world, 'disk-space')).id}`);
  await page.getByRole('button', { name: 'Silence…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Silence' });
  await dialog.getByText('Always for /').click();
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('cleaning up');
  await dialog.getByRole('button', { name: 'Silence' }).click();
  await expect(dialog).toBeHidden();
  const { silences } = await world.get<{ silences: { rule: string; labels: object }[] }>('/silences');
  expect(silences).toMatchObject([{ rule: 'disk-space', labels: { mount: '/' } }]);
});

test('a pause and a snooze stand in the same list, and end there', async ({ page, world, open }) => {
  await cpuBusy(world);
  await open(`alerts/${(await alertOf(world, 'cpu-high')).id}`);
  await page.getByRole('button', { name: 'Snooze 1 h' }).click();
  await expect(page.getByText(/muted until/)).toBeVisible();
  await page.getByRole('button', { name: 'Quiet', exact: true }).click();
  await page.getByRole('button', { name: 'Quiet until tomorrow' }).click();
  await page
    .getByRole('link', { name: /^Alerts/ })
    .first()
    .click();
  const muted = page.getByRole('region', { name: 'Muted' });
  await expect(muted.getByRole('listitem')).toHaveCount(2);
  await expect(muted).toContainText(/All notifications.*tomorrow 07:00: paused/s);
  await expect(muted).toContainText(/CPU busy.*snoozed/s);
  await muted.getByRole('button', { name: 'End: CPU busy' }).click();
  await expect(muted.getByRole('listitem')).toHaveCount(1);
  await muted.getByRole('button', { name: 'End: All notifications' }).click();
  await expect(muted).toBeHidden();
  await expect(page.getByText('1 critical open.')).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('quiet hours are shown while they hold', async ({ page, world, open }) => {
      await busyDay(world);
      await world.configure(
        '[notify]\nquiet = [{ from = "00:00", to = "23:59", except = "critical" }, { from = "12:00", to = "13:00" }]\n',
      );
      await page.clock.setFixedTime(await world.now());
      await open('alerts');
      await expect(page.getByRole('button', { name: 'Quiet hours are in force' })).toContainText(
        'Quiet hours until 23:59',
      );
      await expect(page.getByRole('region', { name: 'Muted' })).toContainText('Quiet hours 00:00 to 23:59');
      await page.getByRole('button', { name: 'Quiet hours are in force' }).click();
      await expect(page.getByRole('dialog')).toContainText(/Quiet hours 00:00 to 23:59, except critical.*until 23:59/s);
      await expect(page.getByText('Quiet hours 12:00 to 13:00, each day.')).toBeVisible();
      await expectAccessible(page);
      await picture(page, `quiet-${colorScheme}`);
    });
  });
}
