// Settings: one key at a time, what the engine says about it, and where everything lies.
import { picture } from './support/pictures.ts';
import { expect, test } from './support/test.ts';

interface Configuration {
  text: string;
}

test('a new interval is saved', async ({ page, world, open }) => {
  await open('settings');
  const field = page.getByRole('textbox', { name: 'Measure every' });
  await field.fill('1m');
  await field.press('Enter');
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  expect((await world.get<Configuration>('/configuration')).text).toContain('interval = "1m"');
});

test.describe('what is refused', () => {
  test.use({ expectedErrors: /400/ });

  test('is explained in the words of the engine, and nothing changes', async ({ page, world, open }) => {
    await open('settings');
    const field = page.getByRole('textbox', { name: 'Measure every' });
    await field.fill('banana');
    await field.press('Enter');
    await expect(page.getByRole('alert')).toContainText('banana');
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    expect((await world.get<Configuration>('/configuration')).text).not.toContain('banana');
    await field.press('Escape');
    await expect(field).toHaveValue('30s');
  });

  test('a warning beyond critical', async ({ page, open }) => {
    await open('settings');
    const field = page.getByRole('textbox', { name: 'CPU busy, warning above, %' });
    await field.fill('95');
    await field.press('Enter');
    await expect(page.getByRole('alert')).toContainText(/^The warning above 95/);
    await expect(field).toHaveAttribute('aria-invalid', 'true');
  });
});

test('a threshold is changed where it stands', async ({ page, world, open }) => {
  await open('settings');
  const field = page.getByRole('textbox', { name: 'CPU busy, warning above, %' });
  await field.fill('60');
  await field.press('Enter');
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  const { rules } = await world.get<{ rules: { id: string; warning?: { above?: number } }[] }>('/rules');
  expect(rules.find((rule) => rule.id === 'cpu-high')?.warning?.above).toBe(60);
  await expect(field).toHaveValue('60');
});

test('a changed rule goes back to its default', async ({ page, world, open }) => {
  await open('settings');
  const reset = page.getByRole('button', { name: 'Reset CPU busy to its default' });
  const field = page.getByRole('textbox', { name: 'CPU busy, warning above, %' });
  await expect(field).toHaveValue('75');
  await expect(reset).toBeHidden();
  await field.fill('60');
  await field.press('Enter');
  await reset.click();
  await expect(field).toHaveValue('75');
  await expect(reset).toBeHidden();
  expect((await world.get<Configuration>('/configuration')).text).not.toContain('cpu-high');
});

test('sizes are typed in a handy unit', async ({ page, world, open }) => {
  await open('settings');
  const field = page.getByRole('textbox', { name: /^Swapping hard, critical above, MB\/s/ });
  await expect(field).toHaveValue('20');
  await field.fill('30');
  await field.press('Enter');
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  const { rules } = await world.get<{ rules: { id: string; critical?: { above?: number } }[] }>('/rules');
  expect(rules.find((rule) => rule.id === 'swap-out')?.critical?.above).toBe(30_000_000);
});

test('states are words, and what is not measured here is said as that', async ({ page, world, open }) => {
  const rule = 'id = "slowed"\ntitle = "Slowed by heat"\nmetric = "host.cpu.throttled"\nwarning = { above = 90 }';
  await world.configure(`[[rule]]\n${rule}\n`);
  await open('settings');
  const row = (title: string) => page.getByRole('row', { name: new RegExp(title) });
  await expect(row('A measurement fails')).toContainText('failing');
  await expect(row('A measurement fails').getByRole('textbox')).toHaveCount(0);
  await expect(row('Slowed by heat')).toContainText('not measured on this machine');
  await expect(row('Machine too hot')).toContainText('serious');
  await expect(row('CPU busy')).not.toContainText('not measured');
});

test('a rule is switched off', async ({ page, world, open }) => {
  await open('settings');
  const control = page.getByRole('switch', { name: 'CPU busy is judged' });
  await expect(control).toBeChecked();
  await control.click();
  await expect(control).not.toBeChecked();
  const { rules } = await world.get<{ rules: { id: string; enabled: boolean }[] }>('/rules');
  expect(rules.find((rule) => rule.id === 'cpu-high')?.enabled ?? false).toBe(false);
});

test('notifications pause and resume, and every page shows it', async ({ page, open }) => {
  await open('settings');
  await page.getByRole('button', { name: 'For 1 h' }).click();
  await expect(page.getByText(/^Paused until \d\d:\d\d\.$/)).toBeVisible();
  await expect(page.getByRole('button', { name: /notifications are paused/ })).toContainText(/Quiet until \d\d:\d\d/);
  await page.getByRole('button', { name: /notifications are paused/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resume now' }).click();
  await expect(page.getByText('Notifications are not paused.')).toBeVisible();
});

test('mistakes in the file are listed with their places', async ({ page, world, open }) => {
  await open('settings');
  await expect(page.getByRole('textbox', { name: 'Measure every' })).toBeVisible();
  await world.configure('[collect]\ninterval = "never"\ncolour = "red"\n');
  await page.reload();
  const mistakes = page.getByRole('region', { name: '2 mistakes in the configuration file' });
  await expect(mistakes).toContainText('2:12');
  await expect(mistakes).toContainText('colour');
  await expect(mistakes).toBeInViewport();
  await expect(page.getByText('The last good version is in force.')).toBeVisible();
  await picture(page, 'settings-mistakes');
});

test('the data folder and its size are told', async ({ page, open }) => {
  await open('settings');
  const data = page.getByRole('region', { name: 'Data', exact: true });
  await expect(data).toContainText(/Folder.*home/);
  await expect(data).toContainText(/Size\s*[\d.]+\s(B|kB|MB)/);
  await expect(data).toContainText(/Series\s*\d+/);
});

test('what Caretaker costs stands beside its targets', async ({ page, world, open }) => {
  await world.advance('1h');
  await open('settings');
  const table = page.getByRole('region', { name: 'What Caretaker costs' });
  const cpu = table.getByRole('row', { name: /CPU, of one core/ });
  await expect(cpu).toContainText('0.03 %');
  await expect(cpu).toContainText('at most 0.1 %');
  await expect(cpu.getByRole('img', { name: 'within its target' })).toBeVisible();
  await expect(table).toContainText('No connection to another machine was opened');
  await world.set({ 'caretaker.memory': 80e6 });
  await world.advance('2h');
  await expect(table.getByRole('img', { name: 'above its target' })).toBeVisible();
  await table.scrollIntoViewIfNeeded();
  await picture(page, 'settings-cost');
});
