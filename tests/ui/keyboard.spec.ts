// Everything by keyboard alone, with a visible focus.
import { cpuBusy } from './support/days.ts';
import { content, expect, test } from './support/test.ts';

test('a path through all pages', async ({ page, world, open }) => {
  await cpuBusy(world);
  await open('overview');
  await expect(page.getByRole('region', { name: 'What needs you' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the page' })).toBeFocused();
  for (const [room, title] of [
    ['Overview', '1 thing needs you'],
    ['Alerts', 'Alerts'],
    ['Metrics', 'Metrics'],
    ['Backups', 'Backups'],
    ['Care', 'Care'],
    ['Settings', 'Settings'],
  ] as const) {
    await page.keyboard.press('Tab');
    const link = page.getByRole('navigation').getByRole('link', { name: new RegExp(`^${room}`) });
    await expect(link).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
    await expect(link).toHaveAttribute('aria-current', 'page');
    await expect(link).toBeFocused();
  }
});

test('the skip link leads past the rooms', async ({ page, open }) => {
  await open('alerts');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Runbooks' })).toBeFocused();
});

test('the focus is always to be seen', async ({ page, world, open }) => {
  test.slow();
  await cpuBusy(world);
  for (const room of ['overview', 'alerts', 'metrics', 'backups', 'care', 'settings']) {
    await open(room);
    await expect(content(page, room)).toBeVisible();
    const seen = new Set<string>();
    for (let count = 0; count < 40; count += 1) {
      await page.keyboard.press('Tab');
      const focus = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        // A page that came late takes the focus to its title, which is no control.
        if (element.matches('h1')) return null;
        // A hidden radio button shows its focus on the words beside it.
        const shown = element.matches('input.spoken') ? (element.nextElementSibling ?? element) : element;
        const style = getComputedStyle(shown);
        const box = shown.getBoundingClientRect();
        return {
          name: element.outerHTML.slice(0, 80),
          outline: style.outlineStyle,
          width: box.width,
          height: box.height,
        };
      });
      if (!focus || seen.has(focus.name)) continue;
      seen.add(focus.name);
      expect(focus.outline, focus.name).not.toBe('none');
      expect(focus.width * focus.height, focus.name).toBeGreaterThan(0);
    }
    expect(seen.size, room).toBeGreaterThan(6);
  }
});

test('the menu for quiet opens, closes and gives the focus back', async ({ page, open }) => {
  await open('alerts');
  const button = page.getByRole('button', { name: 'Quiet' });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Quiet for 1 h' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(button).toBeFocused();
  await expect(page.getByRole('button', { name: 'Quiet for 1 h' })).toBeHidden();
});

test('processes are sorted by their columns', async ({ page, open }) => {
  await open('overview');
  const table = page.getByRole('table', { name: 'Busiest processes' });
  const memory = table.getByRole('columnheader', { name: /Memory/ });
  await expect(table.getByRole('columnheader', { name: /CPU/ })).toHaveAttribute('aria-sort', 'descending');
  await memory.getByRole('button').press('Enter');
  await expect(memory).toHaveAttribute('aria-sort', 'descending');
  await memory.getByRole('button').press('Enter');
  await expect(memory).toHaveAttribute('aria-sort', 'ascending');
  await expect(table.getByRole('row').nth(1)).toContainText('launchd');
});
