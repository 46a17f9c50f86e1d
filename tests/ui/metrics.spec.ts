// Charts of any series: picking, zooming, the crosshair by keyboard, and the same as a table.
import { text } from 'node:stream/consumers';
import { expectAccessible } from './support/checks.ts';
import { busyDay } from './support/days.ts';
import { picture } from './support/pictures.ts';
import { expect, test } from './support/test.ts';

test('a series is found by words and shown with Enter', async ({ page, open }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open('metrics');
  const search = page.getByRole('combobox', { name: 'Search series' });
  await search.fill('mem usage');
  await expect(page.getByRole('option')).toHaveCount(1);
  await search.press('Enter');
  await expect(page.getByRole('option', { name: /^Memory/ })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('figure')).toHaveCount(2);
  await expect(page).toHaveURL(/series=host.cpu.usage&series=host.memory.usage/);
  await search.press('Enter');
  await expect(page.getByRole('figure')).toHaveCount(1);
});

test('on a small window the series are behind a button', async ({ page, open }) => {
  await open('metrics');
  await expect(page.getByRole('combobox')).toBeHidden();
  await page.getByRole('button', { name: 'Choose series' }).click();
  const search = page.getByRole('combobox', { name: 'Search series' }).last();
  await expect(search).toBeFocused();
  await search.press('ArrowDown');
  await search.press('Enter');
  await expect(page.getByRole('figure')).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Choose series' })).toBeFocused();
});

test('ranges ask for their time, and the address keeps them', async ({ page, open, requests }) => {
  await open('metrics?series=host.cpu.usage');
  await expect(page.getByRole('radio', { name: '6 h' })).toBeChecked();
  await page.getByText('7 d', { exact: true }).click();
  await expect(page).toHaveURL(/range=7d/);
  await expect.poll(() => requests.filter((request) => request.url().includes('since=7d')).length).toBe(1);
  await page.reload();
  await expect(page.getByRole('radio', { name: '7 d' })).toBeChecked();
});

test('two years can be looked at, and a day of history begins with a day', async ({ page, open }) => {
  await open('metrics?series=host.cpu.usage&range=2y');
  await expect(page.getByRole('radio', { name: '2 y' })).toBeChecked();
  await expect(page.getByRole('figure')).toHaveCount(1);
});

test('dragging zooms, a double click goes back', async ({ page, open }) => {
  await open('metrics?series=host.cpu.usage&range=1h');
  const field = page.locator('.u-over');
  const box = await field.boundingBox();
  if (!box) throw new Error('the chart has no field');
  const middle = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.5, middle);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, middle, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/from=.+&to=/);
  await expect(page.getByText(/\(15 min\)/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Zoom out' })).toBeVisible();
  await page.locator('.u-over').dblclick({ position: { x: 60, y: 40 } });
  await expect(page).toHaveURL(/range=1h$/);
  await expect(page.getByRole('button', { name: 'Zoom out' })).toBeHidden();
});

test('the keyboard moves the crosshair of all charts', async ({ page, world, open }) => {
  await world.measure({ 'host.cpu.usage': 71 });
  await world.measure({ 'host.cpu.usage': 72 });
  await open('metrics?series=host.cpu.usage&series=host.memory.usage&range=1h');
  const [cpu, memory] = [page.getByRole('slider', { name: /^CPU/ }), page.getByRole('slider', { name: /^Memory/ })];
  await cpu.focus();
  await page.keyboard.press('End');
  await expect(cpu).toHaveAttribute('aria-valuetext', /72\s%/);
  await page.keyboard.press('ArrowLeft');
  await expect(cpu).toHaveAttribute('aria-valuetext', /71\s%/);
  const time = /(\d\d:\d\d:\d\d)/;
  const here = time.exec((await cpu.getAttribute('aria-valuetext')) ?? '')?.[1];
  expect(time.exec((await memory.getAttribute('aria-valuetext')) ?? '')?.[1]).toBe(here);
  await page.keyboard.press('Home');
  await expect(cpu).toHaveAttribute('aria-valuenow', '0');
});

test('the same values are there as a table', async ({ page, world, open }) => {
  await world.measure({ 'host.cpu.usage': 71 });
  await open('metrics?series=host.cpu.usage&range=1h');
  await page.getByRole('button', { name: 'As table' }).click();
  const rows = page.getByRole('table').getByRole('row');
  await expect(rows.nth(1)).toContainText('71 %');
  await page.getByRole('button', { name: 'Hide table' }).click();
  await expect(page.getByRole('table')).toBeHidden();
});

test('sleep is a gap with a name', async ({ page, world, open }) => {
  await world.sleep('20m');
  await world.advance('5m');
  await open('metrics?series=host.cpu.usage&range=1h');
  await expect(page.getByRole('figure')).toContainText(/Asleep for 20 min/);
  await page.getByRole('button', { name: 'As table' }).click();
  await expect(page.getByRole('table')).toContainText('Asleep for 20 min');
});

test.describe('a series that is not kept', () => {
  test.use({ expectedErrors: /404/ });

  test('says so', async ({ page, open }) => {
    await open('metrics?series=host.cpu.throttled');
    await expect(page.locator('main')).toContainText('host.cpu.throttled');
  });
});

test('series of one unit share a chart, with their figures', async ({ page, world, open }) => {
  await world.measure({ 'host.cpu.usage': 71, 'host.memory.usage': 55 });
  await open('metrics?series=host.cpu.usage&series=host.memory.usage&series=host.load.1m&range=1h');
  await expect(page.getByRole('figure')).toHaveCount(3);
  await page.getByText('By unit', { exact: true }).click();
  await expect(page.getByRole('figure')).toHaveCount(2);
  await expect(page).toHaveURL(/layout=together/);
  const figures = page.getByRole('table', { name: 'CPU, Memory: figures over the time shown' });
  await expect(figures.getByRole('row', { name: /^CPU/ })).toContainText(/71\s%/);
  const chart = page.getByRole('slider', { name: /^CPU, Memory/ });
  await chart.focus();
  await page.keyboard.press('End');
  await expect(chart).toHaveAttribute('aria-valuetext', /CPU 71\s%, Memory 55\s%/);
  await page.getByRole('button', { name: 'Remove Memory' }).click();
  await expect(page.getByRole('figure')).toHaveCount(2);
  await expect(page.getByRole('table', { name: /figures over/ })).toHaveCount(0);
});

test('percentiles are lines when they are wanted', async ({ page, world, open }) => {
  await world.advance('10m');
  await open('metrics?series=host.cpu.usage&range=1h');
  await expect(page.getByRole('figure')).toContainText(/99 % below/);
  await expect(page.getByRole('figure')).not.toContainText(/50 % below/);
  await page.getByRole('button', { name: 'Percentiles' }).click();
  await expect(page.getByRole('figure')).toContainText(/50 % below/);
  await expect(page).toHaveURL(/percentiles=yes/);
});

test('alerts are spans of their series', async ({ page, world, open }) => {
  await world.set({ 'host.cpu.usage': 96 });
  await world.advance('9m');
  await world.set({ 'host.cpu.usage': 12 });
  await world.advance('20m');
  await open('metrics?series=host.cpu.usage&series=host.memory.usage&range=1h');
  await expect(page.getByRole('figure', { name: /^CPU/ })).toContainText(/CPU busy, critical, .* for \d+ min/);
  await expect(page.getByRole('figure', { name: /^Memory/ })).not.toContainText('CPU busy');
});

test('what is shown leaves as a file, or by way of the clipboard', async ({ page, world, open, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await world.measure({ 'host.cpu.usage': 71 });
  await open('metrics?series=host.cpu.usage&range=1h');
  await page.getByRole('button', { name: 'Export' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as CSV' }).click(),
  ]);
  expect(file.suggestedFilename()).toBe('caretaker-metrics.csv');
  await expect(
    page.getByText("caretaker metrics export --format csv --since 1h --name 'host.cpu.usage'"),
  ).toBeVisible();
  const lines = (await text(await file.createReadStream())).trim().split('\r\n');
  expect(lines[0]).toBe('at,name,labels,unit,value,min,max');
  expect(lines.at(-1)).toMatch(/,host\.cpu\.usage,,percent,71,71,71$/);
  await page.getByRole('button', { name: 'Copy as Prometheus' }).click();
  await expect(page.getByText('Prometheus copied.')).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain('# TYPE caretaker_host_cpu_usage_percent gauge\ncaretaker_host_cpu_usage_percent 71 ');
  await page.getByRole('button', { name: 'Copy as JSON' }).click();
  await expect(page.getByText('JSON copied.')).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('several series on one chart', async ({ page, world, open }) => {
      await busyDay(world);
      await page.clock.setFixedTime(await world.now());
      await page.setViewportSize({ width: 1280, height: 800 });
      const series = ['host.cpu.usage', 'host.memory.usage', 'host.disk.usage{mount=/}', 'host.load.1m'];
      const query = series.map((text) => `series=${text}`).join('&');
      await open(`metrics?${query}&range=6h&layout=together`);
      await expect(page.getByRole('figure')).toHaveCount(2);
      await expectAccessible(page);
      await picture(page, `metrics-together-${colorScheme}`);
      await page.getByRole('button', { name: 'Export' }).click();
      await picture(page, `metrics-export-${colorScheme}`);
      await page.setViewportSize({ width: 640, height: 480 });
      await open('metrics?series=host.cpu.usage&range=6h&percentiles=yes');
      await expect(page.getByRole('slider')).toBeVisible();
      await picture(page, `metrics-small-${colorScheme}`);
    });
  });
}
