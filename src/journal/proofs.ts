// Two threads that read one segment: one proves which lines are logged actions in the common form, and says where they begin; the
// other takes them in order and folds. What they share is a ring of offsets; without the thread, or where it fails, one does both.
import type { Worker } from 'node:worker_threads';
import { LineSource } from './line-source.js';
import { isCommonAction } from './skim.js';

/** Starts a thread that calls `prove` with this. */
export type StartProver = (work: ProverWork) => Worker;

export interface ProverWork {
  /** Open for reading, by the same process. */
  fd: number;
  shared: SharedArrayBuffer;
}

/** Shorter segments are read before a thread would have started. */
export const PROVE_FROM_BYTES: number = 32 * 1024 * 1024;
/** After so long the thread is not there or has died, and is not waited for any more. */
const PATIENCE_MS = 2000;

/** Places of the counters, before the ring: offsets proven, offsets taken, KiB whose lines are judged. */
const PROVEN = 0;
const TAKEN = 1;
const JUDGED = 2;
const RING_FROM = 4;
const RING = 64 * 1024;
const ALL_JUDGED = 0x7fffffff;

/** The thread's side: reads the segment to its end. */
export function prove({ fd, shared }: ProverWork): void {
  const cells = new Int32Array(shared);
  const source = new LineSource(fd, {});
  let proven = 0;
  let judged = 0;
  let taken = 0;
  try {
    while (source.next()) {
      if (isCommonAction(source)) {
        if (proven - taken === RING) {
          publish(cells, proven, judged);
          // Said once: who waits for more than it is told gives up.
          for (; proven - taken === RING; taken = Atomics.load(cells, TAKEN)) Atomics.wait(cells, TAKEN, taken);
        }
        cells[RING_FROM + (proven % RING)] = source.offsetBytes | 0;
        proven += 1;
      }
      const kib = Math.floor((source.offsetBytes + source.lengthBytes) / 1024);
      if (kib - judged < 64) continue;
      judged = kib;
      publish(cells, proven, judged);
    }
  } finally {
    publish(cells, proven, ALL_JUDGED);
  }
}

function publish(cells: Int32Array, proven: number, judged: number): void {
  Atomics.store(cells, PROVEN, proven);
  Atomics.store(cells, JUDGED, judged);
  Atomics.notify(cells, JUDGED);
}

/** The side of whoever reads the lines: is to be asked of each, in order. */
export class Proofs {
  readonly #cells = new Int32Array(new SharedArrayBuffer(4 * (RING_FROM + RING)));
  readonly #worker: Worker;
  #taken = 0;
  /** As last looked at. */
  #proven = 0;
  #judgedBytes = 0;

  constructor(fd: number, start: StartProver) {
    this.#worker = start({ fd, shared: this.#cells.buffer as SharedArrayBuffer });
    // Whatever happens to the thread, the lines are read all the same.
    this.#worker.on('error', () => undefined);
    this.#worker.unref();
  }

  /** True where the line was proven; false where it was not, or nobody looked: then it is yet to be judged. */
  has({ offsetBytes, lengthBytes }: LineSource): boolean {
    if (offsetBytes + lengthBytes >= this.#judgedBytes) this.#wait(offsetBytes + lengthBytes);
    if (this.#taken === this.#proven) return false;
    if (this.#cells[RING_FROM + (this.#taken % RING)] !== (offsetBytes | 0)) return false;
    this.#taken += 1;
    return true;
  }

  close(): void {
    void this.#worker.terminate();
  }

  #wait(endBytes: number): void {
    const cells = this.#cells;
    Atomics.store(cells, TAKEN, this.#taken);
    Atomics.notify(cells, TAKEN);
    let isPatient = true;
    do {
      const judged = Atomics.load(cells, JUDGED);
      this.#judgedBytes = judged === ALL_JUDGED ? Infinity : judged * 1024;
      if (endBytes >= this.#judgedBytes) isPatient = Atomics.wait(cells, JUDGED, judged, PATIENCE_MS) !== 'timed-out';
    } while (endBytes >= this.#judgedBytes && isPatient);
    if (!isPatient) this.#judgedBytes = Infinity;
    this.#proven = Atomics.load(cells, PROVEN);
  }
}
