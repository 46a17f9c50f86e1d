// Bringing files back, step by step: where to, what would change, go, what came of it. Writes nothing before somebody saw
// what it would change.
import { Problem } from '$/backend/problem';
import type { ActivityView, Conflict, RestoreOutcome, RestoreRequest } from '$/backend/types';
import { isOver } from '$/lib/activity';
import type { RestoreSteps, Step } from '$/lib/restore';
import type { Activities } from './activities.svelte';

export class Restore implements RestoreSteps {
  step = $state<Step>('choose');
  to = $state('');
  conflict = $state<Conflict>('keep-both');
  /** Said by the person about the files that would be replaced. */
  mayReplace = $state(false);
  problem = $state.raw<Problem>();
  preview = $state.raw<RestoreOutcome>();
  outcome = $state.raw<RestoreOutcome>();
  #id = $state<string>();

  readonly activity = $derived.by((): ActivityView | undefined => this.activities.find(this.#id));

  /** Whether going on would overwrite something that nobody agreed to. */
  readonly needsConsent = $derived.by(() => (this.preview?.replaced.length ?? 0) > 0 && !this.mayReplace);
  /** Whether what comes back has no room. */
  readonly lacksRoom = $derived.by(() => {
    const { needed_bytes: needed = 0, free_bytes: free } = this.preview ?? {};
    return free != null && needed > free;
  });

  constructor(
    private readonly activities: Activities,
    private readonly archive: string,
    private readonly paths: string[],
    to: string,
  ) {
    this.to = to;
  }

  /** Takes over what the work came to. Made at a click, it has no effect of its own: its page calls this in one. */
  follow(): void {
    const activity = this.activity;
    if (activity && isOver(activity)) this.#take(activity);
  }

  /** Asks what would change. */
  look = () => this.#begin('looking', true);

  /** Brings the files back. */
  go = () => this.#begin('running', false);

  /** Back to the choice, with everything as it was chosen. */
  change(): void {
    [this.preview, this.problem, this.mayReplace] = [undefined, undefined, false];
    this.step = 'choose';
  }

  async cancel(): Promise<void> {
    if (this.#id && (this.step === 'running' || this.step === 'looking')) await this.activities.cancel(this.#id);
  }

  async #begin(step: Step, isPreview: boolean): Promise<void> {
    const from = this.step;
    const request: RestoreRequest = {
      to: this.to.trim(),
      paths: this.paths,
      on_conflict: this.conflict,
      dry_run: isPreview,
    };
    this.problem = undefined;
    this.step = step;
    try {
      const path = `/backups/archives/${encodeURIComponent(this.archive)}/restore`;
      this.#id = (await this.activities.begin('POST', path, request)).id;
    } catch (thrown) {
      this.problem = Problem.of(thrown);
      this.step = from;
    }
  }

  #take({ state, result, problem }: ActivityView): void {
    const restored = typeof result === 'object' && result && 'restored' in result ? result.restored : undefined;
    this.#id = undefined;
    if (state === 'done' && restored) {
      if (this.step === 'looking') [this.preview, this.step] = [restored, 'preview'];
      else [this.outcome, this.step] = [restored, 'over'];
      return;
    }
    if (state === 'failed') this.problem = Problem.of(problem);
    this.step = this.step === 'running' ? 'preview' : 'choose';
  }
}
