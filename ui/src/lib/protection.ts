// How well the owner's data are kept, as the status tells it.
import type { Status } from '$/backend/types';
import { rounded } from './unit';

export interface Protection {
  state: 'not_configured' | 'ok' | 'warning' | 'critical';
  /** `Backed up 2 h ago, proven restorable 3 days ago`. */
  sentence: string;
  /** `Backing up documents, 42 %`; empty while nothing goes on. */
  running: string;
}

export function protectionOf(status: Pick<Status, 'backups'>): Protection {
  const summary: {
    state: Protection['state'];
    sentence?: string;
    running?: string | null;
    running_percent?: number | null;
  } = status.backups;
  const percent = summary.running_percent == null ? '' : `, ${rounded(summary.running_percent, 0)}\u00a0%`;
  return {
    state: summary.state,
    sentence: summary.sentence ?? '',
    running: summary.running ? `${summary.running}${percent}` : '',
  };
}
