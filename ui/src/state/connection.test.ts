import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Connection } from './connection.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tries again by itself, ever more rarely, and says when the engine is back', async () => {
  let answers = false;
  const knock = vi.fn(() => (answers ? Promise.resolve() : Promise.reject(new Error('gone'))));
  const connection = new Connection(knock, () => false);
  connection.onFound = vi.fn();
  connection.lost();
  connection.lost();
  expect(connection.gone).toBe(true);
  await vi.advanceTimersByTimeAsync(500 + 1000 + 2000);
  expect(knock).toHaveBeenCalledTimes(3);
  answers = true;
  await vi.advanceTimersByTimeAsync(4000);
  expect(connection.gone).toBe(false);
  expect(connection.onFound).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(knock).toHaveBeenCalledTimes(4);
});

it('asks nothing while nobody looks', async () => {
  const knock = vi.fn(() => Promise.resolve());
  const connection = new Connection(knock, () => true);
  connection.lost();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(knock).not.toHaveBeenCalled();
  expect(connection.gone).toBe(true);
});
