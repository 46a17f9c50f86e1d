// Backups in words: where archives go, when they are made, how many stay, what kind of archive one is.
import type {
  ArchiveType,
  ArchiveView,
  BackupsView,
  DestinationView,
  JobView,
  KeyState,
  Place,
  Policy,
  QuestionKind,
} from '$/backend/types';
import { clockOrDate } from './time';

const KINDS: Record<ArchiveType, string> = {
  full: 'Full',
  incremental: 'Incremental',
  configuration: 'Configuration',
  database: 'Database',
};

/** What kind of archive, as a heading has it. */
export const kindWord = (kind: string | null | undefined): string =>
  KINDS[(kind ?? 'full') as ArchiveType] ?? 'Archive';

/** Where a destination is: its folder, or its bucket. */
export function placeText(place: Place): string {
  if (place.kind === 'folder') return place.path;
  const inside = place.prefix === '' ? '' : `/${place.prefix}`;
  return `${place.endpoint ?? 'Amazon S3'}, bucket ${place.bucket}${inside}`;
}

/** How the copies at a store stand: `12 copies, 2 still to be made`. */
export function copiesText({ copies = 0, pending = 0 }: Pick<DestinationView, 'copies' | 'pending'>): string {
  const there = copies === 1 ? '1 copy' : `${grouped(copies)} copies`;
  return pending === 0 ? there : `${there}, ${grouped(pending)} still to be made`;
}

const DAYS: Record<string, string> = {
  mon: 'Mondays',
  tue: 'Tuesdays',
  wed: 'Wednesdays',
  thu: 'Thursdays',
  fri: 'Fridays',
  sat: 'Saturdays',
  sun: 'Sundays',
};

/** `daily 03:00` as people say it; what is written in another way stays as it is. */
export function scheduleWords(text: string): string {
  const daily = /^daily (\d\d:\d\d)$/.exec(text);
  if (daily) return `every day at ${daily[1]}`;
  const weekly = /^weekly ([a-z]{3}) (\d\d:\d\d)$/.exec(text);
  const day = DAYS[weekly?.[1] ?? ''];
  if (weekly && day) return `${day} at ${weekly[2]}`;
  return text;
}

/** When a job runs by itself, in one phrase. */
export function timesOf({ full, incremental, database, configuration }: JobView['job']): string {
  const parts = [
    incremental && `what changed ${scheduleWords(incremental)}`,
    full && `everything ${scheduleWords(full)}`,
    database && `databases ${scheduleWords(database)}`,
    configuration && `configuration ${scheduleWords(configuration)}`,
  ].filter(Boolean);
  return parts.length === 0 ? 'only when asked' : parts.join(', ');
}

/** What the rule of a job keeps: `7 full, 30 incremental`. */
export function keepText(keep: Policy): string {
  const one = (value: string, word: string) =>
    value === 'all' ? `all ${word}` : /^\d+$/.test(value) ? `${value} ${word}` : `${word} of ${value}`;
  return [one(keep.full, 'full'), one(keep.incremental, 'incremental')].join(', ');
}

/** Everything that a job saves, folders first. */
export const sourcesOf = ({ folders, sqlite, postgres }: JobView['job']): string[] => [
  ...folders,
  ...sqlite,
  ...postgres.map((address) => withoutPassword(address)),
];

/** An address of a database as it may be shown. */
export const withoutPassword = (address: string): string => address.replace(/^(\w+:\/\/[^:@/]*):[^@/]*@/, '$1@');

/** What a restore point is called where there is room for one line. */
export const pointName = (point: ArchiveView, now: number): string =>
  `${kindWord(point.kind)}, ${clockOrDate(Date.parse(point.at), now)}`;

export type PointState = 'proven' | 'intact' | 'made' | 'damaged' | 'missing' | 'locked';

/** The best or the worst that is known of a restore point; what is wrong counts more. */
export function pointState(point: ArchiveView): PointState {
  if (point.is_missing) return 'missing';
  if (point.verified?.result === 'damaged') return 'damaged';
  if (point.verified?.result === 'locked') return 'locked';
  if (point.proven != null) return 'proven';
  return point.verified?.result === 'intact' ? 'intact' : 'made';
}

const STATES: Record<PointState, string> = {
  proven: 'proven to restore',
  intact: 'checked and intact',
  made: 'not checked yet',
  damaged: 'damaged',
  missing: 'not where it should be',
  locked: 'encrypted, and its key is missing',
};

export const pointStateWord = (point: ArchiveView): string => STATES[pointState(point)];

/** The destination that a job's archives go to: the first of its destinations that is a folder. */
export function folderOf(view: BackupsView, job: string): DestinationView['destination'] | undefined {
  const to = view.jobs.find((one) => one.job.id === job)?.job.to ?? [];
  const known = to.map((id) => view.destinations.find((one) => one.destination.id === id)?.destination);
  return known.find((one) => one?.place.kind === 'folder');
}

/** What is known of a destination's key, for people; empty when nobody encrypts there. */
export const KEY_WORDS: Record<KeyState, string> = {
  none: '',
  unconfirmed: 'recovery sheet not confirmed',
  ready: 'encrypted, recovery sheet confirmed',
  missing: 'private key missing: nothing can be checked or restored',
};

/** A count with its word: `1 file`, `12 041 files`; the digits stand in threes with spaces that do not break. */
export function counted(count: number, word: string, words = `${word}s`): string {
  return `${grouped(count)} ${count === 1 ? word : words}`;
}

/** A whole number whose digits stand in threes. */
export const grouped = (count: number): string => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, '\u202f');

/** A change of size with its sign. */
export const signed = (bytes: number, text: (bytes: number) => string): string =>
  `${bytes < 0 ? '−' : '+'}${text(Math.abs(bytes))}`;

/** `papers: 9 fulls kept` where the job is named already. */
export const withoutJob = (sentence: string, job: string): string =>
  sentence.startsWith(`${job}: `) ? sentence.slice(job.length + 2) : sentence;

const QUESTIONS: Record<QuestionKind, { title: string; explained: string; answer: string }> = {
  mass_change: {
    title: 'nothing is removed until you answer',
    explained:
      'If these changes are not yours, your files may be damaged or encrypted by somebody else: the older restore points all stay.',
    answer: 'These changes are mine',
  },
  clock_jumped: {
    title: 'nothing is removed until you answer',
    explained: 'If the clock is wrong, set it right: then this goes away by itself.',
    answer: 'The clock is right',
  },
  clock_behind: {
    title: 'nothing is removed until you answer',
    explained: 'If the clock is wrong, set it right: then this goes away by itself.',
    answer: 'The clock is right',
  },
  key_missing: {
    title: 'nothing is backed up until you answer',
    explained:
      'Take the key from its recovery sheet, and it goes on as before. If the key is lost for good, everything is saved anew, and nothing is removed as long as nobody can tell what changed.',
    answer: 'The key is lost: save everything anew',
  },
  source_missing: {
    title: 'what is to be saved is missing',
    explained:
      'If a disk is not connected, connect it: the next run saves it again. If it is meant, the restore points before stay as they are.',
    answer: 'It is meant to be empty',
  },
};

/** What is asked of the owner of a job, and what the answer says. */
export const questionOf = (kind: QuestionKind) => QUESTIONS[kind];
