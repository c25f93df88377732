// Which run was the last one that went well before another one of its kind?
import { RunlogError } from '../events/errors.js';
import type { RunRow } from '../formats/run-json.js';
import { listRuns } from './list-runs.js';
import type { Store } from './paths.js';

/**
 * The latest completed run of the same intent, or, without an intent, of the same project, that started before a run; asked of the
 * index. Throws `no_such_run` where there is none.
 */
export function lastGoodBefore(store: Store, run: RunRow): string {
  const { run_id: runId, start_time: start, intent_type: intent, project_id: project } = run;
  const kind = intent === null ? `project ${project}` : `intent ${intent}`;
  if (intent === null && project === null)
    throw none(`${runId} has neither an intent nor a project to find a completed run of`);
  if (start === null) throw none(`it is not on record when ${runId} started`);
  const isGood = (row: RunRow): boolean =>
    row.status === 'completed' &&
    row.run_id !== runId &&
    (intent === null ? row.project_id === project : row.intent_type === intent) &&
    row.start_time !== null &&
    row.start_time < start;
  const [found] = listRuns(store, isGood, 1).runs;
  if (found === undefined) throw none(`no completed run of ${kind} started before ${runId}`);
  return found.row.run_id;
}

function none(message: string): RunlogError {
  return new RunlogError('no_such_run', message, { hint: 'Name both runs: runlog compare GOOD_RUN RUN' });
}
