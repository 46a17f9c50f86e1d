// What explains a chart: sleeps as shaded spans, starts and changes as lines. Says where their names have room.
import type { Mark, MarkKind } from '$/backend/types';

export interface Placed {
  kind: MarkKind;
  /** Milliseconds since the epoch. */
  from: number;
  /** The end of what lasted; the same as `from` for a line. */
  to: number;
  /** In words, from the engine. */
  text: string;
  /** The short name beside the line or within the span; empty where there is no room. */
  label: string;
}

const NAMES: Record<MarkKind, string> = {
  boot: 'boot',
  power_loss: 'power loss',
  start: 'start',
  stop: 'not running',
  sleep: 'asleep',
  stall: 'starved',
  clock_step: 'clock set',
  configuration: 'settings',
  backup: 'backup',
  backup_failed: 'backup failed',
  set_aside: 'set aside',
};

export const markName = (kind: MarkKind): string => NAMES[kind];

/** On a longer range good backups are everyday, and only those that failed are drawn. */
const EVERYDAY = 3 * 24 * 3_600_000;

/** Width of a letter at the size of the labels, in pixels; a little too much is better than too little. */
const LETTER = 6;
const GAP = 10;

/**
 * Marks within `from..to`, clipped to it, with labels wherever they fit beside one another on `width` pixels.
 * Spans are named first, because they hide more.
 */
export function placeMarks(marks: Mark[], from: number, to: number, width: number): Placed[] {
  const inside = marks
    .map((mark) => {
      const start = Date.parse(mark.at);
      const end = mark.until ? Date.parse(mark.until) : start;
      return { kind: mark.kind, text: mark.text, start, end };
    })
    .filter((mark) => mark.end >= from && mark.start <= to && to > from)
    .filter((mark) => mark.kind !== 'backup' || to - from <= EVERYDAY);
  const perMilli = width / (to - from);
  const taken: [number, number][] = [];
  const fits = (left: number, right: number) => {
    if (left < 0 || right > width) return false;
    if (taken.some(([from, to]) => left < to + GAP && right + GAP > from)) return false;
    taken.push([left, right]);
    return true;
  };
  const placed = inside.map((mark) => ({
    kind: mark.kind,
    from: Math.max(mark.start, from),
    to: Math.min(mark.end, to),
    text: mark.text,
    label: '',
  }));
  const bySpan = [...placed].sort((one, other) => other.to - other.from - (one.to - one.from));
  for (const mark of bySpan) {
    const name = NAMES[mark.kind];
    const left = (mark.from - from) * perMilli;
    const right = (mark.to - from) * perMilli;
    const room = name.length * LETTER;
    const isSpan = right - left >= 2;
    const hasRoom = isSpan
      ? right - left > room + 8 && fits((left + right - room) / 2, (left + right + room) / 2)
      : fits(left + 4, left + 4 + room);
    if (hasRoom) mark.label = name;
  }
  return placed;
}
