// Recording: events become lines of a run's journal; where that fails they go to the spool. It never reads what grows with the run.
import fs from 'node:fs';
import path from 'node:path';
import { withEnvelope } from '../events/envelope.js';
import { checkBody } from '../events/check.js';
import { RunlogError, errnoOf, messageOf } from '../events/errors.js';
import { formatInstant } from '../events/instant.js';
import { redactEvent } from '../events/redact.js';
import type { EventBody, RunlogEvent } from '../events/vocabulary.js';
import { encodeLogEvent } from '../formats/log-events.js';
import { encodeFitting, writeBlob } from '../journal/blobs.js';
import { nowMicros } from '../journal/clock.js';
import { newEventId } from '../journal/event-id.js';
import { PRIVATE, refuseLink, type Rights } from '../journal/folder.js';
import { OWN_FILE, openSegment, openToAppend, type Segment } from '../journal/segment.js';
import { createRun } from './create.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { emptySpool, peekSpool, spool } from './spool.js';
import { readStart } from './start-event.js';

/** An event without its envelope; `at` where it happened at another time than now. */
export type Recordable = EventBody & { at?: string | undefined };

export interface RecordOptions {
  env: NodeJS.ProcessEnv;
  /** Have the disk keep every event before it is acknowledged, not only starts, ends and errors. */
  isDurable?: boolean;
  /** Keep secrets as they are. */
  isUnredacted?: boolean;
  /** Of the one event: its line may stand in the journal in part. */
  eventId?: string | undefined;
}

export interface Recorded {
  events: RunlogEvent[];
  /** What the user should know: the event waits in the spool, or was not recorded at all. */
  warning: string | null;
  where: 'journal' | 'spool' | 'nowhere';
}

const SYNCED = new Set(['run.started', 'run.ended', 'error.raised']);

/**
 * Gives an event its envelope, and masks its secrets; `now` in microseconds since the epoch. Throws `invalid_event` naming the key that
 * is wrong.
 */
export function envelop(body: Recordable, options: RecordOptions, now: number = nowMicros()): RunlogEvent {
  const problem = checkBody(body)[0];
  if (problem !== undefined)
    throw new RunlogError('invalid_event', problem.message, { hint: 'See docs/format.md for the keys of each event.' });
  const shown = options.isUnredacted === true ? body : redactEvent(body);
  return withEnvelope(options.eventId ?? newEventId(now), body.at ?? formatInstant(now), shown);
}

/**
 * Appends events to a run. An unknown run is an error (`no_such_run`); a store that cannot be written is not: the events
 * then wait in the spool, and the result carries a warning.
 */
export function record(store: Store, runId: string, bodies: readonly Recordable[], options: RecordOptions): Recorded {
  const events = bodies.map((body) => envelop(body, options));
  const stranded = tryBringHome(store, runId, options.env);
  try {
    appendEvents(store, runId, events, options.isDurable === true);
    return { events, warning: stranded, where: 'journal' };
  } catch (error) {
    const spooled = setAside(store, runId, events, options, error);
    // Why what waits there already cannot come home is why this cannot either.
    return stranded === null ? spooled : { ...spooled, warning: `${spooled.warning ?? ''}; ${stranded}` };
  }
}

/** Puts events into the spool that the journal could not take. Throws what was no failure of the store, and `no_such_run`. */
export function setAside(
  store: Store,
  runId: string,
  events: RunlogEvent[],
  options: RecordOptions,
  why: unknown,
): Recorded {
  if (errnoOf(why) === undefined && !(why instanceof RunlogError && why.code === 'io')) throw why;
  if (isUnknown(store, runId, options.env)) throw unknownRun(store, runId);
  return spoolEvents(store, runId, events, options, why);
}

/** What waits in the spool must not hold up what happens now: where it cannot come home, that is only said. */
export function tryBringHome(store: Store, runId: string, env: NodeJS.ProcessEnv): string | null {
  try {
    bringHome(store, runId, env);
    return null;
  } catch (error) {
    return `events that wait in the spool for ${runId} could not be brought home: ${messageOf(error)}`;
  }
}

/** Puts events into the spool because of an error; where that fails too, they are lost and the result says so. */
export function spoolEvents(
  store: Store,
  runId: string,
  events: RunlogEvent[],
  options: RecordOptions,
  why: unknown,
): Recorded {
  const reason = `cannot write to ${store.dir} (${messageOf(why)})`;
  try {
    const isStart = events.some(({ type }) => type === 'run.started');
    const file = spool(store, runId, events, options.env, isStart);
    const warning = `${reason}; the event waits in ${file} and comes home with the next command for this run`;
    return { events, warning, where: 'spool' };
  } catch (error) {
    // A start whose id waits there already: the caller takes the next one.
    if (error instanceof RunlogError && error.code === 'cannot_create') throw error;
    const warning = `${reason}, nor to the spool (${messageOf(error)}): the event was NOT recorded`;
    return { events, warning, where: 'nowhere' };
  }
}

/**
 * Appends the events that wait in the spool for a run, making the run's folder if that is what could not be written. Events of
 * another run of the same id stay where they are (`io`).
 */
export function bringHome(store: Store, runId: string, env: NodeJS.ProcessEnv): void {
  emptySpool(store, runId, env, (events) => {
    const start = events.find((event) => event.type === 'run.started');
    const isNew = start !== undefined && createRun(store, start) === 'made';
    if (start !== undefined && !isNew && readStart(store, runId)?.id !== start.id)
      throw new RunlogError('io', `another run has the id ${runId}`);
    appendEvents(store, runId, isNew ? events.filter((event) => event !== start) : events, true);
  });
}

function appendEvents(store: Store, runId: string, events: readonly RunlogEvent[], isDurable: boolean): void {
  const lines = events.map((event) => lineOf(store, runId, event));
  const segment = openOwnSegment(store, runId);
  try {
    for (const line of lines) segment.append(line);
    // The first line of a segment too: later ones that are synced must stand in a file whose name the disk has.
    if (isDurable || segment.isNew || events.some(isSynced)) segment.sync();
    refuseMoved(segment, runId);
  } finally {
    segment.close();
  }
  appendToDesignLog(store, runId, Buffer.from(`\n${encodeLogEvent(events)}`));
}

/** The line of an event; its long values are put into the run's blobs. */
export function lineOf(store: Store, runId: string, event: RunlogEvent): Buffer {
  return encodeFitting(event, (content) => writeBlob(paths.runDir(store, runId), content, paths.rightsOf(store)));
}

/** Whether an event tells how a run went even if nothing else survives a power loss. */
export function isSynced({ type }: RunlogEvent): boolean {
  return SYNCED.has(type);
}

/** Rotation may have moved the run away between our opening and our writing: then nothing is acknowledged. Throws ENOENT. */
export function refuseMoved(segment: Segment, runId: string): void {
  if (!segment.isInPlace()) throw Object.assign(new Error(`${runId} was moved away meanwhile`), { code: 'ENOENT' });
}

/** Opens the segment that this host appends to. Throws what the system says. */
export function openOwnSegment(store: Store, runId: string): Segment {
  const file = paths.segmentPath(store, runId);
  const rights = (): Rights => paths.rightsOf(store);
  // O_NOFOLLOW looks at the last name of a path alone.
  refuseLink(paths.runDir(store, runId));
  refuseLink(path.dirname(file));
  try {
    return openSegment(file, rights);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || !fs.existsSync(paths.runDir(store, runId))) throw error;
    fs.mkdirSync(path.dirname(file), { mode: rights().folder });
    return openSegment(file, rights);
  }
}

/** Adds entries, each behind a LF, to the live log; that they cannot be is no loss. */
export function appendToDesignLog(store: Store, runId: string, entries: Buffer): void {
  // Nothing but the LF.
  if (entries.length <= 1) return;
  try {
    appendLogText(paths.designLogPath(store, runId), entries, () => paths.rightsOf(store), OWN_FILE);
  } catch {
    // A view: finalize writes it anew from the journal, which has the event.
  }
}

/**
 * Appends entries, each behind a LF, to a log file in one write: so they are parted by a blank line from what is there. Of a file that is
 * empty they are the beginning, without that LF. A log of the user's own may be a link.
 * Throws what the system says.
 */
export function appendLogText(file: string, entries: Buffer, rights: () => Rights = () => PRIVATE, flags = 0): void {
  const { fd } = openToAppend(file, () => rights().file, flags);
  try {
    const from = fs.fstatSync(fd).size === 0 ? 1 : 0;
    if (fs.writeSync(fd, entries, from) !== entries.length - from)
      throw Object.assign(new Error(`${file}: the entry was written only in part`), { code: 'ENOSPC' });
  } finally {
    fs.closeSync(fd);
  }
}

/** Whether the store is there and the run is not; of a store that is gone nobody can tell. */
function isUnknown(store: Store, runId: string, env: NodeJS.ProcessEnv): boolean {
  try {
    fs.statSync(paths.runDir(store, runId));
    return false;
  } catch (error) {
    return errnoOf(error) === 'ENOENT' && !paths.isGone(store) && peekSpool(store, runId, env).length === 0;
  }
}

/** The error for a run that is not there: it may be in the archive, or in another store. */
export function unknownRun(store: Store, text: string): RunlogError {
  const archived = paths.listArchived(store).filter((id) => text !== '' && id.startsWith(text));
  if (archived.length === 1)
    return new RunlogError('no_such_run', `the run ${archived[0]} is in the archive`, {
      hint: `Bring it back with: runlog restore ${archived[0]}`,
    });
  return new RunlogError('no_such_run', `no such run: ${text}`, {
    hint: `The store is ${store.dir}; see its runs with: runlog list (another store: --dir or RUNLOG_DIR)`,
  });
}
