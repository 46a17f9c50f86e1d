import { describe, expect, it } from 'vitest';
import type { Unit } from '$/backend/types';
import { fixed, formatMaybe, formatValue, splitFigure } from './unit';

const plain = (unit: Unit, value: number) => formatValue(unit, value).replaceAll('\u00a0', ' ');

describe('values', () => {
  it.each<[Unit, number, string]>([
    ['percent', 93.4, '93 %'],
    ['percent', 4.25, '4.2 %'],
    ['percent', 0.5, '0.5 %'],
    ['percent', 9.99, '10 %'],
    ['bytes', 0, '0 B'],
    ['bytes', -0, '0 B'],
    ['celsius', -0.3, '0 °C'],
    ['watts', -0.04, '0 W'],
    ['bytes', 1_400_000_000, '1.4 GB'],
    ['bytes', 245_107_195_904, '245 GB'],
    ['bytes', 2_000_398_934_016, '2 TB'],
    ['bytes_per_second', 999_600, '1 MB/s'],
    ['celsius', 61.4, '61 °C'],
    ['ratio', 2.3, '2.30'],
    ['milliseconds', 4.214, '4.21 ms'],
    ['milliseconds', 38.6, '39 ms'],
    ['seconds', 7500, '2 h 5 min'],
    ['seconds', 604_800, '7 d'],
    ['watts', 6.02, '6 W'],
    ['turns_per_minute', 1700.4, '1700 rpm'],
    ['count', 311, '311'],
    ['number', 0.1 + 0.2, '0.3'],
    ['number', 0, '0'],
    ['number', 1234.56789, '1234.57'],
    ['number', 12_345_678, '12345678'],
    ['number', 0.0012345678, '0.00123457'],
    ['number', -1e-9, '-1e-9'],
    ['number', 1e18, '1e18'],
    ['number', 1 / 3e9, '3.33333e-10'],
  ])('%s %d reads as the core writes it', (unit, value, text) => {
    expect(plain(unit, value)).toBe(text);
  });

  it('rounds ties to even as the core does, and only ties', () => {
    expect(fixed(4.25, 1)).toBe('4.2');
    expect(fixed(4.35, 1)).toBe('4.3'); // 4.35 is stored a little below.
    expect(fixed(4.75, 1)).toBe('4.8');
    expect(fixed(0.125, 2)).toBe('0.12');
    expect(fixed(2.5, 0)).toBe('2');
    expect(fixed(3.5, 0)).toBe('4');
    expect(fixed(-2.5, 0)).toBe('-2');
    expect(fixed(9.5, 0)).toBe('10');
  });

  it('shows a missing value as a dash and never as zero', () => {
    expect(formatMaybe('percent', null)).toBe('–');
    expect(formatMaybe('percent', undefined)).toBe('–');
    expect(formatMaybe('percent', 0)).toBe('0\u00a0%');
  });

  it('never breaks between number and unit', () => {
    expect(formatValue('percent', 50)).not.toContain(' ');
  });
});

describe('large figures', () => {
  it.each([
    ['93 %', '93', '%'],
    ['1.4 GB/s', '1.4', 'GB/s'],
    ['2 h 5 min', '2 h 5 min', ''],
    ['no value yet', 'no value yet', ''],
    ['2.31', '2.31', ''],
  ])('%s', (text, number, unit) => {
    expect(splitFigure(text)).toEqual({ number, unit });
  });
});
