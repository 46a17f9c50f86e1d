// Where the restore points of a timeline stand. Pure; all lengths in pixels.
import { DAY } from './time';

/** The least distance between two dots, so that each can be pointed at. */
export const LEAST_GAP = 15;
/** Room at both ends for the mark around a chosen dot. */
export const EDGE = 11;

/**
 * Places for moments that rise, on a line of at least `width`: to scale where there is room, pushed apart where not.
 * The line grows when even that needs more.
 */
export function placePoints(moments: number[], width: number, gap = LEAST_GAP): { at: number[]; width: number } {
  const [first, last] = [moments[0], moments.at(-1)];
  if (first === undefined || last === undefined) return { at: [], width };
  const room = Math.max(width - 2 * EDGE, (moments.length - 1) * gap);
  const span = last - first;
  const at = moments.map((moment) => EDGE + (span === 0 ? room : ((moment - first) / span) * room));
  // From the newest back, so that today stands where it belongs; then from the oldest on, for what was pushed over the edge.
  for (let index = at.length - 2; index >= 0; index -= 1)
    at[index] = Math.min(at[index] ?? 0, (at[index + 1] ?? 0) - gap);
  for (let index = 0; index < at.length; index += 1) at[index] = Math.max(at[index] ?? 0, EDGE + index * gap);
  return { at, width: room + 2 * EDGE };
}

/** The last point of each day that has room for its date below it. */
export function dayTicks(moments: number[], at: number[], room: number): { at: number; moment: number }[] {
  const ticks: { at: number; moment: number }[] = [];
  let day = '';
  // The newest day is named first: it is the one that is looked for.
  for (let index = moments.length - 1; index >= 0; index -= 1) {
    const moment = moments[index] ?? 0;
    const name = new Date(moment).toDateString();
    const place = at[index] ?? 0;
    const next = ticks.at(-1);
    if (name !== day && (next === undefined || next.at - place >= room)) ticks.push({ at: place, moment });
    day = name;
  }
  return ticks.reverse();
}

/** Which point the arrow keys lead to. */
export function moved(key: string, index: number, count: number): number | undefined {
  const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: count - 1 }[key];
  return to === undefined ? undefined : Math.max(0, Math.min(count - 1, to));
}

/** Whether two moments lie so far apart that their dates are worth more than their times. */
export const spansDays = (moments: number[]): boolean => (moments.at(-1) ?? 0) - (moments[0] ?? 0) > DAY;
