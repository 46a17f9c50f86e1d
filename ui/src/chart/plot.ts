// The one wrapper around uPlot. Knows how a picture is drawn; what it shows is decided by Chart.svelte. The unit of
// a plot never changes: another series is another plot.
import uPlot from 'uplot';
import type { Unit } from '$/backend/types';
import { timeLabels, valueIncrements, valueLabels } from './axis';
import { type Aligned, type Columns, lonely } from './data';
import { paintGround, paintNames, STRIP, type Surroundings } from './paint';
import type { Height } from './scale';
import { type Theme, themeOf } from './theme';

export interface Picture extends Surroundings {
  columns: Columns;
  /** What a rule judges of them, as a second line. */
  judged?: (number | null)[];
  /** Further series of the same unit on the same times; as many as when the plot was made. */
  others?: Aligned[];
  unit: Unit;
  /** Ends of the time shown, in milliseconds since the epoch. */
  from: number;
  to: number;
  height: Height;
  isEmpty: boolean;
}

export interface Reactions {
  /** The pointer is at this time, or has left. */
  onPoint: (at: number | undefined) => void;
  /** A stretch was dragged out. */
  onDrag: (from: number, to: number) => void;
  /** A double click. */
  onBack: () => void;
}

const LEFT_AXIS = 62;
/** Room that half a time label needs before the right edge, beyond the margin. */
const HALF_LABEL = 8;
const ratio = () => window.devicePixelRatio;
const RIGHT = 10;
/** Index of the line among the columns: time, highest, lowest, mean, judged. */
const MEAN = 3;
const FIRST_OTHER = 5;

const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];
/** How the line of the series with this place is dashed. */
export const dashOf = (index: number): number[] => DASHES[index % DASHES.length] ?? [];

/** Width of the field within a chart of this width. */
export const fieldWidth = (width: number): number => Math.max(0, width - LEFT_AXIS - RIGHT);

export class Plot {
  readonly #plot: uPlot;
  #picture: Picture;
  #theme: Theme;

  constructor(
    private readonly root: HTMLElement,
    picture: Picture,
    size: { width: number; height: number },
    reactions: Reactions,
  ) {
    this.#picture = picture;
    this.#theme = themeOf(root);
    this.#plot = new uPlot(this.#options(size, reactions), columnsFor(picture), root);
  }

  show(picture: Picture): void {
    this.#picture = picture;
    this.#plot.setData(columnsFor(picture), true);
  }

  resize(width: number, height: number): void {
    if (width !== this.#plot.width || height !== this.#plot.height) this.#plot.setSize({ width, height });
  }

  /** Light and dark changed places. */
  recolour(): void {
    this.#theme = themeOf(this.root);
    this.#plot.redraw(false, true);
  }

  /** Puts the crosshair at a column, or takes it away. */
  point(index: number | undefined): void {
    const at = index === undefined ? undefined : this.#picture.columns.at[index];
    if (at === undefined || index === undefined) {
      this.#plot.setCursor({ left: -10, top: -10 }, false);
      return;
    }
    const value = this.#picture.columns.mean[index] ?? this.#picture.height[0];
    this.#plot.setCursor({ left: this.#plot.valToPos(at, 'x'), top: this.#plot.valToPos(value, 'y') }, false);
  }

  destroy(): void {
    this.#plot.destroy();
  }

  #options(size: { width: number; height: number }, reactions: Reactions): uPlot.Options {
    const axis = {
      stroke: () => this.#theme.muted,
      grid: { stroke: () => this.#theme.grid, width: 1 },
      ticks: { show: false },
      font: `11px ${this.#theme.font}`,
    };
    return {
      ...size,
      ms: 1,
      pxAlign: 1,
      padding: [STRIP, RIGHT, 0, 0],
      legend: { show: false },
      cursor: this.#cursor(reactions),
      select: { show: true, left: 0, top: 0, width: 0, height: 0 },
      scales: {
        x: { time: true, range: () => [this.#picture.from, this.#picture.to] },
        y: { range: () => this.#picture.height },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          gap: 7,
          space: 64,
          values: (plot, splits, _, __, step) =>
            timeLabels(splits, step, plot.posToVal(plot.bbox.width / ratio() - HALF_LABEL, 'x')),
        },
        {
          ...axis,
          size: LEFT_AXIS,
          gap: 8,
          // About five lines, whatever the height.
          space: (_, __, ___, ____, length) => Math.max(26, length / window.devicePixelRatio / 6),
          // A chart without values has no scale to speak of.
          values: (_, splits) =>
            this.#picture.isEmpty ? splits.map(() => '') : valueLabels(this.#picture.unit, splits),
          incrs: valueIncrements(this.#picture.unit),
        },
      ],
      series: [
        {},
        { points: { show: false }, width: 0 },
        { points: { show: false }, width: 0 },
        {
          stroke: () => this.#theme.accent,
          width: 1.5,
          points: {
            show: true,
            size: 4,
            width: 0,
            fill: () => this.#theme.accent,
            filter: (plot) => lonely(plot.data[MEAN] as Aligned),
          },
        },
        { stroke: () => this.#theme.text, width: 2, points: { show: false } },
        ...(this.#picture.others ?? []).map((_, index) => this.#further(index + 1)),
      ],
      bands: [{ series: [1, 2], fill: () => this.#theme.band }],
      hooks: {
        drawAxes: [(plot) => paintGround(plot, this.#picture, this.#theme)],
        draw: [(plot) => paintNames(plot, this.#picture, this.#theme)],
        setCursor: [
          (plot) => {
            const index = plot.cursor.idx;
            const isInside = (plot.cursor.left ?? -1) >= 0 && index !== null && index !== undefined;
            reactions.onPoint(isInside ? this.#picture.columns.at[index] : undefined);
          },
        ],
        setSelect: [
          (plot) => {
            const { left, width } = plot.select;
            if (width < 4) return;
            reactions.onDrag(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    };
  }

  /** The line of a series beside the first; its dashes tell it apart without its colour. */
  #further(index: number): uPlot.Series {
    const colour = () => this.#theme.series[index % this.#theme.series.length] ?? this.#theme.text;
    const show = { show: true, size: 4, width: 0, fill: colour };
    const column = FIRST_OTHER + index - 1;
    return {
      stroke: colour,
      width: 1.5,
      dash: dashOf(index),
      points: { ...show, filter: (plot) => lonely(plot.data[column] as Aligned) },
    };
  }

  #cursor(reactions: Reactions): uPlot.Cursor {
    return {
      x: true,
      y: false,
      drag: { x: true, y: false, setScale: false },
      points: {
        size: 9,
        width: 2,
        fill: (_, series) =>
          this.#theme.series[series < FIRST_OTHER ? 0 : series - FIRST_OTHER + 1] ?? this.#theme.accent,
        stroke: () => this.#theme.ground,
        show: (_, series) => {
          const dot = document.createElement('div');
          dot.className = series === MEAN || series >= FIRST_OTHER ? 'u-cursor-pt dot' : 'u-cursor-pt none';
          return dot;
        },
      },
      bind: {
        dblclick: () => () => {
          reactions.onBack();
          return null;
        },
      },
    };
  }
}

function columnsFor({ columns, judged, others }: Picture): uPlot.AlignedData {
  const { at, max, min, mean } = columns;
  return [at, max, min, mean, judged ?? at.map(() => null), ...(others ?? [])];
}
