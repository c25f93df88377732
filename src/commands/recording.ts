// What all recording commands share: find the run, record, and acknowledge, whatever becomes of the store.
import { RunlogError } from '../events/errors.js';
import fs from 'node:fs';
import { noteChange } from '../runs/index-change.js';
import { finalPath } from '../runs/paths.js';
import { record, type Recordable, type RecordOptions, type Recorded } from '../runs/record.js';
import { refreshIssueFiles } from '../runs/refresh.js';
import { currentRun } from '../runs/resolve.js';
import { answer, warn, type Input } from './input.js';

/** A shell's function says under which id it tried to write what it now leaves to the executable, and which process it is. */
const TRIED = /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.(\d+)$/;

/** Records one event into the run that the command means, and acknowledges it. Gives the run whose journal has it, or null. */
export function recordOne(input: Input, body: Recordable): string | null {
  const runId = targetRun(input);
  const recorded = recordInto(input, runId, [body]);
  if (input.context.isJson) answer(input.context, { run_id: runId, id: keptId(recorded) }, '');
  return recorded.where === 'journal' ? runId : null;
}

/** The same for an event that ends something of an issue: the issue's files are then brought up to date. */
export function recordEnding(input: Input, body: Recordable): void {
  const runId = recordOne(input, body);
  if (runId !== null) refreshIssueFiles(input.store, runId);
}

/** The id of the one event that was recorded; null where it was recorded nowhere. */
export function keptId({ events, where }: Recorded): string | null {
  return where === 'nowhere' ? null : (events[0]?.id ?? null);
}

export function targetRun(input: Input): string {
  return currentRun(input.store, input.text('run'), input.context.env);
}

/** Records events; warns where they went to the spool. Throws only where nothing could be kept and --strict asks for it. */
export function recordInto(input: Input, runId: string, bodies: readonly Recordable[]): Recorded {
  const recorded = keep(input, runId, bodies);
  if (recorded.where === 'journal') warnIfSealed(input, runId);
  return recorded;
}

/** Says so where a run has been finalized, and true. */
export function warnIfSealed(input: Input, runId: string): boolean {
  if (!isSealed(input, runId)) return false;
  noteChange(input.store);
  warn(
    `${runId} has been finalized; the event stands after its end (refresh its views with: runlog finalize ${runId})`,
  );
  return true;
}

/** Whether a run has been finalized: then its views stand, and what is recorded now is not in them. */
export function isSealed(input: Input, runId: string): boolean {
  return fs.existsSync(finalPath(input.store, runId));
}

/** The same without a word on a run that has been finalized. */
export function keep(input: Input, runId: string, bodies: readonly Recordable[]): Recorded {
  const options = recordOptions(input);
  const [, eventId, pid] = TRIED.exec(input.context.env['RUNLOG_EVENT_ID'] ?? '') ?? [];
  // Whoever inherits it records something else, and two events of one id would be one.
  if (bodies.length === 1 && Number(pid) === process.ppid) options.eventId = eventId;
  const recorded = record(input.store, runId, bodies, options);
  acknowledge(input, recorded);
  return recorded;
}

export function recordOptions(input: Input): RecordOptions {
  return { env: input.context.env, isDurable: input.has('durable'), isUnredacted: input.has('no-redact') };
}

export function acknowledge(input: Input, { warning, where }: Pick<Recorded, 'warning' | 'where'>): void {
  if (warning === null) return;
  if (where === 'nowhere' && isStrict(input))
    throw new RunlogError('not_recorded', warning, {
      hint: 'Free some space or mend the rights, then record it again.',
    });
  warn(warning);
}

function isStrict(input: Input): boolean {
  return input.has('strict') || input.context.env['RUNLOG_STRICT'] === '1';
}
