// What did models cost, by whatever one asks for? Sums over the calls of many runs; pure.
import { issueStatus } from './issues.js';
import type { RunState } from './run.js';
import { noTokens, unpricedModels, type TokenSums, type UnpricedModel } from './tokens.js';

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

/** What a run says of its costs. Lists of plain values, for there may be tens of thousands of runs. */
export interface CostFacts {
  project: string | null;
  /** Of each group so many values: agent, issue, provider, model, day, then its sums in the order of SUM_KEYS. */
  groups: (string | number | null)[];
  sums: (number | null)[];
  completedIssues: string[];
  /** Which price lists gave prices. */
  sources: string[];
  unpriced: UnpricedModel[];
}

const SUM_KEYS = Object.keys(noTokens()) as (keyof TokenSums)[];
const SUMS_AT = 5;
const GROUP_PARTS: number = SUMS_AT + SUM_KEYS.length;

export function costFactsOf(state: RunState): CostFacts {
  const { usage, issues } = state;
  return {
    project: state.started?.project ?? null,
    groups: [...usage.groups.values()].flatMap(({ agent, issue, provider, model, day, sums }) =>
      [agent, issue, provider, model, day, listOf(sums)].flat(),
    ),
    sums: listOf(state.tokens),
    completedIssues: issues.filter((issue) => issueStatus(issue) === 'completed').map(({ iid }) => iid),
    sources: usage.sources,
    unpriced: unpricedModels(usage),
  };
}

function listOf(sums: TokenSums): (number | null)[] {
  return SUM_KEYS.map((key) => sums[key]);
}

/** What nobody told stays unknown. */
function addList(sums: TokenSums, list: readonly (string | number | null)[], at: number): void {
  for (let index = 0; index < SUM_KEYS.length; index += 1) {
    const value = list[at + index];
    if (typeof value === 'number') sums[SUM_KEYS[index] as 'calls'] = (sums[SUM_KEYS[index] as 'calls'] ?? 0) + value;
  }
}

/** The rows of some runs: the dearest first, days in their order; what has no known cost comes last. */
export function costRows(runs: readonly CostFacts[], by: CostKey): CostRow[] {
  const rows = new Map<string | null, CostRow>();
  for (const { groups, project } of runs)
    for (let at = 0; at < groups.length; at += GROUP_PARTS) {
      const names = namesOf(groups, at, project, by);
      const key = names.length === 1 ? (names[0] as string | null) : JSON.stringify(names);
      let row = rows.get(key);
      if (row === undefined) rows.set(key, (row = { names, sums: noTokens() }));
      addList(row.sums, groups, at + SUMS_AT);
    }
  return [...rows.values()].sort((a, b) => (by === 'day' ? 0 : dearer(a.sums, b.sums)) || compareNames(a, b));
}

export function costTotal(runs: readonly CostFacts[]): CostTotal {
  const sums = noTokens();
  const completed = new Set<string>();
  for (const run of runs) {
    addList(sums, run.sums, 0);
    // Two runs that worked on the same issue completed one.
    for (const iid of run.completedIssues) completed.add(JSON.stringify([run.project, iid]));
  }
  const { size } = completed;
  const usdPerCompletedIssue = size === 0 || sums.costUsd === null ? null : sums.costUsd / size;
  return { sums, runs: runs.length, completedIssues: size, usdPerCompletedIssue };
}

function namesOf(groups: CostFacts['groups'], at: number, project: string | null, by: CostKey): (string | null)[] {
  const part = (index: number): string | null => groups[at + index] as string | null;
  switch (by) {
    case 'model':
      return [part(2), part(3)];
    case 'agent':
      return [part(0)];
    case 'issue':
      return [project, part(1)];
    case 'day':
      return [part(4)];
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
