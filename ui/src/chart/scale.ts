// The height of a chart: which values its lowest and highest line stand for.
import type { Unit } from '$/backend/types';

/** Lowest and highest value shown. */
export type Height = [low: number, high: number];

/** A threshold further away than this many times the highest value would press the line flat. */
const REACH = 2.5;

/**
 * Shares are shown on their whole scale once they matter, so that 40 % looks like 40 % on every chart. Everything else
 * begins at zero, except what never comes near it (temperatures, sizes that hardly move).
 */
export function heightFor(unit: Unit, extent: [number, number] | undefined, thresholds: number[]): Height {
  const [low, high] = extent ?? [0, 0];
  const near = thresholds.filter((value) => value <= Math.max(high, 0) * REACH);
  if (unit === 'percent' && high <= 100 && low >= 0) {
    return high > 20 || near.length > 0 ? [0, 100] : [0, roundUp(Math.max(high * 1.15, 1))];
  }
  const top = Math.max(high, ...near);
  const spread = high - low;
  const staysAway = low > 0 && spread < low * 0.2 && unit !== 'percent';
  if (staysAway && (unit === 'celsius' || unit === 'bytes' || unit === 'count' || unit === 'number')) {
    const room = Math.max(spread * 0.5, high * 0.02, unit === 'number' ? 0 : 0.5);
    const bottom = Math.max(0, Math.min(low, ...near) - room);
    return [bottom, top + room];
  }
  if (top <= 0 && low >= 0) return [0, 1];
  return [Math.min(0, low), roundUp(top * 1.1)];
}

/** Part of the width that the names of thresholds need. */
const NAME_SHARE = 0.16;

/** The side on which thresholds are named: the right, unless the line is in the way there and not at the left. */
export function nameSide(values: (number | null)[], thresholds: number[], [low, high]: Height): 'left' | 'right' {
  const room = (high - low) * 0.15;
  const width = Math.max(1, Math.ceil(values.length * NAME_SHARE));
  const isCrowded = (part: (number | null)[]) =>
    part.some((value) => value !== null && thresholds.some((bound) => Math.abs(value - bound) < room));
  return isCrowded(values.slice(-width)) && !isCrowded(values.slice(0, width)) ? 'left' : 'right';
}

/** The next number of the form 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten. */
export function roundUp(value: number): number {
  if (value <= 0) return 0;
  if (!Number.isFinite(value)) return Number.MAX_VALUE;
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
  return (steps.find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power;
}
