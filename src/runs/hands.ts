// Who does the work of a rotation: this thread, and where there is much of it a second one. Runs are handed out some at a time.
import os from 'node:os';
import type { Worker } from 'node:worker_threads';
import { RunlogError } from '../events/errors.js';
import { isSameThing, type Identity } from './held-folder.js';
import * as paths from './paths.js';
import type { Store } from './paths.js';
import { putAway, type PutAway } from './put-away.js';
import { lookAt, type Limits, type Looked, type Planned } from './rotation-plan.js';
import { holdStore, type StoreFolders } from './store-folders.js';
import { Thread } from './thread.js';
import type { Vantage } from './verdict.js';

export interface Hand {
  look: (runIds: string[]) => Promise<Looked[]>;
  putAway: (batch: Planned[]) => Promise<PutAway>;
}

/** What a second thread is told before all else: its folders must be the very ones that the first one holds. */
export interface HandData {
  store: Store;
  runs: Identity;
  isOnlyRead: boolean;
  limits: Limits;
  from: Vantage;
}

export type HandQuestion = { look: string[] } | { putAway: Planned[] };
export type HandAnswer = Looked[] | PutAway;
/** Starts a thread that answers each `HandQuestion` with a `HandAnswer`; without it one thread does all. */
export type StartWorker = (data: HandData) => Worker;

/** Fewer runs are put away before a thread has started. */
const FROM_RUNS = 150;

/** Does `work` with the hands that there are for so many runs. */
export async function withHands<T>(
  folders: StoreFolders,
  limits: Limits,
  from: Vantage,
  isOnlyRead: boolean,
  startWorker: StartWorker | undefined,
  work: (hands: readonly Hand[]) => Promise<T>,
): Promise<T> {
  const own = handOf(folders, limits, from);
  const isMuch = os.availableParallelism() > 1 && paths.listRunIds(folders.store).length >= FROM_RUNS;
  if (startWorker === undefined || !isMuch) return work([own]);
  const thread = startThread(startWorker, folders, limits, from, isOnlyRead);
  if (thread === null) return work([own]);
  const other: Hand = {
    look: (runIds) => thread.ask({ look: runIds }) as Promise<Looked[]>,
    putAway: (batch) => thread.ask({ putAway: batch }) as Promise<PutAway>,
  };
  try {
    // Twice, so that something waits for it while we are busy ourselves.
    return await work([own, other, other]);
  } finally {
    await thread.close();
  }
}

/** Null where no thread can be had. */
function startThread(
  startWorker: StartWorker,
  { store, runs }: StoreFolders,
  { env, maxRuns, maxAgeSeconds, maxBytes, keepsFailed, keepTags, isDelete }: Limits,
  from: Vantage,
  isOnlyRead: boolean,
): Thread<HandQuestion, HandAnswer> | null {
  try {
    const worker = startWorker({
      store: { dir: store.dir },
      runs: { dev: runs.dev, ino: runs.ino },
      isOnlyRead,
      limits: { env: { ...env }, maxRuns, maxAgeSeconds, maxBytes, keepsFailed, keepTags, isDelete },
      from,
    });
    return new Thread(worker, 'the rotation');
  } catch {
    return null;
  }
}

/** The hand of a second thread. Throws where its folders are not those of the first. */
export function secondHand({ store, runs, isOnlyRead, limits, from }: HandData): Hand {
  const folders = holdStore(store, isOnlyRead);
  if (folders === null || !isSameThing(folders.runs, runs))
    throw new RunlogError('cannot_create', `${store.dir} was exchanged for something else`);
  return handOf(folders, limits, from);
}

function handOf(folders: StoreFolders, limits: Limits, from: Vantage): Hand {
  return {
    look: async (runIds) => lookAt(folders, folders.runs, runIds, limits, from),
    putAway: (batch) => putAway(folders, batch, limits, from),
  };
}

/** Hands out pieces of work until there are no more. The first error is thrown once nobody is at work any more. */
export async function shareOut<Piece>(
  hands: readonly Hand[],
  next: () => Promise<Piece | null>,
  work: (hand: Hand, piece: Piece) => Promise<void>,
): Promise<void> {
  const course = { isFailed: false };
  const lane = async (hand: Hand): Promise<void> => {
    try {
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- one piece after the other
        const piece = await next();
        if (piece === null || course.isFailed) return;
        // oxlint-disable-next-line no-await-in-loop -- one piece after the other
        await work(hand, piece);
      }
    } catch (error) {
      course.isFailed = true;
      throw error;
    }
  };
  for (const ended of await Promise.allSettled(hands.map(lane))) if (ended.status === 'rejected') throw ended.reason;
}
