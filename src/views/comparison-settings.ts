// What is said of a run as a whole, so that it can be compared with what others say: how it ended, with which configuration, code and
// plan. Pure.
import type { Json } from '../events/vocabulary.js';
import type { Key } from './alignment.js';
import { totalDebuggingCycles } from './issue-outcome.js';
import type { CodeChanges } from './issues.js';
import { countOutcomes } from './outcome.js';
import { hasFailed } from './pipelines.js';
import { planAttempts } from './plan.js';
import { durationSeconds, statusOf, type RunState } from './run.js';

/** What a value is, so that it can be shown and judged. `command` is a list of arguments; an `example` differs from no other. */
export type Kind = 'text' | 'example' | 'status' | 'seconds' | 'usd' | 'count' | 'measure' | 'command' | 'commit';

export interface Fact {
  name: string;
  kind: Kind;
  value: Json;
  /** It is not known whether it is more. */
  isLeast?: boolean;
}

export interface Thing {
  key: Key;
  facts: Fact[];
}

/** A thing with one value, called by its name; none where the run does not say. */
function said(name: string, kind: Kind, value: Json | undefined): Thing[] {
  const isSaid = value !== null && value !== undefined && value !== '';
  return isSaid ? [{ key: { name }, facts: [{ name: 'value', kind, value }] }] : [];
}

export function outcome(state: RunState): Thing[] {
  const { ending, actions, pipelines } = state;
  const counts = countOutcomes(state);
  return [
    ...said('status', 'status', statusOf(state)),
    ...said('error', 'text', ending?.error),
    ...said('exit status', 'count', ending?.exitCode),
    ...said('signal', 'text', ending?.signal),
    ...said('duration', 'seconds', durationSeconds(state)),
    ...said('steps', 'count', counts.steps),
    ...said('failed steps', 'count', counts.failedSteps),
    ...said('errors', 'count', counts.errors),
    ...said('debugging cycles', 'count', totalDebuggingCycles(state)),
    ...said('pipelines', 'count', pipelines.length),
    ...said('failed pipelines', 'count', pipelines.filter(hasFailed).length),
    ...said('actions', 'count', actions.count),
  ];
}

export function configuration({ started }: RunState): Thing[] {
  const { llm, trigger, tags } = started ?? {};
  return [
    ...said('project', 'text', started?.project),
    ...said('name', 'text', started?.name),
    ...said('mode', 'text', started?.execution_mode),
    ...said('intent', 'text', started?.intent_type),
    ...said('issue', 'text', started?.specific_issue),
    ...said('provider', 'text', llm?.provider),
    ...said('model', 'text', llm?.model),
    ...said('temperature', 'measure', llm?.temperature),
    ...said('trigger', 'text', trigger?.source),
    ...said('trigger issue', 'text', trigger?.issue_key),
    ...said('trigger status', 'text', trigger?.issue_status),
    ...Object.entries(tags ?? {}).flatMap(([key, value]) => said(`tag ${key}`, 'text', value)),
    ...said('command', 'command', started?.argv),
    ...said('folder', 'text', started?.cwd),
    ...said('host', 'text', started?.host),
    ...said('imported from', 'text', started?.source?.format),
  ];
}

export function code({ started, code: measured }: RunState): Thing[] {
  const git = started?.git;
  return [
    ...said('commit', 'commit', git?.commit),
    ...said('local changes', 'text', git?.dirty),
    ...codeFacts(measured).flatMap(({ name, kind, value }) => said(name, kind, value)),
  ];
}

export function codeFacts(measured: CodeChanges | null): Fact[] {
  return [
    { name: 'files created', kind: 'count', value: measured?.filesCreated ?? null },
    { name: 'files modified', kind: 'count', value: measured?.filesModified ?? null },
    { name: 'files deleted', kind: 'count', value: measured?.filesDeleted ?? null },
    { name: 'lines added', kind: 'count', value: measured?.linesAdded ?? null },
    { name: 'lines deleted', kind: 'count', value: measured?.linesDeleted ?? null },
    { name: 'commits', kind: 'count', value: measured?.commits ?? null },
    { name: 'test coverage', kind: 'measure', value: measured?.testCoverage ?? null },
  ];
}

export function plan({ plan, steps }: RunState): Thing[] {
  if (plan === null) return [];
  const tried = planAttempts(plan, steps).map(({ method }) => method);
  return [
    ...said('choice', 'text', plan.choice),
    ...said('backups', 'text', plan.backups.join(', ')),
    ...said('tried', 'text', tried.join(', ')),
    ...said('rationale', 'text', plan.rationale),
    ...leaves('', plan.hyperparams, 0).flatMap(([name, value]) =>
      said(name, typeof value === 'number' ? 'measure' : 'text', value),
    ),
  ];
}

/** Deeper than this, parameters are compared as one. */
const DEEPEST = 4;

/** The values of an object and of those in it, by their paths. */
function leaves(path: string, value: Json, depth: number): [path: string, value: Json][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth === DEEPEST)
    return [[path || 'hyperparams', value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(path === '' ? key : `${path}.${key}`, inner, depth + 1),
  );
}
