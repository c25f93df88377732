// What was planned, and which of its methods were tried? Folds the plan and looks its attempts up in the steps; pure.
import type { Json, RunlogEvent } from '../events/vocabulary.js';
import type { Step } from './steps.js';

export interface Plan {
  at: string;
  choice: string;
  rationale: string | null;
  backups: string[];
  hyperparams: Json;
  summary: string | null;
}

export interface PlanAttempt {
  method: string;
  isBackup: boolean;
  step: Step;
}

export function planOf(event: RunlogEvent<'plan.made'>): Plan {
  return {
    at: event.at,
    choice: event.choice,
    rationale: event.rationale ?? null,
    backups: event.backups ?? [],
    hyperparams: event.hyperparams ?? null,
    summary: event.summary ?? null,
  };
}

/** The steps that tried a method of the plan, in order. */
export function planAttempts(plan: Plan, steps: readonly Step[]): PlanAttempt[] {
  const methods = [plan.choice, ...plan.backups];
  return steps.flatMap((step) => {
    if (isOnlyPlanned(step)) return [];
    const method = methodOf(step, methods);
    return method === null ? [] : [{ method, isBackup: method !== plan.choice, step }];
  });
}

/** The note of the plan itself, at step 0, tries nothing yet. */
function isOnlyPlanned({ agent, notes }: Step): boolean {
  return agent === null && notes.every(({ title }) => title === 'planned');
}

/** A step says its method as `method=NAME` in its task or a note, or is called by it. */
function methodOf(step: Step, methods: readonly string[]): string | null {
  const texts = [step.task, ...step.notes.map(({ detail }) => detail)].filter((text) => text !== null);
  for (const text of texts) {
    const named = /\bmethod\s*[=:]\s*["']?([^\s"',;]+)/.exec(text)?.[1];
    if (named !== undefined && methods.includes(named)) return named;
  }
  return methods.find((method) => step.agent === method || step.task === method) ?? null;
}
