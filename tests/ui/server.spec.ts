// The card "Server readiness": what is not as a server should be comes first, with the reason and the remedy.
import { expect, test } from './support/test.ts';

test('what is wrong comes first, with why and what to do', async ({ page, open }) => {
  await open('settings');
  const card = page.getByRole('region', { name: 'Server readiness' });
  const rows = card.getByRole('listitem');
  await expect(rows.first()).toContainText('stays off after a power failure');
  await expect(rows.first()).toContainText('Why it matters');
  await expect(rows.first()).toContainText('What to do');
  await expect(card.getByText('ollama listens on all interfaces')).toBeVisible();
  await expect(rows.last()).not.toContainText('What to do');
  await card.getByRole('button', { name: 'Check again' }).click();
  await expect(rows.first()).toContainText('stays off');
});
