// What Caretaker or its owner did, as an entry of a timeline.
import type { Operation, TimelineEntry } from '$/backend/types';
import { inWords } from './time';

type Tone = 'plain' | 'ok' | 'warning' | 'critical' | 'accent';

/** Shorter than this is not worth saying. */
const LONG_MS = 1000;

export function entryOf(operation: Operation) {
  const hasFailed = operation.result === 'failed';
  const took = operation.took_ms != null && operation.took_ms >= LONG_MS ? `took ${inWords(operation.took_ms)}` : '';
  return {
    at: operation.at,
    text: operation.what,
    tone: (hasFailed ? 'critical' : 'plain') as Tone,
    aside: [hasFailed ? 'failed' : '', took].filter(Boolean).join(', '),
  };
}

/** An entry of an alert's own timeline. */
export function changeOf({ at, text, change }: TimelineEntry) {
  const tones: Record<typeof change.kind, Tone> = {
    pended: 'plain',
    dropped: 'ok',
    fired: change.kind === 'fired' && change.level === 'critical' ? 'critical' : 'warning',
    worsened: 'critical',
    eased: 'warning',
    recovering: 'plain',
    relapsed: 'warning',
    flapping: 'warning',
    resolved: 'ok',
    data_lost: 'plain',
    data_back: 'plain',
    acknowledged: 'accent',
    snoozed: 'accent',
    ran: change.kind === 'ran' && change.result !== 'done' ? 'warning' : 'accent',
  };
  return { at, text, tone: tones[change.kind] };
}
