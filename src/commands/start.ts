// runlog start: a new run. Prints its id and nothing else.
import { argvOf, findOwner, readProcess, type Process } from '../runs/processes.js';
import { beginRun } from '../runs/start.js';
import { readHead } from '../sources/git.js';
import { answer, asCaller, parseCount, usage, type Input } from './input.js';
import { acknowledge } from './recording.js';

export function start(input: Input): void {
  const owner = ownerOf(input);
  const runId = startRun(input, { owner, argv: owner === null ? [] : argvOf(owner.pid) });
  answer(input.context, { run_id: runId, dir: input.store.dir }, `${runId}\n`);
}

/** Makes the run that start's options describe; gives its id. Where the store cannot be written, it begins in the spool. */
export function startRun(input: Input, { owner, argv }: { owner: Process | null; argv: string[] }): string {
  const { env, cwd } = input.context;
  const facts = {
    id: input.text('id') ?? null,
    project: input.text('project') ?? null,
    name: input.text('name') ?? null,
    execution_mode: input.text('mode') ?? null,
    specific_issue: input.text('issue') ?? null,
    llm: {
      provider: input.text('provider') ?? null,
      model: input.text('model') ?? null,
      temperature: input.number('temperature') ?? null,
    },
    trigger: {
      source: input.text('trigger') ?? null,
      issue_key: input.text('trigger-issue') ?? null,
      issue_status: input.text('trigger-status') ?? null,
    },
    intent_type: input.text('intent') ?? null,
    beat_seconds: beatSeconds(input),
    cwd,
    argv,
    git: asCaller(input.context, () => readHead(cwd)),
    tags: input.pairs('tag'),
    owner,
  };
  const { runId, spooled } = beginRun(input.store, facts, { env, isUnredacted: input.has('no-redact') });
  if (spooled !== null) acknowledge(input, spooled);
  return runId;
}

function ownerOf(input: Input): Process | null {
  const { env } = input.context;
  const given = input.text('owner-pid');
  // Under CI every step is a shell of its own: its death says nothing about the run.
  if (given === 'none' || (given === undefined && env['CI'] === 'true')) return null;
  if (given === undefined) return findOwner(process.ppid, env);
  const owner = readProcess(parseCount(given, '--owner-pid'));
  if (owner === null)
    throw usage(
      `--owner-pid: no process has the number ${given}`,
      'In a shell script, $$ is the number of the script.',
    );
  return owner;
}

function beatSeconds(input: Input): number | null {
  const seconds = input.number('beat') ?? null;
  if (seconds !== null && seconds <= 0) throw usage('--beat takes seconds, more than 0');
  return seconds;
}
