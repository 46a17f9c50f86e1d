import { expect, it } from 'vitest';
import type { JobView } from '$/backend/types';
import { Setup } from './setup.svelte';

const job = {
  id: 'board',
  folders: ['/srv/board'],
  sqlite: [],
  postgres: [],
  exclude: [],
  to: ['disk', 'offsite', 'second'],
  keep: { full: '7', incremental: '30', configuration: '30', database: '14' },
  compression: 'zstd',
  encrypt: false,
} as unknown as JobView['job'];

it('keeps the copies of a job that is changed, and lets them be ticked and unticked', () => {
  const setup = new Setup();
  setup.take(job);
  expect(setup.request(['disk', 'offsite', 'second']).to).toEqual(['disk', 'offsite', 'second']);
  setup.toggleCopy('second');
  expect(setup.request(['disk', 'offsite', 'second']).to).toEqual(['disk', 'offsite']);
  setup.toggleCopy('second');
  setup.destination = 'offsite';
  expect(setup.request(['disk', 'offsite', 'second']).to).toEqual(['offsite', 'second']);
});

it('names a folder that becomes a destination beside the copies', () => {
  const setup = new Setup();
  setup.id = 'board';
  setup.folders = ['/srv/board'];
  setup.destination = '/mnt/new';
  setup.toggleCopy('offsite');
  const request = setup.request(['offsite']);
  expect([request.to, request.new_destination]).toEqual([['offsite'], '/mnt/new']);
});
