// One answer of the engine, kept fresh: never two requests for it in flight, old content stays until the new is here,
// and a skeleton is due only after 200 ms.
import { Problem } from '$/backend';
import type { Connection } from './connection.svelte';

const SLOW_MS = 200;

export class Loader<T> {
  /** The newest answer. */
  data = $state.raw<T>();
  /** Why the newest request failed; nothing while the engine is merely away, because the window says that once. */
  problem = $state.raw<Problem>();
  /** Nothing to show yet, for long enough that it is worth saying. */
  slow = $state(false);

  #running: Promise<void> | undefined;
  #again = false;
  #generation = 0;
  #hasEnded = false;

  constructor(
    private readonly ask: () => Promise<T>,
    private readonly connection: Pick<Connection, 'lost' | 'found'>,
  ) {}

  /** Asks again; while a request is in flight, once more after it, however often this is called. */
  refresh(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Asks for something else than before: an answer still on its way is no longer wanted. */
  restart(): Promise<void> {
    this.#generation += 1;
    return this.refresh();
  }

  /** Forgets everything, for instance because another alert is shown. */
  clear(): void {
    this.#generation += 1;
    this.data = undefined;
    this.problem = undefined;
  }

  /** Takes an answer that came by another way. */
  put(data: T): void {
    this.#generation += 1;
    this.data = data;
    this.problem = undefined;
  }

  /** Asks nothing more: what the question depends on is gone with the page that asked. */
  end(): void {
    this.#hasEnded = true;
    this.#generation += 1;
  }

  async #run(): Promise<void> {
    const timer = setTimeout(() => (this.slow = this.data === undefined), SLOW_MS);
    try {
      do {
        this.#again = false;
        await this.#once();
      } while (this.#again && !this.#hasEnded);
    } finally {
      clearTimeout(timer);
      this.slow = false;
    }
  }

  async #once(): Promise<void> {
    const generation = this.#generation;
    const isWanted = () => generation === this.#generation;
    try {
      const data = await this.ask();
      this.connection.found();
      if (!isWanted()) return;
      this.data = data;
      this.problem = undefined;
    } catch (thrown) {
      const problem = Problem.of(thrown);
      if (problem.isGone) this.connection.lost();
      else this.connection.found();
      if (isWanted()) this.problem = problem.isGone ? undefined : problem;
    }
  }
}
