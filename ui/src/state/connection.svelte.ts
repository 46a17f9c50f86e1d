// Whether the engine answers. Learns it from every request, and tries again by itself when it does not.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

export class Connection {
  /** True from the first request that nobody answered until the next one that somebody did. */
  gone = $state(false);
  /** Called when the engine answers again. */
  onFound: () => void = () => undefined;
  /** Done once it is known whether anybody answers. */
  readonly known: Promise<void>;
  #know: () => void = () => undefined;
  #wait = FIRST_WAIT_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `knock` asks the engine for anything at all. */
  constructor(
    private readonly knock: () => Promise<unknown>,
    private readonly isHidden: () => boolean = () => document.hidden,
  ) {
    this.known = new Promise((resolve) => (this.#know = resolve));
  }

  lost(): void {
    this.#know();
    if (this.gone) return;
    this.gone = true;
    this.#wait = FIRST_WAIT_MS;
    this.#schedule();
  }

  found(): void {
    this.#know();
    clearTimeout(this.#timer);
    if (!this.gone) return;
    this.gone = false;
    this.onFound();
  }

  /** Asks at once, unless nobody looks. */
  async check(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.isHidden()) return;
    try {
      await this.knock();
      this.found();
    } catch {
      if (this.gone) this.#schedule();
      else this.lost();
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.check(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }
}
