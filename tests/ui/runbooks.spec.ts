// Runbooks: found, read, ticked, and their commands run from an alert to the recorded result.
import { expectAccessible, expectNoWiderThanWindow } from './support/checks.ts';
import { alertOf, cpuBusy } from './support/days.ts';
import { picture } from './support/pictures.ts';
import { expect, test } from './support/test.ts';
import { World } from './support/world.ts';

test('from an alert to the recorded result of a command', async ({ page, world, open }) => {
  await cpuBusy(world);
  const { id } = await alertOf(world, 'cpu-high');
  await open(`alerts/${id}`);
  await page.getByRole('link', { name: 'Open runbook' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('CPU busy');
  await expect(page.getByText(/Open now: CPU 9\d % for/)).toBeVisible();
  const step = page.getByRole('list', { name: 'Steps' }).getByRole('listitem').first();
  await expect(step.getByRole('group', { name: 'The command of step 1' })).toContainText('ps -eo');
  await step.getByRole('button', { name: 'Run…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Run step 1?' });
  await expect(dialog.getByRole('group', { name: 'The command' })).toContainText('--sort=-pcpu | head');
  await expectAccessible(page);
  // A no runs nothing.
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(step.getByText('Done', { exact: true })).toHaveCount(0);
  await step.getByRole('button', { name: 'Run…' }).click();
  await dialog.getByRole('button', { name: 'Run' }).click();
  await expect(step.getByRole('status')).toContainText('Done');
  await expect(step.getByRole('group', { name: 'What the command printed' })).toContainText('PID');
  await expect(step.getByText(/The alert afterwards: CPU 9\d\s% for/)).toBeVisible();
  await expect(step.getByRole('checkbox')).toBeChecked();
  await expectAccessible(page);
  await step.getByRole('link', { name: 'Open the alert' }).click();
  const timeline = page.getByRole('region', { name: 'Timeline' });
  await expect(timeline).toContainText('Ran step 1 of the runbook cpu-high (See which program it is): done');
});

test('what was ticked is there again, and what was run is listed', async ({ page, world, open }) => {
  await cpuBusy(world);
  await open('runbooks/cpu-high');
  const steps = page.getByRole('list', { name: 'Steps' }).getByRole('listitem');
  await page.getByRole('checkbox', { name: 'Step 3 done' }).check();
  await steps.nth(0).getByRole('button', { name: 'Run…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run' }).click();
  await expect(page.getByRole('region', { name: 'Run lately' })).toContainText('See which program it is');
  await page.reload();
  await expect(page.getByRole('checkbox', { name: 'Step 3 done' })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'Step 4 done' })).not.toBeChecked();
  await page.getByRole('region', { name: 'Run lately' }).getByText('See which program it is').click();
  await expect(page.getByRole('group', { name: 'What the command printed' })).toContainText('PID');
});

test('words find runbooks, and what answers an open alert stands first', async ({ page, world, open }) => {
  await cpuBusy(world);
  await open('alerts');
  await page.getByRole('link', { name: 'Runbooks' }).click();
  const needed = page.getByRole('region', { name: 'For what is open now' });
  await expect(needed.getByRole('link')).toHaveCount(1);
  await expect(needed).toContainText('CPU busy');
  await page.getByRole('searchbox', { name: 'Find a runbook' }).fill('certificate');
  await expect(page.getByRole('status')).toContainText('with “certificate”');
  await page.getByRole('link', { name: /^Certificate ends soon/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Certificate ends soon');
  await open('runbooks');
  await page.getByRole('searchbox', { name: 'Find a runbook' }).fill('xyzzy');
  await expect(page.getByText('No runbook has all of these words')).toBeVisible();
});

test('a notification leads to the runbook of its alert', async ({ page, world, open }) => {
  await cpuBusy(world);
  const { id } = await alertOf(world, 'cpu-high');
  await open(`runbooks/of/${id}`);
  await expect(page).toHaveURL(new RegExp(`#/runbooks/cpu-high\\?alert=${id}`));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('CPU busy');
});

test.describe('what is not there', () => {
  test.use({ expectedErrors: /404/ });

  test('a runbook that does not exist says so', async ({ page, open }) => {
    await open('runbooks/nothing');
    await expect(page.getByRole('alert')).toContainText('there is no runbook nothing');
  });
});

test('a door that only reads shows commands and runs none', async ({ page }) => {
  const world = await World.start({ history: '30m', door: true });
  try {
    if (!world.door) throw new Error('the simulator opened no door');
    await page.goto(`${world.door.url}/dashboard?token=${world.door.read}`);
    await page.locator('h1').waitFor();
    await page.evaluate(() => (window.location.hash = '#/runbooks/cpu-high'));
    await expect(page.getByText(/^Commands run only in the window/)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Run…' }).first()).toBeDisabled();
    await expect(page.getByRole('group', { name: 'The command of step 1' })).toBeVisible();
  } finally {
    await page.close();
    await world.kill();
  }
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [size, viewport] of [
    ['usual', { width: 960, height: 680 }],
    ['small', { width: 640, height: 480 }],
    ['wide', { width: 1600, height: 900 }],
  ] as const) {
    test(`looks right: ${colorScheme}, ${size}`, async ({ page, world, open }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await world.set({ 'host.disk.usage': 96, 'host.disk.free': 20e9 });
      await world.advance('10m');
      await open('runbooks');
      await expect(page.getByRole('region', { name: 'For what is open now' })).toBeVisible();
      await expectNoWiderThanWindow(page, 'the list');
      await expectAccessible(page);
      await picture(page, `runbooks-${colorScheme}-${size}`);
      await open('runbooks/disk-space');
      await expect(page.getByRole('list', { name: 'Steps' })).toBeVisible();
      await page.getByRole('button', { name: 'Run…' }).first().click();
      await page.getByRole('dialog').getByRole('button', { name: 'Run' }).click();
      await expect(page.getByRole('group', { name: 'What the command printed' }).first()).toContainText('Filesystem');
      await expectNoWiderThanWindow(page, 'a runbook');
      await expectAccessible(page);
      await picture(page, `runbook-${colorScheme}-${size}`);
    });
  }
}
