// What did models cost, by whatever one asks for? Sums over the calls of many runs; pure.
import { issueStatus } from './issues.js';
import type { RunState } from './run.js';
import { addSums, noTokens, unpricedModels, type TokenSums, type UnpricedModel } from './tokens.js';

export const COST_KEYS = ['model', 'agent', 'issue', 'day', 'project'] as const;
export type CostKey = (typeof COST_KEYS)[number];

/** What a row of each kind is told by: an issue's number says nothing without its project. */
export const COST_COLUMNS: Readonly<Record<CostKey, readonly string[]>> = {
  model: ['provider', 'model'],
  agent: ['agent'],
  issue: ['project', 'issue'],
  day: ['day'],
  project: ['project'],
};

export interface CostRow {
  /** Values of the columns of its kind; null where the calls did not say. */
  names: (string | null)[];
  sums: TokenSums;
}

export interface CostTotal {
  sums: TokenSums;
  runs: number;
  completedIssues: number;
  /** All that was spent, on whatever, by the issues that were completed; null where either is not known. */
  usdPerCompletedIssue: number | null;
}

/** What a run says of its costs. Lists, for there may be tens of thousands of runs. */
export interface CostFacts {
  project: string | null;
  groups: [
    agent: string | null,
    issue: string | null,
    provider: string | null,
    model: string | null,
    day: string,
    SumsList,
  ][];
  sums: SumsList;
  completedIssues: string[];
  /** Which price lists gave prices. */
  sources: string[];
  unpriced: UnpricedModel[];
}

type SumsList = TokenSums[keyof TokenSums][];

export function costFactsOf(state: RunState): CostFacts {
  const { usage, issues } = state;
  return {
    project: state.started?.project ?? null,
    groups: [...usage.groups.values()].map((group) => [
      group.agent,
      group.issue,
      group.provider,
      group.model,
      group.day,
      listOf(group.sums),
    ]),
    sums: listOf(state.tokens),
    completedIssues: issues.filter((issue) => issueStatus(issue) === 'completed').map(({ iid }) => iid),
    sources: usage.sources,
    unpriced: unpricedModels(usage),
  };
}

const SUM_KEYS = Object.keys(noTokens()) as (keyof TokenSums)[];

function listOf(sums: TokenSums): SumsList {
  return SUM_KEYS.map((key) => sums[key]);
}

function sumsOf(list: SumsList): TokenSums {
  return Object.fromEntries(SUM_KEYS.map((key, index) => [key, list[index]])) as unknown as TokenSums;
}

/** The rows of some runs: the dearest first, days in their order; what has no known cost comes last. */
export function costRows(runs: readonly CostFacts[], by: CostKey): CostRow[] {
  const rows = new Map<string, CostRow>();
  for (const run of runs)
    for (const group of run.groups) {
      const names = namesOf(group, run.project, by);
      const key = JSON.stringify(names);
      const row = rows.get(key) ?? { names, sums: noTokens() };
      addSums(row.sums, sumsOf(group[5]));
      rows.set(key, row);
    }
  return [...rows.values()].sort((a, b) => (by === 'day' ? 0 : dearer(a.sums, b.sums)) || compareNames(a, b));
}

export function costTotal(runs: readonly CostFacts[]): CostTotal {
  const sums = noTokens();
  const completed = new Set<string>();
  for (const run of runs) {
    addSums(sums, sumsOf(run.sums));
    // Two runs that worked on the same issue completed one.
    for (const iid of run.completedIssues) completed.add(JSON.stringify([run.project, iid]));
  }
  const { size } = completed;
  const usdPerCompletedIssue = size === 0 || sums.costUsd === null ? null : sums.costUsd / size;
  return { sums, runs: runs.length, completedIssues: size, usdPerCompletedIssue };
}

function namesOf(
  [agent, issue, provider, model, day]: CostFacts['groups'][number],
  project: string | null,
  by: CostKey,
): (string | null)[] {
  switch (by) {
    case 'model':
      return [provider, model];
    case 'agent':
      return [agent];
    case 'issue':
      return [project, issue];
    case 'day':
      return [day];
    case 'project':
      return [project];
  }
}

function dearer(a: TokenSums, b: TokenSums): number {
  return (b.costUsd ?? -1) - (a.costUsd ?? -1) || (b.input ?? 0) - (a.input ?? 0);
}

function compareNames(a: CostRow, b: CostRow): number {
  const [one, other] = [JSON.stringify(a.names), JSON.stringify(b.names)];
  return one < other ? -1 : one > other ? 1 : 0;
}
