// Words along the axes.
import type { Unit } from '$/backend/types';
import { clock, clockSeconds, DAY, date, isSameDay, MINUTE } from '$/lib/time';
import { formatValue } from '$/lib/unit';

/** Labels of the time axis: hours within days, the date where a day begins. None after `last`, where the edge cuts. */
export function timeLabels(splits: number[], increment: number, last = Infinity): string[] {
  return splits.map((at, index) => {
    if (at > last) return '';
    if (increment >= DAY) return date(at);
    const before = splits[index - 1];
    const isNewDay = before !== undefined && !isSameDay(at, before);
    const text = increment < MINUTE ? clockSeconds(at) : clock(at);
    return isNewDay ? date(at) : text;
  });
}

/** Labels of the value axis. Sizes and times name their unit on every line; they change it on the way up. */
export function valueLabels(unit: Unit, splits: number[]): string[] {
  const step = Math.abs((splits[1] ?? 1) - (splits[0] ?? 0));
  return splits.map((value) => {
    if (unit === 'percent') return `${trimmed(value, step)}\u00a0%`;
    if (unit === 'celsius') return `${trimmed(value, step)}\u00a0°C`;
    if (unit === 'watts') return `${trimmed(value, step)}\u00a0W`;
    if (unit === 'count' || unit === 'ratio') return trimmed(value, step);
    // Numbers of any size: what six decimals or nine digits cannot show is written with a power of ten.
    if (unit === 'number' && step >= 1e-6 && Math.abs(value) < 1e9) return trimmed(value, step);
    return value === 0 && unit !== 'bytes' && unit !== 'bytes_per_second' ? '0' : formatValue(unit, value);
  });
}

function trimmed(value: number, step: number): string {
  const digits = Math.min(6, Math.max(0, -Math.floor(Math.log10(step || 1))));
  return String(Number(value.toFixed(digits)));
}

/** Steps that the value axis may take: round in the unit that is read, also for times. */
export function valueIncrements(unit: Unit): number[] | undefined {
  if (unit !== 'seconds') return undefined;
  return [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400].concat(
    [2, 5, 10, 20, 50, 100, 200, 365, 730].map((days) => days * 86_400),
  );
}
