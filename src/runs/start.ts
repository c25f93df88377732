// How a run begins: its id, its folder, the facts of the place where it runs, and its owner. Where the store cannot be written, it
// begins in the spool.
import { RunlogError, errnoOf } from '../events/errors.js';
import { formatInstant } from '../events/instant.js';
import { redactEvent } from '../events/redact.js';
import type { EventBody, RunlogEvent } from '../events/vocabulary.js';
import { formatLocalTime } from '../formats/design-log.js';
import { nowMicros, utcOffsetMinutes } from '../journal/clock.js';
import { candidateIds, composeRunId, createRun } from './create.js';
import { hostName } from './host-name.js';
import { isRunId, type Store } from './paths.js';
import { here, type Process } from './processes.js';
import { envelop, spoolEvents, type RecordOptions, type Recorded } from './record.js';
import { spooledRuns } from './spool.js';

/** What whoever starts a run says of it; all else is found here. */
export interface StartFacts {
  /** The id, instead of one made of time and project. */
  id: string | null;
  project: string | null;
  name: string | null;
  execution_mode: string | null;
  specific_issue: string | null;
  /** Where null, LLM_PROVIDER, LLM_MODEL and LLM_TEMPERATURE say it. */
  llm: { provider: string | null; model: string | null; temperature: number | null };
  trigger: { source: string | null; issue_key: string | null; issue_status: string | null };
  intent_type: string | null;
  beat_seconds: number | null;
  cwd: string;
  argv: string[];
  git: { commit: string | null; dirty: boolean | null } | null;
  tags: Record<string, string>;
  owner: Process | null;
}

export interface Begun {
  runId: string;
  /** Where its start waits in the spool, or was recorded nowhere; null where its folder was made. */
  spooled: Recorded | null;
}

/** Makes a run. Throws `usage` where its id cannot be one, `cannot_create` where none is free. */
export function beginRun(store: Store, { id, owner, ...facts }: StartFacts, options: RecordOptions): Begun {
  const now = nowMicros();
  const offset = utcOffsetMinutes(now);
  const base = id ?? composedId(formatLocalTime(now, offset), facts, options);
  if (!isRunId(base))
    throw new RunlogError('usage', `${JSON.stringify(base)} cannot be a run id`, {
      hint: 'Letters, digits, dot, dash and underscore, 200 at the most; not a dot or a dash first.',
    });
  const body: EventBody<'run.started'> & { at: string } = {
    type: 'run.started',
    at: formatInstant(now),
    run_id: '',
    ...facts,
    llm: llmOf(facts.llm, options.env),
    owner: owner === null ? null : ownerFacts(owner),
    host: hostName(),
    utc_offset_minutes: offset,
  };
  const waiting = spooledRuns(store, options.env);
  for (const runId of candidateIds(base)) {
    if (waiting.includes(runId)) continue;
    const event = envelop({ ...body, run_id: runId }, options) as RunlogEvent<'run.started'>;
    try {
      if (createRun(store, event) === 'made') return { runId, spooled: null };
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      const spooled = spoolStart(store, runId, event, options, error);
      if (spooled !== null) return { runId, spooled };
    }
  }
  throw new RunlogError('cannot_create', `no id is free for ${base}`);
}

function composedId(
  localTime: string,
  { project, name }: Pick<StartFacts, 'project' | 'name'>,
  options: RecordOptions,
): string {
  const shown = options.isUnredacted === true ? { project, name } : redactEvent({ project, name });
  return composeRunId(localTime, shown.project, shown.name);
}

/** Null where a run of that id waits there already. */
function spoolStart(
  store: Store,
  runId: string,
  event: RunlogEvent,
  options: RecordOptions,
  why: unknown,
): Recorded | null {
  try {
    return spoolEvents(store, runId, [event], options, why);
  } catch (error) {
    if (error instanceof RunlogError && error.code === 'cannot_create') return null;
    throw error;
  }
}

function llmOf(llm: StartFacts['llm'], env: NodeJS.ProcessEnv): StartFacts['llm'] {
  return {
    provider: llm.provider ?? (env['LLM_PROVIDER'] || null),
    model: llm.model ?? (env['LLM_MODEL'] || null),
    temperature: llm.temperature ?? numberOrNull(env['LLM_TEMPERATURE']),
  };
}

function ownerFacts({ pid, startTime }: Process): NonNullable<EventBody<'run.started'>['owner']> {
  const place = here();
  return {
    pid,
    process_start: startTime,
    boot_id: place.bootId,
    pid_namespace: place.pidNamespace,
    machine: place.machine,
  };
}

function numberOrNull(text: string | undefined): number | null {
  const number = Number(text);
  return text === undefined || text.trim() === '' || !Number.isFinite(number) ? null : number;
}
