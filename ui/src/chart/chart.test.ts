import { describe, expect, it } from 'vitest';
import type { Mark, Point } from '$/backend/types';
import { timeLabels, valueLabels } from './axis';
import { align, columnsOf, extent, judgedColumn, lonely, nearest, typicalStep } from './data';
import { placeMarks } from './marks';
import { heightFor, nameSide, roundUp } from './scale';
import { sparkline } from './sparkline';

const START = Date.parse('2026-11-21T12:00:00.000Z');
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
const point = (seconds: number, value: number | null, low = value, high = value): Point => ({
  at: at(seconds),
  value,
  min: low,
  max: high,
});

describe('columns', () => {
  it('keeps a gap that the engine names', () => {
    const columns = columnsOf([point(0, 1), point(30, null), point(60, 3)], null);
    expect(columns.mean).toEqual([1, null, 3]);
    expect(columns.max).toEqual([1, null, 3]);
  });

  it('opens a gap between samples that lie too far apart, and none where one sample is late', () => {
    const late = [0, 30, 60, 120, 150, 180].map((seconds) => point(seconds, 5));
    expect(columnsOf(late, null).mean).not.toContain(null);
    const asleep = [0, 30, 60, 600, 630].map((seconds) => point(seconds, 5));
    expect(columnsOf(asleep, null).mean).toEqual([5, 5, 5, null, 5, 5]);
    expect(columnsOf(asleep, null).at[3]).toBe(START + 90_000);
  });

  it('judges the time before each moment, and nothing that reaches beyond the left edge', () => {
    const columns = columnsOf(
      [0, 30, 60, 90, 120].map((seconds) => point(seconds, seconds)),
      null,
    );
    const minute = { name: '1-min mean', of: 'avg', windowMs: 60_000 } as const;
    expect(judgedColumn(columns, minute, START)).toEqual([null, null, 45, 75, 105]);
    expect(judgedColumn(columns, { ...minute, of: 'max' }, START - 600_000)).toEqual([0, 30, 60, 90, 120]);
    const gap = columnsOf([point(0, 4), point(30, null), point(60, 8)], null);
    expect(judgedColumn(gap, minute, START - 600_000)).toEqual([4, null, 8]);
  });

  it('measures gaps by the step of buckets', () => {
    const buckets = [0, 300, 1500].map((seconds) => point(seconds, 5));
    expect(columnsOf(buckets, 300_000).mean).toEqual([5, 5, null, 5]);
    expect(columnsOf(buckets, 600_000).mean).toEqual([5, 5, 5]);
  });

  it('adds no second gap beside a named one, and survives times that do not rise', () => {
    expect(columnsOf([point(0, 1), point(30, null), point(900, 3)], 30_000).mean).toEqual([1, null, 3]);
    expect(columnsOf([point(30, 1), point(30, 2), point(0, 3), point(60, 4)], null).mean).toEqual([1, 4]);
  });

  it('has a band only where a bucket holds more than its mean', () => {
    expect(columnsOf([point(0, 1), point(30, 2)], null).hasBand).toBe(false);
    const columns = columnsOf([point(0, 5, 1, 9), point(300, 6, 2, 8)], 300_000);
    expect(columns.hasBand).toBe(true);
    expect(extent(columns)).toEqual([1, 9]);
  });

  it('finds the typical step, lonely samples and the nearest time', () => {
    expect(typicalStep([0, 30, 60, 4000].map((seconds) => point(seconds, 1)))).toBe(30_000);
    expect(lonely([1, null, 2, 3, null, 4])).toEqual([0, 5]);
    expect([nearest([0, 10, 20], 14), nearest([0, 10, 20], 16), nearest([0, 10], 99), nearest([], 1)]).toEqual([
      1,
      2,
      1,
      undefined,
    ]);
  });
});

describe('height', () => {
  it('shows shares that matter on their whole scale', () => {
    expect(heightFor('percent', [2, 43], [])).toEqual([0, 100]);
    expect(heightFor('percent', [0, 0.4], [])).toEqual([0, 1]);
    expect(heightFor('percent', [1, 4], [75, 90])).toEqual([0, 5]);
  });

  it('shows a threshold that is near, and leaves out one far away', () => {
    expect(heightFor('ratio', [0.2, 1.4], [2])[1]).toBeGreaterThanOrEqual(2);
    const [low, high] = heightFor('number', [1e-9, 1.01e-9], []);
    expect(low).toBeGreaterThan(0.9e-9);
    expect(high).toBeLessThan(1.1e-9);
    expect(heightFor('number', [0, Number.MAX_VALUE], [])[1]).toBe(Number.MAX_VALUE);
    expect(heightFor('bytes_per_second', [0, 1000], [20_000_000])[1]).toBeLessThan(2000);
  });

  it('begins at zero except for what never comes near it', () => {
    expect(heightFor('bytes_per_second', [900, 1000], [])[0]).toBe(0);
    expect(heightFor('celsius', [60, 62], [])[0]).toBeGreaterThan(50);
    expect(heightFor('count', [0, 0], [])).toEqual([0, 1]);
    expect(heightFor('percent', undefined, [])).toEqual([0, 1]);
  });

  it('names thresholds where the line leaves room', () => {
    const calm = Array.from({ length: 20 }, () => 10);
    const rising = [...calm.slice(5), 80, 92, 95, 96, 96];
    expect(nameSide(calm, [75, 90], [0, 100])).toBe('right');
    expect(nameSide(rising, [75, 90], [0, 100])).toBe('left');
    expect(nameSide([...rising].reverse(), [75, 90], [0, 100])).toBe('right');
    expect(nameSide([90, 90, null, 90], [75, 90], [0, 100])).toBe('right');
  });

  it('rounds up to what reads well', () => {
    expect([0.9, 1.01, 23, 61, 999].map(roundUp)).toEqual([1, 1.5, 25, 80, 1000]);
  });
});

describe('axes', () => {
  it('name the unit', () => {
    expect(valueLabels('percent', [0, 25, 50])).toEqual(['0\u00a0%', '25\u00a0%', '50\u00a0%']);
    expect(valueLabels('percent', [0, 0.2, 0.4])[1]).toBe('0.2\u00a0%');
    expect(valueLabels('bytes_per_second', [0, 500_000])[1]).toBe('500\u00a0kB/s');
    expect(valueLabels('ratio', [0, 0.5])).toEqual(['0', '0.5']);
    expect(valueLabels('number', [0, 2500, 5000])).toEqual(['0', '2500', '5000']);
    expect(valueLabels('number', [0, 5e-10, 1e-9])).toEqual(['0', '5e-10', '1e-9']);
    expect(valueLabels('number', [0, 5e17, 1e18])).toEqual(['0', '5e17', '1e18']);
  });

  it('name the day where it begins', () => {
    const midnight = new Date(2026, 10, 22).getTime();
    const hours = [-2, -1, 0, 1].map((hour) => midnight + hour * 3_600_000);
    expect(timeLabels(hours, 3_600_000)).toEqual(['22:00', '23:00', '22 Nov', '01:00']);
    expect(timeLabels([midnight], 86_400_000)).toEqual(['22 Nov']);
  });
});

describe('marks', () => {
  const sleep: Mark = { kind: 'sleep', at: at(0), until: at(3600), text: 'Asleep for 1 h' };
  const start: Mark = { kind: 'start', at: at(3660), text: 'Caretaker started' };

  it('are clipped, and named where there is room', () => {
    const placed = placeMarks([start, sleep], START + 1_800_000, START + 7_200_000, 900);
    expect(placed.map((mark) => mark.label)).toEqual(['start', 'asleep']);
    expect(placed[1]).toMatchObject({ from: START + 1_800_000, to: START + 3_600_000 });
  });

  it('stay unnamed rather than on top of one another', () => {
    const starts = [0, 60, 120].map((seconds): Mark => ({ kind: 'start', at: at(seconds), text: '' }));
    const labels = placeMarks(starts, START - 3_600_000, START + 3_600_000, 600).map((mark) => mark.label);
    expect(labels.filter(Boolean)).toHaveLength(1);
  });

  it('of good backups stand on short ranges only, those that failed on all', () => {
    const good: Mark = { kind: 'backup', at: at(0), until: at(20), text: 'Backed up papers (incremental)' };
    const failed: Mark = { ...good, kind: 'backup_failed', text: 'The backup of papers failed' };
    const kinds = (days: number) =>
      placeMarks([good, failed], START - days * 86_400_000, START + 60_000, 900).map((mark) => mark.kind);
    expect(kinds(1)).toEqual(['backup', 'backup_failed']);
    expect(kinds(30)).toEqual(['backup_failed']);
  });

  it('outside are left out', () => {
    expect(placeMarks([sleep], START + 7_200_000, START + 9_000_000, 900)).toEqual([]);
  });
});

describe('a sparkline', () => {
  it('breaks at gaps and shows a lonely sample', () => {
    const points = [point(0, 0), point(30, 100), point(60, null), point(90, 50), point(120, null)];
    const { line } = sparkline({ points, from: START, to: START + 120_000, low: 0, high: 100 });
    expect(line).toBe('M0 100L25 0M75 50h0');
  });

  it('closes its area at the foot of each stretch', () => {
    const points = [point(0, 0), point(60, 100)];
    const { area } = sparkline({ points, from: START, to: START + 60_000, low: 0, high: 100 });
    expect(area).toBe('M0 100L0 100L100 0L100 100Z');
  });
});

describe('several series on one time axis', () => {
  const columns = (at: number[], mean: (number | null)[]) => ({ at, mean, min: mean, max: mean, hasBand: false });

  it('tell a gap from a time at which only others were measured', () => {
    const { at, values } = align([columns([1, 2, 3], [10, null, 12]), columns([2, 4], [20, 21])]);
    expect(at).toEqual([1, 2, 3, 4]);
    expect(values).toEqual([
      [10, null, 12, undefined],
      [undefined, 20, undefined, 21],
    ]);
  });

  it('do not make dots of values that others stand between', () => {
    expect(lonely([10, undefined, 12, undefined])).toEqual([]);
    expect(lonely([undefined, 10, undefined, null, 12])).toEqual([1, 4]);
  });
});
