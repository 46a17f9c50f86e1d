// The pages about backups in states that a real run does not come into within seconds. What an engine really does is told
// by `backups.spec.ts`.
import {
  archive,
  destination,
  entry,
  job,
  ownJob,
  playBackups,
  proof,
  running,
  type Scene,
} from './support/backups.ts';
import { expectAccessible, expectNoWiderThanWindow } from './support/checks.ts';
import { picture } from './support/pictures.ts';
import { expect, test } from './support/test.ts';

const SIZES = {
  small: { width: 640, height: 480 },
  usual: { width: 960, height: 680 },
  wide: { width: 1920, height: 1080 },
};
const LONG = `${'a-very-long-name-of-a-file-that-somebody-gave-it-'.repeat(4)}end.md`;

const scenes: Record<string, (now: number) => Scene> = {
  month: () => ({}),
  none: (now) => ({
    jobs: [ownJob(now)],
    destinations: [],
    archives: [],
    summary: { state: 'not_configured', sentence: 'Your data is not backed up', jobs: 0 },
  }),
  running: (now) => ({ activities: [running(now)] }),
  // Two years of nights and four jobs: as many points as the page asks for.
  years: (now) => ({
    jobs: ['documents', 'photos', 'board', 'mail']
      .map((id) => job(now, { job: { id }, archives: 100 }))
      .concat(ownJob(now)),
    archives: ['documents', 'photos', 'board', 'mail'].flatMap((id) =>
      Array.from({ length: 100 }, (_, index) => archive(now, index * 7.3, { id: `${id}-${index}`, job: id, set: id })),
    ),
  }),
  trouble: (now) => ({
    summary: { state: 'critical', sentence: 'Not backed up for 9 days', jobs: 2 },
    jobs: [
      job(now, {
        state: 'critical',
        sentence: 'No good backup for 9 days.',
        last_failure: 'write the archive: no space left on `/mnt/backup`',
        proof: proof(now, {
          result: 'failed',
          outcome: {
            archive: 'point-1',
            is_proven: false,
            failures: ['`home/ann/Documents/tax.ods` has the same size and time as the live file, but another content'],
            checked_files: 50_012,
            checked_bytes: 606_000_000,
            restore_mb_per_s: 182.4,
            drift: [{ path: 'home/ann/Documents/tax.ods', kind: 'silent' }],
            drifted: 1,
            databases: [
              { path: 'srv/board/board.sqlite', is_good: false, detail: '12 rows, expected 120431', rows: 12 },
            ],
          },
        }),
        frozen: 'most files changed at once; nothing is removed until somebody has looked',
        question: 'mass_change',
        mass_change: {
          at: new Date(now - 9 * 864e5).toISOString(),
          altered: 46_020,
          gone: 1_100,
          files: 50_012,
          archive: 'point-9',
        },
      }),
      job(now, {
        job: { id: 'photos-of-the-whole-family-since-nineteen-ninety' },
        state: 'warning',
        sentence: 'Never backed up.',
        archives: 0,
        proof: null,
        next: null,
      }),
      ownJob(now),
    ],
    destinations: [
      destination(now, {
        state: 'waiting for disk',
        detail: 'The disk of `/mnt/backup` is not connected.',
        free_bytes: null,
        total_bytes: null,
        full_at: null,
      }),
      destination(now, {
        destination: { id: 'nas', place: { kind: 'folder', path: '/mnt/nas/backups' } },
        free_bytes: 21e9,
      }),
      destination(now, {
        destination: {
          id: 'offsite',
          place: {
            kind: 'bucket',
            bucket: 'caretaker',
            prefix: 'mini',
            endpoint: 'https://s3.example.org',
            region: 'eu',
          },
        },
        free_bytes: null,
        total_bytes: null,
        full_at: null,
      }),
    ],
    archives: [
      archive(now, 9, {
        verified: {
          at: new Date(now).toISOString(),
          depth: 'deep',
          result: 'damaged',
          detail: '3 files cannot be read',
        },
        exceptions: 8,
        result: 'complete-with-exceptions',
      }),
      archive(now, 10, { is_missing: true }),
      archive(now, 14, { verified: null }),
    ],
    detail: {
      exceptions: Array.from({ length: 8 }, (_, index) => ({
        path: `home/ann/Mail/${index}.mbox`,
        code: 'denied',
        reason: 'may not be read',
      })),
      verifications: [],
      grown: [],
      changes: {
        changed: 46_020,
        new: 0,
        gone: 1_100,
        folders: [
          { path: 'home/ann/Documents', files: 31_000 },
          { path: 'home/ann/Pictures/2019', files: 16_120 },
        ],
        files: Array.from({ length: 20 }, (_, index) => ({
          path: `home/ann/Documents/letters/${index}.odt.locked`,
          kind: index < 4 ? 'gone' : 'changed',
        })),
      },
      kept_because: '',
    },
    retention: {
      dry_run: true,
      kept: [],
      removed: [
        {
          id: 'point-40',
          job: 'documents',
          kind: 'full',
          at: new Date(now - 40 * 864e5).toISOString(),
          bytes: 346e6,
          reason: 'beyond the newest 7',
        },
      ],
      frees_bytes: 346e6,
      frozen: [],
      sentences: ['documents: 8 fulls kept: 7 by rule, 1 needed by 2 increments'],
    },
  }),
};

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test.describe(`${size}, ${colorScheme}`, () => {
      test.use({ colorScheme, viewport });

      for (const [name, scene] of Object.entries(scenes)) {
        test(`backups: ${name}`, async ({ page, world, open }) => {
          const now = await world.now();
          await page.clock.setFixedTime(now);
          await playBackups(page, now, scene(now.getTime()));
          await open('backups');
          await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible();
          await expectNoWiderThanWindow(page, name);
          await expectAccessible(page);
          await picture(page, `backups-${name}-${size}-${colorScheme}`);
        });
      }

      test('files of a restore point', async ({ page, world, open }) => {
        test.slow();
        const now = await world.now();
        await page.clock.setFixedTime(now);
        const many = Array.from({ length: 400 }, (_, index) => entry(`file-${index}.md`));
        await playBackups(page, now, { entries: [entry(LONG), ...many] });
        await open('backups/point-0/home/ann?file=home/ann/report.md');
        await expect(
          page.getByRole('region', { name: 'Versions of report.md' }).getByText('Nothing leaks.'),
        ).toBeVisible();
        await expectNoWiderThanWindow(page, 'many files');
        await expectAccessible(page);
        await picture(page, `backup-files-${size}-${colorScheme}`);
      });

      test('setting up', async ({ page, world, open }) => {
        const now = await world.now();
        await page.clock.setFixedTime(now);
        await playBackups(page, now, scenes.none?.(now.getTime()));
        await open('backups/new');
        await page.getByRole('checkbox', { name: /Documents/ }).check();
        await page.getByRole('radio', { name: /^\/mnt\/backup/ }).check();
        await expectNoWiderThanWindow(page, 'setting up');
        await expectAccessible(page);
        await picture(page, `backup-setup-${size}-${colorScheme}`);
      });
    });
  }
}
