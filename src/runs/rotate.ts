// Rotation: which runs may go, and their way into the archive. A plan is made first; doing it follows the plan.
import fs from 'node:fs';
import { formatInstant, parseInstant } from '../events/instant.js';
import { durationText } from '../formats/quantities.js';
import { startTime, type RunState } from '../views/run.js';
import { removeAbandoned } from './abandoned.js';
import { archiveRun } from './archive.js';
import type { HeldFolder } from './held-folder.js';
import { withLock } from './lock.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { isPinned } from './pin.js';
import { digestRun, isSameRun } from './run-contents.js';
import { goesOn, lostToSeal, readSeal } from './seal.js';
import { spooledRuns } from './spool.js';
import { FAULT, holdStore, survey, type StoreFolders } from './store-folders.js';
import { readAnyRun } from './store.js';
import { discard, emptyTrash, stuckText, waiting } from './trash.js';
import { readRun, vantage, type RunReading, type Vantage } from './verdict.js';

export interface RotateOptions {
  env: NodeJS.ProcessEnv;
  maxRuns: number;
  maxAgeSeconds: number;
  maxBytes: number | null;
  keepsFailed: boolean;
  keepTags: readonly (readonly [key: string, value: string])[];
  isDelete: boolean;
  isDryRun: boolean;
  lockTimeoutSeconds: number;
  /** After so long no further run is begun; null for no such limit. */
  maxRuntimeSeconds: number | null;
}

export interface Rotated {
  runId: string;
  action: 'keep' | 'archive' | 'delete';
  reason: string;
  bytes: number;
}

/** A run whose journal was written within this time may have a writer that we do not know of. */
const RECENT_SECONDS = 3600;

export interface Rotation {
  runs: Rotated[];
  /** Runs that were to go and for which no time was left. */
  left: number;
  /** What is wrong and needs somebody, in sentences. */
  problems: string[];
}

export async function rotateRuns(store: Store, options: RotateOptions): Promise<Rotation> {
  const until = options.maxRuntimeSeconds === null ? null : Date.now() + options.maxRuntimeSeconds * 1000;
  if (options.isDryRun) {
    if (paths.isGone(store)) throw paths.noStore(store);
    const folders = holdStore(store, true);
    try {
      const runs = folders === null ? [] : planRotation(folders, options, vantage());
      return { runs, left: 0, problems: problemsOf(runs) };
    } finally {
      folders?.close();
    }
  }
  return withLock(store, options.lockTimeoutSeconds, async () => {
    const folders = holdStore(store, false) as StoreFolders;
    try {
      const from = vantage();
      const plan = planRotation(folders, options, from);
      const problems = folders.trash === null ? [] : emptyTrash(folders.trash, folders.runs, folders.archive);
      problems.push(...removeAbandoned(folders.runs, folders.archive, Date.now()));
      const runs: Rotated[] = [];
      let left = 0;
      for (const item of plan) {
        if (item.action === 'keep') runs.push(item);
        else if (until !== null && Date.now() >= until) {
          left += 1;
          runs.push({ ...item, action: 'keep', reason: 'no time was left for it (--max-runtime)' });
        } else runs.push(await putAway(folders, item, options, from, problems));
      }
      return { runs, left, problems: [...problems, ...problemsOf(runs)] };
    } finally {
      folders.close();
    }
  });
}

function problemsOf(runs: readonly Rotated[]): string[] {
  return runs.flatMap(({ runId, reason }) => (reason.startsWith(FAULT) ? [`${runId} ${reason}`] : []));
}

/** Newest first, what happens to each run and why. What waits in the trash to go back counts as if it were back. */
function planRotation(folders: StoreFolders, options: RotateOptions, from: Vantage): Rotated[] {
  const places = paths.listRunIds(folders.store).map((runId) => ({ runId, parent: folders.runs, isOwn: false }));
  for (const { holder, name, isReturning } of folders.trash === null
    ? []
    : waiting(folders.trash, folders.runs, folders.archive))
    if (isReturning) places.push({ runId: name, parent: (folders.trash as HeldFolder).enter(holder), isOwn: true });
  const runs = places.flatMap(({ runId, parent, isOwn }) => {
    try {
      if (parent.look(runId)?.isDirectory() !== true) return [];
      const { bytes, guard } = survey(parent, runId, folders.runs.uid);
      const at = { ...folders.store, runs: parent.at('.') };
      const reading = readAnyRun(at, runId, from);
      // Nothing but the journal is read of what is odd: a pipe would not end.
      return [{ runId, bytes, guard: guard ?? whyKept(at, reading, options, from), ...slim(reading) }];
    } finally {
      if (isOwn) parent.close();
    }
  });
  runs.sort((a, b) =>
    a.startedAt === b.startedAt ? (a.runId < b.runId ? 1 : -1) : a.startedAt < b.startedAt ? 1 : -1,
  );
  let bytesSoFar = 0;
  return runs.map(({ runId, guard, bytes, ageSeconds }, index) => {
    bytesSoFar += bytes;
    const why = whyGone(ageSeconds(from), index, bytesSoFar, options);
    const isKept = guard !== null || why === null;
    const action = isKept ? 'keep' : options.isDelete ? 'delete' : 'archive';
    return { runId, action, reason: why === null ? 'young and few enough' : (guard ?? why), bytes };
  });
}

/** What a plan needs of a run: thousands of whole states would not fit into memory. */
function slim({ state }: RunReading): {
  startedAt: string;
  ageSeconds: (from: Vantage) => number;
} {
  const last = lastTime(state);
  return {
    startedAt: startTime(state) ?? '',
    ageSeconds: (from) => (last === null ? 0 : (from.nowMicros - (parseInstant(last) as number)) / 1e6),
  };
}

/** A run that was silent for months and ended just now is not old. */
function lastTime(state: RunState): string | null {
  const times = [state.lastEventAt, state.ending?.endedAt ?? null].filter((time) => time !== null);
  return times.length === 0 ? null : times.reduce((one, other) => (one > other ? one : other));
}

/** What protects a run from rotation, whatever its age; null where nothing does. */
function whyKept(
  store: Store,
  { runId, state, status, reason }: RunReading,
  options: RotateOptions,
  from: Vantage,
): string | null {
  if (isPinned(store, runId)) return 'pinned';
  if (spooledRuns(store, options.env).includes(runId)) return 'events wait for it in the spool';
  if (status === 'running') return `running: ${reason}`;
  const seal = readSeal(store, runId);
  if (seal === null) return 'not finalized';
  if (goesOn(seal, store, runId)) return 'written to after it was finalized';
  if (lostToSeal(store, runId).length > 0) return `${FAULT}its journal is not what was sealed (runlog verify ${runId})`;
  const last = lastTime(state);
  // A last event in the future says that a clock is wrong, not that the run is old.
  if (last !== null && last > formatInstant(from.nowMicros - RECENT_SECONDS * 1e6))
    return 'written less than an hour ago';
  if (options.keepsFailed && status !== 'completed') return `--keep-failed: ${status}`;
  const tag = options.keepTags.find(([key, value]) => state.started?.tags?.[key] === value);
  return tag === undefined ? null : `--keep-tag ${tag.join('=')}`;
}

function whyGone(ageSeconds: number, index: number, bytesSoFar: number, options: RotateOptions): string | null {
  if (ageSeconds > options.maxAgeSeconds) return `its last event is ${durationText(ageSeconds)} old`;
  if (index >= options.maxRuns) return `there are ${options.maxRuns} newer runs`;
  return options.maxBytes !== null && bytesSoFar > options.maxBytes
    ? 'it and the newer runs are larger than --max-size'
    : null;
}

async function putAway(
  folders: StoreFolders,
  item: Rotated,
  options: RotateOptions,
  from: Vantage,
  problems: string[],
): Promise<Rotated> {
  const { runId } = item;
  const { store, runs } = folders;
  const judge = (parent: HeldFolder): string | null => {
    const at = { ...store, runs: parent.at('.') };
    return survey(parent, runId, runs.uid).guard ?? whyKept(at, readRun(at, runId, from), options, from);
  };
  let guard: string | null = null;
  let archive: HeldFolder | null = null;
  try {
    if (runs.look(runId)?.isDirectory() !== true) return { ...item, action: 'keep', reason: 'it went away meanwhile' };
    guard = judge(runs);
    if (guard !== null) return { ...item, action: 'keep', reason: guard };
    archive = options.isDelete ? null : folders.makeArchive();
    const contents =
      archive === null ? digestRun(runs, runId) : await archiveRun(runs, archive, runId, paths.rightsOf(store));
    // Looked at once more in the trash: what was appended or pinned meanwhile would not be in the archive, and what was judged by its
    // path may have been another thing.
    const done = discard(folders.makeTrash(), runs, runId, (place) => {
      if (!isSameRun(place, runId, contents)) return false;
      guard = judge(place);
      return guard === null;
    });
    if (done.end === 'left')
      problems.push(`${runId} is not wholly deleted (${done.why}); what is left is in ${done.place}`);
    if (done.end === 'gone' || done.end === 'left') return item;
    if (done.end === 'stuck') problems.push(stuckText(runId, done.place, done.why));
    if (archive !== null) fs.rmSync(archive.at(paths.archiveName(runId)), { force: true });
    return { ...item, action: 'keep', reason: guard ?? 'written to meanwhile' };
  } catch (error) {
    const words = runs.words(archive === null ? error : new Error(archive.words(error)));
    return { ...item, action: 'keep', reason: FAULT + words };
  }
}
