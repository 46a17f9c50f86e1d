// The charts of the Metrics page: one loader for each series shown, kept while the series stays.
import type { PointsView, SeriesKey } from '$/backend/types';
import { rangeQuery, type Zoom } from '$/lib/range';
import { parseSeries, seriesQuery } from '$/lib/series';

export { seriesIn } from '$/lib/series';
import type { App } from './app.svelte';
import type { Loader } from './loader.svelte';

export interface View {
  series: string[];
  range: string;
  zoom: Zoom | undefined;
  /** At most so many points for each series. */
  points: number;
}

export interface Charted {
  text: string;
  key: SeriesKey;
  loader: Loader<PointsView>;
}

export class Charts {
  /** In the order in which they were chosen. */
  shown = $state.raw<Charted[]>([]);
  #view: View = { series: [], range: '24h', zoom: undefined, points: 800 };

  constructor(private readonly app: App) {}

  /** Shows other series or another time. What stays the same is not asked for again. */
  set(view: View): void {
    const isSameTime = JSON.stringify({ ...view, series: [] }) === JSON.stringify({ ...this.#view, series: [] });
    const before = this.shown;
    this.#view = view;
    this.shown = view.series.map((text) => before.find((charted) => charted.text === text) ?? this.#chart(text));
    for (const charted of this.shown) {
      if (!isSameTime || !before.includes(charted)) void charted.loader.restart();
    }
  }

  /** New values may have come. A stretch in the past does not change. */
  refresh(): void {
    const { zoom } = this.#view;
    if (zoom && zoom.to < this.app.clock.now - 60_000) return;
    for (const charted of this.shown) void charted.loader.refresh();
  }

  #chart(text: string): Charted {
    const key = parseSeries(text);
    const ask = () => {
      const { range, zoom, points } = this.#view;
      const query = [...seriesQuery(key), ...rangeQuery(range, zoom), ['max_points', String(points)]];
      return this.app.backend.api<PointsView>('GET', `/metrics/points?${new URLSearchParams(query)}`);
    };
    return { text, key, loader: this.app.lastingLoader(ask) };
  }
}
