// A test of a store, for people.
import type { StoreTrialView, TrialState, TrialStepView } from '$/backend/types';

/** How a step ended: its sign, and the word of it for those who do not see that. */
export const TRIAL_MARKS: Record<TrialState, { mark: 'ok' | 'warning' | 'critical' | 'unknown'; word: string }> = {
  passed: { mark: 'ok', word: 'Works' },
  warning: { mark: 'warning', word: 'Odd' },
  failed: { mark: 'critical', word: 'Does not work' },
  skipped: { mark: 'unknown', word: 'Not tried' },
};

/** The first letter as a sentence has it; what stands in backticks stays as it is. */
const sentence = (text: string) => (text.startsWith('`') ? text : text.charAt(0).toUpperCase() + text.slice(1));

/** The steps that tell something: what was not tried says nothing beside what did not work. */
export function trialSteps(trial: StoreTrialView): TrialStepView[] {
  return trial.steps
    .filter((step) => step.state !== 'skipped')
    .map((step) => ({ ...step, detail: sentence(step.detail), hint: sentence(step.hint) }));
}
