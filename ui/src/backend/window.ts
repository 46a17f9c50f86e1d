// The tray app's window: two commands and a channel. The only file that knows Tauri.
import { Channel, invoke, isTauri } from '@tauri-apps/api/core';
import type { Backend, Method } from './backend';
import { Problem } from './problem';
import type { Hint } from './types';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** Whether this page runs inside the tray app. */
export const inWindow = isTauri;

export class WindowBackend implements Backend {
  readonly kind = 'window';

  async api<T>(method: Method, path: string, body?: unknown): Promise<T> {
    let answer: { status: number; body: unknown };
    try {
      answer = await invoke('api', { method, path, body: body ?? null });
    } catch (thrown) {
      throw Problem.of(thrown);
    }
    if (answer.status >= 400) throw Problem.from(answer.body, answer.status);
    return answer.body as T;
  }

  watch(onHint: (hint: Hint) => void, onLost: () => void): () => void {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wait = FIRST_WAIT_MS;
    const open = () => {
      const channel = new Channel<Hint>();
      channel.onmessage = (hint) => {
        wait = FIRST_WAIT_MS;
        if (!stopped) onHint(hint);
      };
      invoke('watch', { channel }).catch(() => {
        if (stopped) return;
        onLost();
        timer = setTimeout(open, wait);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      });
    };
    open();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }

  ready(): void {
    // A window that cannot say so is shown by the tray app's own time limit.
    invoke('ready').catch(() => undefined);
  }
}
