import { expect, it } from 'vitest';
import type { SeriesEntry } from '$/backend/types';
import { groupSeries, parseSeries, seriesQuery, seriesText, seriesTitle } from './series';

const entry = (text: string): SeriesEntry => ({ ...parseSeries(text), unit: 'percent', kind: 'gauge' });

it.each(['host.cpu.usage', 'host.disk.usage{mount=/}', 'check.time{check=page,service=board}', 'x{mount=/a,b}'])(
  '%s survives the address bar',
  (text) => {
    expect(seriesText(parseSeries(text))).toBe(text);
  },
);

it('asks for every label', () => {
  expect(seriesQuery(parseSeries('check.time{check=page,service=board}'))).toEqual([
    ['name', 'check.time'],
    ['label', 'check=page'],
    ['label', 'service=board'],
  ]);
});

it('names known series for people and keeps unknown names', () => {
  expect(seriesTitle(parseSeries('host.disk.usage{mount=/}'))).toBe('Disk /');
  expect(seriesTitle(parseSeries('host.fan{fan=nct6798 CPU Fan}'))).toBe('Fan nct6798 CPU Fan');
  expect(seriesTitle(parseSeries('host.disk.wear{disk=nvme0n1}'))).toBe('Wear nvme0n1');
  expect(seriesTitle(parseSeries('board.page_load'))).toBe('board.page_load');
});

it('groups by theme, and searches titles, names and labels', () => {
  const all = [
    'host.network.sent{interface=eth0}',
    'board.page_load',
    'host.cpu.usage',
    'host.disk.usage{mount=/}',
    'host.power{part=total}',
    'host.gpu.usage{gpu=Apple M4}',
    'host.fan{fan=1}',
  ].map(entry);
  const titles = ['CPU', 'Disks', 'Network', 'GPU', 'Temperature and power', 'board'];
  expect(groupSeries(all).map((group) => group.title)).toEqual(titles);
  expect(groupSeries(all, 'eth0 sent').flatMap((group) => group.series.map(seriesText))).toEqual([
    'host.network.sent{interface=eth0}',
  ]);
  expect(groupSeries(all, 'nothing like it')).toEqual([]);
});
