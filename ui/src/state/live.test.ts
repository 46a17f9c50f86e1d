import { expect, it, vi } from 'vitest';
import { Live } from './live';

it('refreshes what follows a topic, and nothing else', () => {
  const live = new Live(() => false);
  const round = vi.fn();
  const status = vi.fn();
  live.follow(['round'], round);
  const stop = live.follow(['status'], status);
  live.hint('round');
  expect([round.mock.calls.length, status.mock.calls.length]).toEqual([2, 1]);
  stop();
  live.hint('status');
  live.all();
  expect([round.mock.calls.length, status.mock.calls.length]).toEqual([3, 1]);
});

it('asks for nothing while hidden, and at once when shown', () => {
  let hidden = false;
  const live = new Live(() => hidden);
  live.all();
  hidden = true;
  const refresh = vi.fn();
  live.follow(['round'], refresh);
  live.hint('round');
  live.hint('round');
  live.all();
  expect(refresh).not.toHaveBeenCalled();
  hidden = false;
  live.all();
  expect(refresh).toHaveBeenCalledTimes(1);
});

it('fills a window before it is shown, once', () => {
  const live = new Live(() => true);
  const refresh = vi.fn();
  live.follow(['round'], refresh);
  live.hint('round');
  expect(refresh).toHaveBeenCalledTimes(1);
});
