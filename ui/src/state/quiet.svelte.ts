// Everything that mutes at the moment in one list: a pause, quiet hours, silences, snoozed alerts.
import type {
  AlertView,
  ConfigurationView,
  MaintenanceWindow,
  QuietHours,
  Silence,
  SilenceList,
} from '$/backend/types';
import { hoursInForce, hoursText, windowText } from '$/lib/quiet';
import type { App } from './app.svelte';
import type { Loader } from './loader.svelte';

export interface MutedEntry {
  id: string;
  what: string;
  why: string;
  until: string;
  /** When it begins, for what is planned. */
  from?: string;
  /** In place of a moment. */
  lasts?: string;
  end?: () => Promise<unknown>;
}

/** Id of the entry for paused notifications. */
export const PAUSE = 'pause';

export class Muted {
  readonly silences: Loader<SilenceList>;
  readonly configuration: Loader<ConfigurationView>;

  constructor(private readonly app: App) {
    this.silences = app.loader(() => app.backend.api<SilenceList>('GET', '/silences'));
    this.configuration = app.loader(() => app.backend.api<ConfigurationView>('GET', '/configuration'));
  }

  /** Hours of the configuration in which nothing is told. */
  readonly hours: QuietHours[] = $derived.by(() => this.configuration.data?.settings.notify.quiet ?? []);
  /** Those of them that hold now. */
  readonly inForce = $derived.by(() => hoursInForce(this.hours, this.app.clock.now));

  /** Maintenance windows of the configuration in words, those that are open left out. */
  readonly windows: string[] = $derived.by(() => {
    const open = this.silences.data?.silences.map((silence) => silence.window) ?? [];
    const all: MaintenanceWindow[] = this.configuration.data?.settings.notify.maintenance ?? [];
    return all.filter((window) => !open.includes(window.id)).map(windowText);
  });

  /** The next to end first. */
  readonly entries: MutedEntry[] = $derived.by(() => {
    const silences = this.silences.data?.silences ?? [];
    const alerts = this.app.status.data?.alerts ?? [];
    const isOpen = (until: string | null | undefined) => until != null && Date.parse(until) > this.app.clock.now;
    const byHand = silences
      .filter((silence) => isOpen(silence.until))
      .map((silence) => ({
        id: silence.id,
        what: silence.window ? `Maintenance: ${silence.what}` : silence.what,
        why: silence.reason,
        until: silence.until,
        ...(Date.parse(silence.from) > this.app.clock.now && { from: silence.from }),
        ...(silence.until_resolved && { lasts: 'until it is resolved' }),
        // A window of the configuration closes by itself.
        ...(!silence.window && { end: () => this.end(silence.id) }),
      }));
    const snoozed = alerts
      .filter((alert) => isOpen(alert.silenced_until) && !silences.some((silence) => covers(silence, alert)))
      .map((alert) => ({
        id: alert.id,
        what: alert.title,
        why: 'snoozed',
        until: alert.silenced_until ?? '',
        end: () => this.wake(alert.id),
      }));
    return [...this.#pause(), ...this.#hours(), ...byHand, ...snoozed].sort(
      (one, other) => Date.parse(one.until) - Date.parse(other.until),
    );
  });

  /** Refreshes what the list is made of. */
  refresh(): void {
    void this.silences.refresh();
    void this.configuration.refresh();
  }

  #pause(): MutedEntry[] {
    const until = this.app.status.data?.quiet.until;
    if (until == null || Date.parse(until) <= this.app.clock.now) return [];
    return [{ id: PAUSE, what: 'All notifications', why: 'paused', until, end: () => this.app.quiet('off') }];
  }

  #hours(): MutedEntry[] {
    if (!this.inForce) return [];
    const { hours, until } = this.inForce;
    const why = 'set in the configuration file';
    return [{ id: 'hours', what: hoursText(hours), why, until: new Date(until).toISOString() }];
  }

  /** Ends a snooze. */
  async wake(id: string): Promise<void> {
    const path = `/alerts/${encodeURIComponent(id)}/snooze`;
    await this.app.act(() => this.app.backend.api('POST', path, { for: '0s' }));
    await this.app.status.refresh();
  }

  async end(id: string): Promise<void> {
    await this.app.act(() => this.app.backend.api('DELETE', `/silences/${encodeURIComponent(id)}`));
    await this.silences.refresh();
  }
}

function covers(silence: Silence, alert: AlertView): boolean {
  if (silence.alert) return silence.alert === alert.id;
  const hasLabels = Object.entries(silence.labels ?? {}).every(([name, value]) => alert.labels[name] === value);
  return (silence.rule == null || silence.rule === alert.rule) && hasLabels;
}
