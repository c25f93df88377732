// A long source is cut into blocks, which several threads turn into lines at once; they come into the run in order. What is held
// at a time are a few blocks, however long the source is.
import os from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { BlockFormat, BlockSum, ImportContext, Remark } from '../../formats/draft.js';
import { BlockReader, type Block, type BlockSettings, type ReadBlock } from './block-reader.js';
import { Thread } from '../thread.js';
import { notUtf8, readOrThrow, type Source } from './source.js';

/** Shorter sources are read before a thread would have started. */
const FROM_BYTES = 8 * 1024 * 1024;
/** Below a million characters, so that V8 keeps a block's text on its heap: longer ones wait outside it for a late collection. */
const BLOCK_BYTES = 512 * 1024;
/** Where there is no place to cut in so many bytes, the source is read as one text. */
const LONGEST_BLOCK_BYTES = 16 * 1024 * 1024;
/** The thread that reads and writes can serve no more than these. */
const MOST_WORKERS = 3;
/** One that is being worked on, and one that waits. */
const BLOCKS_A_WORKER = 2;

export interface BlockChoices {
  /** Shorter sources are read as one text. */
  fromBytes?: number;
  blockBytes?: number;
  /** Starts a thread that answers each `Block` with a `ReadBlock`; without it one thread does all. */
  startWorker?: (settings: BlockSettings) => Worker;
}

interface Reader {
  read: (block: Block) => Promise<ReadBlock>;
  close: () => Promise<unknown>;
}

export function isWorthBlocks(source: Source, { fromBytes = FROM_BYTES }: BlockChoices): boolean {
  return source.sizeBytes >= fromBytes;
}

/**
 * Reads a source in blocks and hands their lines over in order; null where it cannot be cut. By then lines have come that must be
 * thrown away.
 */
export async function readBlocks(
  source: Source,
  format: BlockFormat,
  settings: BlockSettings,
  choices: BlockChoices & Pick<ImportContext, 'offsetMinutesAt'>,
  onLines: (lines: Buffer, readBytes: number) => void,
): Promise<{ sum: BlockSum; remarks: Remark[] } | null> {
  const readers = startReaders(format, settings, choices);
  try {
    const cutter = new Cutter(source, format, choices.blockBytes ?? BLOCK_BYTES);
    const underWay: { end: number; begin: number; done: Promise<ReadBlock> }[] = [];
    let sum: BlockSum | null = null;
    let badByte: number | null = null;
    for (let number = 0; ;) {
      while (!cutter.isAtEnd && underWay.length < BLOCKS_A_WORKER * readers.length) {
        const begin = cutter.position;
        const block = cutter.next();
        if (block === null) return null;
        const done = (readers[number % readers.length] as Reader).read(block);
        // Whoever waits for it hears of its failure; nobody does once another has failed.
        done.catch(() => undefined);
        underWay.push({ begin, end: cutter.position, done });
        number += 1;
      }
      const first = underWay.shift();
      if (first === undefined) break;
      // oxlint-disable-next-line no-await-in-loop -- in the order of the source
      const read = await first.done;
      onLines(Buffer.from(read.lines, 0, read.linesLength), first.end);
      if (badByte === null && read.badByte !== null) badByte = first.begin + read.badByte;
      sum = sum === null ? read.sum : format.join(sum, read.sum);
      cutter.takeBack(read);
    }
    const remarks = badByte === null ? [] : [notUtf8(badByte)];
    for (const { line, message } of sum?.warnings ?? [])
      remarks.push({ where: `line ${line}`, message, isLoss: false });
    return sum === null ? null : { sum, remarks };
  } finally {
    // Before anybody removes what they may be writing to.
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

/** Cuts a source into blocks. What stands behind a cut is read once more with the next block. */
class Cutter {
  readonly #source: Source;
  readonly #format: BlockFormat;
  readonly #blockBytes: number;
  readonly #free: Pick<Block, 'bytes' | 'lines'>[] = [];
  position = 0;
  isAtEnd = false;

  constructor(source: Source, format: BlockFormat, blockBytes: number) {
    this.#source = source;
    this.#format = format;
    this.#blockBytes = blockBytes;
  }

  /** Null where there is no place to cut. */
  next(): Block | null {
    const free = this.#free.pop();
    const lines = free?.lines ?? new ArrayBuffer(2 * this.#blockBytes);
    let bytes = free?.bytes ?? new ArrayBuffer(this.#blockBytes);
    for (let filled = 0; ;) {
      const buffer = Buffer.from(bytes);
      for (let got = -1; filled < buffer.length && got !== 0; filled += got)
        got = readOrThrow(this.#source, buffer.subarray(filled), this.position + filled);
      const isLast = filled < buffer.length;
      const length = isLast ? filled : this.#format.cut(buffer);
      if (length > 0 || isLast) {
        this.position += length;
        this.isAtEnd = isLast;
        return { bytes, length, isLast, lines };
      }
      if (bytes.byteLength >= LONGEST_BLOCK_BYTES) return null;
      bytes = new ArrayBuffer(2 * bytes.byteLength);
      buffer.copy(Buffer.from(bytes));
    }
  }

  /** Buffers that have grown are not kept. */
  takeBack({ bytes, lines }: Block): void {
    if (bytes.byteLength === this.#blockBytes && lines.byteLength < 8 * this.#blockBytes)
      this.#free.push({ bytes, lines });
  }
}

function startReaders(
  format: BlockFormat,
  settings: BlockSettings,
  { startWorker, offsetMinutesAt }: BlockChoices & Pick<ImportContext, 'offsetMinutesAt'>,
): Reader[] {
  const many = Math.min(os.availableParallelism(), MOST_WORKERS);
  const readers: Reader[] = [];
  try {
    if (startWorker !== undefined && many > 1)
      while (readers.length < many) {
        const thread = new Thread<Block, ReadBlock>(startWorker(settings), 'the import');
        readers.push({
          read: (block) => thread.ask(block, [block.bytes, block.lines]),
          close: () => thread.close(),
        });
      }
  } catch {
    // No thread can be had, or not so many: those that there are do it.
  }
  if (readers.length > 0) return readers;
  const own = new BlockReader(format, settings, offsetMinutesAt);
  return [{ read: (block) => nextTurn().then(() => own.read(block)), close: async () => undefined }];
}
