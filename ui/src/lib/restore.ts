// Bringing files back, as the sheet sees it: where it stands, and what it can be told.
import type { Problem } from '$/backend/problem';
import type { ActivityView, Conflict, RestoreOutcome } from '$/backend/types';

/** Choosing, then looking at what would change, then doing it, then what came of it. */
export type Step = 'choose' | 'looking' | 'preview' | 'running' | 'over';

export interface RestoreSteps {
  readonly step: Step;
  to: string;
  conflict: Conflict;
  /** Said by the person about the files that would be replaced. */
  mayReplace: boolean;
  readonly problem: Problem | undefined;
  readonly preview: RestoreOutcome | undefined;
  readonly outcome: RestoreOutcome | undefined;
  readonly activity: ActivityView | undefined;
  /** Whether going on would replace something that nobody agreed to. */
  readonly needsConsent: boolean;
  /** Whether what comes back has no room. */
  readonly lacksRoom: boolean;
  look(): Promise<void>;
  go(): Promise<void>;
  change(): void;
  cancel(): Promise<void>;
}

export const CONFLICTS: { id: Conflict; label: string; says: string }[] = [
  { id: 'keep-both', label: 'Keep both', says: 'What is there stays; the restored file gets another name beside it.' },
  { id: 'skip', label: 'Keep what is there', says: 'Where something is already, nothing is restored.' },
  { id: 'replace', label: 'Replace', says: 'The restored file takes the place of what is there, once you agree.' },
];
