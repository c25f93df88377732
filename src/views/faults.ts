// What went wrong in a run, as faults that can be met again in others: by type and signature, with who met it and what became of it. Pure.
import { signatureOf } from './error-signature.js';
import { hasFailed } from './outcome.js';
import type { RunState } from './run.js';
import { executions, type Step } from './steps.js';

/** One fault in one run. */
export interface Fault {
  /** As it was recorded; what a step failed with has the type that its text begins with, else its status. */
  type: string;
  signature: string;
  /** The first text of it. */
  message: string;
  count: number;
  agents: string[];
  /** When it was met first and last; null where that is unknown. */
  first: string | null;
  last: string | null;
  /** Whether it was overcome in this run; null where nobody says. */
  resolved: boolean | null;
  /** How, in words; null where that is not known. */
  resolution: string | null;
}

interface Met {
  type: string;
  message: string;
  agent: string | null;
  at: string | null;
  resolved: boolean | null;
  resolution: string | null;
}

/** The faults of a run in the order in which they were met first. */
export function faultsOf(state: RunState): Fault[] {
  const faults = new Map<string, Fault>();
  for (const met of [...raised(state), ...failedSteps(state)]) {
    const signature = signatureOf(met.message);
    const key = faultKey(met.type, signature);
    const known = faults.get(key);
    if (known === undefined) {
      const { type, message, at, agent, resolved, resolution } = met;
      const agents = agent === null ? [] : [agent];
      faults.set(key, { type, signature, message, count: 1, agents, first: at, last: at, resolved, resolution });
      continue;
    }
    known.count += 1;
    if (met.agent !== null && !known.agents.includes(met.agent)) known.agents.push(met.agent);
    known.first = earliest(known.first, met.at);
    known.last = latest(known.last, met.at);
    // What came of it in the end counts: a fault that was met once more after it was resolved is not.
    known.resolved = met.resolved ?? known.resolved;
    known.resolution = met.resolved === null ? known.resolution : met.resolution;
  }
  return [...faults.values()];
}

export function faultKey(type: string, signature: string): string {
  return `${type}\n${signature}`;
}

export function earliest(one: string | null, other: string | null): string | null {
  return one === null || (other !== null && other < one) ? other : one;
}

export function latest(one: string | null, other: string | null): string | null {
  return one === null || (other !== null && other > one) ? other : one;
}

function raised({ errors, cycles, steps }: RunState): Met[] {
  const all = executions(steps);
  return errors.map(({ type, message, agent, issue, step, at, resolved }) => {
    // Who debugged an error of this type, after it was met, says what became of it.
    const cycle = cycles.findLast(
      (one) =>
        one.errorType === type &&
        one.resolved !== null &&
        (one.agent === null || agent === null || one.agent === agent) &&
        (one.issue === null || issue === null || one.issue === issue),
    );
    const met = { type, message, agent, at };
    if (resolved === true || cycle?.resolved === true)
      return { ...met, resolved: true, resolution: cycle?.resolved === true ? cycle.resolutionMethod : null };
    const execution = all.find(({ number }) => number === step);
    return {
      ...met,
      ...(execution !== undefined && hasFailed(execution)
        ? fateOf(execution, all)
        : { resolved: cycle?.resolved ?? resolved, resolution: null }),
    };
  });
}

/** Of executions that failed with a text, where nobody raised an error in them. */
function failedSteps({ steps, errors }: RunState): Met[] {
  const all = executions(steps);
  const raisedIn = new Set(errors.map(({ step }) => step));
  const known = new Set(errors.map(({ message }) => message));
  return all.flatMap((step) => {
    if (!hasFailed(step) || step.error === null || raisedIn.has(step.number) || known.has(step.error)) return [];
    const { error: message, agent } = step;
    return {
      type: typeIn(message) ?? step.status,
      message,
      agent,
      at: step.endedAt ?? step.startedAt,
      ...fateOf(step, all),
    };
  });
}

/** What failed is overcome once its agent has succeeded with the same task. */
function fateOf(step: Step, all: readonly Step[]): Pick<Met, 'resolved' | 'resolution'> {
  const overcome = all.find((later) => isLater(later, step) && later.status === 'SUCCESS');
  const resolution = overcome === undefined ? null : `attempt ${overcome.attempt} succeeded`;
  return { resolved: overcome !== undefined, resolution };
}

/** Whether an execution took up again what another one had tried. */
function isLater(later: Step, step: Step): boolean {
  return (
    later.agent === step.agent && later.task === step.task && later.issue === step.issue && later.attempt > step.attempt
  );
}

/** `AssertionError` of `AssertionError: 3 != 4`. */
function typeIn(message: string): string | null {
  return /^([A-Za-z_][\w.]*(?:Error|Exception|Warning|Failure|Timeout))\b/.exec(message)?.[1] ?? null;
}
