// What an edited rule would have done, asked while it is being edited: not at every move of a slider, never two
// questions at once, and an answer to what is no longer asked is dropped.
import { Problem } from '$/backend';
import type { BacktestRequest, BacktestView } from '$/backend/types';

const WAIT_MS = 120;
const SLOW_MS = 600;

type Ask = (request: BacktestRequest, signal: AbortSignal) => Promise<BacktestView>;

export class Backtest {
  /** The newest answer to what is asked; an older one stays until it is there. */
  view = $state.raw<BacktestView>();
  /** Why the engine refused; the view before it stays. */
  problem = $state.raw<Problem>();
  /** Whether the view is of an earlier question. */
  stale = $state(false);
  /** It takes so long that it is worth saying. */
  slow = $state(false);
  /** Somebody stopped it. */
  stopped = $state(false);

  #asked = '';
  #wanted: BacktestRequest | undefined;
  #running: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly request: Ask) {}

  /** Asks soon; the same question again is not asked twice. */
  ask(request: BacktestRequest): void {
    const text = JSON.stringify(request);
    if (text === this.#asked) return;
    this.#asked = text;
    this.#wanted = request;
    this.stale = true;
    this.stopped = false;
    clearTimeout(this.#timer);
    // One that runs already is let to its end, so that a slider in motion does not pile up work in the engine.
    this.#timer = setTimeout(() => {
      if (!this.#running) void this.#run();
    }, WAIT_MS);
  }

  /** Asks the same again, after a failure. */
  again(): void {
    const text = this.#asked;
    this.#asked = '';
    if (text !== '') this.ask(JSON.parse(text) as BacktestRequest);
  }

  /** Waits no longer. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#wanted = undefined;
    this.#running?.abort();
    this.#running = undefined;
    this.slow = false;
    this.stopped = this.stale;
  }

  async #run(): Promise<void> {
    const request = this.#wanted;
    if (!request) return;
    this.#wanted = undefined;
    const own = new AbortController();
    this.#running = own;
    const timer = setTimeout(() => (this.slow = this.#running === own), SLOW_MS);
    const isWanted = () => this.#running === own && JSON.stringify(request) === this.#asked;
    try {
      const view = await this.request(request, own.signal);
      if (!isWanted()) return;
      this.view = view;
      this.problem = undefined;
      this.stale = false;
    } catch (thrown) {
      if (isWanted()) this.problem = Problem.of(thrown);
    } finally {
      clearTimeout(timer);
      if (this.#running === own) {
        this.#running = undefined;
        this.slow = false;
        void this.#run();
      }
    }
  }
}
