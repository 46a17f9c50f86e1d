// What every page shares: the door to the engine, the newest status, the address, the time, and whether anybody answers.
import type { Backend } from '$/backend';
import { Problem } from '$/backend';
import type { GrantsView, Hint, QuietView, Status } from '$/backend/types';
import { Clock } from './clock.svelte';
import { onDestroy } from 'svelte';
import { Connection } from './connection.svelte';
import { Live } from './live';
import { Loader } from './loader.svelte';
import { Router } from './router.svelte';

const NO_ACTING = 'You may look here, not act: log in with the token of `caretaker api token --act`, or use the window';
const NO_EXECUTING =
  'Files are read and restored only in the window, or with `caretaker backup restore` on the machine itself';

export class App {
  readonly clock = new Clock();
  readonly router = new Router();
  readonly live = new Live();
  readonly connection: Connection;
  readonly status: Loader<Status>;
  /** What this door may do beyond looking; asked once by the first page that wants to know. */
  readonly grants: Loader<GrantsView>;

  constructor(readonly backend: Backend) {
    this.connection = new Connection(() => backend.api('GET', '/status'));
    this.connection.onFound = () => this.live.all();
    this.status = this.lastingLoader(async () => {
      const status = await backend.api<Status>('GET', '/status');
      this.clock.follow(status.at);
      return status;
    });
    this.grants = this.lastingLoader(() => backend.api<GrantsView>('GET', '/grants'));
  }

  /** Why nothing may be changed from here; empty when it may, and as long as nobody knows. */
  get actRefusal(): string {
    return this.grants.data?.act === false ? NO_ACTING : '';
  }

  /** Why nothing beyond Caretaker may be touched from here: files read or brought back. */
  get executeRefusal(): string {
    return this.grants.data?.execute === false ? NO_EXECUTING : '';
  }

  /** Begins to listen, until the returned function is called. */
  start(): () => void {
    const onVisible = () => {
      if (document.hidden) return;
      this.clock.tick();
      if (this.connection.gone) void this.connection.check();
      else this.live.all();
    };
    document.addEventListener('visibilitychange', onVisible);
    const stops = [
      this.clock.start(),
      this.router.start(),
      this.backend.watch(
        (hint) => this.#hear(hint),
        () => {
          if (!this.connection.gone) void this.connection.check();
        },
      ),
      () => document.removeEventListener('visibilitychange', onVisible),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** Something to load through this app's door for the component that is being set up; asks nothing after its end. */
  loader<T>(ask: () => Promise<T>): Loader<T> {
    const made = this.lastingLoader(ask);
    onDestroy(() => made.end());
    return made;
  }

  /** The same for whoever ends it, or lives as long as the app. */
  lastingLoader<T>(ask: () => Promise<T>): Loader<T> {
    return new Loader(ask, this.connection);
  }

  /** Takes a status that came with another answer. */
  take(status: Status): void {
    this.status.put(status);
    this.clock.follow(status.at);
  }

  /** Pauses or resumes notifications: `1h`, `tomorrow`, `off`. */
  async quiet(length: string): Promise<void> {
    const quiet = await this.act<QuietView>(() => this.backend.api('PUT', '/quiet', { for: length }));
    const status = this.status.data;
    if (status) this.status.put({ ...status, quiet });
  }

  /** Does something on the engine; a failure is thrown as a `Problem`, and an absent engine is noticed. */
  async act<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (thrown) {
      const problem = Problem.of(thrown);
      if (problem.isGone) this.connection.lost();
      throw problem;
    }
  }

  #hear(hint: Hint): void {
    switch (hint.topic) {
      case 'hello':
        // The first hello follows the page's own first requests; a later one means that something was missed.
        if (this.connection.gone) void this.connection.check();
        else if (this.#greeted) this.live.all();
        this.#greeted = true;
        return;
      case 'open_window':
        // A click on a notification opens the tray app's window; a page in a browser stays where its reader is.
        if (this.backend.kind === 'window' && hint.route !== '') this.router.go(`#/${hint.route}`);
        return;
      case 'round':
      case 'status':
      case 'configuration':
      case 'backups':
        if (this.connection.gone) void this.connection.check();
        else this.live.hint(hint.topic);
    }
  }

  #greeted = false;
}
