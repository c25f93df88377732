// runlog start: a new run. Prints its id and nothing else.
import os from 'node:os';
import { RunlogError, errnoOf } from '../events/errors.js';
import { redactEvent } from '../events/redact.js';
import { formatInstant } from '../events/instant.js';
import type { EventBody, RunlogEvent } from '../events/vocabulary.js';
import { formatLocalTime } from '../formats/design-log.js';
import { nowMicros, utcOffsetMinutes } from '../journal/clock.js';
import { candidateIds, composeRunId, createRun } from '../runs/create.js';
import { isRunId } from '../runs/paths.js';
import { argvOf, findOwner, here, readProcess, type Process } from '../runs/processes.js';
import { envelop, spoolEvents } from '../runs/record.js';
import { spooledRuns } from '../runs/spool.js';
import { readHead } from '../sources/git.js';
import { answer, asCaller, parseCount, quote, usage, type Input } from './input.js';
import { acknowledge } from './recording.js';

export function start(input: Input): void {
  const owner = ownerOf(input);
  const runId = startRun(input, { owner, argv: owner === null ? [] : argvOf(owner.pid) });
  answer(input.context, { run_id: runId, dir: input.store.dir }, `${runId}\n`);
}

/** Makes the run that start's options describe; gives its id. Where the store cannot be written, it begins in the spool. */
export function startRun(input: Input, { owner, argv }: { owner: Process | null; argv: string[] }): string {
  const now = nowMicros();
  const offset = utcOffsetMinutes(now);
  const localTime = formatLocalTime(now, offset);
  const named = { project: input.text('project') ?? null, name: input.text('name') ?? null };
  const { project, name } = input.has('no-redact') ? named : redactEvent(named);
  const base = input.text('id') ?? composeRunId(localTime, project, name);
  if (!isRunId(base))
    throw usage(
      `${quote(base)} cannot be a run id`,
      'Letters, digits, dot, dash and underscore, 200 at the most; not a dot or a dash first.',
    );
  const body = startBody(input, owner, argv, formatInstant(now), offset);
  const options = { env: input.context.env, isUnredacted: input.has('no-redact') };
  const waiting = spooledRuns(input.store, options.env);
  for (const runId of candidateIds(base)) {
    if (waiting.includes(runId)) continue;
    const event = envelop({ ...body, run_id: runId }, options) as RunlogEvent<'run.started'>;
    try {
      if (createRun(input.store, event) === 'made') return runId;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      const spooled = spoolStart(input, runId, event, options, error);
      if (spooled === null) continue;
      acknowledge(input, spooled);
      return runId;
    }
  }
  throw new RunlogError('cannot_create', `no id is free for ${base}`);
}

/** Null where a run of that id waits there already. */
function spoolStart(
  input: Input,
  runId: string,
  event: RunlogEvent,
  options: Parameters<typeof spoolEvents>[3],
  why: unknown,
): ReturnType<typeof spoolEvents> | null {
  try {
    return spoolEvents(input.store, runId, [event], options, why);
  } catch (error) {
    if (error instanceof RunlogError && error.code === 'cannot_create') return null;
    throw error;
  }
}

function startBody(
  input: Input,
  owner: Process | null,
  argv: string[],
  at: string,
  offset: number,
): EventBody<'run.started'> & { at: string } {
  const { env, cwd } = input.context;
  const place = here();
  const temperature = input.number('temperature') ?? numberOrNull(env['LLM_TEMPERATURE']);
  const intent = input.text('intent') ?? null;
  return {
    type: 'run.started',
    at,
    run_id: '',
    project: input.text('project') ?? null,
    name: input.text('name') ?? null,
    execution_mode: input.text('mode') ?? null,
    specific_issue: input.text('issue') ?? null,
    llm: {
      provider: input.text('provider') ?? (env['LLM_PROVIDER'] || null),
      model: input.text('model') ?? (env['LLM_MODEL'] || null),
      temperature,
    },
    trigger: {
      source: input.text('trigger') ?? null,
      issue_key: input.text('trigger-issue') ?? null,
      issue_status: input.text('trigger-status') ?? null,
    },
    intent_type: intent,
    owner:
      owner === null
        ? null
        : {
            pid: owner.pid,
            process_start: owner.startTime,
            boot_id: place.bootId,
            pid_namespace: place.pidNamespace,
            machine: place.machine,
          },
    host: os.hostname(),
    beat_seconds: beatSeconds(input),
    cwd,
    argv,
    git: asCaller(input.context, () => readHead(cwd)),
    tags: input.pairs('tag'),
    utc_offset_minutes: offset,
  };
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

function numberOrNull(text: string | undefined): number | null {
  const number = Number(text);
  return text === undefined || text.trim() === '' || !Number.isFinite(number) ? null : number;
}
