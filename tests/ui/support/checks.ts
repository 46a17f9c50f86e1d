// What holds for every page, whatever it shows.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Nothing on the page keeps anybody out, as far as axe can tell. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}

/** Nothing has to be scrolled sideways. */
export async function expectNoWiderThanWindow(page: Page, what: string): Promise<void> {
  const excess = () =>
    page.evaluate(() => {
      const main = document.querySelector('main');
      return main
        ? Math.max(main.scrollWidth - main.clientWidth, document.documentElement.scrollWidth - window.innerWidth)
        : -1;
    });
  await expect.poll(excess, what).toBe(0);
}
