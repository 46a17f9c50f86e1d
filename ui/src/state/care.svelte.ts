// Everything about maintenance for the pages that show it: tasks, what will run, what ran, and running it.
import type { CalendarView, MaintenanceView, ScheduleTaskRequest, TaskHistory, TaskRun } from '$/backend/types';
import { Activities } from './activities.svelte';
import type { App } from './app.svelte';
import type { Loader } from './loader.svelte';

export class Care {
  readonly view: Loader<MaintenanceView>;
  readonly calendar: Loader<CalendarView>;
  readonly activities: Activities;
  readonly running = $derived.by(() => this.activities.running.filter((one) => one.kind === 'maintain'));

  /** Lives as long as the component that is being set up. */
  constructor(private readonly app: App) {
    this.activities = new Activities(app);
    this.view = app.loader(() => app.backend.api<MaintenanceView>('GET', '/maintenance'));
    this.calendar = app.loader(() => app.backend.api<CalendarView>('GET', '/maintenance/calendar?ahead=14d'));
    $effect(() => app.live.follow(['status', 'configuration'], () => this.look()));
    // The end of a run changes what is here, whether or not a hint says so.
    let ended = '';
    $effect(() => {
      const now = this.activities.ended;
      if (now !== ended && ended !== '') void this.look();
      ended = now || ' ';
    });
  }

  async look(): Promise<void> {
    await Promise.all([this.view.refresh(), this.calendar.refresh()]);
  }

  run = (task: string, dry = false) =>
    this.activities.begin('POST', `/maintenance/tasks/${encodeURIComponent(task)}/run`, { dry_run: dry });

  async schedule(task: string, request: ScheduleTaskRequest): Promise<void> {
    const path = `/maintenance/tasks/${encodeURIComponent(task)}`;
    const view = await this.app.act(() => this.app.backend.api<MaintenanceView>('PUT', path, request));
    this.view.put(view);
    await this.calendar.refresh();
  }

  async pause(length: string): Promise<void> {
    const view = await this.app.act(() =>
      this.app.backend.api<MaintenanceView>('POST', '/maintenance/pause', { for: length }),
    );
    this.view.put(view);
  }
}

/** Runs of one task, and the one of them that is looked at. */
export class TaskRuns {
  readonly history: Loader<TaskHistory>;
  readonly run: Loader<TaskRun | undefined>;
  /** The run that somebody chose; the newest as long as nobody did. */
  chosen = $state<number>();
  readonly id = $derived.by(() => this.chosen ?? this.history.data?.runs[0]?.id);

  /** Lives as long as the component that is being set up. */
  constructor(app: App, task: string, care: Care) {
    this.history = app.loader(() =>
      app.backend.api<TaskHistory>('GET', `/maintenance/runs?task=${encodeURIComponent(task)}`),
    );
    this.run = app.loader(async () =>
      this.id === undefined ? undefined : app.backend.api<TaskRun>('GET', `/maintenance/runs/${this.id}`),
    );
    $effect(() => app.live.follow(['status'], () => this.history.refresh()));
    let ended = '';
    $effect(() => {
      const now = care.activities.ended;
      if (now !== ended && ended !== '') {
        this.chosen = undefined;
        void this.history.refresh();
      }
      ended = now || ' ';
    });
    let shown: number | undefined;
    $effect(() => {
      const id = this.id;
      if (id !== shown) void this.run.restart();
      shown = id;
    });
  }
}
