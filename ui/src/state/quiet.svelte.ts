// Everything that mutes at the moment, from silences and from snoozed alerts, in one list.
import type { AlertView, Silence, SilenceList } from '$/backend/types';
import type { App } from './app.svelte';
import type { Loader } from './loader.svelte';

export interface MutedEntry {
  id: string;
  what: string;
  why: string;
  until: string;
  end?: () => Promise<unknown>;
}

export class Muted {
  readonly silences: Loader<SilenceList>;

  constructor(private readonly app: App) {
    this.silences = app.loader(() => app.backend.api<SilenceList>('GET', '/silences'));
  }

  /** The next to end first. */
  readonly entries: MutedEntry[] = $derived.by(() => {
    const silences = this.silences.data?.silences ?? [];
    const alerts = this.app.status.data?.alerts ?? [];
    const isOpen = (until: string | null | undefined) => until != null && Date.parse(until) > this.app.clock.now;
    const byHand = silences
      .filter((silence) => isOpen(silence.until))
      .map((silence) => ({
        id: silence.id,
        what: silence.what,
        why: silence.reason,
        until: silence.until,
        end: () => this.end(silence.id),
      }));
    const snoozed = alerts
      .filter((alert) => isOpen(alert.silenced_until) && !silences.some((silence) => covers(silence, alert)))
      .map((alert) => ({ id: alert.id, what: alert.title, why: 'snoozed', until: alert.silenced_until ?? '' }));
    return [...byHand, ...snoozed].sort((one, other) => Date.parse(one.until) - Date.parse(other.until));
  });

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
