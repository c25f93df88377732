// Rotation: the runs' way into the archive, or out. A plan is made first; doing it follows the plan, some runs at a time.
import { removeAbandoned } from './abandoned.js';
import { shareOut, withHands, type Hand, type StartWorker } from './hands.js';
import { withLock } from './lock.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import type { HeldFolder } from './held-folder.js';
import { lookAt, planRotation, type Limits, type Looked, type Planned, type Rotated } from './rotation-plan.js';
import { FAULT, holdStore, type StoreFolders } from './store-folders.js';
import { dropEmptyBins, emptyTrash, waiting } from './trash.js';
import { vantage, type Vantage } from './verdict.js';

/** Is told how many of how many runs were looked at, or are put away. What it throws ends the work; what is done stays. */
export type OnProgress = (what: 'look' | 'put away', done: number, of: number) => void | Promise<void>;

export interface RotateOptions extends Limits {
  isDryRun: boolean;
  lockTimeoutSeconds: number;
  /** After so long no further run is begun; null for no such limit. */
  maxRuntimeSeconds: number | null;
  onProgress?: OnProgress;
  startWorker?: StartWorker;
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
 * archives. No more than that is left when somebody stops us.
 */
const BATCH_RUNS = 32;
/** How many runs are looked at before somebody is told. */
const LOOKED_AT_ONCE = 32;

/** Larger runs go alone. */
const BATCH_BYTES = 16 * 1024 * 1024;

export async function rotateRuns(store: Store, options: RotateOptions): Promise<Rotation> {
  const until = options.maxRuntimeSeconds === null ? null : Date.now() + options.maxRuntimeSeconds * 1000;
  if (options.isDryRun) {
    if (paths.isGone(store)) throw paths.noStore(store);
    const folders = holdStore(store, true);
    if (folders === null) return { runs: [], left: 0, problems: [] };
    const from = vantage();
    const runs = await withHands(folders, options, from, true, options.startWorker, async (hands) =>
      planRotation(await lookAtAll(folders, options, from, hands, options.onProgress), options, from),
    ).finally(() => folders.close());
    return { runs, left: 0, problems: problemsOf(runs) };
  }
  return withLock(store, options.lockTimeoutSeconds, async () => {
    const folders = holdStore(store, false) as StoreFolders;
    try {
      const from = vantage();
      return await withHands(folders, options, from, false, options.startWorker, async (hands) => {
        const looked = await lookAtAll(folders, options, from, hands, options.onProgress);
        const plan = planRotation(looked, options, from);
        const runs: Rotated[] = [...plan];
        const problems = folders.trash === null ? [] : emptyTrash(folders.trash, folders.runs, folders.archive);
        problems.push(...removeAbandoned(folders.runs, folders.archive, Date.now()));
        const left = await carryOut(plan, runs, hands, options, until, problems);
        return { runs, left, problems: [...problems, ...problemsOf(runs)] };
      });
    } finally {
      if (folders.trash !== null) dropEmptyBins(folders.trash);
      folders.close();
    }
  });
}

/** Looks at all runs. What waits in the trash to go back counts as if it were back. */
async function lookAtAll(
  folders: StoreFolders,
  limits: Limits,
  from: Vantage,
  hands: readonly Hand[],
  onProgress: OnProgress | undefined,
): Promise<Looked[]> {
  const runs: Looked[] = [];
  for (const { holder, name, isReturning } of folders.trash === null
    ? []
    : waiting(folders.trash, folders.runs, folders.archive)) {
    if (!isReturning) continue;
    const parent = (folders.trash as HeldFolder).enter(holder);
    try {
      runs.push(...lookAt(folders, parent, [name], limits, from));
    } finally {
      parent.close();
    }
  }
  const ids = paths.listRunIds(folders.store);
  let begun = 0;
  const next = async (): Promise<string[] | null> => {
    await onProgress?.('look', runs.length, ids.length);
    const some = ids.slice(begun, (begun += LOOKED_AT_ONCE));
    return some.length === 0 ? null : some;
  };
  await shareOut(hands, next, async (hand, some) => void runs.push(...(await hand.look(some))));
  return runs;
}

function problemsOf(runs: readonly Rotated[]): string[] {
  return runs.flatMap(({ runId, reason }) => (reason.startsWith(FAULT) ? [`${runId} ${reason}`] : []));
}

/** Does what a plan says, and puts what became of each run in its place there; gives how many no time was left for. */
async function carryOut(
  plan: readonly Planned[],
  runs: Rotated[],
  hands: readonly Hand[],
  { onProgress }: RotateOptions,
  until: number | null,
  problems: string[],
): Promise<number> {
  const going = [...plan.keys()].filter((index) => plan[index]?.action !== 'keep');
  let [begun, done] = [0, 0];
  const next = async (): Promise<number[] | null> => {
    await onProgress?.('put away', done, going.length);
    if (begun === going.length || (until !== null && Date.now() >= until)) return null;
    const some = going.slice(begun, begun + BATCH_RUNS);
    const batch = some.slice(0, batchLength(some.map((index) => plan[index] as Planned)));
    begun += batch.length;
    return batch;
  };
  await shareOut(hands, next, async (hand, batch) => {
    const away = await hand.putAway(batch.map((index) => plan[index] as Planned));
    for (const [place, index] of batch.entries()) runs[index] = away.runs[place] as Rotated;
    problems.push(...away.problems);
    done += batch.length;
  });
  for (const index of going.slice(begun))
    runs[index] = { ...(plan[index] as Planned), action: 'keep', reason: 'no time was left for it (--max-runtime)' };
  return going.length - begun;
}

/** How many of these runs go together. */
function batchLength(items: readonly Planned[]): number {
  let bytes = 0;
  const end = items.findIndex((item) => (bytes += item.bytes) > BATCH_BYTES);
  return end === -1 ? items.length : Math.max(1, end);
}
