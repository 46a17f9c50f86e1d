// Local models on the overview: there when a server was found, honest when it is gone, absent otherwise.
import { expectAccessible } from './support/checks.ts';
import { Ollama } from './support/ollama.ts';
import { picture } from './support/pictures.ts';
import { asked, expect, test } from './support/test.ts';
import type { World } from './support/test.ts';

const USUAL = '127.0.0.1:11434';

/** Ollama runs for as long as the test; its first model leaves memory in four minutes. */
async function withOllama(world: World, story: (server: Ollama) => Promise<void>): Promise<void> {
  const server = await Ollama.start(new Date((await world.now()).getTime() + 9 * 60_000));
  try {
    await world.listen(USUAL, server.address);
    // An address where nobody was is looked at every tenth round.
    await world.advance('5m');
    await story(server);
    expect(server.strange).toEqual([]);
  } finally {
    await server.stop();
  }
}

test('a machine without models has no such card and is not asked for one', async ({ page, open, requests }) => {
  await open('overview');
  await expect(page.getByRole('link', { name: /^CPU: \d+ %/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Local models' })).toHaveCount(0);
  expect(asked(requests, '/models')).toBe(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('what is loaded, for how long, and what lies on disk', async ({ page, world, open }) => {
      await withOllama(world, async () => {
        await page.clock.setFixedTime(await world.now());
        await open('overview');
        const card = page.getByRole('region', { name: 'Local models' });
        await expect(card.getByRole('heading', { name: 'Ollama' })).toBeVisible();
        await expect(card).toContainText('0.12.6');
        await expect(card).toContainText('3 models installed, 16.1\u00a0GB');
        const rows = card.getByRole('table', { name: 'Models of Ollama in memory' }).getByRole('row');
        await expect(rows).toHaveCount(3);
        await expect(rows.nth(1)).toContainText(/gpt-oss:20b.*14.5\u00a0GB.*8,192.*in 4 min/);
        await expect(rows.nth(2)).toContainText(/nomic-embed-text.*50\u00a0% on the CPU.*stays/);
        await expectAccessible(page);
        await picture(page, `models-${colorScheme}`);
        await page.setViewportSize({ width: 640, height: 480 });
        await card.scrollIntoViewIfNeeded();
        await picture(page, `models-small-${colorScheme}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
        expect(wide).toBe(false);
      });
    });
  });
}

test('a server that stops is shown as down at once and raises an alert after two minutes', async ({
  page,
  world,
  open,
}) => {
  await withOllama(world, async () => {
    await open('overview');
    const card = page.getByRole('region', { name: 'Local models' });
    await expect(card).toContainText('up');
    await world.hangUp(USUAL);
    await world.round();
    await expect(card).toContainText('nobody listens');
    await expect(card).toContainText('3 models installed');
    await world.advance('4m');
    await expect(page.getByRole('region', { name: 'What needs you' })).toContainText(
      'Model server 127.0.0.1:11434 down',
    );
    await picture(page, 'models-down');
  });
});
