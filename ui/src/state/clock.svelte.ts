// What time it is, as the engine sees it: relative times on the pages count from here. The only clock of the window.

const TICK_MS = 5_000;

export class Clock {
  /** Milliseconds since the epoch, moved on every few seconds while the page is visible. */
  now = $state(Date.now());
  #offset = 0;

  /** Takes over the engine's time; a stale answer never turns the clock back by its own age. */
  follow(stamp: string): void {
    const theirs = Date.parse(stamp);
    if (Number.isNaN(theirs)) return;
    const offset = theirs - Date.now();
    // Answers of the same clock differ by their way here only: the youngest is the one that lies furthest ahead.
    if (offset > this.#offset || this.#offset - offset > TICK_MS) this.#offset = offset;
    this.tick();
  }

  tick(): void {
    this.now = Date.now() + this.#offset;
  }

  /** Ticks until the returned function is called. */
  start(): () => void {
    const timer = setInterval(() => {
      if (!document.hidden) this.tick();
    }, TICK_MS);
    return () => clearInterval(timer);
  }
}
