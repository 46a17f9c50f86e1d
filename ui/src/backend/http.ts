// The loopback door: same-origin requests and server-sent events. Knows no Tauri.
import type { Backend, Method } from './backend';
import { Problem } from './problem';
import type { Hint } from './types';

const PREFIX = '/api/v1';
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

export class HttpBackend implements Backend {
  readonly kind = 'http';

  async api<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    let answer: Response;
    try {
      answer = await fetch(PREFIX + path, {
        method,
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
      });
    } catch {
      if (signal?.aborted) throw new Problem('interrupted', 'Nobody waits for this any more');
      throw new Problem('unreachable', "Caretaker's engine does not answer");
    }
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
    // What is no JSON is a text, such as an export; the window's door does the same.
    const content: unknown = text === '' ? undefined : isJson || !answer.ok ? read(text) : text;
    if (!answer.ok) throw Problem.from(content, answer.status);
    return content as T;
  }

  watch(onHint: (hint: Hint) => void, onLost: () => void): () => void {
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wait = FIRST_WAIT_MS;
    const open = () => {
      source = new EventSource(`${PREFIX}/watch`);
      source.onmessage = (event: MessageEvent<string>) => {
        wait = FIRST_WAIT_MS;
        onHint(read(event.data) as Hint);
      };
      // The browser's own retry gives up after an answer that is no stream, so we always start anew ourselves.
      source.onerror = () => {
        source?.close();
        onLost();
        timer = setTimeout(open, wait);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      };
    };
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }

  ready(): void {}
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
