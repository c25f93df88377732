// What a RUN argument means: an id, an unambiguous start of one, `latest`, `latest~N`, a trace id, or nothing at all.
import { RunlogError } from '../events/errors.js';
import fs from 'node:fs';
import { comparePlaces, placeOf, type IndexEntry, type Place } from '../formats/index-row.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { lineage } from './processes.js';
import { peekSpool, spooledRuns } from './spool.js';
import { unknownRun } from './record.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { readStart, readStartTime } from './start-event.js';
import { askIndex } from './store-index.js';

const CANDIDATES_SHOWN = 8;

/** The id of the run that a RUN argument names. Throws `no_such_run`, or `usage` where several fit. */
export function resolveRun(store: Store, text: string, env: NodeJS.ProcessEnv): string {
  if (paths.isRunId(text) && paths.isRun(store, text)) return text;
  if (paths.isRunId(text) && peekSpool(store, text, env).length > 0) return text;
  const latest = /^latest(?:~(\d+))?$/.exec(text);
  if (latest !== null) return nthLatest(store, Number(latest[1] ?? 0), text);
  if (text === '') throw new RunlogError('usage', 'the RUN argument is empty', { hint: 'Name a run, or: latest' });
  if (paths.isRunId(text) && fs.existsSync(paths.archivePath(store, text))) throw unknownRun(store, text);
  const ids = paths.listRunIds(store);
  // `x_2` is not what somebody means by `x`: the run `x` is gone.
  const fitting = ids.filter((id) => id.startsWith(text) && !/^_\d+$/.test(id.slice(text.length)));
  if (fitting.length === 1) return fitting[0] as string;
  if (fitting.length > 1)
    throw new RunlogError('usage', `${fitting.length} runs begin with ${text}: ${shown(fitting)}`, {
      hint: 'Give more of the id.',
    });
  const traced = runOfTrace(store, text);
  if (traced !== null) return traced;
  throw unknownRun(store, text);
}

/** The run that a recording command means: --run, else RUNLOG_RUN, else the running run that an ancestor of this process owns. */
export function currentRun(store: Store, option: string | undefined, env: NodeJS.ProcessEnv): string {
  const carried = env['RUNLOG_RUN'] || undefined;
  const named = option ?? carried;
  if (named === undefined) return ownedByAncestor(store, env);
  // A store that was named and is gone (unmounted): what a script carries from `start` is trusted, and its events wait in the spool.
  if (option === undefined && paths.isRunId(named) && paths.isGone(store)) return named;
  try {
    const runId = resolveRun(store, named, env);
    // What a script carries from `start` is whole: a run that is gone must not be taken for one whose id goes on where its ends.
    if (option === undefined && runId.length > named.length && runId.startsWith(named)) throw unknownRun(store, named);
    return runId;
  } catch (error) {
    // A store that cannot even be read is no reason to break what is recorded: the event will wait in the spool.
    if (error instanceof RunlogError && error.code === 'io' && paths.isRunId(named)) return named;
    throw error;
  }
}

function ownedByAncestor(store: Store, env: NodeJS.ProcessEnv): string {
  const open = openRuns(store, env);
  for (const ancestor of lineage(process.ppid)) {
    const owned = open.filter(({ owner }) => owner?.pid === ancestor.pid && owner.process_start === ancestor.startTime);
    if (owned.length === 1) return (owned[0] as OpenRun).runId;
    if (owned.length > 1) throw noCurrentRun('several runs belong to this script.', owned);
  }
  throw noCurrentRun('Which run?', open);
}

function noCurrentRun(what: string, candidates: readonly OpenRun[]): RunlogError {
  const ids = candidates.map(({ runId }) => runId);
  return new RunlogError('usage', ids.length === 0 ? `${what} None is open.` : `${what} Open are ${shown(ids)}.`, {
    hint: 'Start one with: export RUNLOG_RUN=$(runlog start), or name one with --run.',
  });
}

interface OpenRun {
  runId: string;
  owner: RunlogEvent<'run.started'>['owner'];
}

function openRuns(store: Store, env: NodeJS.ProcessEnv): OpenRun[] {
  const unsettled = askIndex(store, ({ open }) => open);
  const ids = unsettled.filter((id) => !fs.existsSync(paths.finalPath(store, id)));
  const stored = ids.map((runId) => ({ runId, owner: readStart(store, runId)?.owner }));
  const spooled = spooledRuns(store, env)
    .filter((runId) => !ids.includes(runId))
    .flatMap((runId) => peekSpool(store, runId, env))
    .filter((event) => event.type === 'run.started')
    .map(({ run_id, owner }) => ({ runId: run_id, owner }));
  return [...stored, ...spooled];
}

/** Newest first, as `list` has them. Of runs that are not settled only the start is read. */
function nthLatest(store: Store, back: number, text: string): string {
  const { found, count } = askIndex(store, ({ open, entries }) => {
    const opened = open.map((id) => ({ id, start: readStartTime(store, id) ?? '' }));
    const newest = [...opened, ...firstPlaces(entries(), back + 1)].sort(comparePlaces);
    return { found: newest[back]?.id, count: newest.length };
  });
  if (found === undefined)
    throw new RunlogError('no_such_run', `no such run: ${text}; the store ${store.dir} has ${count} runs`, {
      hint: 'Start one with: runlog start',
    });
  return found;
}

/** The newest runs whose ids begin so; of one that is not settled nothing is read but its start, and its status is null. */
export function newestRuns(store: Store, start: string, limit: number): (Place & { status: string | null })[] {
  return askIndex(store, ({ open, entries }) => {
    const found: (Place & { status: string | null })[] = open
      .filter((id) => id.startsWith(start))
      .map((id) => ({ id, start: readStartTime(store, id) ?? '', status: null }));
    const most = found.length + limit;
    for (const { row } of entries()) {
      if (found.length >= most) break;
      if (row.run_id.startsWith(start)) found.push({ ...placeOf(row), status: row.status });
    }
    return found.sort(comparePlaces).slice(0, limit);
  });
}

function firstPlaces(entries: Iterable<IndexEntry>, limit: number): Place[] {
  const places: Place[] = [];
  for (const { row } of entries) if (places.push(placeOf(row)) >= limit) break;
  return places;
}

function runOfTrace(store: Store, traceId: string): string | null {
  return askIndex(store, ({ open, entries }) => {
    for (const id of open) {
      const start = readStart(store, id);
      if (start !== null && (start.trace_id ?? start.id) === traceId) return id;
    }
    for (const entry of entries()) if (entry.traceId === traceId) return entry.row.run_id;
    return null;
  });
}

function shown(ids: readonly string[]): string {
  const rest = ids.length - CANDIDATES_SHOWN;
  return ids.slice(0, CANDIDATES_SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
