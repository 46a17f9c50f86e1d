// How much noise each rule made, and the way from there to a quieter bound.
import { expectAccessible } from './support/checks.ts';
import { picture } from './support/pictures.ts';
import { expect, test, type World } from './support/test.ts';

/** Four short bursts, far enough apart to ring each time. */
async function nagging(world: World): Promise<void> {
  for (const usage of [82, 84, 83, 86]) {
    await world.set({ 'host.cpu.usage': usage });
    await world.advance('12m');
    await world.set({ 'host.cpu.usage': 8 });
    await world.advance('80m');
  }
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('a noisy rule leads to a quieter bound', async ({ page, world, open }) => {
      await nagging(world);
      await page.clock.setFixedTime(await world.now());
      await open('alerts');
      const noise = page.getByRole('region', { name: 'Noise' });
      await expect(noise).toContainText(/4 notifications/);
      const row = noise.getByRole('row', { name: /^CPU busy/ });
      await expect(row.getByRole('cell').nth(1)).toHaveText('4');
      const link = row.getByRole('link', { name: /^Try CPU busy above/ });
      await expect(link).toContainText(/above 8\d/);
      await expectAccessible(page);
      await noise.scrollIntoViewIfNeeded();
      await picture(page, `noise-${colorScheme}`);
      await page.setViewportSize({ width: 640, height: 480 });
      await noise.scrollIntoViewIfNeeded();
      await picture(page, `noise-small-${colorScheme}`);
      await page.setViewportSize({ width: 960, height: 680 });
      await link.click();
      await expect(page.getByText('Changed, not saved.')).toBeVisible();
      await expect(page.getByText(/^Would have fired once|^Would not have fired/)).toBeVisible();
      await expect(page.getByText('As saved: fired 4 times')).toBeVisible();
      await picture(page, `noise-editor-${colorScheme}`);
    });
  });
}

test('no noise is said as that', async ({ page, open }) => {
  await open('alerts');
  await expect(page.getByRole('region', { name: 'Noise' })).toContainText('Nothing rang in the last 7 d.');
});
