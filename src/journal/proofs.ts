// Two threads that read one segment: both prove which lines are logged actions in the common form, each in the blocks of the segment
// that it claims; one of them takes the lines of all blocks in order and folds. What they share is whose each block is, and where the
// lines begin that the helper has proven. Without it, or where it fails, one does all.
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

/** A line is of the block that it begins in. */
const BLOCK_BYTES = 256 * 1024;
/** As many as the reader takes at a time: the helper goes on behind them, and does twice as many meanwhile, as it does not fold. */
const STRIDE = 4;
/** How many blocks the helper may be ahead by, and how many lines of one are told. */
const SLOTS = 32;
const SLOT_LINES = 2048;

/** Whose a block is. */
const [FREE, READERS, HELPERS, PROVEN] = [0, 1, 2, 3];
/** Places: how many blocks of the helper's the reader has left behind; then the slots; then whose each block is. */
const LEFT = 0;
const SLOTS_FROM = 1;
const BLOCKS_FROM: number = SLOTS_FROM + SLOTS * (1 + SLOT_LINES);

/** The helper's side: reads the blocks that it gets, to the end of the segment as it was at the beginning. */
export function prove({ fd, shared }: ProverWork): void {
  const cells = new Int32Array(shared);
  const lines = new BlockLines(fd);
  let done = 0;
  for (let block = 0; BLOCKS_FROM + block < cells.length; block += 1) {
    const place = BLOCKS_FROM + block;
    if (Atomics.compareExchange(cells, place, FREE, HELPERS) !== FREE) continue;
    const slot = slotOf(done);
    try {
      let left = Atomics.load(cells, LEFT);
      for (; done - left >= SLOTS; left = Atomics.load(cells, LEFT)) Atomics.wait(cells, LEFT, left);
      let count = 0;
      cells[slot] = 0;
      for (const source of lines.of(block))
        if (count < SLOT_LINES && isCommonAction(source)) {
          count += 1;
          cells[slot + count] = source.offsetBytes - block * BLOCK_BYTES;
          cells[slot] = count;
        }
    } finally {
      // Where it failed too: nothing more is proven then.
      Atomics.store(cells, place, PROVEN);
      Atomics.notify(cells, place);
    }
    done += 1;
  }
}

/** How many lines of a block are proven; behind it, where they begin in the block. */
function slotOf(count: number): number {
  return SLOTS_FROM + (count % SLOTS) * (1 + SLOT_LINES);
}

/** The lines of blocks that come in order, but not one after the other. */
class BlockLines {
  readonly #fd: number;
  #source: LineSource | null = null;
  /** Whether the source stands on a line that was not given yet. */
  #hasLine = false;
  #next = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  *of(block: number): Generator<LineSource, void, undefined> {
    const [from, to] = [block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES];
    if (this.#source === null || block !== this.#next) {
      // From the byte before, which tells whether a line begins with the block.
      this.#source = new LineSource(this.#fd, { fromBytes: Math.max(0, from - 1) });
      this.#hasLine = this.#source.next();
      if (this.#hasLine && this.#source.offsetBytes < from) this.#hasLine = this.#source.next();
    }
    this.#next = block + 1;
    const source = this.#source;
    for (; this.#hasLine && source.offsetBytes < to; this.#hasLine = source.next()) yield source;
  }
}

/** The side of whoever reads the lines: is to be asked of each, in order. */
export class Proofs {
  readonly #cells: Int32Array;
  readonly #worker: Worker;
  #block = -1;
  #isHelped = true;
  /** How many blocks of the helper's were met; where what is told of the last one stands, up to where, and where its block begins. */
  #met = 0;
  #at = 0;
  #to = 0;
  #from = 0;

  constructor(fd: number, sizeBytes: number, start: StartProver) {
    const blocks = Math.ceil(sizeBytes / BLOCK_BYTES);
    this.#cells = new Int32Array(new SharedArrayBuffer(4 * (BLOCKS_FROM + blocks)));
    this.#worker = start({ fd, shared: this.#cells.buffer as SharedArrayBuffer });
    // Whatever happens to the thread, the lines are read all the same.
    this.#worker.on('error', () => undefined);
    this.#worker.unref();
  }

  /** True where the line was proven; false where it was not, or nobody looked: then it is yet to be judged. */
  has({ offsetBytes }: LineSource): boolean {
    if (offsetBytes >= this.#from + BLOCK_BYTES || this.#block < 0) this.#goTo(Math.floor(offsetBytes / BLOCK_BYTES));
    if (this.#at === this.#to || this.#cells[this.#at] !== offsetBytes - this.#from) return false;
    this.#at += 1;
    return true;
  }

  close(): void {
    void this.#worker.terminate();
  }

  #goTo(block: number): void {
    // A line may be longer than a block.
    while (this.#block < block) {
      this.#block += 1;
      this.#leave();
      if (this.#isHelped && this.#isHelpers(BLOCKS_FROM + this.#block)) this.#meet();
    }
    this.#from = block * BLOCK_BYTES;
  }

  /** What the helper had to say of the block before is not needed any more. */
  #leave(): void {
    this.#at = 0;
    this.#to = 0;
    if (Atomics.load(this.#cells, LEFT) === this.#met) return;
    Atomics.store(this.#cells, LEFT, this.#met);
    Atomics.notify(this.#cells, LEFT);
  }

  /** False where the reader has the block; it takes some where the helper is not ahead. */
  #isHelpers(place: number): boolean {
    const cells = this.#cells;
    // What was written since the beginning is nobody's.
    if (place >= cells.length) return false;
    const owner = Atomics.load(cells, place);
    if (owner === READERS) return false;
    if (owner === PROVEN) return true;
    let isMine = false;
    for (let other = place; other < Math.min(place + STRIDE, cells.length); other += 1) {
      const was = Atomics.compareExchange(cells, other, FREE, READERS);
      if (other === place) isMine = was === FREE;
    }
    return !isMine;
  }

  #meet(): void {
    const place = BLOCKS_FROM + this.#block;
    if (Atomics.wait(this.#cells, place, HELPERS, PATIENCE_MS) === 'timed-out') {
      this.#isHelped = false;
      return;
    }
    const slot = slotOf(this.#met);
    this.#met += 1;
    this.#at = slot + 1;
    this.#to = this.#at + (this.#cells[slot] as number);
  }
}
