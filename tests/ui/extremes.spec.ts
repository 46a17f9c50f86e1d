// Nothing yet, thirty alerts at once, and years of data: every page in both colours, small and wide.
import { expectAccessible, expectNoWiderThanWindow } from './support/checks.ts';
import { picture } from './support/pictures.ts';
import { content, expect, test } from './support/test.ts';
import type { World } from './support/world.ts';

const SIZES = { small: { width: 640, height: 480 }, wide: { width: 1920, height: 1080 } };
const COLOURS = ['light', 'dark'] as const;

interface Listed {
  id: string;
  level: string;
}

/** Ten rules on each of three figures that are up: ten critical alerts and twenty warnings. */
async function thirtyAlerts(world: World): Promise<Listed[]> {
  const figures = ['host.cpu.usage', 'host.memory.usage', 'host.disk.usage'];
  const rules = figures.flatMap((metric, figure) =>
    Array.from({ length: 10 }, (_, step) => {
      const level = figure === 0 ? 'critical' : 'warning';
      return `[[rule]]\nid = "bound-${figure}-${step}"\nmetric = "${metric}"\n${level} = { above = ${50 + step} }\n`;
    }),
  );
  // The built-in rules on the same figures would be three more.
  const off = ['cpu-high', 'memory-high', 'disk-space'].map((id) => `[[rule]]\nid = "${id}"\nenabled = false\n`);
  await world.configure([...rules, ...off].join('\n'));
  await world.set({ 'host.cpu.usage': 91, 'host.memory.usage': 84, 'host.disk.usage': 83 });
  await world.advance('12m');
  return (await world.get<{ alerts: Listed[] }>('/alerts')).alerts;
}

/** Two years of hourly rounds, then an hour of usual ones. */
async function twoYears(world: World): Promise<void> {
  await world.configure('[collect]\ninterval = "1h"\n');
  for (let quarter = 0; quarter < 8; quarter += 1) {
    await world.set({ 'host.cpu.usage': 20 + 4 * quarter, 'host.memory.usage': 40 + 3 * quarter });
    await world.advance('91d');
  }
  await world.configure('');
  await world.advance('1h');
}

for (const colorScheme of COLOURS) {
  for (const [name, viewport] of Object.entries(SIZES)) {
    test.describe(`${name}, ${colorScheme}`, () => {
      test.use({ colorScheme, viewport });

      test.describe('with nothing yet', () => {
        test.use({ begin: { history: '0s' } });

        test('every page has something to say', async ({ page, open }) => {
          for (const route of [
            'overview',
            'alerts',
            'metrics',
            'backups',
            'backups/new',
            'settings',
            'rules/cpu-high',
          ]) {
            await open(route);
            await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
            await expect(page.getByRole('main').getByText(/\w{3}/).first()).toBeVisible();
            await expectNoWiderThanWindow(page, route);
            await expectAccessible(page);
            await picture(page, `none-${route.replace('/', '-')}-${name}-${colorScheme}`);
          }
        });
      });

      test('thirty alerts stay readable', async ({ page, world, open }) => {
        test.slow();
        const alerts = await thirtyAlerts(world);
        expect(alerts.filter(({ level }) => level === 'critical')).toHaveLength(10);
        expect(alerts.filter(({ level }) => level === 'warning')).toHaveLength(20);
        await page.clock.setFixedTime(await world.now());
        for (const route of ['overview', 'alerts', `alerts/${alerts[0]?.id}`, 'metrics', 'settings']) {
          await open(route);
          await expect(content(page, route)).toBeVisible();
          await expectNoWiderThanWindow(page, route);
          await expectAccessible(page);
          await picture(page, `thirty-${route.includes('/') ? 'alert' : route}-${name}-${colorScheme}`);
        }
        await open('alerts');
        await expect(page.getByText('10 critical and 20 warnings open.')).toBeVisible();
        await expect(page.getByRole('region', { name: 'Open' }).getByRole('listitem')).toHaveCount(30);
      });
    });
  }
}

test.describe('years', () => {
  test.use({ begin: { history: '0s' } });

  test('two years fit into one chart', async ({ page, world, open }) => {
    // Seventeen thousand rounds come first.
    test.setTimeout(300_000);
    await twoYears(world);
    await page.clock.setFixedTime(await world.now());
    for (const colorScheme of COLOURS) {
      await page.emulateMedia({ colorScheme });
      for (const [name, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport);
        const routes = {
          overview: 'overview',
          metrics: 'metrics?series=host.cpu.usage&series=host.memory.usage&range=2y',
          rule: 'rules/cpu-high',
          settings: 'settings',
        };
        for (const [what, route] of Object.entries(routes)) {
          await open(route);
          await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
          await expectNoWiderThanWindow(page, route);
          await expectAccessible(page);
          await picture(page, `years-${what}-${name}-${colorScheme}`);
        }
      }
    }
    const { stats } = await world.get<{ stats: { min: number; max: number } }>(
      '/metrics/points?name=host.memory.usage&since=700d&step=1d',
    );
    expect(stats.min).toBeLessThan(44);
    expect(stats.max).toBeGreaterThan(60);
  });
});
