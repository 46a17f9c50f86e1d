// The configuration as the Settings page reads and changes it: one key at a time, nothing shown as saved before the
// engine says so.
import { Problem } from '$/backend';
import type { ConfigurationView, Rule, RuleList } from '$/backend/types';
import type { App } from './app.svelte';
import type { Loader } from './loader.svelte';

export type Outcome = { kind: 'saved' } | { kind: 'failed'; message: string; hint?: string } | undefined;

const SAVED_SHOWS_MS = 3_000;

/** The engine names the key, for the terminal; beside the field it would only be in the way. */
export const inPlace = (message: string): string => {
  const told = message.replace(/^`[^`]+` was not changed: /, '');
  return told.charAt(0).toUpperCase() + told.slice(1);
};

export class Settings {
  readonly configuration: Loader<ConfigurationView>;
  readonly rules: Loader<RuleList>;
  /** What came of the last change, by the place on the page. */
  outcomes = $state<Record<string, Outcome>>({});
  /** Places that wait for an answer. */
  busy = $state<Record<string, boolean>>({});

  constructor(private readonly app: App) {
    this.configuration = app.loader(() => app.backend.api<ConfigurationView>('GET', '/configuration'));
    this.rules = app.loader(() => app.backend.api<RuleList>('GET', '/rules'));
  }

  refresh(): void {
    void this.configuration.refresh();
    void this.rules.refresh();
  }

  /** The environment variable that a key is set by; the page cannot change such a key. */
  environment(key: string): string | undefined {
    return /^environment (\S+)/.exec(this.#origin(key)?.origin ?? '')?.[1];
  }

  /** Keys of a built-in rule that the file changes; a rule that the file defines has nothing to go back to. */
  changedKeys(rule: Rule): string[] {
    if (this.isOwn(rule.id)) return [];
    const origins = this.configuration.data?.origins ?? [];
    const isOwn = (key: string) => key.startsWith(`rule.${rule.id}.`) && !key.endsWith('.id');
    return origins.map((origin) => origin.key).filter((key) => isOwn(key) && this.#isFromFile(key));
  }

  /** Whether a rule is the file's own, and not a built-in one that the file may change. */
  isOwn(id: string): boolean {
    return this.#isFromFile(`rule.${id}.metric`);
  }

  #isFromFile(key: string): boolean {
    return this.#origin(key)?.origin.startsWith('file') ?? false;
  }

  /** Changes one key, or takes it out of the file. `place` is where the outcome shows. */
  set(place: string, key: string, value: string | null): Promise<boolean> {
    return this.attempt(place, async () => {
      this.configuration.put(
        await this.app.backend.api<ConfigurationView>('POST', '/configuration/set', { key, value }),
      );
      await this.rules.refresh();
    });
  }

  /** Back to the built-in values. */
  reset(place: string, rule: Rule): Promise<boolean> {
    return this.attempt(place, async () => {
      const entry = { key: `rule.${rule.id}`, value: null };
      this.configuration.put(await this.app.backend.api<ConfigurationView>('POST', '/configuration/set', entry));
      await this.rules.refresh();
    });
  }

  /** Does something and shows at `place` what came of it; true when it was done. */
  async attempt(place: string, action: () => Promise<unknown>): Promise<boolean> {
    this.busy[place] = true;
    this.outcomes[place] = undefined;
    try {
      await this.app.act(action);
      const saved: Outcome = { kind: 'saved' };
      this.outcomes[place] = saved;
      setTimeout(() => {
        if (this.outcomes[place]?.kind === 'saved') this.outcomes[place] = undefined;
      }, SAVED_SHOWS_MS);
      return true;
    } catch (thrown) {
      const { message, hint } = Problem.of(thrown);
      this.outcomes[place] = { kind: 'failed', message: inPlace(message), hint };
      return false;
    } finally {
      this.busy[place] = false;
    }
  }

  #origin(key: string) {
    return this.configuration.data?.origins.find((origin) => origin.key === key);
  }
}
