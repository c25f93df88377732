// How a run that has not ended is to be ended: by what its owner says, by what it recorded, or by its death. Decides; writes nothing.
import { RunlogError } from '../events/errors.js';
import { formatInstant } from '../events/instant.js';
import type { RunStatus } from '../events/vocabulary.js';
import { failureOf, hasSuccess, statusByRecord } from '../views/outcome.js';
import type { Ending, RunState } from '../views/run.js';
import type { Process } from './processes.js';
import { deathOf, type RunReading, type Vantage } from './verdict.js';

/** What the caller of finalize says of the run's end. */
export interface Wish {
  status?: RunStatus | undefined;
  exitCode?: number | undefined;
  /** The signal that ended it, where the caller saw one. */
  signal?: string | undefined;
  error?: string | undefined;
  cause?: string | undefined;
}

/** The shells' convention: 128 + n says that signal n did it. These come from outside; the run did not fail by itself. */
const SIGNALS_BY_STATUS: Readonly<Record<number, string>> = {
  129: 'SIGHUP',
  130: 'SIGINT',
  131: 'SIGQUIT',
  137: 'SIGKILL',
  143: 'SIGTERM',
};

export function isWishEmpty(wish: Wish): boolean {
  return Object.values(wish).every((value) => value === undefined);
}

/** The end of a run that somebody named. Throws `run_is_live` where it lives and the caller has no right to end it. */
export function endingByName(
  reading: RunReading,
  wish: Wish,
  caller: readonly Process[],
  isForced: boolean,
  from: Vantage,
): Ending {
  const { state, judgement } = reading;
  const life = judgement?.life ?? 'dead';
  if (life === 'dead' || (life === 'silent' && isWishEmpty(wish)))
    return withWish(deathOf(state, judgement?.reason ?? 'it never ended'), wish, state);
  const owner = state.started?.owner ?? null;
  const isOwn = isOwner(state, caller);
  // Without an owner there is nobody to ask: who names the run may end it, unless its beats say that it is at work. Then it takes
  // somebody who knows how it ended.
  const mayEnd =
    isOwn || isForced || life === 'silent' || (owner === null && (life === 'unknown' || !isWishEmpty(wish)));
  if (!mayEnd)
    throw new RunlogError('run_is_live', `${reading.runId} is not over: ${judgement?.reason}`, {
      hint: 'Its own script can finalize it; --force does it anyway.',
    });
  const byRecord = statusByRecord(state);
  const said: Ending = {
    status: byRecord.status,
    endedAt: formatInstant(from.nowMicros),
    error: null,
    exitCode: null,
    signal: null,
    reason: byRecord.reason,
    decidedBy: isOwn ? 'owner' : 'user',
  };
  return withWish(said, wish, state);
}

/** Whether the owner of a run is among some processes: a caller and those above it. */
export function isOwner({ started }: RunState, caller: readonly Process[]): boolean {
  const owner = started?.owner ?? null;
  return owner !== null && caller.some(({ pid, startTime }) => pid === owner.pid && startTime === owner.process_start);
}

/** What the caller says goes over what was found; more exact words go over vaguer ones. */
function withWish(found: Ending, wish: Wish, state: RunState): Ending {
  const ending = { ...found };
  const { exitCode } = wish;
  if (exitCode !== undefined || wish.signal !== undefined)
    Object.assign(ending, endingByExit(exitCode, wish.signal, state));
  else if (wish.error !== undefined) Object.assign(ending, { status: failedOrPartial(state), reason: wish.error });
  if (wish.status !== undefined)
    Object.assign(ending, {
      status: wish.status,
      reason: ending.exitCode === null ? `finalized as ${wish.status}` : ending.reason,
    });
  if (wish.error !== undefined) ending.error = wish.error;
  if (wish.cause !== undefined) ending.reason = wish.cause;
  return ending;
}

function endingByExit(exitCode: number | undefined, given: string | undefined, state: RunState): Partial<Ending> {
  const signal = given ?? SIGNALS_BY_STATUS[exitCode ?? 0] ?? null;
  const facts = { exitCode: given === undefined ? (exitCode ?? null) : null, signal };
  if (signal !== null)
    return {
      ...facts,
      status: isFromOutside(signal) ? 'interrupted' : failedOrPartial(state),
      reason: `killed by ${signal}`,
    };
  if (exitCode !== 0) return { ...facts, status: failedOrPartial(state), reason: `exit status ${exitCode}` };
  // It says that it went well: a failure on record counts against that, a step left open does not.
  const failure = failureOf(state);
  return failure === null
    ? { ...facts, status: 'completed', reason: 'exit status 0' }
    : { ...facts, status: failedOrPartial(state), reason: failure };
}

function isFromOutside(signal: string): boolean {
  return Object.values(SIGNALS_BY_STATUS).includes(signal);
}

function failedOrPartial(state: RunState): RunStatus {
  return hasSuccess(state) ? 'partial' : 'failed';
}
