// How far the slider of a bound reaches, and in what steps.
import type { Unit } from '$/backend/types';
import { roundUp } from '$/chart/scale';

export interface Slide {
  min: number;
  max: number;
  step: number;
}

/** Positions of a slider that a person can tell apart. */
const POSITIONS = 200;

/**
 * A slider that covers the values of a series and the bounds on it with room to move: shares from 0 to 100, everything
 * else in round steps from zero to half as much again as the highest.
 */
export function slideFor(unit: Unit, extent: [number, number] | undefined, bounds: number[]): Slide {
  const [low, high] = extent ?? [0, 0];
  const least = Math.min(0, low, ...bounds);
  const most = Math.max(high, ...bounds);
  if (unit === 'percent' && most <= 100 && least >= 0) return { min: 0, max: 100, step: 1 };
  const max = most <= 0 ? (least < 0 ? 0 : 1) : roundUp(most * 1.5);
  const min = least < 0 ? -roundUp(-least * 1.5) : 0;
  return { min, max, step: roundStep((max - min) / POSITIONS) };
}

/** The nearest 1, 2 or 5 times a power of ten that is not smaller. */
function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  const step = [1, 2, 5, 10].find((times) => times * power >= size * (1 - 1e-9)) ?? 10;
  return Number((step * power).toPrecision(12));
}

/** The text of a slider's position, without the dust of binary fractions. */
export const slid = (value: number): string => String(Number(value.toPrecision(12)));
