import { describe, expect, it } from 'vitest';
import type { LoadedModel, ModelServerView } from '$/backend/types';
import { installed, leaving, memory, standing } from './models';
import { MINUTE } from './time';

const now = Date.parse('2026-03-02T10:00:00.000Z');
const stamp = (distance: number) => new Date(now + distance).toISOString();

const server: ModelServerView = {
  address: '127.0.0.1:11434',
  kind: 'ollama',
  name: 'Ollama',
  version: '0.12.6',
  up: true,
  since: stamp(-125 * MINUTE),
  looked_at: stamp(0),
  installed: [{ name: 'llama3.2:3b' }, { name: 'gpt-oss:20b' }],
  installed_bytes: 15_800_000_000,
  loaded: [],
};

const model: LoadedModel = { name: 'gpt-oss:20b', memory_bytes: 14_521_213_952, gpu_percent: 100 };

describe('a server', () => {
  it('says how long it has been up or down, and why', () => {
    expect(standing(server, now)).toBe('up for 2 h 5 min');
    expect(standing({ ...server, since: stamp(-5000) }, now)).toBe('up');
    expect(standing({ ...server, up: false, since: stamp(-4 * MINUTE), note: 'nobody listens' }, now)).toBe(
      'down for 4 min: nobody listens',
    );
    expect(standing({ ...server, note: 'it is loading a model' }, now)).toBe('it is loading a model');
  });

  it('counts what it has on disk', () => {
    expect(installed(server)).toBe('2 models installed, 15.8\u00a0GB');
    expect(installed({ ...server, installed: [{ name: 'a' }], installed_bytes: null })).toBe('1 model installed');
    expect(installed({ ...server, installed: [], installed_bytes: null })).toBe('no models installed');
  });
});

describe('a model in memory', () => {
  it.each([
    [4 * MINUTE - 300, 'in 4 min'],
    [61 * MINUTE, 'in 1 h 1 min'],
    [10_000, 'any moment'],
    [-MINUTE, 'any moment'],
  ])('%d ms before it leaves', (left, words) => {
    expect(leaving({ ...model, expires_at: stamp(left) }, now)).toBe(words);
  });

  it('may stay for good', () => {
    expect(leaving(model, now)).toBe('stays');
    expect(leaving({ ...model, expires_at: null }, now)).toBe('stays');
  });

  it('tells when part of it works on the CPU, which is slow', () => {
    expect(memory(model)).toBe('14.5\u00a0GB');
    expect(memory({ ...model, gpu_percent: 40 })).toBe('14.5\u00a0GB, 60\u00a0% on the CPU');
    expect(memory({ ...model, gpu_percent: 0 })).toBe('14.5\u00a0GB, on the CPU');
    expect(memory({ name: 'a', memory_bytes: null })).toBe('–');
  });
});
