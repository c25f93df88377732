// Which issues were worked on, and how did each end? Folds issue events; pure.
import type { RunlogEvent } from '../events/vocabulary.js';
import { addTokens, noTokens, type TokenSums } from './tokens.js';

export interface CodeChanges {
  filesCreated: number | null;
  filesModified: number | null;
  filesDeleted: number | null;
  linesAdded: number | null;
  linesDeleted: number | null;
  commits: number | null;
  testCoverage: number | null;
}

export interface Issue {
  iid: string;
  /** Null: the run has ended, and the issue was only mentioned in it; nobody said what became of it. */
  status: 'in_progress' | 'completed' | 'failed' | 'skipped' | 'interrupted' | null;
  /** Null where the issue was only mentioned, never started. */
  startTime: string | null;
  endTime: string | null;
  complexity: number | null;
  error: string | null;
  tokens: TokenSums;
  code: CodeChanges | null;
}

export function applyIssueEvent(issues: Issue[], event: RunlogEvent, iid: string | null): void {
  if (iid === null) return;
  const issue = issues.find((known) => known.iid === iid) ?? addIssue(issues, iid);
  switch (event.type) {
    case 'issue.started':
      issue.startTime ??= event.at;
      issue.complexity = event.complexity ?? issue.complexity;
      // Taken up again: it is open again, and began when it first began.
      issue.status = 'in_progress';
      issue.endTime = null;
      break;
    case 'issue.ended':
      issue.status = event.status as Issue['status'];
      issue.endTime = event.at;
      issue.error = event.error ?? null;
      break;
    case 'tokens.used':
      addTokens(issue.tokens, event);
      break;
    case 'code.measured':
      issue.code = {
        filesCreated: event.files_created ?? null,
        filesModified: event.files_modified ?? null,
        filesDeleted: event.files_deleted ?? null,
        linesAdded: event.lines_added ?? null,
        linesDeleted: event.lines_deleted ?? null,
        commits: event.commits ?? null,
        testCoverage: event.test_coverage ?? null,
      };
      break;
  }
}

/** Ends what has not ended, at the time of the run's end. */
export function interruptIssues(issues: Issue[], endedAt: string | null): void {
  for (const issue of issues)
    if (issue.status === 'in_progress') {
      issue.status = issue.startTime === null ? null : 'interrupted';
      issue.endTime = issue.startTime === null ? null : endedAt;
    }
}

function addIssue(issues: Issue[], iid: string): Issue {
  const issue: Issue = {
    iid,
    status: 'in_progress',
    startTime: null,
    endTime: null,
    complexity: null,
    error: null,
    tokens: noTokens(),
    code: null,
  };
  issues.push(issue);
  return issue;
}
