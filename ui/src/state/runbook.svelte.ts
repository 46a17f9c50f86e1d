// One runbook on the screen: its steps, what was ticked, and the command that runs.
import type { RunRequest, RunView, RunbookView } from '$/backend/types';
import { onDestroy } from 'svelte';
import type { App } from './app.svelte';
import type { Loader } from './loader.svelte';
import { remembered } from './remembered';

/** How often a command that runs is looked at. */
const PACE_MS = 400;

export class RunbookPage {
  readonly view: Loader<RunbookView>;
  /** Numbers of steps that somebody ticked. */
  ticked = $state.raw<readonly number[]>([]);
  /** Runs that were begun from this page, by step. */
  #begun = $state.raw<ReadonlyMap<number, RunView>>(new Map());
  readonly #ticks: ReturnType<typeof remembered>;
  #hasEnded = false;

  /** Lives as long as the component that is being set up; `alert` is the one that it is worked through for. */
  constructor(
    private readonly app: App,
    private readonly id: string,
    private readonly alert: string | undefined,
  ) {
    this.view = app.loader(() => app.backend.api<RunbookView>('GET', this.#path));
    this.#ticks = remembered(`runbook.${id}.${alert ?? ''}`);
    this.ticked = (this.#ticks.get() ?? '').split(',').filter(Boolean).map(Number);
    $effect(() => app.live.follow(['status', 'backups', 'configuration'], () => this.view.refresh()));
    onDestroy(() => (this.#hasEnded = true));
  }

  get #path(): string {
    return `/runbooks/${encodeURIComponent(this.id)}`;
  }

  tick(step: number, isDone: boolean): void {
    this.ticked = isDone ? [...new Set([...this.ticked, step])] : this.ticked.filter((one) => one !== step);
    this.#ticks.set(this.ticked.join(','));
  }

  /** The run of a step that is worth showing: that of this page, or one that goes on; as the engine knew it last. */
  runOf(step: number): RunView | undefined {
    const runs = this.view.data?.runs ?? [];
    const begun = this.#begun.get(step);
    if (!begun) return runs.find((run) => run.step === step && run.state === 'running');
    const known = runs.find((run) => run.id === begun.id);
    return known && known.state !== 'running' ? known : begun;
  }

  /** Runs the command that is on the screen; another one in its place is refused by the engine. */
  async run(step: number, sha256: string): Promise<void> {
    const request: RunRequest = { step, sha256, door: 'window', ...(this.alert && { alert: this.alert }) };
    const run = await this.app.act(() => this.app.backend.api<RunView>('POST', `${this.#path}/run`, request));
    this.#put(run);
    void this.#follow(run);
  }

  async cancel(run: RunView): Promise<void> {
    await this.app.act(() => this.app.backend.api('POST', `/activities/${encodeURIComponent(run.id)}/cancel`));
  }

  /** Looks at a run until it is over, or the page is gone; an engine that is away for a moment is asked again. */
  async #follow(run: RunView): Promise<void> {
    let now = run;
    while (now.state === 'running' && !this.#hasEnded) {
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
      now = await this.app.backend.api<RunView>('GET', `/runbook-runs/${run.id}`).catch(() => now);
      this.#put(now);
    }
    if (now.state === 'done') this.tick(now.step, true);
    await this.view.refresh();
  }

  #put(run: RunView): void {
    this.#begun = new Map([...this.#begun, [run.step, run]]);
  }
}
