// Channels on the Settings page: how each stands, and what the other side says to a test.
import { picture } from './support/pictures.ts';
import { hook } from './support/hook.ts';
import { expect, test } from './support/test.ts';

const channel = (id: string, kind: string, keys: string) =>
  `[[notify.channel]]\nid = "${id}"\nkind = "${kind}"\n${keys}\n`;

test('without a channel the page says how to name one', async ({ page, open }) => {
  await open('settings');
  await expect(page.getByText('Nothing is sent elsewhere.')).toBeVisible();
});

test('a test shows the answer of the other side', async ({ page, world, open }) => {
  const server = await hook();
  const url = `url = "http://127.0.0.1:${server.port}/s3cr3t"`;
  await world.configure(channel('ops', 'webhook', url) + channel('phone', 'ntfy', 'url = "secret:topic"'));
  await open('settings');
  const list = page.getByRole('region', { name: 'Channels' });
  await expect(list).toContainText('Nothing delivered yet');
  await expect(list).toContainText('the store for secrets is not part of this version');
  await expect(page.getByRole('button', { name: 'Send a test to phone' })).toBeHidden();
  await page.getByRole('button', { name: 'Send a test to ops' }).click();
  await expect(list).toContainText(/Arrived: 200 OK, in \d+\sms/);
  expect(server.received()).toEqual(['test']);
  server.answer(404);
  await page.getByRole('button', { name: 'Send a test to ops' }).click();
  await expect(list).toContainText(/It did not arrive: .* answers 404\sNot Found/);
  await expect(page.locator('body')).not.toContainText('s3cr3t');
  await list.scrollIntoViewIfNeeded();
  await picture(page, 'channels');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 640, height: 480 });
  await list.scrollIntoViewIfNeeded();
  await picture(page, 'channels-small-dark');
  server.close();
});

test('a channel that fails says why and when it is tried again', async ({ page, world, open }) => {
  const server = await hook();
  server.answer(503);
  await world.configure(channel('ops', 'webhook', `url = "http://127.0.0.1:${server.port}/x"\nlevel = "critical"`));
  await world.set({ 'host.disk.usage': 97 });
  await world.advance('7m');
  await open('settings');
  const list = page.getByRole('region', { name: 'Channels' });
  await expect(list).toContainText('answers 503 Service Unavailable');
  await expect(list).toContainText(/1 message waits, tried again (now|in)/);
  await list.scrollIntoViewIfNeeded();
  await picture(page, 'channels-failing');
  server.answer(200);
  await world.advance('6m');
  await expect(list).toContainText('Last delivered');
  await expect(list).not.toContainText('503');
  server.close();
});
