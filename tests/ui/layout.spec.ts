// Usable at 640 by 480, and on a wide screen; nothing has to be scrolled sideways.
import { expectNoWiderThanWindow } from './support/checks.ts';
import { alertOf, busyDay } from './support/days.ts';
import { content, expect, test } from './support/test.ts';
import { picture } from './support/pictures.ts';

const SIZES = [
  { width: 640, height: 480 },
  { width: 960, height: 680 },
  { width: 1920, height: 1080 },
];

test('no page is wider than the window', async ({ page, world, open }) => {
  await busyDay(world);
  const { id } = await alertOf(world, 'cpu-high');
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const route of ['overview', 'alerts', `alerts/${id}`, 'metrics', 'backups', 'backups/new', 'settings']) {
      await open(route);
      await expect(content(page, route)).toBeVisible();
      await expectNoWiderThanWindow(page, `${route} at ${size.width}`);
    }
  }
});

test('a narrow window keeps the icons of the rooms and loses their words', async ({ page, world, open }) => {
  await busyDay(world);
  await page.setViewportSize({ width: 640, height: 480 });
  await open('overview');
  const rooms = page.getByRole('navigation');
  await expect(rooms.getByRole('link', { name: /^Alerts, 2 open/ })).toBeVisible();
  await expect(rooms.getByText('Alerts', { exact: true })).toBeHidden();
  await picture(page, 'small');
});
