import { describe, expect, it, vi } from 'vitest';
import { Problem } from '$/backend/problem';
import { Loader } from './loader.svelte';

function world() {
  const pending: { resolve: (value: string) => void; reject: (reason: unknown) => void }[] = [];
  const ask = vi.fn(() => new Promise<string>((resolve, reject) => pending.push({ resolve, reject })));
  const connection = { lost: vi.fn(), found: vi.fn() };
  return { loader: new Loader(ask, connection), ask, connection, pending };
}

describe('a loader', () => {
  it('never has two requests in flight, and asks once more however often it was told to', async () => {
    const { loader, ask, pending } = world();
    const done = loader.refresh();
    void loader.refresh();
    void loader.refresh();
    expect(ask).toHaveBeenCalledTimes(1);
    pending[0]?.resolve('old');
    await vi.waitFor(() => expect(ask).toHaveBeenCalledTimes(2));
    pending[1]?.resolve('new');
    await done;
    expect(loader.data).toBe('new');
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('drops an answer to a question that changed meanwhile', async () => {
    const { loader, pending } = world();
    const done = loader.refresh();
    void loader.restart();
    pending[0]?.resolve('for the old range');
    await vi.waitFor(() => expect(pending).toHaveLength(2));
    expect(loader.data).toBeUndefined();
    pending[1]?.resolve('for the new range');
    await done;
    expect(loader.data).toBe('for the new range');
  });

  it('keeps what it had when a later request fails, and says why', async () => {
    const { loader, connection, pending } = world();
    const first = loader.refresh();
    pending[0]?.resolve('kept');
    await first;
    const second = loader.refresh();
    pending[1]?.reject(new Problem('disk_full', 'the disk is full'));
    await second;
    expect([loader.data, loader.problem?.code]).toEqual(['kept', 'disk_full']);
    expect(connection.lost).not.toHaveBeenCalled();
  });

  it('leaves an absent engine to the connection', async () => {
    const { loader, connection, pending } = world();
    const done = loader.refresh();
    pending[0]?.reject(new Problem('not_running', 'no engine'));
    await done;
    expect(loader.problem).toBeUndefined();
    expect(connection.lost).toHaveBeenCalledTimes(1);
  });

  it('is slow only after 200 ms without anything to show', async () => {
    vi.useFakeTimers();
    const { loader, pending } = world();
    const done = loader.refresh();
    vi.advanceTimersByTime(199);
    expect(loader.slow).toBe(false);
    vi.advanceTimersByTime(1);
    expect(loader.slow).toBe(true);
    pending[0]?.resolve('here');
    await done;
    expect(loader.slow).toBe(false);
    vi.useRealTimers();
  });
});
