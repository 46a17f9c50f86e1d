// The key of one destination while a person sets it up: how it stands, its recovery sheet, and what is typed from that.
import { Problem } from '$/backend/problem';
import type { KeyView, SheetView } from '$/backend/types';
import type { App } from './app.svelte';
import type { Loader } from './loader.svelte';

export class KeySteps {
  readonly view: Loader<KeyView>;
  /** Only what was asked for on this page; nothing keeps it. */
  sheet = $state.raw<SheetView['sheet']>();
  typed = $state('');
  problem = $state.raw<Problem>();
  isBusy = $state(false);

  constructor(
    private readonly app: App,
    readonly destination: string,
  ) {
    this.view = app.lastingLoader(() => app.backend.api<KeyView>('GET', this.#path()));
  }

  /** Asks how it stands until the returned function is called. */
  follow(): () => void {
    return this.app.live.follow([], () => this.view.refresh());
  }

  #path(word = ''): string {
    return `/backups/destinations/${encodeURIComponent(this.destination)}/key${word}`;
  }

  /** Makes the key if there is none, and shows its sheet. */
  show(): Promise<void> {
    return this.#attempt(async () => {
      const { sheet, key } = await this.app.backend.api<SheetView>('POST', this.#path('/sheet'));
      this.sheet = sheet;
      return key;
    });
  }

  /** Tries what was typed from the sheet. */
  confirm(): Promise<void> {
    return this.#attempt(() => this.app.backend.api<KeyView>('POST', this.#path('/confirm'), { typed: this.typed }));
  }

  /** Takes a key that is typed from a sheet. */
  import(): Promise<void> {
    return this.#attempt(() => this.app.backend.api<KeyView>('POST', this.#path('/import'), { key: this.typed }));
  }

  async #attempt(action: () => Promise<KeyView>): Promise<void> {
    [this.isBusy, this.problem] = [true, undefined];
    try {
      const view = await this.app.act(action);
      this.view.put(view);
      if (view.state === 'ready') [this.sheet, this.typed] = [undefined, ''];
    } catch (thrown) {
      this.problem = Problem.of(thrown);
    } finally {
      this.isBusy = false;
    }
  }
}
