// The path of a sparkline on a field of 100 by 100, which the page stretches to its size.
import type { Point } from '$/backend/types';
import { columnsOf } from './data';

interface Field {
  points: Point[];
  /** Ends of the time shown, in milliseconds since the epoch. */
  from: number;
  to: number;
  /** Values at the foot and at the top. */
  low: number;
  high: number;
}

export interface Sparkline {
  line: string;
  /** The ground below the line. */
  area: string;
}

/** Height on the field; what lies outside is drawn at its edge. */
export function level(value: number, { low, high }: Pick<Field, 'low' | 'high'>): number {
  const share = high > low ? (value - low) / (high - low) : 0;
  return place(100 - Math.min(1, Math.max(0, share)) * 100);
}

export function sparkline(field: Field): Sparkline {
  const { from, to } = field;
  const columns = columnsOf(field.points, undefined);
  const stretches: [number, number][][] = [];
  let isOpen = false;
  columns.at.forEach((at, index) => {
    const value = columns.mean[index] ?? null;
    if (value === null || at < from || at > to) {
      isOpen = false;
      return;
    }
    const spot: [number, number] = [place(((at - from) / Math.max(1, to - from)) * 100), level(value, field)];
    if (isOpen) stretches.at(-1)?.push(spot);
    else stretches.push([spot]);
    isOpen = true;
  });
  const line = stretches.map((stretch) => `M${path(stretch)}${stretch.length === 1 ? 'h0' : ''}`).join('');
  const area = stretches
    .filter((stretch) => stretch.length > 1)
    .map((stretch) => `M${stretch[0]?.[0]} 100L${path(stretch)}L${stretch.at(-1)?.[0]} 100Z`)
    .join('');
  return { line, area };
}

const path = (stretch: [number, number][]): string => stretch.map(([x, y]) => `${x} ${y}`).join('L');
const place = (number: number): number => Math.round(number * 100) / 100;
