// Rotation: which runs may go, and their way into the archive. A plan is made first; doing it follows the plan.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError, messageOf } from '../events/errors.js';
import { formatInstant, parseInstant } from '../events/instant.js';
import { durationText } from '../formats/quantities.js';
import { startTime } from '../views/run.js';
import { archiveRun, digestRun, isSameRun } from './archive.js';
import { withLock } from './lock.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { isPinned } from './pin.js';
import { coversAll, readSeal } from './seal.js';
import { spooledRuns } from './spool.js';
import { readAllRuns } from './store.js';
import { discard, emptyTrash } from './trash.js';
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
}

export interface Rotated {
  runId: string;
  action: 'keep' | 'archive' | 'delete';
  reason: string;
  bytes: number;
}

/** A run whose journal was written within this time may have a writer that we do not know of. */
const RECENT_SECONDS = 3600;

export async function rotateRuns(store: Store, options: RotateOptions): Promise<Rotated[]> {
  if (options.isDryRun) return planRotation(store, options, vantage());
  return withLock(store, options.lockTimeoutSeconds, async () => {
    const from = vantage();
    refuseLinks(store);
    emptyTrash(store, (name) => paths.runDir(store, name));
    const plan = planRotation(store, options, from);
    const done: Rotated[] = [];
    for (const item of plan) done.push(item.action === 'keep' ? item : await putAway(store, item, options, from));
    return done;
  });
}

/** Newest first, what happens to each run and why. */
function planRotation(store: Store, options: RotateOptions, from: Vantage): Rotated[] {
  const runs = [...readAllRuns(store, from)].map((reading) => ({
    reading: slim(reading),
    guard: whyKept(store, reading, options, from),
    bytes: folderBytes(paths.runDir(store, reading.runId)),
  }));
  runs.sort(
    (a, b) => b.reading.startedAt.localeCompare(a.reading.startedAt) || (a.reading.runId < b.reading.runId ? 1 : -1),
  );
  let bytesSoFar = 0;
  return runs.map(({ reading, guard, bytes }, index) => {
    bytesSoFar += bytes;
    const why = whyGone(reading.ageSeconds(from), index, bytesSoFar, options);
    const isKept = guard !== null || why === null;
    const action = isKept ? 'keep' : options.isDelete ? 'delete' : 'archive';
    return { runId: reading.runId, action, reason: why === null ? 'young and few enough' : (guard ?? why), bytes };
  });
}

/** What a plan needs of a run: thousands of whole states would not fit into memory. */
function slim({ runId, state }: RunReading): {
  runId: string;
  startedAt: string;
  ageSeconds: (from: Vantage) => number;
} {
  const last = state.lastEventAt;
  return {
    runId,
    startedAt: startTime(state) ?? '',
    ageSeconds: (from) => (last === null ? 0 : (from.nowMicros - (parseInstant(last) as number)) / 1e6),
  };
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
  if (seal === null || !coversAll(seal, store, runId)) return 'not finalized';
  const last = state.lastEventAt;
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

async function putAway(store: Store, item: Rotated, options: RotateOptions, from: Vantage): Promise<Rotated> {
  const guard = whyKept(store, readRun(store, item.runId, from), options, from);
  if (guard !== null) return { ...item, action: 'keep', reason: guard };
  const { runId } = item;
  try {
    const contents = options.isDelete ? digestRun(store, runId) : await archiveRun(store, runId);
    // Looked at once more in the trash: what was appended or pinned meanwhile would not be in the archive.
    if (discard(store, paths.runDir(store, runId), (place) => isSameRun(place, runId, contents))) return item;
    if (!options.isDelete) fs.rmSync(paths.archivePath(store, runId), { force: true });
    return { ...item, action: 'keep', reason: 'written to meanwhile' };
  } catch (error) {
    return { ...item, action: 'keep', reason: `could not be put away: ${messageOf(error)}` };
  }
}

/** Nothing behind a symbolic link is ever deleted, and nothing outside the store. */
function refuseLinks(store: Store): void {
  for (const folder of [paths.runsDir(store), paths.archiveDir(store)])
    if (fs.lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true)
      throw new RunlogError('cannot_create', `${folder} is a symbolic link`, {
        hint: 'rotate works on real folders alone. Link the whole store instead, or name the real one with --dir.',
      });
}

function folderBytes(folder: string): number {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? folderBytes(file) : fs.lstatSync(file).size;
    })
    .reduce((sum, bytes) => sum + bytes, 0);
}
