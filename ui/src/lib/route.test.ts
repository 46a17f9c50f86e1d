import { expect, it } from 'vitest';
import { address, parseRoute } from './route';

it.each([
  ['', 'overview', ''],
  ['#/overview', 'overview', ''],
  ['#/alerts/0198c', 'alerts', '0198c'],
  ['alerts/0198c', 'alerts', '0198c'],
  ['#/rules/cpu-high', 'rules', 'cpu-high'],
  ['#/rules?metric=host.cpu.usage', 'rules', ''],
  ['#/nowhere', 'overview', ''],
  ['#/alerts/%', 'alerts', '%'],
])('%j leads to %s', (hash, room, id) => {
  expect(parseRoute(hash)).toMatchObject({ room, id });
});

it('carries several series through the address', () => {
  const series = ['host.cpu.usage', 'host.disk.usage{mount=/a & b}'];
  const text = address('metrics', { series, range: '24h', from: undefined });
  expect(text).toContain('series=host.cpu.usage&series=host.disk.usage{mount=/a%20%26%20b}&range=24h');
  expect(parseRoute(text).query.getAll('series')).toEqual(series);
});
