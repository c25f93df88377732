// Which runs may go: what protects each, and how it stands to the limits. Changes nothing.
import { formatInstant, parseInstant } from '../events/instant.js';
import { durationText } from '../formats/quantities.js';
import { startTime, type RunState } from '../views/run.js';
import type { HeldFolder } from './held-folder.js';
import type { HeldTree } from './held-tree.js';
import type { Store } from './paths.js';
import { isPinned } from './pin.js';
import { goesOn, lostToSeal, readSeal } from './seal.js';
import { glanceAtSealed } from './sealed-run.js';
import { spooledRuns } from './spool.js';
import { FAULT, survey, type StoreFolders } from './store-folders.js';
import { readAnyRun } from './store.js';
import { assess, readRun, type RunReading, type Vantage } from './verdict.js';

export interface Limits {
  env: NodeJS.ProcessEnv;
  maxRuns: number;
  maxAgeSeconds: number;
  maxBytes: number | null;
  keepsFailed: boolean;
  keepTags: readonly (readonly [key: string, value: string])[];
  isDelete: boolean;
}

/** A run in a plan, with the stamp that its folder had when it was judged. */
export interface Planned extends Rotated {
  stamp: string;
}

export interface Rotated {
  runId: string;
  action: 'keep' | 'archive' | 'delete';
  reason: string;
  bytes: number;
}

/** A run whose journal was written within this time may have a writer that we do not know of. */
const RECENT_SECONDS = 3600;

/** Newest first, what happens to each run and why. */
export function planRotation(runs: Looked[], limits: Limits, from: Vantage): Planned[] {
  runs.sort((a, b) =>
    a.startedAt === b.startedAt ? (a.runId < b.runId ? 1 : -1) : a.startedAt < b.startedAt ? 1 : -1,
  );
  let bytesSoFar = 0;
  return runs.map(({ runId, guard, bytes, stamp, last }, index) => {
    bytesSoFar += bytes;
    const ageSeconds = last === null ? 0 : (from.nowMicros - (parseInstant(last) as number)) / 1e6;
    const why = whyGone(ageSeconds, index, bytesSoFar, limits);
    const isKept = guard !== null || why === null;
    const action = isKept ? 'keep' : limits.isDelete ? 'delete' : 'archive';
    return { runId, action, reason: why === null ? 'young and few enough' : (guard ?? why), bytes, stamp };
  });
}

/** A run as the plan needs it: of tens of thousands no whole state stays in memory. */
export interface Looked {
  runId: string;
  bytes: number;
  guard: string | null;
  stamp: string;
  startedAt: string;
  last: string | null;
}

/** What a plan needs of those of these runs that are there. */
export function lookAt(
  folders: StoreFolders,
  parent: HeldFolder,
  runIds: readonly string[],
  limits: Limits,
  from: Vantage,
): Looked[] {
  return runIds.flatMap((runId) => {
    const { bytes, guard, stamp } = survey(parent, runId, folders.runs.uid);
    // Asked last, as nearly every name is a run's.
    if (guard !== null && parent.look(runId)?.isDirectory() !== true) return [];
    const at = { ...folders.store, runs: parent.at('.') };
    const { reading, isAsSealed } = judge(at, runId, from, readAnyRun);
    // Nothing but the journal is read of what is odd: a pipe would not end.
    const why = guard ?? whyKept(at, reading, isAsSealed, limits, from);
    const startedAt = startTime(reading.state) ?? '';
    return [{ runId, bytes, guard: why, stamp, startedAt, last: lastTime(reading.state) }];
  });
}

/**
 * What forbids to put away the run that is in `parent` now; null where nothing does. What nobody touched since the plan is not read
 * again: only its spool may have grown. Throws where it cannot be read. The run's folders stay open in `tree`.
 */
export function guardOf(
  folders: StoreFolders,
  parent: HeldFolder,
  { runId, stamp: planned }: Planned,
  limits: Limits,
  from: Vantage,
  tree?: HeldTree,
): string | null {
  const { guard, stamp } = survey(parent, runId, folders.runs.uid, tree);
  if (guard !== null) return guard;
  const at = { ...folders.store, runs: parent.at('.') };
  if (stamp === planned) return whyWaiting(at, runId, limits);
  const { reading, isAsSealed } = judge(at, runId, from, readRun);
  return whyKept(at, reading, isAsSealed, limits, from);
}

function judge(
  at: Store,
  runId: string,
  from: Vantage,
  read: typeof readRun,
): { reading: RunReading; isAsSealed: boolean } {
  const sealed = glanceAtSealed(at, runId);
  const reading = sealed === null ? read(at, runId, from) : assess(runId, sealed, [], from);
  return { reading, isAsSealed: sealed !== null };
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
  isAsSealed: boolean,
  limits: Limits,
  from: Vantage,
): string | null {
  if (isPinned(store, runId)) return 'pinned';
  const waits = whyWaiting(store, runId, limits);
  if (waits !== null) return waits;
  if (status === 'running') return `running: ${reason}`;
  const broken = isAsSealed ? null : whyUnsealed(store, runId);
  if (broken !== null) return broken;
  const last = lastTime(state);
  // A last event in the future says that a clock is wrong, not that the run is old.
  if (last !== null && last > formatInstant(from.nowMicros - RECENT_SECONDS * 1e6))
    return 'written less than an hour ago';
  if (limits.keepsFailed && status !== 'completed') return `--keep-failed: ${status}`;
  const tag = limits.keepTags.find(([key, value]) => state.started?.tags?.[key] === value);
  return tag === undefined ? null : `--keep-tag ${tag.join('=')}`;
}

function whyWaiting(store: Store, runId: string, { env }: Limits): string | null {
  return spooledRuns(store, env).includes(runId) ? 'events wait for it in the spool' : null;
}

function whyUnsealed(store: Store, runId: string): string | null {
  const seal = readSeal(store, runId);
  if (seal === null) return 'not finalized';
  if (goesOn(seal, store, runId)) return 'written to after it was finalized';
  return lostToSeal(store, runId).length === 0
    ? null
    : `${FAULT}its journal is not what was sealed (runlog verify ${runId})`;
}

function whyGone(ageSeconds: number, index: number, bytesSoFar: number, limits: Limits): string | null {
  if (ageSeconds > limits.maxAgeSeconds) return `its last event is ${durationText(ageSeconds)} old`;
  if (index >= limits.maxRuns) return `there are ${limits.maxRuns} newer runs`;
  return limits.maxBytes !== null && bytesSoFar > limits.maxBytes
    ? 'it and the newer runs are larger than --max-size'
    : null;
}
