// What a RUN argument means: an id, an unambiguous start of one, `latest`, `latest~N`, a trace id, or nothing at all.
import { RunlogError } from '../events/errors.js';
import { readStart } from './open-run.js';
import fs from 'node:fs';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { lineage } from './processes.js';
import { peekSpool, spooledRuns } from './spool.js';
import { unknownRun } from './record.js';
import type { RunlogEvent } from '../events/vocabulary.js';

const CANDIDATES_SHOWN = 8;

/** The id of the run that a RUN argument names. Throws `no_such_run`, or `usage` where several fit. */
export function resolveRun(store: Store, text: string, env: NodeJS.ProcessEnv): string {
  // A link is no run: a pin or an event would be written to where it leads.
  const found = paths.isRunId(text) ? fs.lstatSync(paths.runDir(store, text), { throwIfNoEntry: false }) : undefined;
  if (found?.isDirectory() === true) return text;
  if (paths.isRunId(text) && peekSpool(store, text, env).length > 0) return text;
  const ids = paths.listRunIds(store);
  const latest = /^latest(?:~(\d+))?$/.exec(text);
  if (latest !== null) return nthLatest(store, ids, Number(latest[1] ?? 0), text);
  if (text === '') throw new RunlogError('usage', 'the RUN argument is empty', { hint: 'Name a run, or: latest' });
  if (paths.isRunId(text) && fs.existsSync(paths.archivePath(store, text))) throw unknownRun(store, text);
  // `x_2` is not what somebody means by `x`: the run `x` is gone.
  const fitting = ids.filter((id) => id.startsWith(text) && !/^_\d+$/.test(id.slice(text.length)));
  if (fitting.length === 1) return fitting[0] as string;
  if (fitting.length > 1)
    throw new RunlogError('usage', `${fitting.length} runs begin with ${text}: ${shown(fitting)}`, {
      hint: 'Give more of the id.',
    });
  const traced = ids.find((id) => {
    const start = readStart(store, id);
    return start !== null && (start.trace_id ?? start.id) === text;
  });
  if (traced !== undefined) return traced;
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
  const ids = paths.listRunIds(store).filter((id) => !fs.existsSync(paths.finalPath(store, id)));
  const stored = ids.map((runId) => ({ runId, owner: readStart(store, runId)?.owner }));
  const spooled = spooledRuns(store, env)
    .filter((runId) => !ids.includes(runId))
    .flatMap((runId) => peekSpool(store, runId, env))
    .filter((event) => event.type === 'run.started')
    .map(({ run_id, owner }) => ({ runId: run_id, owner }));
  return [...stored, ...spooled];
}

function nthLatest(store: Store, ids: readonly string[], back: number, text: string): string {
  const byStart = ids
    .map((id) => ({ id, at: readStart(store, id)?.at ?? '' }))
    .sort((a, b) => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1));
  const found = byStart[back];
  if (found === undefined)
    throw new RunlogError('no_such_run', `no such run: ${text}; the store ${store.dir} has ${ids.length} runs`, {
      hint: 'Start one with: runlog start',
    });
  return found.id;
}

function shown(ids: readonly string[]): string {
  const rest = ids.length - CANDIDATES_SHOWN;
  return ids.slice(0, CANDIDATES_SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
