// Everything about backups for the page that shows it: jobs, destinations, restore points, what would be cleaned up.
import type {
  ArchiveDetail,
  ArchiveList,
  ArchiveView,
  BackupsView,
  ChangesView,
  JobView,
  PruneView,
} from '$/backend/types';
import { Activities } from './activities.svelte';
import type { App } from './app.svelte';
import type { Loader } from './loader.svelte';

/** More restore points than these do not help on one page. */
const MOST_POINTS = 400;

export class Backups {
  readonly view: Loader<BackupsView>;
  readonly points: Loader<ArchiveList>;
  readonly detail: Loader<ArchiveDetail | undefined>;
  readonly retention: Loader<Record<string, PruneView>>;
  readonly masses: Loader<Record<string, ArchiveDetail | undefined>>;
  readonly activities: Activities;
  /** The restore point that somebody chose. */
  chosen = $state<string>();

  readonly jobs = $derived.by(() => this.view.data?.jobs ?? []);
  readonly own = $derived(this.jobs.filter((job) => !job.is_own));
  /** A lane of the timeline for each job that has something, the owner's first. */
  readonly lanes = $derived(
    this.jobs
      .map((job) => ({ job: job.job.id, points: this.#pointsOf(job.job.id) }))
      .filter((lane) => lane.points.length > 0),
  );
  /** The chosen restore point; the newest of the owner's as long as nobody chose. */
  readonly point = $derived.by((): ArchiveView | undefined => {
    const all = this.points.data?.archives ?? [];
    const isOwners = (point: ArchiveView) => this.own.some((job) => job.job.id === point.job);
    return all.find((point) => point.id === this.chosen) ?? all.find(isOwners) ?? all[0];
  });

  /** Lives as long as the component that is being set up. */
  constructor(private readonly app: App) {
    const { api } = { api: <T>(path: string) => app.backend.api<T>('GET', path) };
    this.activities = new Activities(app);
    this.view = app.loader(() => api<BackupsView>('/backups'));
    this.points = app.loader(() => api<ArchiveList>(`/backups/archives?limit=${MOST_POINTS}`));
    this.detail = app.loader(async () => {
      const id = this.point?.id;
      return id === undefined ? undefined : api<ArchiveDetail>(`/backups/archives/${encodeURIComponent(id)}`);
    });
    this.retention = app.loader(async () => {
      const ids = this.jobs.filter((job) => job.archives > 0).map((job) => job.job.id);
      const plans = ids.map((id) => api<PruneView>(`/backups/retention?job=${encodeURIComponent(id)}`));
      const all = await Promise.all(plans);
      return Object.fromEntries(all.map((plan, index) => [ids[index] ?? '', plan]));
    });
    this.masses = app.loader(async () => {
      const asking = this.jobs.filter((job) => job.mass_change?.archive);
      const details = asking.map((job) =>
        // An archive that is gone tells nothing, and the question stands without it.
        api<ArchiveDetail>(`/backups/archives/${encodeURIComponent(job.mass_change?.archive ?? '')}`).catch(
          () => undefined,
        ),
      );
      const all = await Promise.all(details);
      return Object.fromEntries(asking.map((job, index) => [job.job.id, all[index]]));
    });
    $effect(() => app.live.follow(['backups', 'configuration'], () => this.look()));
    // The end of work changes what is here, whether or not a hint says so.
    let ended = '';
    $effect(() => {
      const now = this.activities.ended;
      if (now !== ended && ended !== '') void this.look();
      ended = now || ' ';
    });
    let shown = '';
    $effect(() => {
      const id = this.point?.id ?? '';
      if (id !== shown) void this.detail.restart();
      shown = id;
    });
  }

  async look(): Promise<void> {
    await Promise.all([this.view.refresh(), this.points.refresh()]);
    await Promise.all([this.retention.refresh(), this.detail.refresh(), this.masses.refresh()]);
  }

  /** What a mass change was, file by file. */
  changesOf(job: JobView): ChangesView | undefined {
    return this.masses.data?.[job.job.id]?.changes ?? undefined;
  }

  /** What is known of the chosen restore point beyond the list. */
  get known(): ArchiveDetail | undefined {
    const detail = this.detail.data;
    return detail?.archive.id === this.point?.id ? detail : undefined;
  }

  create = (job: string) =>
    this.activities.begin('POST', `/backups/jobs/${encodeURIComponent(job)}/create`, { now: true });
  prove = (job: string) => this.activities.begin('POST', `/backups/jobs/${encodeURIComponent(job)}/drill`);
  verify = (id: string) => this.activities.begin('POST', '/backups/verify', { ids: [id], depth: 'deep' });
  clean = (job: string) => this.activities.begin('POST', '/backups/prune', { job, dry_run: false });

  /** Says that a mass change was wanted: old archives may go again. */
  async accept(job: string): Promise<void> {
    await this.app.act(() => this.app.backend.api('POST', `/backups/jobs/${encodeURIComponent(job)}/accept-changes`));
    await this.look();
  }

  #pointsOf(job: string): ArchiveView[] {
    return (this.points.data?.archives ?? []).filter((point) => point.job === job);
  }
}
