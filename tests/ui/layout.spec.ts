// Usable at 640 by 480, and on a wide screen; nothing has to be scrolled sideways.
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
    for (const route of ['overview', 'alerts', `alerts/${id}`, 'metrics', 'settings']) {
      await open(route);
      await expect(content(page, route)).toBeVisible();
      const excess = () =>
        page.evaluate(() => {
          const main = document.querySelector('main');
          return main
            ? Math.max(main.scrollWidth - main.clientWidth, document.documentElement.scrollWidth - window.innerWidth)
            : -1;
        });
      await expect.poll(excess, `${route} at ${size.width}`).toBe(0);
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
