// What is drawn around the line: shaded spans, marks, thresholds. Only reads the picture; the plot owns it.
import type uPlot from 'uplot';
import type { Level } from '$/backend/types';
import type { Line } from '$/lib/threshold';
import type { Placed } from './marks';
import type { Theme } from './theme';

/** A span during which an alert was raised; its label stays away where another stands. */
export interface Firing {
  from: number;
  to: number;
  level: Level;
  label: string;
  /** For those who hear the chart. */
  text?: string;
}

/** Everything in a chart besides its line. */
export interface Surroundings {
  lines: Line[];
  /** Where the lines are named. */
  side: 'left' | 'right';
  marks: Placed[];
  firing: Firing[];
}

const FONT_SIZE = 10.5;
/** Height of the strip above the plot in which marks are named, in CSS pixels. */
export const STRIP = 18;

/** Under the line. */
export function paintGround(plot: uPlot, { marks, firing, lines }: Surroundings, theme: Theme): void {
  within(plot, (ink, ratio) => {
    const { top, height } = plot.bbox;
    for (const mark of marks) {
      const left = plot.valToPos(mark.from, 'x', true);
      const width = plot.valToPos(mark.to, 'x', true) - left;
      if (width >= 2 * ratio) {
        ink.fillStyle = theme.shade;
        ink.fillRect(left, top, width, height);
      } else stroke(ink, theme.mark, ratio, [2 * ratio, 3 * ratio], [left, top - 4 * ratio], [left, top + height]);
    }
    for (const span of firing) {
      const left = plot.valToPos(span.from, 'x', true);
      const width = Math.max(plot.valToPos(span.to, 'x', true) - left, 2 * ratio);
      ink.fillStyle = span.level === 'critical' ? theme.criticalShade : theme.warningShade;
      ink.fillRect(left, top, width, height);
      ink.fillStyle = span.level === 'critical' ? theme.critical : theme.warning;
      ink.fillRect(left, top - 2 * ratio, width, 2 * ratio);
    }
    for (const line of visible(plot, lines)) {
      const y = Math.round(plot.valToPos(line.value, 'y', true)) + 0.5;
      const { left, width } = plot.bbox;
      stroke(ink, colourOf(line, theme), ratio, [5 * ratio, 4 * ratio], [left, y], [left + width, y]);
    }
  });
}

/** Over the line: names. */
export function paintNames(plot: uPlot, { marks, firing, lines, side }: Surroundings, theme: Theme): void {
  within(plot, (ink, ratio) => {
    ink.font = `500 ${FONT_SIZE * ratio}px ${theme.font}`;
    ink.textBaseline = 'alphabetic';
    const above = plot.bbox.top - 6 * ratio;
    const taken: [number, number][] = [];
    const isFree = (from: number, to: number) =>
      !taken.some(([start, end]) => from < end + 8 * ratio && to + 8 * ratio > start);
    for (const span of firing) paintFiringName(plot, ink, span, theme, { y: above, taken, isFree });
    for (const mark of marks) {
      if (mark.label === '') continue;
      const left = plot.valToPos(mark.from, 'x', true);
      const right = plot.valToPos(mark.to, 'x', true);
      const isSpan = right - left >= 2 * ratio;
      const width = ink.measureText(mark.label).width;
      const start = isSpan ? (left + right - width) / 2 : left + 4 * ratio;
      if (!isFree(start, start + width)) continue;
      ink.fillStyle = theme.muted;
      ink.textAlign = 'left';
      ink.fillText(mark.label, start, above);
    }
    paintThresholdNames(plot, ink, ratio, lines, theme, side);
  });
}

function paintFiringName(
  plot: uPlot,
  ink: CanvasRenderingContext2D,
  firing: Firing,
  theme: Theme,
  { y, taken, isFree }: Shelf,
): void {
  if (firing.label === '') return;
  const { left, width } = plot.bbox;
  const length = ink.measureText(firing.label).width;
  const start = Math.min(Math.max(plot.valToPos(firing.from, 'x', true), left), left + width - length);
  if (!isFree(start, start + length)) return;
  ink.fillStyle = firing.level === 'critical' ? theme.critical : theme.warning;
  ink.textAlign = 'left';
  ink.fillText(firing.label, start, y);
  taken.push([start, start + length]);
}

/** The strip above the plot in which names stand, and where it is taken. */
interface Shelf {
  y: number;
  taken: [number, number][];
  isFree: (from: number, to: number) => boolean;
}

function paintThresholdNames(
  plot: uPlot,
  ink: CanvasRenderingContext2D,
  ratio: number,
  lines: Line[],
  theme: Theme,
  side: 'left' | 'right',
): void {
  const { left, top, width, height } = plot.bbox;
  const x = side === 'left' ? left + 4 * ratio : left + width - 2 * ratio;
  const room = (FONT_SIZE + 3) * ratio;
  const sorted = visible(plot, lines).sort((one, other) => other.value - one.value);
  let before = -Infinity;
  for (const line of sorted) {
    const at = plot.valToPos(line.value, 'y', true);
    const isCrowded = at - before < room || at - top < room;
    const y = isCrowded ? at + room - 2 * ratio : at - 4 * ratio;
    before = isCrowded ? at + room : at;
    if (y > top + height) continue;
    ink.textAlign = side;
    // A rim in the colour of the ground keeps the words readable where the line runs behind them.
    ink.lineWidth = 3 * ratio;
    ink.lineJoin = 'round';
    ink.strokeStyle = theme.ground;
    ink.strokeText(line.text, x, y);
    ink.fillStyle = colourOf(line, theme);
    ink.fillText(line.text, x, y);
  }
}

function colourOf({ level }: Line, theme: Theme): string {
  if (level === 'plain') return theme.muted;
  return level === 'critical' ? theme.critical : theme.warning;
}

function visible(plot: uPlot, lines: Line[]): Line[] {
  const { min, max } = plot.scales.y ?? {};
  return lines.filter((line) => min != null && max != null && line.value >= min && line.value <= max);
}

function within(plot: uPlot, paint: (ink: CanvasRenderingContext2D, ratio: number) => void): void {
  plot.ctx.save();
  paint(plot.ctx, window.devicePixelRatio);
  plot.ctx.restore();
}

type Spot = [x: number, y: number];

function stroke(
  ink: CanvasRenderingContext2D,
  colour: string,
  width: number,
  dash: number[],
  from: Spot,
  to: Spot,
): void {
  ink.beginPath();
  ink.setLineDash(dash);
  ink.lineWidth = width;
  ink.strokeStyle = colour;
  ink.moveTo(...from);
  ink.lineTo(...to);
  ink.stroke();
  ink.setLineDash([]);
}
