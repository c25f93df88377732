// What of a run is compared with other runs: a list of things for each section, each with a key that finds it in another run, and
// what the run says of it. What is said of the run as a whole is in comparison-settings.ts. Pure.
import type { Measure } from '../events/vocabulary.js';
import { secondsBetween } from '../events/instant.js';
import type { Key } from './alignment.js';
import { code, codeFacts, configuration, outcome, plan, type Fact, type Thing } from './comparison-settings.js';
import { signatureOf } from './error-signature.js';
import { issueStatus } from './issues.js';
import { keyOfParts } from './keyed.js';
import type { RunState } from './run.js';
import { executions, stepSeconds } from './steps.js';
import { roundUsd, sumGroups, totalTokens, type TokenSums } from './tokens.js';

export type SectionName =
  | 'outcome'
  | 'configuration'
  | 'code'
  | 'plan'
  | 'issues'
  | 'steps'
  | 'metrics'
  | 'errors'
  | 'tools'
  | 'cost';

/** What the sums of all calls are called. */
export const ALL_MODELS = 'all models';

/** Issues that all of the runs have: only these tell two things of one run apart. Work on another issue each is compared. */
type Shared = ReadonlySet<string>;

/** Causes before effects. */
export const PARTS: readonly { name: SectionName; thingsOf: (state: RunState, shared: Shared) => Thing[] }[] = [
  { name: 'outcome', thingsOf: outcome },
  { name: 'configuration', thingsOf: configuration },
  { name: 'code', thingsOf: code },
  { name: 'plan', thingsOf: plan },
  { name: 'issues', thingsOf: issues },
  { name: 'steps', thingsOf: steps },
  { name: 'metrics', thingsOf: metrics },
  { name: 'errors', thingsOf: errors },
  { name: 'tools', thingsOf: tools },
  { name: 'cost', thingsOf: cost },
];

export function sharedIssues(states: readonly RunState[]): Shared {
  const [first, ...others] = states.map((state) => new Set(state.issues.map(({ iid }) => iid)));
  return new Set([...(first ?? [])].filter((iid) => others.every((issues) => issues.has(iid))));
}

function issueKey(iid: string | null, shared: Shared): string | null {
  return iid !== null && shared.has(iid) ? iid : null;
}

function issues({ issues }: RunState, shared: Shared): Thing[] {
  return issues.map((issue) => ({
    key: { issue_iid: issueKey(issue.iid, shared) },
    facts: [
      { name: 'status', kind: 'status', value: issueStatus(issue) },
      { name: 'issue', kind: 'example', value: issue.iid },
      { name: 'error', kind: 'text', value: issue.error },
      { name: 'duration', kind: 'seconds', value: secondsBetween(issue.startTime, issue.endTime) },
      ...codeFacts(issue.code),
    ],
  }));
}

function steps({ steps }: RunState, shared: Shared): Thing[] {
  return executions(steps).map((step) => ({
    key: { agent: step.agent, task: step.task, attempt: step.attempt, issue_iid: issueKey(step.issue, shared) },
    facts: [
      { name: 'status', kind: 'status', value: step.isInterrupted ? 'interrupted' : step.status },
      { name: 'duration', kind: 'seconds', value: stepSeconds(step) },
      { name: 'error', kind: 'text', value: step.error },
      { name: 'output', kind: 'text', value: step.outputSummary },
    ],
  }));
}

/** The latest value of each metric of each issue, measured or else noted at a step. */
function metrics({ metrics, steps }: RunState, shared: Shared): Thing[] {
  const found = new Map<string, Thing>();
  const put = (name: string, issue: string | null, value: Measure, facts: readonly Fact[]): void => {
    const key = { name, issue_iid: issueKey(issue, shared) };
    found.set(keyOfParts(name, issue), { key, facts: [{ name: 'value', kind: 'measure', value }, ...facts] });
  };
  for (const { notes, issue } of steps)
    for (const note of notes) for (const [name, value] of Object.entries(note.metrics)) put(name, issue, value, []);
  for (const { name, issue, value, unit, limit, direction, passed } of metrics)
    put(name, issue, value, [
      { name: 'kept its limit', kind: 'status', value: passed === null ? null : passed ? 'ok' : 'fail' },
      { name: direction === 'min' ? 'least' : 'most', kind: 'measure', value: limit },
      { name: 'unit', kind: 'text', value: unit },
    ]);
  return [...found.values()];
}

/** The same fault is one error, however often, by whomever, and whatever numbers and paths are in its words. */
function errors({ errors }: RunState, shared: Shared): Thing[] {
  const found = new Map<string, { key: Key; same: RunState['errors'] }>();
  for (const error of errors) {
    const key = {
      error_type: error.type,
      signature: signatureOf(error.message),
      issue_iid: issueKey(error.issue, shared),
    };
    const text = JSON.stringify(key);
    const known = found.get(text);
    if (known === undefined) found.set(text, { key, same: [error] });
    else known.same.push(error);
  }
  return [...found.values()].map(({ key, same }) => {
    const agents = [...new Set(same.map(({ agent }) => agent).filter((agent) => agent !== null))].sort();
    return {
      key,
      facts: [
        { name: 'count', kind: 'count', value: same.length },
        { name: 'of them resolved', kind: 'count', value: same.filter(({ resolved }) => resolved === true).length },
        { name: 'met by', kind: 'text', value: agents.join(', ') || null },
        { name: 'message', kind: 'example', value: same[0]?.message ?? null },
      ],
    };
  });
}

/** By tool and agent, whatever the issue. */
function tools({ tools }: RunState): Thing[] {
  const found = new Map<string, { key: Key; calls: number; failures: number; ms: number; timed: number }>();
  for (const { tool, agent, calls, failures, totalDurationMs, timedCalls } of tools) {
    const known = found.get(keyOfParts(tool, agent)) ?? {
      key: { tool, agent },
      calls: 0,
      failures: 0,
      ms: 0,
      timed: 0,
    };
    found.set(keyOfParts(tool, agent), known);
    known.calls += calls;
    known.failures += failures;
    known.ms += totalDurationMs ?? 0;
    known.timed += timedCalls;
  }
  return [...found.values()].map(({ key, calls, failures, ms, timed }) => ({
    key,
    facts: [
      { name: 'calls', kind: 'count', value: calls },
      { name: 'failed', kind: 'count', value: failures },
      { name: 'each', kind: 'seconds', value: timed === 0 ? null : ms / timed / 1000 },
    ],
  }));
}

/** The sums of all calls; then by model, as models may differ. */
function cost({ tokens, usage }: RunState): Thing[] {
  if (tokens.calls === 0) return [];
  const byModel = sumGroups(usage.groups.values(), ({ provider, model }) => [provider, model]);
  const parts: Fact[] = [
    { name: 'input', kind: 'count', value: tokens.input },
    { name: 'of it cached', kind: 'count', value: tokens.cachedRead },
    { name: 'output', kind: 'count', value: tokens.output },
    { name: 'of it reasoning', kind: 'count', value: tokens.reasoning },
  ];
  return [
    { key: { name: ALL_MODELS, provider: null, model: null }, facts: [...costFacts(tokens), ...parts] },
    ...byModel.map(({ key: [provider = null, model = null], sums }) => ({
      key: { name: null, provider, model },
      facts: costFacts(sums),
    })),
  ];
}

function costFacts(sums: TokenSums): Fact[] {
  return [
    { name: 'cost', kind: 'usd', value: roundUsd(sums.costUsd), isLeast: sums.unpricedCalls > 0 },
    { name: 'calls', kind: 'count', value: sums.calls },
    { name: 'of unknown cost', kind: 'count', value: sums.unpricedCalls },
    { name: 'tokens', kind: 'count', value: totalTokens(sums) },
  ];
}
