// Long work that goes on, as a page shows it: asked for at every hint, and more often while something moves.
import type { ActivitiesView, ActivityView } from '$/backend/types';
import { isOver } from '$/lib/activity';
import type { App } from './app.svelte';
import type { Loader } from './loader.svelte';

/** How often work that moves is looked at. */
const PACE_MS = 500;

export class Activities {
  readonly loader: Loader<ActivitiesView>;
  /** The newest first; commands of runbooks are shown where their runbooks are. */
  readonly all = $derived.by((): ActivityView[] =>
    (this.loader.data?.activities ?? []).filter((activity) => activity.kind !== 'runbook'),
  );
  readonly running = $derived(this.all.filter((activity) => !isOver(activity)));
  /** Changes whenever one of them is over: then what it was about has changed too. */
  readonly ended = $derived(
    this.all
      .filter(isOver)
      .map((activity) => activity.id)
      .join(),
  );

  /** Lives as long as the component that is being set up. */
  constructor(private readonly app: App) {
    this.loader = app.loader(() => app.backend.api<ActivitiesView>('GET', '/activities'));
    $effect(() => app.live.follow(['backups'], () => this.loader.refresh()));
    const moves = $derived(this.running.length > 0);
    $effect(() => {
      if (!moves) return;
      const timer = setInterval(() => {
        if (!document.hidden) void this.loader.refresh();
      }, PACE_MS);
      return () => clearInterval(timer);
    });
  }

  /** Asks for long work; what the engine answers is on the page at once. */
  async begin(method: 'POST', path: string, body?: unknown): Promise<ActivityView> {
    const begun = await this.app.act(() => this.app.backend.api<ActivityView>(method, path, body));
    const others = this.all.filter((activity) => activity.id !== begun.id);
    this.loader.put({ at: this.loader.data?.at ?? begun.started, activities: [begun, ...others] });
    return begun;
  }

  /** Ends it; nothing half made stays. */
  async cancel(id: string): Promise<void> {
    await this.app.act(() => this.app.backend.api('POST', `/activities/${encodeURIComponent(id)}/cancel`));
    await this.loader.refresh();
  }

  /** As it stands now; nothing once nobody knows it any more. */
  find(id: string | undefined): ActivityView | undefined {
    return this.all.find((activity) => activity.id === id);
  }
}
