// A store beyond this machine that is being set up: where it is, where its keys are, whether it can be used. Nothing is written before
// it is added, and no key is ever typed here.
import { Problem } from '$/backend/problem';
import type { BackupsView, StoreRequest, StoreTrialView } from '$/backend/types';
import type { App } from './app.svelte';

/** Where keys are: in variables of the engine's environment, or in files of their own. */
export type KeyPlace = 'env' | 'file';

const USUAL: Record<KeyPlace, [string, string]> = {
  env: ['STORE_KEY', 'STORE_SECRET'],
  file: ['', ''],
};

export class StoreSetup {
  id = $state('');
  endpoint = $state('');
  region = $state('');
  bucket = $state('');
  prefix = $state('');
  keyPlace = $state<KeyPlace>('env');
  accessKey = $state(USUAL.env[0]);
  secretKey = $state(USUAL.env[1]);
  problem = $state.raw<Problem>();
  /** What goes on. */
  doing = $state<'testing' | 'adding'>();
  #tried = $state.raw<{ what: string; view: StoreTrialView }>();

  /** What the newest test found, as long as nothing of what it tested was changed. */
  readonly trial = $derived.by(() => (this.#tried?.what === this.#what ? this.#tried?.view : undefined));
  /** What is still to be typed, in a sentence; empty when nothing is. */
  readonly missing = $derived.by(() => {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(this.id.trim())) return 'Name the store with small letters, digits and dashes.';
    if (this.taken.includes(this.id.trim())) return `There is a destination ${this.id.trim()} already.`;
    if (this.endpoint.trim() !== '' && !/^https?:\/\/[^\s/]/.test(this.endpoint.trim()))
      return 'The address begins with https:// or http://.';
    if (this.bucket.trim() === '') return 'Name the bucket.';
    const keys = [this.accessKey.trim(), this.secretKey.trim()];
    if (this.keyPlace === 'env' && !keys.every((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)))
      return 'Name the two variables that hold the keys.';
    if (this.keyPlace === 'file' && !keys.every((path) => path.startsWith('/')))
      return 'Name the two files that hold the keys, from /.';
    return '';
  });
  readonly #request = $derived.by((): StoreRequest => ({
    endpoint: this.endpoint.trim() || null,
    region: this.region.trim() || null,
    bucket: this.bucket.trim(),
    prefix: this.prefix.trim(),
    access_key: `${this.keyPlace}:${this.accessKey.trim()}`,
    secret_key: `${this.keyPlace}:${this.secretKey.trim()}`,
  }));
  readonly #what = $derived.by(() => JSON.stringify([this.id.trim(), this.#request]));

  constructor(
    private readonly app: App,
    /** Names of destinations that there are. */
    private readonly taken: string[],
  ) {
    this.id = freeName(taken);
  }

  /** Keys lie elsewhere than was thought. */
  lieIn(place: KeyPlace): void {
    if (place === this.keyPlace) return;
    this.keyPlace = place;
    [this.accessKey, this.secretKey] = USUAL[place];
  }

  /** Asks the engine to try it as it is typed. */
  async test(): Promise<void> {
    if (this.missing !== '') return;
    const what = this.#what;
    await this.#attempt('testing', async () => {
      const request = { destination: this.id.trim(), store: this.#request };
      const view = await this.app.backend.api<StoreTrialView>('POST', '/backups/stores/test', request);
      this.#tried = { what, view };
    });
  }

  /** Writes it into the configuration; the destinations as they are then, if that worked. */
  async add(): Promise<BackupsView | undefined> {
    if (this.missing !== '') return undefined;
    let after: BackupsView | undefined;
    await this.#attempt('adding', async () => {
      const path = `/backups/stores/${encodeURIComponent(this.id.trim())}`;
      after = await this.app.backend.api<BackupsView>('PUT', path, this.#request);
    });
    return after;
  }

  async #attempt(doing: 'testing' | 'adding', action: () => Promise<void>): Promise<void> {
    if (this.doing) return;
    [this.doing, this.problem] = [doing, undefined];
    try {
      await this.app.act(action);
    } catch (thrown) {
      this.problem = Problem.of(thrown);
    } finally {
      this.doing = undefined;
    }
  }
}

/** `offsite`, and a number behind it where that is taken. */
function freeName(taken: string[]): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? 'offsite' : `offsite-${number}`;
    if (!taken.includes(name)) return name;
  }
}
