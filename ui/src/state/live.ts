// Turns "look again" hints into requests: only for what is on the screen, and only while somebody looks.
import { untrack } from 'svelte';
import type { Hint } from '$/backend/types';

export type Topic = Exclude<Hint['topic'], 'hello' | 'open_window'>;

interface Watcher {
  topics: readonly Topic[];
  refresh: () => unknown;
}

export class Live {
  readonly #watchers = new Set<Watcher>();
  #wasShown = false;

  constructor(private readonly isHidden: () => boolean = () => document.hidden) {}

  /** Calls `refresh` now and whenever one of `topics` changed, until the returned function is called. */
  follow(topics: readonly Topic[], refresh: () => unknown): () => void {
    const watcher = { topics, refresh };
    this.#watchers.add(watcher);
    // A window is filled before it is shown for the first time. What the request reads must not make the caller's
    // effect run again.
    if (this.#isSeen() || !this.#wasShown) untrack(refresh);
    return () => void this.#watchers.delete(watcher);
  }

  hint(topic: Topic): void {
    if (this.#isSeen()) this.#tell((watcher) => watcher.topics.includes(topic));
  }

  /** Everything may have changed: a stream began anew, the engine came back, or somebody looks again. */
  all(): void {
    if (this.#isSeen()) this.#tell(() => true);
  }

  #isSeen(): boolean {
    const isSeen = !this.isHidden();
    this.#wasShown ||= isSeen;
    return isSeen;
  }

  #tell(concerns: (watcher: Watcher) => boolean): void {
    for (const watcher of [...this.#watchers]) if (concerns(watcher)) watcher.refresh();
  }
}
