// Which issues were worked on, and how did each end? Folds issue events; pure.
import { timeOf } from '../events/times.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import type { Correction } from './corrections.js';
import { placeOf } from './keyed.js';
import { noTokens, type TokenSums } from './tokens.js';

export interface CodeChanges {
  filesCreated: number | null;
  filesModified: number | null;
  filesDeleted: number | null;
  linesAdded: number | null;
  linesDeleted: number | null;
  commits: number | null;
  testCoverage: number | null;
}

export interface IssueCounts {
  pipelines: number | null;
  succeededPipelines: number | null;
  failedPipelines: number | null;
  debuggingCycles: number | null;
  resolvedCycles: number | null;
  errors: number | null;
  toolCalls: number | null;
}

export interface Issue {
  iid: string;
  /** As recorded. Null: the run has ended, and the issue was only mentioned in it; nobody said what became of it. */
  status: 'in_progress' | 'completed' | 'failed' | 'skipped' | 'interrupted' | null;
  /** Whether its start is on record; otherwise the issue was only mentioned. */
  hasStarted: boolean;
  startTime: string | null;
  endTime: string | null;
  complexity: number | null;
  error: string | null;
  tokens: TokenSums;
  code: CodeChanges | null;
  /** What a source says that keeps counts and no more; null where it said nothing. */
  counted: IssueCounts | null;
  correction: Correction | null;
}

/** What became of an issue: what an outside truth says, else what was recorded. */
export function issueStatus({ status, correction }: Issue): Issue['status'] {
  if (correction === null) return status;
  return correction.success ? 'completed' : 'failed';
}

/** The issue that an event belongs to, changed by it; it is known from the first event that names it. */
export function applyIssueEvent(issues: Issue[], event: RunlogEvent, iid: string): Issue {
  const issue = issues[placeOf(issues, iid, ({ iid }) => iid)] ?? addIssue(issues, iid);
  switch (event.type) {
    case 'issue.started': {
      // An end before any start: its start was written by a host whose clock is ahead.
      const isLate = !issue.hasStarted && issue.status !== 'in_progress';
      if (!issue.hasStarted) issue.startTime = timeOf(event);
      issue.hasStarted = true;
      issue.complexity = event.complexity ?? issue.complexity;
      if (isLate) break;
      // Taken up again: it is open again, and began when it first began. What was said of its outcome was about the time before.
      issue.status = 'in_progress';
      issue.endTime = null;
      issue.correction = null;
      break;
    }
    case 'issue.ended':
      issue.status = event.status as Issue['status'];
      issue.endTime = timeOf(event);
      issue.error = event.error ?? null;
      break;
    case 'issue.counted':
      issue.counted = countsOf(event, issue.counted);
      break;
    case 'code.measured':
      issue.code = codeOf(event, issue.code);
      break;
  }
  return issue;
}

/** The latest word on each measure: coverage may be measured apart from the rest. */
export function codeOf(event: RunlogEvent<'code.measured'>, known: CodeChanges | null): CodeChanges {
  return {
    filesCreated: event.files_created ?? known?.filesCreated ?? null,
    filesModified: event.files_modified ?? known?.filesModified ?? null,
    filesDeleted: event.files_deleted ?? known?.filesDeleted ?? null,
    linesAdded: event.lines_added ?? known?.linesAdded ?? null,
    linesDeleted: event.lines_deleted ?? known?.linesDeleted ?? null,
    commits: event.commits ?? known?.commits ?? null,
    testCoverage: event.test_coverage ?? known?.testCoverage ?? null,
  };
}

function countsOf(event: RunlogEvent<'issue.counted'>, known: IssueCounts | null): IssueCounts {
  return {
    pipelines: event.pipelines ?? known?.pipelines ?? null,
    succeededPipelines: event.succeeded_pipelines ?? known?.succeededPipelines ?? null,
    failedPipelines: event.failed_pipelines ?? known?.failedPipelines ?? null,
    debuggingCycles: event.debugging_cycles ?? known?.debuggingCycles ?? null,
    resolvedCycles: event.resolved_cycles ?? known?.resolvedCycles ?? null,
    errors: event.errors ?? known?.errors ?? null,
    toolCalls: event.tool_calls ?? known?.toolCalls ?? null,
  };
}

/** Ends what has not ended, at the time of the run's end. */
export function interruptIssues(issues: Issue[], endedAt: string | null): void {
  for (const issue of issues)
    if (issue.status === 'in_progress') {
      issue.status = issue.hasStarted ? 'interrupted' : null;
      issue.endTime = issue.hasStarted ? endedAt : null;
    }
}

function addIssue(issues: Issue[], iid: string): Issue {
  const issue: Issue = {
    iid,
    status: 'in_progress',
    hasStarted: false,
    startTime: null,
    endTime: null,
    complexity: null,
    error: null,
    tokens: noTokens(),
    code: null,
    counted: null,
    correction: null,
  };
  issues.push(issue);
  return issue;
}
