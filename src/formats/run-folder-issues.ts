// The issues of a run, from their files and from what the run names: which there are, their events, and what these do not give back.
import { FORMAT_VERSION, type Json, type RunlogEvent } from '../events/vocabulary.js';
import { totalsOf } from '../views/issue-outcome.js';
import { applyEvent, type RunState } from '../views/run.js';
import type { DraftEvent } from './draft.js';
import { mergeFiles, restOf, type LooseFile } from './loose-values.js';
import { issueMetrics, issueReport } from './run-files.js';
import { besidesEvents, draftIssue, type IssueContext, type IssueCounts, type IssueDraft } from './run-folder-issue.js';

export interface IssueFiles {
  iid: string;
  metrics: LooseFile[];
  report: LooseFile[];
}

export function issuesOf(
  { metrics, report }: Pick<IssueFiles, 'metrics' | 'report'>,
  context: IssueContext,
): IssueFiles[] {
  const issues = new Map<string, IssueFiles>();
  for (const role of ['report', 'metrics'] as const)
    for (const file of role === 'report' ? report : metrics) {
      const values = mergeFiles([file], context);
      const byName = /issue_([^/]+)_(?:metrics|report)\.json$/.exec(file.path)?.[1];
      const iid = values.id('issue_iid') ?? values.id('issue_id') ?? byName ?? '';
      const known = issues.get(iid) ?? { iid, metrics: [], report: [] };
      known[role].push(file);
      issues.set(iid, known);
    }
  return [...issues.values()];
}

export interface FoundIssue {
  files: IssueFiles;
  /** Null where it is only mentioned. */
  draft: IssueDraft | null;
  /** What is counted beyond what is told of; of an issue without files, that it was. */
  counted: DraftEvent[];
}

/** Each issue's events, folded into the state: those that the run names first, in its order, then the others. */
export function draftIssues(
  issueFiles: readonly IssueFiles[],
  named: readonly string[],
  startedAt: string,
  state: RunState,
  context: IssueContext,
): FoundIssue[] {
  const byId = new Map(issueFiles.map((files) => [files.iid, files]));
  let before = startedAt;
  const found = [...new Set([...named, ...byId.keys()])].map((iid): FoundIssue => {
    const files = byId.get(iid);
    if (files === undefined) {
      const counted: DraftEvent[] = [{ type: 'issue.counted', at: before, untimed: true, issue: iid }];
      fold(state, counted);
      return { files: { iid, metrics: [], report: [] }, draft: null, counted };
    }
    const file = mergeFiles([...files.report, ...files.metrics], context);
    const draft = draftIssue({ iid, file, before }, context);
    const events = [draft.start, ...draft.events, ...(draft.end === null ? [] : [draft.end])];
    before = events.reduce((latest, event) => (event.at > latest ? event.at : latest), before);
    fold(state, events);
    return { files, draft, counted: [] };
  });
  // Only now is it known how much of each stands on record: one issue's pipeline may turn up again in another.
  for (const issue of found) if (issue.draft !== null) issue.counted = countBeyond(issue.files.iid, issue.draft, state);
  return found;
}

/** Counts that are larger than what the events add up to. */
function countBeyond(iid: string, { start, events, counts }: IssueDraft, state: RunState): DraftEvent[] {
  const issue = state.issues.find((one) => one.iid === iid);
  if (issue === undefined) return [];
  const totals = totalsOf(state, issue);
  const onRecord: Required<IssueCounts> = {
    pipelines: totals.pipelines,
    succeeded_pipelines: totals.succeededPipelines,
    failed_pipelines: totals.failedPipelines,
    debugging_cycles: totals.debuggingCycles,
    resolved_cycles: totals.resolvedCycles,
    errors: totals.errors,
    tool_calls: totals.toolCalls,
  };
  const beyond = Object.entries(counts).filter(
    ([key, count]) => (count ?? 0) > (onRecord[key as keyof IssueCounts] ?? 0),
  );
  if (beyond.length === 0) return [];
  const at = (events.at(-1) ?? start).at;
  const counted: DraftEvent[] = [
    { type: 'issue.counted', at, untimed: true, issue: iid, ...Object.fromEntries(beyond) },
  ];
  fold(state, counted);
  return counted;
}

export function eventsOf({ draft, counted }: FoundIssue): DraftEvent[] {
  if (draft === null) return counted;
  return [draft.start, ...draft.events, ...counted, ...(draft.end === null ? [] : [draft.end])];
}

export function keepRestOfIssue(
  draft: IssueDraft,
  { iid, metrics, report }: IssueFiles,
  state: RunState,
  context: IssueContext,
): void {
  const issue = state.issues.find((one) => one.iid === iid);
  if (issue === undefined) return;
  const runId = state.started?.run_id ?? '';
  const [ofMetrics, ofReport] = [issueMetrics(runId, state, issue), issueReport(state, issue)];
  const given: Record<string, Json> = {};
  for (const [index, { values }] of report.entries()) {
    // The lists of a second report did not become events.
    const told = index === 0 ? besidesEvents(values) : values;
    keep(given, 'report', index, restOf(told, { ...ofMetrics, ...ofReport }, context));
  }
  for (const [index, { values }] of metrics.entries()) {
    const told = index === 0 && report.length === 0 ? besidesEvents(values) : values;
    keep(given, 'metrics', index, restOf(told, { ...ofReport, ...ofMetrics }, context));
  }
  if (Object.keys(given).length > 0) draft.start.given = given;
}

export function keep(given: Record<string, Json>, role: string, index: number, rest: Json): void {
  if (rest !== null) given[index === 0 ? role : `${role}_${index + 1}`] = rest;
}

export function fold(state: RunState, drafts: Iterable<object>): void {
  for (const draft of drafts) applyEvent(state, { v: FORMAT_VERSION, id: '', ...draft } as RunlogEvent);
}
