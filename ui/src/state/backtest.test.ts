import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Problem } from '$/backend';
import type { BacktestRequest, BacktestView } from '$/backend/types';
import { Backtest } from './backtest.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const at = (bound: string): BacktestRequest => ({ rule: 'cpu-high', set: { 'warning.above': bound } });

/** An engine whose answers the test gives, one by one. */
function engine() {
  const open: { request: BacktestRequest; answer: () => void; refuse: () => void; signal: AbortSignal }[] = [];
  const ask = vi.fn(
    (request: BacktestRequest, signal: AbortSignal) =>
      new Promise<BacktestView>((resolve, reject) => {
        const view = { rule_text: request.set?.['warning.above'] ?? '' } as BacktestView;
        open.push({ request, signal, answer: () => resolve(view), refuse: () => reject(new Problem('usage', 'no')) });
      }),
  );
  return { ask, open };
}

it('waits until the slider rests, and asks once', async () => {
  const { ask, open } = engine();
  const backtest = new Backtest(ask);
  for (const bound of ['70', '71', '72']) {
    backtest.ask(at(bound));
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(ask).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(120);
  expect(ask).toHaveBeenCalledTimes(1);
  open[0]?.answer();
  await vi.advanceTimersByTimeAsync(0);
  expect([backtest.view?.rule_text, backtest.stale]).toEqual(['72', false]);
});

it('never asks twice at once, and drops an answer to an earlier question', async () => {
  const { ask, open } = engine();
  const backtest = new Backtest(ask);
  backtest.ask(at('70'));
  await vi.advanceTimersByTimeAsync(120);
  backtest.ask(at('71'));
  backtest.ask(at('72'));
  await vi.advanceTimersByTimeAsync(120);
  expect(ask).toHaveBeenCalledTimes(1);
  open[0]?.answer();
  await vi.advanceTimersByTimeAsync(0);
  expect(backtest.view).toBeUndefined();
  expect(open[1]?.request).toEqual(at('72'));
  open[1]?.answer();
  await vi.advanceTimersByTimeAsync(0);
  expect(backtest.view?.rule_text).toBe('72');
});

it('keeps the last answer when the engine refuses, and says why', async () => {
  const { ask, open } = engine();
  const backtest = new Backtest(ask);
  backtest.ask(at('70'));
  await vi.advanceTimersByTimeAsync(120);
  open[0]?.answer();
  await vi.advanceTimersByTimeAsync(0);
  backtest.ask(at('99'));
  await vi.advanceTimersByTimeAsync(120);
  open[1]?.refuse();
  await vi.advanceTimersByTimeAsync(0);
  expect([backtest.view?.rule_text, backtest.problem?.message, backtest.stale]).toEqual(['70', 'no', true]);
});

it('is stopped by hand, and says so', async () => {
  const { ask, open } = engine();
  const backtest = new Backtest(ask);
  backtest.ask(at('70'));
  await vi.advanceTimersByTimeAsync(900);
  expect(backtest.slow).toBe(true);
  backtest.stop();
  expect([open[0]?.signal.aborted, backtest.slow, backtest.stopped]).toEqual([true, false, true]);
  open[0]?.answer();
  await vi.advanceTimersByTimeAsync(0);
  expect(backtest.view).toBeUndefined();
});
