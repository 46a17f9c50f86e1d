// GPU, power, fans and the wear of disks: shown where the machine has them, and no trace of them where it has not.
import { expect, test } from './support/test.ts';
import { picture } from './support/pictures.ts';

const tiles = ['GPU', 'Temperature', 'Power'];

test('a machine with sensors shows its GPU, and power and fan beside the heat', async ({ page, world, open }) => {
  await world.measure({ 'host.gpu.usage': 64, 'host.power': 21.5, 'host.fan': 1640 });
  await page.clock.setFixedTime(await world.now());
  await open('overview');
  const gpu = page.getByRole('link', { name: /^GPU: 64 %/ });
  await expect(gpu).toContainText('Memory 1.1 GB');
  const heat = page.getByRole('link', { name: /^Temperature: / });
  await expect(heat).toContainText('Power 21.5 W');
  await expect(heat).toContainText('Fan 1640 rpm');
  await expect(page.getByRole('link', { name: /^Writes to nvme0n1: / })).toContainText('Worn 3 %');
  await picture(page, 'sensors');
  await gpu.click();
  await expect(page).toHaveURL(/series=host\.gpu\.usage/);
  await expect(page.getByRole('heading', { name: 'GPU Apple M4' }).first()).toBeVisible();
});

test('what a machine does not have takes no room', async ({ page, world, open }) => {
  for (const series of ['host.gpu.usage', 'host.gpu.memory', 'host.power', 'host.fan', 'host.temperature']) {
    await world.remove(series);
  }
  await world.round();
  await open('overview');
  await expect(page.getByRole('link', { name: /^CPU: / })).toBeVisible();
  for (const tile of tiles) await expect(page.getByRole('link', { name: new RegExp(`^${tile}: `) })).toHaveCount(0);
});

test('a machine that measures its power and no heat shows the power', async ({ page, world, open }) => {
  await world.remove('host.temperature');
  await world.measure({ 'host.power': 12 });
  await open('overview');
  await expect(page.getByRole('link', { name: /^Power: 12 W/ })).toContainText('Fan 1000 rpm');
});

test('a disk that reports a defect is an alert in words', async ({ page, world, open }) => {
  await world.measure({ 'host.disk.failing': 1, 'host.disk.wear': 84 });
  await page.clock.setFixedTime(await world.now());
  await open('overview');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('2 things need you');
  const reasons = page.getByRole('region', { name: 'What needs you' });
  await expect(reasons).toContainText('Disk nvme0n1 failing');
  await expect(reasons).toContainText('Disk nvme0n1 84 % worn');
  await picture(page, 'sensors-alerts');
});

test('the metrics page lists them by theme', async ({ page, world, open }) => {
  await world.advance('10m');
  await page.clock.setFixedTime(await world.now());
  await open(
    'metrics?series=host.gpu.usage{gpu=Apple M4}&series=host.power{part=total}&series=host.fan{fan=1}&range=1h',
  );
  for (const title of ['GPU Apple M4', 'Power total', 'Fan 1']) {
    await expect(page.getByRole('heading', { name: title })).toBeVisible();
  }
  await picture(page, 'sensors-metrics');
});
