// What was run? The commands that a run recorded, in the order of its journal; pure. How they are written is not asked here.
import type { RunlogEvent } from '../events/vocabulary.js';
import { failedAction } from './actions.js';
import { durationSeconds, startTime, type RunState } from './run.js';

export interface RecordedCommand {
  /** The ACTION_TYPE; in lower case, which no ACTION_TYPE is, `tool` for the call of a tool and `run` for the run itself. */
  action: string;
  description: string | null;
  at: string;
  utcOffsetMinutes: number;
  /** As somebody wrote it down, or, where `wasRun`, as `append … -- CMD` did: its words, quoted for a shell. */
  text: string | null;
  /** The exact arguments, where they are on record. */
  argv: readonly string[] | null;
  /** runlog itself ran it: how it ended was seen, not told. */
  wasRun: boolean;
  /** Its end is lost with the blob that held it. */
  isCut: boolean;
  exitCode: number | null;
  signal: string | null;
  hasFailed: boolean;
  durationSeconds: number | null;
  result: string | null;
  error: string | null;
}

export function* recordedCommands(events: Iterable<RunlogEvent>): Generator<RecordedCommand> {
  let runOffset = 0;
  for (const event of events) {
    if (event.type === 'run.started') runOffset = event.utc_offset_minutes ?? 0;
    else if (event.type === 'action.logged') yield* actionCommands(event, runOffset);
    else if (event.type === 'tool.called' && (event.argv?.length ?? 0) > 0) yield toolCommand(event, runOffset);
  }
}

/** What the run itself was started as; null where nobody knows. */
export function ownCommand(state: RunState): RecordedCommand | null {
  const { started, ending } = state;
  const argv = started?.argv ?? [];
  if (started === null || argv.length === 0) return null;
  return {
    action: 'run',
    description: null,
    at: startTime(state) as string,
    utcOffsetMinutes: started.utc_offset_minutes ?? 0,
    text: null,
    argv,
    wasRun: true,
    isCut: argv.some((word, index) => isCut(started, `/argv/${index}`, word)),
    exitCode: ending?.exitCode ?? null,
    signal: ending?.signal ?? null,
    hasFailed: ending !== null && ending.status !== 'completed',
    durationSeconds: durationSeconds(state),
    result: null,
    error: ending?.error ?? null,
  };
}

function* actionCommands(event: RunlogEvent<'action.logged'>, runOffset: number): Generator<RecordedCommand> {
  const fields = event.fields ?? [];
  const lastOf = (name: string): string | null => fields.findLast(([key]) => key === name)?.[1] ?? null;
  for (const [index, [key, text]] of fields.entries()) {
    if (key !== 'Command') continue;
    yield {
      action: event.action,
      description: event.description ?? null,
      at: event.at,
      utcOffsetMinutes: event.utc_offset_minutes ?? runOffset,
      text,
      argv: null,
      wasRun: index === 0 && wasRun(event),
      isCut: isCut(event, `/fields/${index}/1`, text),
      exitCode: event.exit_code ?? null,
      signal: event.signal ?? null,
      hasFailed: failedAction(event),
      durationSeconds: event.duration_seconds ?? null,
      result: lastOf('Result'),
      error: lastOf('Error'),
    };
  }
}

/**
 * `append … -- CMD` puts Command and Result first, unless it was told what to write there: then they are somebody's words, whatever
 * was run.
 */
function wasRun(event: RunlogEvent<'action.logged'>): boolean {
  const [key, text = ''] = event.fields?.[1] ?? [];
  const isSeen = (event.exit_code ?? event.signal ?? null) !== null;
  return isSeen && key === 'Result' && /^(?:exit status \d+|killed by \w+) after /.test(text);
}

function toolCommand(event: RunlogEvent<'tool.called'>, utcOffsetMinutes: number): RecordedCommand {
  const argv = event.argv as string[];
  return {
    action: 'tool',
    description: event.tool,
    at: event.at,
    utcOffsetMinutes,
    text: null,
    argv,
    wasRun: true,
    isCut: argv.some((word, index) => isCut(event, `/argv/${index}`, word)),
    exitCode: event.success ? 0 : null,
    signal: null,
    hasFailed: !event.success,
    durationSeconds: typeof event.duration_ms === 'number' ? event.duration_ms / 1000 : null,
    result: null,
    error: event.error ?? null,
  };
}

/** Whether a value went to a blob and did not come back whole: the event then carries no more than its start. */
function isCut(event: object, pointer: string, value: string): boolean {
  const { blobs } = event as { blobs?: unknown };
  if (typeof blobs !== 'object' || blobs === null) return false;
  const blob = (blobs as Record<string, { bytes?: unknown; json?: unknown } | undefined>)[pointer];
  if (blob === undefined || blob === null) return false;
  return new TextEncoder().encode(blob.json === true ? JSON.stringify(value) : value).length !== blob.bytes;
}
