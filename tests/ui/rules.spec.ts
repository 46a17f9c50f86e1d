// The editor of a rule: what it would have done while it is edited, saving, and what the engine refuses.
import { expectAccessible } from './support/checks.ts';
import type { Page } from '@playwright/test';
import { alertOf, busyDay, cpuBusy } from './support/days.ts';
import { picture } from './support/pictures.ts';
import { asked, expect, test } from './support/test.ts';

interface RuleList {
  rules: { id: string; title: string; warning?: { above?: number; below?: number }; breaches?: string; for: string }[];
}

const outcome = (page: Page) => page.getByText(/^Would (not )?have fired/);

test.describe('while it is edited', () => {
  // A warning at the critical bound is refused on the way.
  test.use({ expectedErrors: /400/ });

  test('the past follows the slider, and nothing is saved before it is said', async ({
    page,
    world,
    open,
    requests,
  }) => {
    await cpuBusy(world);
    await world.set({ 'host.cpu.usage': 12 });
    await world.advance('20m');
    await open('settings');
    await page.getByRole('link', { name: 'Edit the rule CPU busy' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('CPU busy');
    await expect(outcome(page)).toHaveText(/^Would have fired once, rung/);
    await expect(page.getByRole('table', { name: /would have raised/ }).getByRole('row')).toHaveCount(2);

    const slider = page.getByRole('slider', { name: 'Critical, slider' });
    await slider.focus();
    await page.keyboard.press('End');
    const warning = page.getByRole('slider', { name: 'Warning, slider' });
    await expect(page.getByText('As saved: fired once')).toBeVisible();
    await warning.focus();
    const before = asked(requests, '/rules/backtest');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await expect(page.getByRole('textbox', { name: 'Warning above, %' })).toHaveValue('98');
    await expect(outcome(page)).toHaveText(/^Would not have fired in the .* that are stored\.$/);
    // Three strokes are at most two questions: one that began between them, and the last.
    expect(asked(requests, '/rules/backtest') - before).toBeLessThanOrEqual(2);
    const { rules } = await world.get<RuleList>('/rules');
    expect(rules.find((rule) => rule.id === 'cpu-high')?.warning?.above).toBe(75);

    await page.getByRole('button', { name: 'Discard' }).click();
    await expect(page.getByRole('textbox', { name: 'Warning above, %' })).toHaveValue('75');
    await expect(outcome(page)).toHaveText(/^Would have fired once/);
    await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled();
  });
});

test('a rule is saved whole and goes back to what is built in', async ({ page, world, open }) => {
  await open('rules/cpu-high');
  await page.getByRole('textbox', { name: 'Warning above, %' }).fill('60');
  await page.getByRole('textbox', { name: 'For', exact: true }).fill('2m');
  await page.getByRole('textbox', { name: 'Or so many' }).fill('3 of 5');
  await expect(page.getByText('Changed, not saved.')).toBeVisible();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await expect(page.getByText('A built-in rule that you changed.')).toBeVisible();
  const saved = (await world.get<RuleList>('/rules')).rules.find((rule) => rule.id === 'cpu-high');
  expect(saved).toMatchObject({ warning: { above: 60 }, for: '2m', breaches: '3 of 5' });
  await page.getByRole('button', { name: 'Back to built-in' }).click();
  await expect(page.getByRole('textbox', { name: 'Warning above, %' })).toHaveValue('75');
  await expect(page.getByText('A built-in rule.')).toBeVisible();
});

test('a new rule about the series of an alert', async ({ page, world, open }) => {
  await busyDay(world);
  const { id } = await alertOf(world, 'disk-space');
  await open(`alerts/${id}`);
  await page.getByRole('link', { name: 'New rule…' }).click();
  await expect(page.getByRole('combobox', { name: 'Which' })).toHaveValue('{mount=/}');
  await page.getByRole('textbox', { name: 'Name' }).fill('Root nearly full');
  await page.getByRole('textbox', { name: 'Warning above, %' }).fill('80');
  await expect(outcome(page)).toHaveText(/^Would have fired once/);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page).toHaveURL(/#\/rules\/root-nearly-full$/);
  await expect(page.getByText('A rule of your own.')).toBeVisible();
  const { rules } = await world.get<RuleList>('/rules');
  expect(rules.find((rule) => rule.id === 'root-nearly-full')).toMatchObject({ warning: { above: 80 } });
  await page.getByRole('combobox', { name: 'Warning, direction' }).selectOption('below');
  await page.getByRole('textbox', { name: 'Warning below, %' }).fill('5');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  const turned = (await world.get<RuleList>('/rules')).rules.find((rule) => rule.id === 'root-nearly-full');
  expect(turned?.warning).toEqual({ below: 5 });
  await page.getByRole('button', { name: 'Remove rule' }).click();
  await expect(page).toHaveURL(/#\/settings$/);
  await expect(page.getByText('Root nearly full')).toBeHidden();
});

test.describe('what is refused', () => {
  test.use({ expectedErrors: /400|404|507/ });

  test('is said beside the field in the words of the engine', async ({ page, open }) => {
    await open('rules/cpu-high');
    await expect(outcome(page)).toBeVisible();
    const field = page.getByRole('textbox', { name: 'For', exact: true });
    await field.fill('soon');
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByRole('alert')).toContainText('soon');
    await field.fill('1m');
    await expect(page.getByRole('alert')).toBeHidden();
    await page.getByRole('textbox', { name: 'Warning above, %' }).fill('95');
    await expect(page.getByRole('alert')).toContainText(/warning above 95/);
    await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled();
    await picture(page, 'rule-refused');
  });

  test('a change that cannot be saved stays in the form', async ({ page, open }) => {
    const error = { code: 'disk_full', message: 'The disk is full', hint: 'Make room, then save again' };
    await page.route('**/api/v1/rules/cpu-high', (route) => route.fulfill({ status: 507, json: { error } }));
    await open('rules/cpu-high');
    await page.getByRole('textbox', { name: 'Warning above, %' }).fill('60');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('alert')).toContainText('The disk is full');
    await expect(page.getByRole('textbox', { name: 'Warning above, %' })).toHaveValue('60');
    await expect(page.getByText('Changed, not saved.')).toBeVisible();
  });

  test('a rule that is not there', async ({ page, open }) => {
    await open('rules/nowhere');
    await expect(page.getByRole('alert')).toContainText('nowhere');
  });

  test('what nobody is told of is said in the editor and on Settings', async ({ page, world, open }) => {
    await world.configure('[[rule]]\nid = "cpu-high"\nroute = "second"\n');
    await open('rules/cpu-high');
    const notes = page.getByRole('list', { name: 'Notes on the configuration' });
    await expect(notes).toContainText('no channel has route = "second"');
    await page.getByText('When it ends, who hears of it').click();
    await expect(page.getByRole('combobox', { name: 'Tell' }).getByRole('option')).toHaveText([
      'at once',
      'second channels',
    ]);
    await open('settings');
    await expect(notes).toContainText('cpu-high');
    await expectAccessible(page);
  });

  test('a series that nobody measures has no past', async ({ page, world, open }) => {
    const rule = 'id = "slowed"\ntitle = "Slowed by heat"\nmetric = "host.cpu.throttled"\nwarning = { above = 90 }';
    await world.configure(`[[rule]]\n${rule}\n`);
    await open('rules/slowed');
    await expect(page.getByText('Nothing is measured under this name')).toBeVisible();
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, begin: { history: '30h' } });

    test('the editor', async ({ page, world, open }) => {
      await busyDay(world);
      await page.clock.setFixedTime(await world.now());
      await open('rules/cpu-high');
      await page.getByText('24 h', { exact: true }).click();
      await expect(outcome(page)).toBeVisible();
      await expect(page.locator('.u-over')).toBeVisible();
      await expectAccessible(page);
      await picture(page, `rule-${colorScheme}`);
      await page.setViewportSize({ width: 640, height: 480 });
      await picture(page, `rule-small-${colorScheme}`);
      await page.setViewportSize({ width: 1440, height: 900 });
      await open('rules/disk-space');
      await expect(outcome(page)).toBeVisible();
      await page.getByText('When it ends, who hears of it').click();
      await picture(page, `rule-wide-${colorScheme}`);
    });
  });
}
