// Long work in words: how far it is, how fast, how long it lasts still, and what came of it.
import type { ActivityResult, ActivityState, ActivityView } from '$/backend/types';
import { counted, grouped } from './backup';
import { inWords } from './time';
import { formatBytes, formatValue } from './unit';

const OVER: ActivityState[] = ['done', 'failed', 'cancelled'];

/** Whether it will not change any more. */
export const isOver = (activity: Pick<ActivityView, 'state'>): boolean => OVER.includes(activity.state);

/** How much of it is done, 0 to 1; nothing while nobody can tell. Bytes tell better than files where both are known. */
export function shareOf({ progress, state }: ActivityView): number | undefined {
  if (state === 'done') return 1;
  const [done, all] =
    progress.bytes_expected > 0 ? [progress.bytes, progress.bytes_expected] : [progress.files, progress.files_expected];
  return all > 0 ? Math.min(1, done / all) : undefined;
}

/** `reading · 1 204 of 50 000 files · 120 MB of 606 MB · 48 MB/s · 12 s left`. */
export function progressFacts(activity: ActivityView): string[] {
  const { progress, bytes_per_s: rate, left_ms: left, state } = activity;
  if (state === 'waiting') return ['waiting for other work to end'];
  if (state === 'cancelling') return ['ending; nothing half made stays'];
  const files =
    progress.files_expected > 0
      ? `${grouped(progress.files)} of ${counted(progress.files_expected, 'file')}`
      : progress.files > 0 && counted(progress.files, 'file');
  const bytes =
    progress.bytes_expected > 0
      ? `${formatBytes(progress.bytes)} of ${formatBytes(progress.bytes_expected)}`
      : progress.bytes > 0 && formatBytes(progress.bytes);
  return [
    progress.step,
    files,
    bytes,
    rate != null && rate > 0 && formatValue('bytes_per_second', rate),
    left != null && `${inWords(Math.max(left, 1000))} left`,
  ].filter((part): part is string => typeof part === 'string' && part !== '');
}

/** What came of it, in one sentence. */
export function resultSentence(result: ActivityResult): string {
  if (result === 'replicated') return 'The copy is there and was read back.';
  if (result === 'ran') return 'The command ended well.';
  if ('created' in result) {
    const { archive, exceptions, stored_files, result: how } = result.created;
    const size = formatBytes(archive.bytes_stored);
    const saved = `${counted(stored_files, 'file')} saved in ${size}`;
    if (how === 'complete') return `${saved}.`;
    return `${saved}; ${counted(exceptions.length, 'thing')} did not go as planned.`;
  }
  if ('verified' in result) {
    const damaged = result.verified.filter((one) => one.result === 'damaged').length;
    const locked = result.verified.filter((one) => one.result === 'locked').length;
    const checked = counted(result.verified.length, 'restore point');
    if (damaged === 0 && locked > 0)
      return `${counted(locked, 'restore point')} could not be checked: encrypted, and the key is not here.`;
    return damaged === 0 ? `${checked} checked: every byte is as it was written.` : `${damaged} of ${checked} damaged.`;
  }
  if ('restored' in result) {
    const { files, bytes, to } = result.restored;
    return `${counted(files, 'file')}, ${formatBytes(bytes)}, are back in \`${to}\`.`;
  }
  if ('drilled' in result) {
    const { is_proven, checked_files, failures } = result.drilled;
    if (is_proven) return `Proven: ${counted(checked_files, 'file')} came back as they were.`;
    return `Not proven: ${failures[0] ?? 'something did not come back as it was'}`;
  }
  if ('pruned' in result) {
    const { removed, frees_bytes } = result.pruned;
    return removed.length === 0
      ? 'Nothing was beyond its term.'
      : `${counted(removed.length, 'archive')} removed, ${formatBytes(frees_bytes)} freed.`;
  }
  if ('maintained' in result) return result.maintained.outcome.sentence;
  const { archives, added, missing } = result.rebuilt;
  return `${counted(archives, 'archive')} read, ${grouped(added)} of them new, ${grouped(missing)} missing.`;
}
