
import { alertOf, busyDay } from './support/days.ts';
import { picture } from './support/pictures.ts';
import { expect, test } from './support/test.ts';
for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test('shots', async ({ page, world, open }) => {
      await busyDay(world);
      await world.set({ 'host.cpu.usage': 5 });
      for (let i = 0; i < 12; i += 1) {
        await world.round();
        if ((await alertOf(world, 'cpu-high')).state === 'recovering') break;
      }
      const disk = await alertOf(world, 'disk-space');
      await page.clock.setFixedTime(await world.now());
      await open(`alerts/${disk.id}`);
      await page.getByRole('button', { name: 'Silence…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Silence' });
      await dialog.getByText('7 d').click();
      await dialog.getByRole('textbox', { name: 'Reason' }).fill('big download');
      await dialog.getByRole('button', { name: 'Silence' }).click();
      await expect(dialog).toBeHidden();
      await open('alerts');
      await expect(page.getByText('big download')).toBeVisible();
      await picture(page, `zz-alerts-${colorScheme}`);
      const cpu = await alertOf(world, 'cpu-high');
      await open(`alerts/${cpu.id}`);
      await expect(page.locator('.u-over')).toBeVisible();
      await picture(page, `zz-recovering-${colorScheme}`);
      await open('overview');
      await expect(page.locator('.tiles')).toBeVisible();
      await picture(page, `zz-overview-${colorScheme}`);
      await open('settings');
      await expect(page.getByText('Machine too hot')).toBeVisible();
      await page.getByText('Machine too hot').scrollIntoViewIfNeeded();
      await page.getByText('A measurement fails').scrollIntoViewIfNeeded();
      await picture(page, `zz-settings-${colorScheme}`);
      await page.setViewportSize({ width: 640, height: 480 });
      await open('metrics');
      await expect(page.locator('.u-over')).toBeVisible();
      await picture(page, `zz-small-metrics-${colorScheme}`);
      await open(`alerts/${cpu.id}`);
      await expect(page.locator('.u-over')).toBeVisible();
      await picture(page, `zz-small-alert-${colorScheme}`);
      await open('alerts');
      await expect(page.getByText('big download')).toBeVisible();
      await picture(page, `zz-small-alerts-${colorScheme}`);
      await world.configure('[collect]\ninterval = "never"\ncolour = "red"\n');
      await open('settings');
      await page.reload();
      await expect(page.getByText('2 mistakes')).toBeVisible();
      await picture(page, `zz-small-settings-${colorScheme}`);
    });
  });
}
