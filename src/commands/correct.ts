// runlog correct: what an outside truth (a merged request, a closed issue) says against what was recorded.
import { messageOf } from '../events/errors.js';
import type { EventBody } from '../events/vocabulary.js';
import { noteChange } from '../runs/index-change.js';
import { refreshIssueFiles } from '../runs/refresh.js';
import { resolveRun } from '../runs/resolve.js';
import { readAnyRun } from '../runs/store.js';
import { vantage } from '../runs/verdict.js';
import type { RunState } from '../views/run.js';
import { answer, usage, warn, type Input } from './input.js';
import { writeViews } from './finalize.js';
import { isSealed, keep, keptId, targetRun } from './recording.js';

const SUBJECTS = ['issue', 'agent', 'run'] as const;
type Subject = (typeof SUBJECTS)[number];

export async function correct(input: Input): Promise<void> {
  const [given = '', name = ''] = input.args;
  const subject = SUBJECTS.find((known) => known === given);
  if (subject === undefined) throw usage(`correct takes ${SUBJECTS.join(', ')}; not ${JSON.stringify(given)}`);
  if (name === '') throw usage(`which ${subject}? The argument is empty`);
  const success = input.has('success');
  if (success === input.has('failure')) throw usage('correct needs --success or --failure, one of them');
  const evidence = input.text('evidence') ?? '';
  if (evidence.trim() === '')
    throw usage('correct needs --evidence', 'How is it known? For example: "merge request !12 was merged"');
  const issue = input.text('issue') ?? null;
  if (issue !== null && subject !== 'agent') throw usage('--issue goes with correct agent');
  const runId = runOf(input, subject, name);
  const body: EventBody = {
    type: 'outcome.corrected',
    subject,
    name: subject === 'run' ? runId : name,
    issue,
    success,
    evidence,
    by: input.text('by') ?? null,
  };
  const recorded = keep(input, runId, [body]);
  answer(input.context, { run_id: runId, id: keptId(recorded) }, '');
  if (recorded.where !== 'journal') return;
  warnOfNobody(input, runId, subject, name, issue);
  await refresh(input, runId);
}

/** Corrections come late: the views of a run that has been finalized are written anew. */
async function refresh(input: Input, runId: string): Promise<void> {
  if (!isSealed(input, runId)) {
    refreshIssueFiles(input.store, runId);
    return;
  }
  // Before the views: that may have to wait, and the row of the run is old already.
  noteChange(input.store);
  try {
    await writeViews(input, runId);
  } catch (error) {
    warn(`the correction is recorded, but the views of ${runId} could not be written now: ${messageOf(error)}`);
  }
}

/** A run is named by its argument; --run, where it stands beside it, must mean the same. */
function runOf(input: Input, subject: Subject, name: string): string {
  if (subject !== 'run') return targetRun(input);
  const { env } = input.context;
  const runId = resolveRun(input.store, name, env);
  const option = input.text('run');
  if (option !== undefined && resolveRun(input.store, option, env) !== runId)
    throw usage(`correct run ${name} and --run ${option} are two runs`, 'Leave out --run.');
  return runId;
}

/** A mistyped name corrects nothing: said, but recorded all the same, for what it names may be on record elsewhere. */
function warnOfNobody(input: Input, runId: string, subject: Subject, name: string, issue: string | null): void {
  const { state, damage } = readAnyRun(input.store, runId, vantage());
  if (subject === 'run' || damage.length > 0 || state.eventCount === 0) return;
  const known = namesOf(state, subject, issue);
  if (known.includes(name)) return;
  const others = known.length === 0 ? 'none is on record' : `on record are ${known.join(', ')}`;
  warn(`${runId} has no ${subject} ${name}: ${others}; the correction changes nothing`);
}

function namesOf({ issues, steps }: RunState, subject: Subject, issue: string | null): string[] {
  if (subject === 'issue') return issues.map(({ iid }) => iid);
  const agents = steps.filter((step) => issue === null || step.issue === issue).map(({ agent }) => agent);
  return [...new Set(agents.filter((agent) => agent !== null))];
}
