// What the engine tells of backups, written by hand: for states that a real run cannot be brought into within seconds, such as
// a month of restore points, a disk that is away, or a backup that is half done.
import type { Page, Request } from '@playwright/test';

const DAY = 24 * 3600 * 1000;
const stamp = (at: number) => new Date(at).toISOString();

export interface Scene {
  jobs?: object[];
  destinations?: object[];
  archives?: object[];
  activities?: object[];
  summary?: object;
  detail?: object;
  entries?: object[];
  versions?: object[];
  preview?: object;
  retention?: object;
}

export const TEXT = '# Report\n\nThe roof was looked at in March.\nNothing leaks.\n';
const DIFFERENCE =
  '--- backup\n+++ today\n@@ -1,4 +1,5 @@\n # Report\n \n-The roof was looked at in March.\n+The roof was looked at in March and in April.\n+One tile is loose.\n Nothing leaks.\n';

/** A restore point of a job. */
export function archive(now: number, days: number, changes: object = {}) {
  const at = now - days * DAY;
  const kind = days % 7 === 0 ? 'full' : 'incremental';
  return {
    id: `point-${days}`,
    set: 'documents',
    kind,
    sequence: 100 - Math.round(days),
    chain: 'point-7',
    at: stamp(at),
    file: `documents-${days}.tar.zst`,
    bytes_stored: kind === 'full' ? 346_000_000 : 8_400_000 + days * 130_000,
    bytes_source: 606_000_000,
    files: 50_012,
    sha256: 'ab12',
    host: 'mini',
    needs: [],
    is_encrypted: false,
    job: 'documents',
    destination: 'usb',
    path: `/mnt/backup/documents/documents-${days}.tar.zst`,
    result: 'complete',
    exceptions: 0,
    took_ms: 2_400,
    stored_files: kind === 'full' ? 50_012 : 512,
    verified: { at: stamp(at + 60_000), depth: 'deep', result: 'intact', detail: '' },
    proven: days % 7 === 1 ? stamp(at + 3600_000) : null,
    copies: [],
    is_missing: false,
    ...changes,
  };
}

export const KEEP = { full: '7', incremental: '30', configuration: '30', database: '14' };

export function job(now: number, changes: Record<string, unknown> = {}) {
  const { job: own = {}, ...view } = changes;
  return {
    job: {
      id: 'documents',
      folders: ['/home/ann/Documents', '/home/ann/Pictures', '/srv/board'],
      sqlite: [],
      postgres: [],
      exclude: ['node_modules/', '.cache/'],
      to: ['usb'],
      full: 'weekly sun 03:00',
      incremental: 'daily 03:00',
      database: null,
      configuration: null,
      keep: KEEP,
      compression: 'zstd',
      encrypt: false,
      ...(own as object),
    },
    is_own: false,
    state: 'ok',
    sentence: 'Backed up 2 h ago, proven restorable yesterday.',
    last: archive(now, 0.1),
    last_failure: null,
    next: { kind: 'incremental', at: stamp(now + 0.8 * DAY) },
    archives: 31,
    bytes: 2_300_000_000,
    proof: proof(now),
    frozen: null,
    question: null,
    mass_change: null,
    next_full: { at: stamp(now + 4.8 * DAY), because: 'the schedule says so' },
    activity: null,
    ...view,
  };
}

export const ownJob = (now: number) =>
  job(now, {
    job: { id: 'caretaker', folders: [], to: ['usb'] },
    is_own: true,
    sentence: 'Saved 2 h ago.',
    archives: 0,
    proof: null,
  });

export function proof(now: number, changes: object = {}) {
  const outcome = {
    archive: 'point-1',
    is_proven: true,
    failures: [],
    checked_files: 50_012,
    checked_bytes: 606_000_000,
    restore_mb_per_s: 182.4,
    drift: [
      { path: 'home/ann/Documents/report.md', kind: 'changed' },
      { path: 'home/ann/Documents/new.md', kind: 'new' },
    ],
    drifted: 2,
    databases: [{ path: 'srv/board/board.sqlite', is_good: true, detail: '', rows: 120_431 }],
  };
  return {
    at: stamp(now - DAY),
    job: 'documents',
    result: 'proven',
    checked_files: 50_012,
    checked_bytes: 606_000_000,
    restore_mb_per_s: 182.4,
    outcome,
    ...changes,
  };
}

export const destination = (now: number, changes: object = {}) => ({
  destination: { id: 'usb', place: { kind: 'folder', path: '/mnt/backup' } },
  state: 'there',
  detail: '',
  identity: '0192',
  free_bytes: 412e9,
  total_bytes: 1e12,
  archive_bytes: 2_300_000_000,
  full_at: stamp(now + 140 * DAY),
  seen: stamp(now - 60_000),
  ...changes,
});

export const running = (now: number, changes: object = {}) => ({
  id: 'work-1',
  kind: 'create',
  job: 'documents',
  title: 'Backing up documents',
  state: 'running',
  started: stamp(now - 20_000),
  ended: null,
  progress: {
    step: 'reading',
    files: 21_204,
    files_expected: 50_012,
    bytes: 258_000_000,
    bytes_expected: 606_000_000,
    written: 141_000_000,
  },
  bytes_per_s: 48_000_000,
  left_ms: 7_000,
  result: null,
  problem: null,
  ...changes,
});

export const suggestions = {
  folders: [
    { path: '/home/ann/Documents', why: 'documents of ann', bytes: 4_200_000_000 },
    { path: '/home/ann/Pictures', why: 'pictures of ann', bytes: 61_000_000_000 },
    { path: '/srv/board', why: 'data of a service', bytes: 820_000_000 },
  ],
  destinations: [
    { path: '/mnt/backup', why: 'a disk of its own', bytes: 412e9 },
    { path: '/media/ann/T7', why: 'a disk that can be taken away', bytes: 1.6e12 },
  ],
  excludes: [
    { title: 'Packages of Node', patterns: ['node_modules/'], is_usual: true },
    { title: 'Caches', patterns: ['.cache/', '__pycache__/'], is_usual: true },
    { title: 'Disk images', patterns: ['*.iso', '*.img'], is_usual: false },
  ],
};

export const entry = (name: string, changes: object = {}) => ({
  name,
  path: `home/ann/${name}`,
  kind: 'file',
  size: 84_000,
  modified: '2026-03-01T12:30:00.000Z',
  mode: 0o644,
  holder: 7,
  flags: [],
  ...changes,
});

const usual = (now: number): Required<Scene> => ({
  summary: {
    state: 'ok',
    sentence: 'Backed up 2 h ago, proven restorable yesterday',
    jobs: 1,
    backed_up: stamp(now - 2 * 3600_000),
    proven: stamp(now - DAY),
    running: null,
    running_percent: null,
  },
  jobs: [job(now), ownJob(now)],
  destinations: [destination(now)],
  archives: Array.from({ length: 31 }, (_, day) => archive(now, day)),
  activities: [],
  detail: {
    exceptions: [],
    verifications: [],
    grown: [
      { path: 'home/ann/Pictures/2026/film.mov', grown_bytes: 410_000_000, bytes: 1_400_000_000 },
      { path: 'srv/board/board.sqlite', grown_bytes: 21_000_000, bytes: 689_000_000 },
      { path: 'home/ann/Documents/old.zip', grown_bytes: -9_000_000, bytes: 1_000_000 },
    ],
    changes: {
      changed: 4,
      new: 2,
      gone: 1,
      folders: [
        { path: 'home/ann/Documents', files: 5 },
        { path: 'srv/board', files: 2 },
      ],
      files: [
        { path: 'home/ann/Documents/draft.md', kind: 'gone' },
        { path: 'home/ann/Documents/report.md', kind: 'changed' },
        { path: 'srv/board/board.sqlite', kind: 'changed' },
        { path: 'home/ann/Documents/new.md', kind: 'new' },
      ],
    },
    kept_because: 'kept by rule: one of the newest 7 fulls',
    next_full: { at: stamp(now + 4.8 * DAY), because: 'the schedule says so' },
  },
  entries: [
    entry('Documents', { kind: 'folder', size: 4_200_000_000 }),
    entry('Pictures', { kind: 'folder', size: 61_000_000_000 }),
    entry('report.md', { size: 1_204 }),
    entry('photo.png', { size: 210_000 }),
    entry('board.sqlite', { size: 689_000_000, flags: ['snapshot'] }),
    entry('latest', { kind: 'symlink', size: 0 }),
  ],
  versions: [0, 3, 9].map((days, index) => ({
    job: 'documents',
    path: 'home/ann/report.md',
    kind: 'file',
    size: 1_204 - index * 180,
    modified: stamp(now - (days + 1) * DAY),
    first: `point-${days + 2}`,
    first_at: stamp(now - (days + 2) * DAY),
    last: `point-${days}`,
    last_at: stamp(now - days * DAY),
    points: 3,
  })),
  preview: {
    path: 'home/ann/report.md',
    size: TEXT.length,
    kind: 'text',
    content: TEXT,
    is_cut: false,
    live: 'differs',
    difference: DIFFERENCE,
  },
  retention: {
    dry_run: true,
    kept: [],
    removed: [],
    frees_bytes: 0,
    frozen: [],
    sentences: [
      'documents: 9 fulls kept: 7 by rule, 2 needed by 3 increments',
      'documents: 22 increments kept: 22 by rule',
    ],
  },
});

/** Answers everything about backups from a scene that may change while the page is open; returns what was asked for. */
export async function playBackups(page: Page, now: Date, scene: Scene = {}) {
  const at = stamp(now.getTime());
  const asked: { method: string; path: string; body: unknown }[] = [];
  const heard = (request: Request) => {
    const path = new URL(request.url()).pathname.replace('/api/v1', '');
    if (request.method() !== 'GET')
      asked.push({ method: request.method(), path, body: request.postDataJSON() as unknown });
    return path;
  };
  const now_ = () => ({ ...usual(now.getTime()), ...scene });
  await page.route(/\/api\/v1\/grants$/, (route) => route.fulfill({ json: { act: true, execute: true } }));
  await page.route(/\/api\/v1\/activities/, async (route) => {
    const path = heard(route.request());
    if (path.endsWith('/cancel')) {
      scene.activities = (now_().activities as { state: string }[]).map((one) => ({
        ...one,
        state: 'cancelled',
        ended: at,
      }));
    }
    await route.fulfill({ json: { at, activities: now_().activities } });
  });
  await page.route(/\/api\/v1\/backups/, async (route) => {
    const path = heard(route.request());
    const told = now_();
    const answers: [RegExp, () => unknown][] = [
      [/^\/backups$/, () => ({ at, summary: told.summary, jobs: told.jobs, destinations: told.destinations })],
      [/^\/backups\/archives$/, () => ({ at, archives: told.archives })],
      [/browse$/, () => ({ id: 'point-0', path: 'home/ann', entries: told.entries })],
      [/file$/, () => told.preview],
      [/restore$/, () => restored(route.request().postDataJSON() as { dry_run: boolean; to: string }, now.getTime())],
      [/^\/backups\/archives\//, () => ({ archive: byId(told.archives, path), ...told.detail })],
      [/^\/backups\/versions/, () => ({ path: '', versions: told.versions, is_cut: false })],
      [/^\/backups\/retention/, () => told.retention],
      [/^\/backups\/suggestions/, () => suggestions],
      [/accept-changes$/, () => ({})],
      [/^\/backups\/jobs\/[^/]+$/, () => told.jobs[0]],
      [/create$/, () => running(now.getTime())],
      [/./, () => running(now.getTime(), { id: `work-${asked.length}`, kind: 'verify', title: 'Working' })],
    ];
    const answer = answers.find(([pattern]) => pattern.test(path))?.[1]();
    if (path.endsWith('/restore') || path.endsWith('/create'))
      scene.activities = [answer as object, ...(scene.activities ?? [])];
    await route.fulfill({ json: answer ?? {} });
  });
  return asked;
}

const byId = (archives: object[], path: string) =>
  (archives as { id: string }[]).find((one) => path.endsWith(`/${one.id}`)) ?? archives[0];

function restored({ dry_run: isPreview, to }: { dry_run: boolean; to: string }, now: number) {
  const outcome = {
    to,
    files: 3,
    bytes: 1_204_000,
    unchanged: 1,
    skipped: [],
    renamed: [['home/ann/report.md', 'report (restored).md']],
    replaced: [],
    lost: [],
    notes: [],
    needed_bytes: 1_204_000,
    free_bytes: 41e9,
  };
  const id = isPreview ? 'preview' : 'restore';
  return running(now, {
    id,
    kind: 'restore',
    title: 'Restoring',
    state: 'done',
    ended: stamp(now),
    result: { restored: outcome },
  });
}
