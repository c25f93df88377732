// runlog pipeline: what CI says of a pipeline. Recorded again as it goes on, it stays one pipeline.
import { formatInstant } from '../events/instant.js';
import { usage, type Input } from './input.js';
import { recordEnding } from './recording.js';
import { parseTime } from './values.js';

export function pipeline(input: Input): void {
  const [id = ''] = input.args;
  if (id === '') throw usage('which pipeline? The argument is empty');
  const status = input.text('status');
  if (status === undefined || status === '')
    throw usage('pipeline needs --status', 'As CI calls it: running, success, failed, canceled…');
  const failedJobs = input.list('failed-job');
  recordEnding(input, {
    type: 'pipeline.recorded',
    pipeline_id: id,
    status,
    commit_sha: input.text('sha') ?? null,
    triggered_by: input.text('triggered-by') ?? null,
    retry_attempt: input.count('retry') ?? null,
    failed_jobs: failedJobs.length === 0 ? null : failedJobs,
    error_type: input.text('error-type') ?? null,
    error_message: input.text('error') ?? null,
    queue_seconds: seconds(input, 'queue-time'),
    execution_seconds: seconds(input, 'execution-time'),
    started_at: time(input, 'started-at'),
    ended_at: time(input, 'ended-at'),
    issue: input.text('issue') ?? null,
  });
}

function seconds(input: Input, name: string): number | null {
  const number = input.number(name) ?? null;
  if (number !== null && number < 0) throw usage(`--${name} takes seconds, 0 or more; not ${number}`);
  return number;
}

function time(input: Input, name: string): string | null {
  const text = input.text(name);
  return text === undefined ? null : formatInstant(parseTime(text, `--${name}`));
}
