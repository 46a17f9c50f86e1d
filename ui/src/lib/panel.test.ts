import { expect, it } from 'vitest';
import { byUnit, canShare, exportCommand, exportQuery, type Plotted } from './panel';

const plotted = (text: string, unit: string) => ({ text, series: { unit } }) as Plotted;

it('puts what has one unit together, in the order of choosing', () => {
  const all = [plotted('cpu', 'percent'), plotted('read', 'bytes_per_second'), plotted('memory', 'percent')];
  expect(byUnit(all).map((panel) => panel.map((one) => one.text))).toEqual([['cpu', 'memory'], ['read']]);
  expect(canShare(all)).toBe(true);
  expect(canShare(all.slice(0, 2))).toBe(false);
});

it('exports exactly what is shown', () => {
  const query = exportQuery('csv', ['host.cpu.usage', 'host.disk.usage{mount=/}'], [['since', '7d']]);
  expect(query.getAll('name')).toEqual(['host.cpu.usage', 'host.disk.usage{mount=/}']);
  expect([query.get('format'), query.get('since')]).toEqual(['csv', '7d']);
});

it('names the command that exports the same', () => {
  const series = ['host.cpu.usage', "host.disk.usage{mount=/it's}"];
  expect(exportCommand('csv', series, [['since', '7d']])).toBe(
    "caretaker metrics export --format csv --since 7d --name 'host.cpu.usage' --name 'host.disk.usage{mount=/it'\\''s}'",
  );
  const zoomed = exportCommand(
    'csv',
    [],
    [
      ['from', '2026-03-02T08:00:00.000Z'],
      ['to', '2026-03-02T09:00:00.000Z'],
    ],
  );
  expect(zoomed).toBe(
    'caretaker metrics export --format csv --from 2026-03-02T08:00:00.000Z --to 2026-03-02T09:00:00.000Z',
  );
});
