// The rows of many runs, made anew: by a second thread too where there are so many that it pays. Which thread makes which is settled
// by a counter that both share, so that a thread that comes late or is slow holds up nothing.
import type { MessagePort, Worker } from 'node:worker_threads';
import { encodeEntry } from '../formats/index-row.js';
import type { Store } from './paths.js';
import { settle } from './settled-run.js';
import { vantage, type Vantage } from './verdict.js';

export interface SettledRow {
  line: string;
  isDamaged: boolean;
}

/** A thread starts in 30 ms: as many runs take one thread five times as long. */
const TWO_THREADS_FROM_RUNS = 4_000;
const RUNS_AT_ONCE = 500;
/** Far longer than any runs take; then what the other thread took is made here. */
const LONGEST_WAIT_MS = 60_000;

interface Task {
  store: Store;
  ids: string[];
  /** The index of the next run that nobody has taken, and whether the other thread is done. */
  shared: SharedArrayBuffer;
}

interface Taken {
  from: number;
  rows: (SettledRow | null)[];
}

/** The rows of runs, null for those that are not settled. */
export function settleMany(store: Store, ids: string[], from: () => Vantage): (SettledRow | null)[] {
  const task = { store, ids, shared: new SharedArrayBuffer(8) };
  const other = ids.length < TWO_THREADS_FROM_RUNS ? null : startThread(task);
  const rows: (SettledRow | null | undefined)[] = Array.from({ length: ids.length });
  const put = (taken: readonly Taken[]): void => {
    for (const { from, rows: own } of taken) for (const [index, row] of own.entries()) rows[from + index] = row;
  };
  put(take(task, from));
  if (other !== null) put(other.finish());
  return ids.map((id, index) => {
    const row = rows[index];
    return row === undefined ? rowOf(store, id, from) : row;
  });
}

/** What the other thread does. */
export function settleInThread(task: Task, port: MessagePort): void {
  let from: Vantage | undefined;
  const taken = take(task, () => (from ??= vantage()));
  port.postMessage(taken);
  const state = new Int32Array(task.shared);
  Atomics.store(state, 1, 1);
  Atomics.notify(state, 1);
}

function take({ store, ids, shared }: Task, standpoint: () => Vantage): Taken[] {
  const state = new Int32Array(shared);
  const taken: Taken[] = [];
  for (let from = 0; (from = Atomics.add(state, 0, RUNS_AT_ONCE)) < ids.length;)
    taken.push({ from, rows: ids.slice(from, from + RUNS_AT_ONCE).map((id) => rowOf(store, id, standpoint)) });
  return taken;
}

function rowOf(store: Store, id: string, from: () => Vantage): SettledRow | null {
  const entry = settle(store, id, from);
  return entry === null ? null : { line: encodeEntry(entry), isDamaged: entry.isDamaged };
}

/** Null where there is no file to start it from (the code as written, the full command line), or no thread to be had. */
function startThread(task: Task): { finish: () => Taken[] } | null {
  if (typeof __filename !== 'string') return null;
  try {
    const threads = process.getBuiltinModule('node:worker_threads');
    const { port1, port2 } = new threads.MessageChannel();
    const code = `const { file, task, port } = require('node:worker_threads').workerData; require(file).settleInThread(task, port);`;
    const worker: Worker = new threads.Worker(code, {
      eval: true,
      workerData: { file: __filename, task, port: port2 },
      transferList: [port2],
    });
    // What goes wrong there is made up for here.
    worker.on('error', () => undefined);
    worker.unref();
    return {
      finish() {
        Atomics.wait(new Int32Array(task.shared), 1, 0, LONGEST_WAIT_MS);
        const taken = threads.receiveMessageOnPort(port1)?.message as Taken[] | undefined;
        port1.close();
        return taken ?? [];
      },
    };
  } catch {
    return null;
  }
}
