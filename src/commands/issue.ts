// runlog issue start|end: an issue that the run works on, and its outcome.
import { usage, type Input } from './input.js';
import { recordEnding, recordOne } from './recording.js';

export function issueStart(input: Input): void {
  recordOne(input, { type: 'issue.started', issue: issueId(input), complexity: input.number('complexity') ?? null });
}

export function issueEnd(input: Input): void {
  const status = input.choice('status', ['completed', 'failed', 'skipped']);
  if (status === undefined) throw usage('issue end needs --status completed, failed or skipped');
  recordEnding(input, { type: 'issue.ended', issue: issueId(input), status, error: input.text('error') ?? null });
}

function issueId(input: Input): string {
  const [iid = ''] = input.args;
  if (iid === '') throw usage('which issue? The argument is empty');
  return iid;
}
