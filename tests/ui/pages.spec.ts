// Each page in light and dark: it shows what it is for, nothing in it keeps anybody out, and there is a picture of it.
import { playBackups } from './support/backups.ts';
import { expectAccessible } from './support/checks.ts';
import { alertOf, busyDay } from './support/days.ts';
import { picture } from './support/pictures.ts';
import { expect, test } from './support/test.ts';

test.use({ begin: { history: '26h' } });

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('overview of a machine that is well', async ({ page, world, open }) => {
      await page.clock.setFixedTime(await world.now());
      await open('overview');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('All is well');
      await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
      await expect(page.getByRole('table', { name: 'Busiest processes' }).getByRole('row')).toHaveCount(5);
      await expect(page.getByText('Apple M4')).toBeVisible();
      await expectAccessible(page);
      await picture(page, `overview-${colorScheme}`);
    });

    test('overview of a machine in trouble', async ({ page, world, open }) => {
      await busyDay(world);
      await page.clock.setFixedTime(await world.now());
      await open('overview');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('2 things need you');
      const reasons = page.getByRole('region', { name: 'What needs you' }).getByRole('link');
      await expect(reasons).toHaveCount(2);
      await expect(reasons.first()).toContainText('CPU');
      await expect(page.getByRole('link', { name: /^Alerts, 2 open/ })).toBeVisible();
      await expectAccessible(page);
      await picture(page, `overview-trouble-${colorScheme}`);
    });

    test('alerts', async ({ page, world, open }) => {
      await busyDay(world);
      await page.clock.setFixedTime(await world.now());
      await open('alerts');
      await expect(page.getByText('1 critical and 1 warning open.')).toBeVisible();
      await expect(page.getByRole('region', { name: 'Open' }).getByRole('listitem')).toHaveCount(2);
      await expect(page.getByRole('region', { name: 'History' }).getByRole('listitem').first()).toContainText('Memory');
      await expectAccessible(page);
      await picture(page, `alerts-${colorScheme}`);
    });

    test('one alert', async ({ page, world, open }) => {
      await busyDay(world);
      const { id } = await alertOf(world, 'cpu-high');
      await page.clock.setFixedTime(await world.now());
      await open(`alerts/${id}`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('CPU busy');
      await expect(page.getByRole('slider', { name: /^CPU/ })).toBeVisible();
      await expect(page.getByRole('table', { name: 'Processes when it was raised' })).toBeVisible();
      await expectAccessible(page);
      await picture(page, `alert-${colorScheme}`);
    });

    test('metrics', async ({ page, world, open }) => {
      await busyDay(world);
      await page.clock.setFixedTime(await world.now());
      await page.setViewportSize({ width: 1280, height: 800 });
      await open('metrics?series=host.cpu.usage&series=host.memory.usage&series=host.temperature{sensor=CPU}&range=6h');
      await expect(page.getByRole('figure')).toHaveCount(3);
      await expect(page.getByRole('slider')).toHaveCount(3);
      await expectAccessible(page);
      await picture(page, `metrics-${colorScheme}`);
    });

    test('backups', async ({ page, world, open }) => {
      const now = await world.now();
      await page.clock.setFixedTime(now);
      await playBackups(page, now);
      await open('backups');
      await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible();
      await expectAccessible(page);
      await picture(page, `backups-${colorScheme}`);
    });

    test('settings', async ({ page, world, open }) => {
      await page.clock.setFixedTime(await world.now());
      await open('settings');
      await expect(page.getByRole('textbox', { name: 'Measure every' })).toHaveValue('30s');
      await expect(page.getByRole('textbox', { name: 'CPU busy, warning above, %' })).toHaveValue('75');
      await expect(page.getByText('caretaker.toml')).toBeVisible();
      await expectAccessible(page);
      await picture(page, `settings-${colorScheme}`);
    });
  });
}

test('each page names itself in the title of the window', async ({ page, open }) => {
  for (const [route, title] of [
    ['overview', 'Overview · Caretaker'],
    ['alerts', 'Alerts · Caretaker'],
    ['metrics', 'Metrics · Caretaker'],
    ['settings', 'Settings · Caretaker'],
  ] as const) {
    await open(route);
    await expect(page).toHaveTitle(title);
  }
});
