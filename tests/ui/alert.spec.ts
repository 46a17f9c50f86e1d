// One alert: from the verdict to its page, what it says, and what can be done about it.
import { alertOf, cpuBusy } from './support/days.ts';
import { expect, test } from './support/test.ts';

test.beforeEach(async ({ world }) => {
  await cpuBusy(world);
});

test('the reason leads to the alert, which says what, since when and how bad', async ({ page, open }) => {
  await open('overview');
  await page.getByRole('region', { name: 'What needs you' }).getByRole('link').click();
  await expect(page).toHaveURL(/#\/alerts\/.+/);
  const heading = page.getByRole('heading', { level: 1 });
  await expect(heading).toHaveText('CPU busy');
  await expect(heading).toBeFocused();
  await expect(page.getByRole('status').filter({ hasText: 'CPU 96 % for' })).toBeVisible();
  const figures = page.locator('main dl').first();
  await expect(figures).toContainText(/5-min mean\s*96\s%/);
  await expect(figures).toContainText(/Bound for critical\s*above 90\s%/);
  await expect(page.getByRole('region', { name: 'Timeline' }).getByRole('listitem')).not.toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Notices' })).toContainText('delivered');
  const runbook = page.getByRole('region', { name: 'Runbook' });
  await expect(runbook.getByRole('link', { name: 'CPU busy' })).toHaveAttribute('href', /runbooks\/cpu-high\?alert=/);
  await expect(runbook.getByRole('listitem').first()).toHaveText('See which program it is');
});

test('what is judged and what is measured are told apart', async ({ page, world, open }) => {
  await world.measure({ 'host.cpu.usage': 3 });
  await open('overview');
  const tile = page.getByRole('link', { name: /^CPU: 3 %, critical because of 5-min mean 8\d %/ });
  await expect(tile).toContainText(/5-min mean 8\d\s%/);
  await open(`alerts/${(await alertOf(world, 'cpu-high')).id}`);
  await expect(page.locator('main dl').first()).toContainText(/5-min mean\s*8\d\s%/);
  await expect(page.locator('main dl').first()).not.toContainText('Now');
  const chart = page.getByRole('figure');
  await expect(chart).toContainText(/5-min mean 8\d\s%/);
  await expect(page.getByRole('slider', { name: /^CPU/ })).toHaveAttribute(
    'aria-valuetext',
    /, 3\s%.*5-min mean 8\d\s%/,
  );
});

test('what explains an alert is named on its page and leads there', async ({ page, world, open }) => {
  await world.set({ 'host.load.per_core': 5 });
  await world.advance('15m');
  await open(`alerts/${(await alertOf(world, 'load-high')).id}`);
  const why = page.getByText(/Nobody is told of it while another alert explains it/);
  await why.getByRole('link', { name: /^CPU 96\s% for / }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('CPU busy');
});

test('an alert that recovers says since when, and when it was raised', async ({ page, world, open }) => {
  await world.set({ 'host.cpu.usage': 9 });
  await world.advance('2m');
  await expect
    .poll(async () => {
      await world.round();
      return (await alertOf(world, 'cpu-high')).state;
    })
    .toBe('recovering');
  await page.clock.setFixedTime(await world.now());
  await open(`alerts/${(await alertOf(world, 'cpu-high')).id}`);
  await expect(page.getByText(/^recovering since \d\d:\d\d/)).toBeVisible();
  await expect(page.getByText(/^raised \d+ min ago/)).toBeVisible();
  await expect(
    page.getByRole('status').filter({ hasText: /^CPU .*, recovering \(5-min mean, was above/ }),
  ).toBeVisible();
});

test('what is muted counts nowhere', async ({ page, world, open }) => {
  await world.set({ 'host.disk.usage': 88 });
  await world.advance('8m');
  await open(`alerts/${(await alertOf(world, 'disk-space')).id}`);
  await page.getByRole('button', { name: 'Snooze 1 h' }).click();
  await expect(page.getByText(/muted until \d\d:\d\d/)).toBeVisible();
  await open('alerts');
  await expect(page.getByText('1 critical open, 1 muted.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Alerts, 1 open, 1 muted' })).toContainText('1');
  await open('overview');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 thing needs you');
  await expect(page.getByRole('region', { name: 'What needs you' }).getByRole('link')).toHaveCount(1);
  await expect(page.getByRole('link', { name: '1 muted', exact: true })).toBeVisible();
});

test('a silence needs a reason', async ({ page, world, open }) => {
  await open(`alerts/${(await alertOf(world, 'cpu-high')).id}`);
  await page.getByRole('button', { name: 'Silence…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Silence' });
  const reason = dialog.getByRole('textbox', { name: 'Reason' });
  await dialog.getByRole('button', { name: 'Silence' }).click();
  await expect(dialog).toBeVisible();
  await expect(reason).toBeFocused();
  expect((await world.get<{ silences: unknown[] }>('/silences')).silences).toEqual([]);
});

test('nothing has ended while alerts are open is said as that', async ({ page, open }) => {
  await open('alerts');
  await expect(page.getByRole('region', { name: 'History' })).toContainText('None has ended yet');
});

test('the chart around it is drawn', async ({ page, world, open }) => {
  await open(`alerts/${(await alertOf(world, 'cpu-high')).id}`);
  await expect(page.getByRole('slider', { name: /^CPU/ })).toBeVisible();
  const colours = await page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const seen = new Set<string>();
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3] === 255) seen.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
    return [...seen];
  });
  expect(colours).toContain('27,102,130');
  expect(colours).toContain('192,38,46');
});

test('the evidence is kept: processes, the rest of the machine, samples', async ({ page, world, open }) => {
  await open(`alerts/${(await alertOf(world, 'cpu-high')).id}`);
  const evidence = page.getByRole('region', { name: 'When it was raised' });
  await expect(evidence.getByRole('table', { name: 'Processes when it was raised' })).toContainText('ollama');
  await expect(evidence).toContainText('Load, 1 min');
  await evidence.getByRole('button', { name: /^Show the \d+ samples/ }).click();
  await expect(evidence.getByRole('region', { name: /samples/i })).toContainText('96');
});

test('acknowledging says so, with the note', async ({ page, world, open }) => {
  const { id } = await alertOf(world, 'cpu-high');
  await open(`alerts/${id}`);
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  const dialog = page.getByRole('dialog', { name: 'Acknowledge' });
  await dialog.getByRole('textbox', { name: 'Note' }).fill('the nightly build, done by noon');
  await dialog.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/Acknowledged .*: the nightly build, done by noon/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Acknowledge' })).toBeHidden();
  const { alerts } = await world.get<{ alerts: { acknowledged: { note: string } }[] }>('/alerts');
  expect(alerts[0]?.acknowledged.note).toBe('the nightly build, done by noon');
});

test('Escape leaves a dialog and nothing happened', async ({ page, world, open }) => {
  await open(`alerts/${(await alertOf(world, 'cpu-high')).id}`);
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Acknowledge' })).toBeFocused();
});

test('snoozing mutes it for an hour', async ({ page, world, open }) => {
  await open(`alerts/${(await alertOf(world, 'cpu-high')).id}`);
  await page.getByRole('button', { name: 'Snooze 1 h' }).click();
  await expect(page.getByText(/muted until \d\d:\d\d/)).toBeVisible();
});

test('a silence is listed with its reason, and can be ended', async ({ page, world, open }) => {
  await open(`alerts/${(await alertOf(world, 'cpu-high')).id}`);
  await page.getByRole('button', { name: 'Silence…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Silence' });
  await dialog.getByText('Every “CPU busy”').click();
  await dialog.getByText('24 h').click();
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('load test');
  await dialog.getByRole('button', { name: 'Silence' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/muted until tomorrow \d\d:\d\d/)).toBeVisible();
  await page.getByRole('link', { name: 'Alerts', exact: true }).first().click();
  const muted = page.getByRole('region', { name: 'Muted' });
  await expect(muted).toContainText('CPU busy');
  await expect(muted).toContainText('load test');
  await muted.getByRole('button', { name: /^End/ }).click();
  await expect(muted).toBeHidden();
  expect((await world.get<{ silences: unknown[] }>('/silences')).silences).toEqual([]);
});

test('an alert that is over says how long it lasted, and asks for nothing', async ({ page, world, open }) => {
  const { id } = await alertOf(world, 'cpu-high');
  await world.set({ 'host.cpu.usage': 9 });
  await world.advance('15m');
  await open(`alerts/${id}`);
  await expect(page.getByText(/over since \d\d:\d\d/)).toBeVisible();
  await expect(page.locator('main dl').first()).toContainText('Lasted');
  await expect(page.getByRole('button', { name: 'Acknowledge' })).toBeHidden();
});

test.describe('an alert that nobody knows', () => {
  test.use({ expectedErrors: /404/ });

  test('is said in the words of the engine', async ({ page, open }) => {
    await open('alerts/nowhere');
    await expect(page.getByRole('alert')).toContainText('nowhere');
    await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  });
});

test('the history is filtered', async ({ page, world, open }) => {
  await world.set({ 'host.cpu.usage': 9 });
  await world.advance('15m');
  await open('alerts');
  const history = page.getByRole('region', { name: 'History' });
  await expect(history.getByRole('listitem')).toHaveCount(1);
  await history.getByText('Warning', { exact: true }).click();
  await expect(history).toContainText('Nothing was raised');
  await history.getByText('Critical', { exact: true }).click();
  await expect(history.getByRole('listitem')).toHaveCount(1);
  await expect(page).toHaveURL(/level=critical/);
});
