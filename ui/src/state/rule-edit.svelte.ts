// A rule while it is edited: the form, what of it differs from what is saved, and what the engine says to it.
import type { ConfigNote, ConfigurationView, PointsView, Rule, SeriesEntry, SeriesList, Unit } from '$/backend/types';
import { changesOf, type Field, formOf, idFor, newForm, type RuleForm } from '$/lib/rule-form';
import { type Slide, slid, slideFor } from '$/lib/slide';
import { guessedUnit, judgedUnit } from '$/lib/threshold';
import { parseSpan } from '$/lib/time';
import type { App } from './app.svelte';
import { Backtest } from './backtest.svelte';
import type { Loader } from './loader.svelte';
import { Settings } from './settings.svelte';

/** What the address says of a new rule, or of a bound to begin with. */
export interface Beginning {
  metric: string | undefined;
  labels: Record<string, string>;
  /** A bound for the mildest level. */
  bound: { direction: 'above' | 'below'; value: string } | undefined;
}

const DEFAULT_METRIC = 'host.cpu.usage';

export class RuleEdit {
  readonly settings: Settings;
  readonly series: Loader<SeriesList>;
  readonly points: Loader<PointsView>;
  readonly backtest: Backtest;
  /** The same time with the rule as it is saved, for comparison. */
  readonly before: Backtest;

  form = $state<RuleForm>();
  /** The field that was changed last: what the engine refuses is said beside it. */
  changed = $state<Field>();
  since = $state('30d');
  #saved = $state.raw<RuleForm>();

  constructor(
    private readonly app: App,
    /** Id of the rule; empty for a new one. */
    readonly id: string,
    private readonly beginning: Beginning,
  ) {
    this.settings = new Settings(app);
    this.series = app.loader(() => app.backend.api<SeriesList>('GET', '/metrics/series'));
    this.points = app.loader(() => app.backend.api<PointsView>('GET', `/metrics/points?${this.#pointsQuery()}`));
    const ask = (request: object, signal: AbortSignal) =>
      app.act(() => app.backend.api<never>('POST', '/rules/backtest', request, signal));
    this.backtest = new Backtest(ask);
    this.before = new Backtest(ask);
  }

  readonly rule: Rule | undefined = $derived.by(() =>
    this.settings.rules.data?.rules.find((rule) => rule.id === this.id),
  );
  readonly isNew: boolean = $derived.by(() => this.id === '');
  /** The rule that the address names is not there. */
  readonly isMissing: boolean = $derived.by(() => !this.isNew && this.settings.rules.data !== undefined && !this.rule);
  readonly isOwn: boolean = $derived.by(() => this.isNew || this.settings.isOwn(this.id));
  readonly changes = $derived.by(() => (this.form ? changesOf($state.snapshot(this.form), this.#saved) : {}));
  readonly isDirty: boolean = $derived.by(() => Object.keys(this.changes).length > 0);
  /** The id under which it is judged and saved. */
  readonly target: string = $derived.by(() =>
    this.isNew ? idFor(this.form?.title ?? '', this.settings.rules.data?.rules.map((rule) => rule.id) ?? []) : this.id,
  );
  /** What the file says of this rule without a mistake, and what does not work as a person may expect. */
  readonly notes: ConfigNote[] = $derived.by(() =>
    (this.settings.configuration.data?.notes ?? []).filter((note) => note.key.startsWith(`rule.${this.id}.`)),
  );
  /** The series that the rule looks at. */
  readonly matching: SeriesEntry[] = $derived.by(() => {
    const { metric, labels } = this.form ?? { metric: '', labels: {} };
    const fits = (entry: SeriesEntry) =>
      Object.entries(labels).every(([name, value]) => entry.labels?.[name] === value);
    return this.series.data?.series.filter((entry) => entry.name === metric && fits(entry)) ?? [];
  });
  readonly seriesUnit: Unit = $derived.by(() => this.matching[0]?.unit ?? guessedUnit(this.form?.metric ?? ''));
  /** The unit of what is judged, in which the bounds are. */
  readonly unit: Unit = $derived.by(() => judgedUnit({ of: this.form?.of ?? 'last' }, this.seriesUnit));
  readonly slide: Slide = $derived.by(() => {
    const isOfSeries = this.unit === this.seriesUnit;
    const stats = isOfSeries ? (this.points.data?.series.map((series) => series.stats) ?? []) : [];
    const lows = stats.map((one) => one.min ?? Infinity).filter(Number.isFinite);
    const highs = stats.map((one) => one.max ?? -Infinity).filter(Number.isFinite);
    const extent: [number, number] | undefined =
      lows.length === 0 ? undefined : [Math.min(...lows), Math.max(...highs)];
    const bounds = [this.#saved?.warning.value, this.#saved?.critical.value].filter(Boolean).map(Number);
    return slideFor(this.unit, extent, bounds.filter(Number.isFinite));
  });

  /**
   * Where the chart begins: a past shorter than the range is drawn as finely as its own length allows. Nothing while the
   * status, which knows it, is not here.
   */
  readonly begin: number | undefined = $derived.by(() => {
    const status = this.app.status.data;
    if (!status) return undefined;
    const wished = Date.parse(status.at) - (parseSpan(this.since) ?? 0);
    return Math.max(wished, status.storage.oldest ? Date.parse(status.storage.oldest) : 0);
  });

  refresh(): void {
    this.settings.refresh();
    void this.series.refresh();
  }

  /** Takes over what is saved; what somebody has typed already stays. */
  take(): void {
    if (this.isNew) {
      if (!this.form && this.series.data) this.form = this.#newForm(this.series.data.series);
      return;
    }
    if (!this.rule) return;
    const wasDirty = this.form !== undefined && this.isDirty;
    const isFirst = this.form === undefined;
    this.#saved = formOf(this.rule);
    if (!wasDirty) this.form = formOf(this.rule);
    if (isFirst) this.#applyBeginning();
  }

  discard(): void {
    this.changed = undefined;
    if (this.rule) this.form = formOf(this.rule);
    else if (this.series.data) this.form = this.#newForm(this.series.data.series);
  }

  /** Saves all changes at once; says whether the engine took them. */
  save(): Promise<boolean> {
    const set = this.changes;
    return this.settings.attempt('rule', async () => {
      const path = `/rules/${encodeURIComponent(this.target)}`;
      this.settings.configuration.put(await this.app.backend.api<ConfigurationView>('PUT', path, { set }));
      this.changed = undefined;
      if (this.form) this.#saved = $state.snapshot(this.form);
      await this.settings.rules.refresh();
    });
  }

  /** Back to the built-in values; a rule of the file's own is removed. */
  async reset(): Promise<boolean> {
    const rule = this.rule;
    if (!rule) return false;
    const { isOwn } = this;
    const wasReset = await this.settings.reset('rule', rule);
    // A rule of the file's own is gone now: a new form would only ask what a rule does that is not there.
    if (wasReset && !isOwn) this.discard();
    return wasReset;
  }

  #newForm(series: SeriesEntry[]): RuleForm {
    const metric = this.beginning.metric ?? DEFAULT_METRIC;
    const entry = series.find((one) => one.name === metric);
    const unit = entry?.unit ?? guessedUnit(metric);
    const suggested = unit === 'percent' ? 90 : slideFor(unit, [0, entry?.last ?? 0], []).max;
    const form = newForm(metric, this.beginning.labels, Number(slid(suggested)));
    if (this.beginning.bound) form.warning = this.beginning.bound;
    return form;
  }

  #applyBeginning(): void {
    const { bound } = this.beginning;
    const level = this.form && (this.form.warning.value !== '' ? 'warning' : 'critical');
    if (!bound || !this.form || !level) return;
    const old = Number(this.form[level].value);
    this.form[level] = { ...bound };
    this.changed = level;
    // The stricter level stays beyond, as far as it was.
    const critical = Number(this.form.critical.value);
    if (level === 'warning' && this.form.critical.value !== '') {
      const moved = critical + Number(bound.value) - old;
      const isCrossed = bound.direction === 'above' ? critical <= Number(bound.value) : critical >= Number(bound.value);
      if (isCrossed) this.form.critical.value = slid(this.unit === 'percent' ? Math.min(moved, 99.9) : moved);
    }
  }

  #pointsQuery(): URLSearchParams {
    const { metric, labels } = this.form ?? { metric: DEFAULT_METRIC, labels: {} };
    const pairs = Object.entries(labels).map(([name, value]): [string, string] => ['label', `${name}=${value}`]);
    const from = new Date(this.begin ?? 0).toISOString();
    return new URLSearchParams([['name', metric], ...pairs, ['from', from], ['max_points', '800']]);
  }
}

/** What the address of the editor says. */
export function beginningOf(query: URLSearchParams): Beginning {
  const labels = query.getAll('label').map((text) => {
    const at = text.indexOf('=');
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  const directions = (['above', 'below'] as const).filter((name) => query.get(name) !== null);
  const bound = directions.map((direction) => ({ direction, value: query.get(direction) ?? '' }))[0];
  return { metric: query.get('metric') ?? undefined, labels: Object.fromEntries(labels), bound };
}
