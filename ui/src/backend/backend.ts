// The one door between the pages and the engine. Two implementations: the tray app's window, and a browser.
import type { Hint } from './types';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Backend {
  /** Which door this is. */
  readonly kind: 'window' | 'http';

  /**
   * Asks the engine; `path` begins behind `/api/v1`. Rejects with a `Problem`. Once `signal` says so nobody waits for
   * the answer any more; what the engine was asked for may still happen.
   */
  api<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T>;

  /**
   * Hears hints until the returned function is called. Hints carry no facts, so a lost one costs nothing: after a
   * break the stream begins anew with `hello`, and `onLost` tells of the break.
   */
  watch(onHint: (hint: Hint) => void, onLost: () => void): () => void;

  /** The first page is on the screen. */
  ready(): void;
}
