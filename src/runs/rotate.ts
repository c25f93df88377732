// Rotation: the runs' way into the archive, or out. A plan is made first; doing it follows the plan, some runs at a time.
import fs from 'node:fs';
import { removeAbandoned } from './abandoned.js';
import { archiveRun } from './archive.js';
import { isSameThing, type HeldFolder, type Identity } from './held-folder.js';
import { withLock } from './lock.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { guardOf, planRotation, type Limits, type OnProgress, type Planned, type Rotated } from './rotation-plan.js';
import { isSameRun, type Contents } from './run-contents.js';
import { FAULT, holdStore, type StoreFolders } from './store-folders.js';
import { Bin, emptyTrash, stuckText } from './trash.js';
import { vantage, type Vantage } from './verdict.js';

export interface RotateOptions extends Limits {
  isDryRun: boolean;
  lockTimeoutSeconds: number;
  /** After so long no further run is begun; null for no such limit. */
  maxRuntimeSeconds: number | null;
  onProgress?: OnProgress;
}

export interface Rotation {
  runs: Rotated[];
  /** Runs that were to go and for which no time was left. */
  left: number;
  /** What is wrong and needs somebody, in sentences. */
  problems: string[];
}

/**
 * So many runs go at a time: some are compressed while others are read, and the disk is asked once to keep the names of all their
 * archives. No more than that is undone when somebody stops us.
 */
const BATCH_RUNS = 32;
/** Larger runs go alone. */
const BATCH_BYTES = 16 * 1024 * 1024;

export async function rotateRuns(store: Store, options: RotateOptions): Promise<Rotation> {
  const until = options.maxRuntimeSeconds === null ? null : Date.now() + options.maxRuntimeSeconds * 1000;
  if (options.isDryRun) {
    if (paths.isGone(store)) throw paths.noStore(store);
    const folders = holdStore(store, true);
    try {
      const runs = folders === null ? [] : await planRotation(folders, options, vantage(), options.onProgress);
      return { runs, left: 0, problems: problemsOf(runs) };
    } finally {
      folders?.close();
    }
  }
  return withLock(store, options.lockTimeoutSeconds, async () => {
    const folders = holdStore(store, false) as StoreFolders;
    try {
      const from = vantage();
      const plan = await planRotation(folders, options, from, options.onProgress);
      const runs: Rotated[] = [...plan];
      const problems = folders.trash === null ? [] : emptyTrash(folders.trash, folders.runs, folders.archive);
      problems.push(...removeAbandoned(folders.runs, folders.archive, Date.now()));
      const left = await carryOut(folders, plan, runs, options, { from, until, problems });
      return { runs, left, problems: [...problems, ...problemsOf(runs)] };
    } finally {
      folders.close();
    }
  });
}

function problemsOf(runs: readonly Rotated[]): string[] {
  return runs.flatMap(({ runId, reason }) => (reason.startsWith(FAULT) ? [`${runId} ${reason}`] : []));
}

interface Course {
  from: Vantage;
  /** When no further run is begun, in milliseconds; null for never. */
  until: number | null;
  problems: string[];
}

/** Does what a plan says, and puts what became of each run in its place there; gives how many no time was left for. */
async function carryOut(
  folders: StoreFolders,
  plan: readonly Planned[],
  runs: Rotated[],
  options: RotateOptions,
  course: Course,
): Promise<number> {
  const going = [...runs.keys()].filter((index) => runs[index]?.action !== 'keep');
  let done = 0;
  while (done < going.length) {
    // oxlint-disable-next-line no-await-in-loop -- a signal is seen between two steps
    await options.onProgress?.('put away', done, going.length);
    if (course.until !== null && Date.now() >= course.until) break;
    const batch = batchOf(going.slice(done, done + BATCH_RUNS).map((index) => plan[index] as Planned));
    // oxlint-disable-next-line no-await-in-loop -- no more than one batch is under way
    for (const row of await putAway(folders, batch, options, course)) runs[going[done++] as number] = row;
  }
  for (const index of going.slice(done))
    runs[index] = { ...(runs[index] as Rotated), action: 'keep', reason: 'no time was left for it (--max-runtime)' };
  return going.length - done;
}

/** The first of these runs, as many as go together. */
function batchOf(items: readonly Planned[]): Planned[] {
  let bytes = 0;
  const end = items.findIndex((item) => (bytes += item.bytes) > BATCH_BYTES);
  return items.slice(0, end === -1 ? items.length : Math.max(1, end));
}

/** Archives runs, and lets those go whose archives the disk has. Gives what became of each. */
async function putAway(
  folders: StoreFolders,
  batch: readonly Planned[],
  options: RotateOptions,
  { from, problems }: Course,
): Promise<Rotated[]> {
  const judge: Judge = (parent, item) => guardOf(folders, parent, item, options, from);
  const stored = await Promise.all(batch.map((item) => store(folders, item, options, judge)));
  let unkept: unknown = null;
  try {
    if (!options.isDelete) folders.archive?.sync();
  } catch (error) {
    unkept = error;
  }
  let bin: Bin | null = null;
  try {
    return batch.map((item, index) => {
      const one = stored[index] as Identity | Contents | Rotated;
      if ('action' in one) return one;
      try {
        if (unkept !== null) throw unkept;
        bin ??= new Bin(folders.makeTrash());
        return letGo(folders, bin, item, one, judge, problems);
      } catch (error) {
        return kept(folders, item, error);
      }
    });
  } finally {
    (bin as Bin | null)?.close();
  }
}

type Judge = (parent: HeldFolder, item: Planned) => string | null;

/** The run that may go, and what it consists of where that is archived; else its row. */
async function store(
  folders: StoreFolders,
  item: Planned,
  options: RotateOptions,
  judge: Judge,
): Promise<Identity | Contents | Rotated> {
  const { runId } = item;
  const { runs } = folders;
  try {
    const found = runs.look(runId);
    if (found?.isDirectory() !== true) return { ...item, action: 'keep', reason: 'it went away meanwhile' };
    // Of what is deleted nothing is read here: it is judged in the trash, where it is alone.
    if (options.isDelete) return found;
    const guard = judge(runs, item);
    if (guard !== null) return { ...item, action: 'keep', reason: guard };
    return await archiveRun(runs, folders.makeArchive(), runId, paths.rightsOf(folders.store));
  } catch (error) {
    return kept(folders, item, error);
  }
}

/**
 * Looked at once more in the trash: what was appended or pinned meanwhile would not be in the archive, and what was judged by its path
 * may have been another thing.
 */
function letGo(
  { runs, archive }: StoreFolders,
  bin: Bin,
  item: Planned,
  stored: Identity | Contents,
  judge: Judge,
  problems: string[],
): Rotated {
  const { runId } = item;
  let guard: string | null = null;
  const done = bin.discard(runs, runId, (place, found) => {
    const isSame = 'files' in stored ? isSameRun(place, runId, stored) : isSameThing(found, stored);
    guard = isSame ? judge(place, item) : null;
    return isSame && guard === null;
  });
  if (done.end === 'left')
    problems.push(`${runId} is not wholly deleted (${done.why}); what is left is in ${done.place}`);
  if (done.end === 'gone' || done.end === 'left') return item;
  if (done.end === 'stuck') problems.push(stuckText(runId, done.place, done.why));
  if (item.action === 'archive' && archive !== null) fs.rmSync(archive.at(paths.archiveName(runId)), { force: true });
  return { ...item, action: 'keep', reason: guard ?? 'written to meanwhile' };
}

function kept({ runs, archive }: StoreFolders, item: Rotated, error: unknown): Rotated {
  const words = runs.words(archive === null ? error : new Error(archive.words(error)));
  return { ...item, action: 'keep', reason: FAULT + words };
}
