// A backup job that is being set up: what, without what, where to, when, how long. Nothing is written before it is saved.
import type { BackupSuggestions, JobRequest, JobView } from '$/backend/types';

/** When it runs, as the page offers it. */
export type Pace = 'daily' | 'weekly' | 'asked' | 'own';

/** How long archives stay, as the page offers it. */
export type Keeping = 'usual' | 'longer' | 'year' | 'own';

type Times = Pick<JobRequest, 'full' | 'incremental'>;
const PACES: Record<Exclude<Pace, 'own'>, (at: string) => Times> = {
  daily: (at) => ({ full: `weekly sun ${at}`, incremental: `daily ${at}` }),
  weekly: (at) => ({ full: `weekly sun ${at}` }),
  asked: () => ({}),
};

type Keep = NonNullable<JobRequest['keep']>;
export const KEEPS: Record<Exclude<Keeping, 'own'>, Keep> = {
  usual: { full: '7', incremental: '30', configuration: '30', database: '14' },
  longer: { full: '26', incremental: '90', configuration: '90', database: '60' },
  year: { full: '53', incremental: '365', configuration: '365', database: '365' },
};

export class Setup {
  id = $state('');
  folders = $state<string[]>([]);
  exclude = $state<string[]>([]);
  /** The id of a destination of the configuration, or a folder from `/` that becomes one. */
  destination = $state('');
  /** Ids of the other destinations: stores that get copies. */
  copies = $state.raw<string[]>([]);
  pace = $state<Pace>('daily');
  /** The time of day at which it runs by itself. */
  at = $state('03:00');
  keeping = $state<Keeping>('usual');
  encrypt = $state(false);
  isSeeded = $state(false);
  #kept = $state.raw<JobView['job']>();

  readonly isNew = $derived.by(() => this.#kept === undefined);
  /** What is still to be chosen, in a sentence; empty when nothing is. */
  readonly missing = $derived.by(() => {
    if (this.folders.length === 0 && (this.#kept?.sqlite.length ?? 0) + (this.#kept?.postgres.length ?? 0) === 0)
      return 'Choose at least one folder.';
    if (this.destination === '') return 'Choose where the backups go.';
    if (!/^[a-z0-9][a-z0-9-]*$/.test(this.name)) return 'Name it with small letters, digits and dashes.';
    return '';
  });
  readonly name = $derived.by(() => this.id.trim());

  /** Begins with what is likely: usual excludes ticked, the first destination that was found. */
  suggest(suggestions: BackupSuggestions, taken: string[]): void {
    if (this.isSeeded) return;
    this.isSeeded = true;
    this.exclude = suggestions.excludes.filter((one) => one.is_usual).flatMap((one) => one.patterns);
    this.id = freeName(taken);
  }

  /** Begins with a job that is there. */
  take(job: JobView['job']): void {
    if (this.isSeeded) return;
    this.isSeeded = true;
    this.#kept = job;
    this.id = job.id;
    this.folders = [...job.folders];
    this.exclude = [...job.exclude];
    this.destination = job.to[0] ?? '';
    this.copies = job.to.slice(1);
    [this.pace, this.at] = paceOf(job);
    this.keeping = keepingOf(job.keep);
    this.encrypt = job.encrypt;
  }

  toggleFolder(path: string): void {
    this.folders = this.folders.includes(path) ? this.folders.filter((one) => one !== path) : [...this.folders, path];
  }

  toggleCopy(id: string): void {
    this.copies = this.copies.includes(id) ? this.copies.filter((one) => one !== id) : [...this.copies, id];
  }

  /** All patterns of one kind, or none of them. */
  toggleExclude(patterns: string[]): void {
    const has = patterns.every((pattern) => this.exclude.includes(pattern));
    const others = this.exclude.filter((one) => !patterns.includes(one));
    this.exclude = has ? others : [...others, ...patterns];
  }

  /** As it is written; what the page does not offer stays as it was. */
  request(known: string[]): JobRequest {
    const kept = this.#kept;
    const isKnown = known.includes(this.destination);
    const times =
      this.pace === 'own' ? { full: kept?.full, incremental: kept?.incremental } : PACES[this.pace](this.at);
    return {
      folders: this.folders,
      sqlite: kept?.sqlite ?? [],
      postgres: kept?.postgres ?? [],
      exclude: this.exclude,
      to: [...(isKnown ? [this.destination] : []), ...this.copies.filter((one) => one !== this.destination)],
      ...(!isKnown && { new_destination: this.destination.trim() }),
      ...times,
      keep: this.keeping === 'own' ? kept?.keep : KEEPS[this.keeping],
      encrypt: this.encrypt,
    };
  }
}

/** `documents`, and a number behind it where that is taken. */
function freeName(taken: string[]): string {
  const base = 'documents';
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.includes(name)) return name;
  }
}

function paceOf({ full, incremental, database, configuration }: JobView['job']): [Pace, string] {
  const at = /\d\d:\d\d$/.exec(full ?? incremental ?? '')?.[0] ?? '03:00';
  if (database || configuration) return ['own', at];
  const names = Object.keys(PACES) as (keyof typeof PACES)[];
  const found = names.find((name) => {
    const times = PACES[name](at);
    return (times.full ?? '') === (full ?? '') && (times.incremental ?? '') === (incremental ?? '');
  });
  return [found ?? 'own', at];
}

function keepingOf(keep: Keep): Keeping {
  const names = Object.keys(KEEPS) as (keyof typeof KEEPS)[];
  const parts = ['full', 'incremental', 'configuration', 'database'] as const;
  return names.find((name) => parts.every((part) => KEEPS[name][part] === keep[part])) ?? 'own';
}
