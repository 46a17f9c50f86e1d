// A store beyond this machine is set up in the window: typed in, tested against a real one, added, and copied to. And what the page says
// of stores that do not work.
import type { Page } from '@playwright/test';
import { playBackups } from './support/backups.ts';
import { expectAccessible, expectNoWiderThanWindow } from './support/checks.ts';
import { Disk } from './support/disk.ts';
import { picture } from './support/pictures.ts';
import { Store } from './support/store.ts';
import { expect, test as base } from './support/test.ts';

const test = base.extend<{ disk: Disk; store: Store }>({
  disk: async ({}, use) => {
    const disk = await Disk.make();
    await disk.put('letters/one.txt', 'Dear Ann\n');
    await use(disk);
    await disk.remove();
  },
  store: async ({}, use) => {
    const store = await Store.start();
    await use(store);
    store.stop();
  },
});

test.use({ begin: { history: '2m' } });
test.slow();

const form = (page: Page) => page.getByRole('group', { name: 'A store' });
const field = (page: Page, name: string) => form(page).getByRole('textbox', { name, exact: true });

async function fill(page: Page, endpoint: string, bucket = 'archives'): Promise<void> {
  await page.getByRole('button', { name: 'Add a store…' }).click();
  await field(page, 'Address').fill(endpoint);
  await field(page, 'Bucket').fill(bucket);
  await field(page, 'Folder in it').fill('laptop');
}

const testIt = (page: Page) => form(page).getByRole('button', { name: 'Test the connection' });

test('a store is tested, added with the keyboard alone, and gets copies', async ({
  page,
  world,
  disk,
  store,
  open,
}) => {
  await world.variable({ STORE_KEY: 'keyid', STORE_SECRET: 'hunter2-secret' });
  await open('backups/new');
  await page.getByRole('textbox', { name: 'Another folder or file' }).fill(disk.data);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('textbox', { name: 'Another folder for the backups' }).fill(disk.backups);
  await page.getByRole('button', { name: 'Use' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('papers');

  await page.getByRole('button', { name: 'Add a store…' }).focus();
  await page.keyboard.press('Enter');
  await expect(field(page, 'Address')).toBeFocused();
  await page.keyboard.type(store.endpoint);
  await expect(testIt(page)).toBeDisabled();
  await expect(form(page).getByRole('status')).toHaveText('Name the bucket.');
  await page.keyboard.press('Tab');
  await page.keyboard.type('archives');
  // Enter tests what is typed, and saves no job.
  await page.keyboard.press('Enter');
  await expect(form(page).getByRole('status')).toContainText('Copies can be made at s3://archives.', {
    timeout: 30_000,
  });
  await expect(form(page).getByRole('status')).toContainText('The test object was removed again');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Set up a backup');
  expect(await store.keys()).toEqual([]);
  await expectAccessible(page);
  // What was tested is not what is typed any more.
  await field(page, 'Folder in it').fill('laptop');
  await expect(form(page).getByText(/^Copies can be made/)).toBeHidden();
  await form(page).getByRole('button', { name: 'Add the store' }).press('Enter');
  await expect(page.getByRole('checkbox', { name: /^offsite http.*, bucket archives\/laptop/ })).toBeChecked();
  await expect(form(page)).toBeHidden();

  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/1 file, .* to save/)).toBeVisible({ timeout: 15_000 });
  await page.getByRole('button', { name: 'Make the first backup now' }).click();
  await expect(page.getByText(/1 file saved in/)).toBeVisible({ timeout: 20_000 });
  const { text } = await world.get<{ text: string }>('/configuration');
  expect(text).toContain('secret_key = "env:STORE_SECRET"');
  const all = JSON.stringify([await world.get('/configuration'), await world.get('/backups')]);
  expect(all).not.toContain('hunter2');
});

test('what does not work is said in words, and Escape takes the form away', async ({ page, world, store, open }) => {
  await world.variable({ STORE_KEY: 'keyid', STORE_SECRET: 'hunter2-secret' });
  await open('backups/new');
  await fill(page, store.endpoint, 'elsewhere');
  await testIt(page).click();
  await expect(form(page).getByRole('status')).toContainText('There is no bucket elsewhere', { timeout: 30_000 });
  await expect(form(page).getByRole('img', { name: 'Does not work' })).toHaveCount(1);
  await field(page, 'Address').fill('http://127.0.0.1:9');
  await field(page, 'Address').press('Enter');
  await expect(form(page).getByRole('status')).toContainText('Testing the connection…');
  await expect(form(page).getByRole('status')).toContainText('Copies cannot be made', { timeout: 30_000 });
  await form(page).getByText('Files', { exact: true }).click();
  await expect(form(page).getByRole('status')).toHaveText('Name the two files that hold the keys, from /.');
  await field(page, 'Bucket').press('Escape');
  await expect(form(page)).toBeHidden();
});

test.describe('a key that is nowhere', () => {
  test.use({ expectedErrors: /400|422|500/ });
  test('is named, and the key is not asked for', async ({ page, store, open }) => {
    await open('backups/new');
    await fill(page, store.endpoint);
    await field(page, 'Variable of the access key').fill('NOBODY_SET_THIS');
    await testIt(page).click();
    await expect(form(page).getByRole('alert')).toContainText('env:NOBODY_SET_THIS');
  });
});

const STEPS = {
  good: [
    ['reach', 'passed', 'the store answers'],
    ['clock', 'passed', 'the clocks of this machine and of the store agree'],
    ['keys', 'passed', 'the store knows the keys'],
    ['bucket', 'passed', 'the bucket is there, and nothing of Caretaker is in it yet'],
    ['list', 'passed', 'the keys may list what lies there'],
    ['write', 'passed', 'a test object was written, and read back as it was'],
    ['remove', 'passed', 'the test object was removed again'],
  ],
  bad: [
    ['reach', 'passed', 'the store answers'],
    ['clock', 'warning', 'the clock of this machine is 3 min ahead of that of the store', 'set the clock right'],
    ['keys', 'passed', 'the store knows the keys'],
    ['bucket', 'passed', 'the bucket is there, and nothing of Caretaker is in it yet'],
    ['list', 'passed', 'the keys may list what lies there'],
    [
      'write',
      'failed',
      'the store says AccessDenied: User: arn:aws:iam::123456789012:user/caretaker is not authorized',
      'allow the keys to write and read objects below the prefix',
    ],
    ['remove', 'skipped', 'not tried'],
  ],
} as const;

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [size, viewport] of Object.entries({
    small: { width: 640, height: 480 },
    usual: { width: 960, height: 680 },
  })) {
    test.describe(`${size}, ${colorScheme}`, () => {
      test.use({ colorScheme, viewport });
      for (const [name, steps] of Object.entries(STEPS)) {
        test(`a store: ${name}`, async ({ page, world, open }) => {
          const now = await world.now();
          await playBackups(page, now, { jobs: [], destinations: [] });
          await page.route(/\/backups\/stores\/test$/, (route) =>
            route.fulfill({
              json: {
                destination: 'offsite',
                place: 's3://archives/laptop',
                is_usable: name === 'good',
                steps: steps.map(([step, state, detail, hint = '']) => ({ step, state, detail, hint })),
                took_ms: 120,
              },
            }),
          );
          await open('backups/new');
          await fill(page, 'https://s3.example.org');
          await testIt(page).click();
          await expect(form(page).getByRole('status')).toContainText('The store answers');
          await testIt(page).scrollIntoViewIfNeeded();
          await expectNoWiderThanWindow(page, name);
          await expectAccessible(page);
          await picture(page, `backup-store-${name}-${size}-${colorScheme}`);
          await field(page, 'Address').scrollIntoViewIfNeeded();
          await picture(page, `backup-store-${name}-fields-${size}-${colorScheme}`);
        });
      }
    });
  }
}
