// A block of a source becomes lines of a journal: what one thread of an import does. It knows nothing of threads.
import { isUtf8 } from 'node:buffer';
import { isPlainByteText } from '../../formats/byte-text.js';
import type { BlockFormat, BlockSum, ImportContext } from '../../formats/draft.js';
import { lineAt, type RunPlace } from '../new-run.js';
import { LineWriter, envelop } from './line-writer.js';
import { firstBadByte } from './source.js';

export interface BlockSettings {
  /** When the run began, as a stored time. */
  at: string;
  isUnredacted: boolean;
  /** Where the run lies; null where its events are only counted. */
  place: RunPlace | null;
}

/** A block on its way there and back. Its buffers go with it: neither side keeps them, and none is made anew for each block. */
export interface Block {
  bytes: ArrayBuffer;
  length: number;
  isLast: boolean;
  /** Lines come into this, or into a larger one in its place. */
  lines: ArrayBuffer;
}

export interface ReadBlock extends Block {
  linesLength: number;
  sum: BlockSum;
  /** The first byte that is no UTF-8 text, in the block; null where all are. */
  badByte: number | null;
}

export class BlockReader {
  readonly #format: BlockFormat;
  readonly #settings: BlockSettings;
  readonly #offsetMinutesAt: ImportContext['offsetMinutesAt'];
  readonly #writer: LineWriter;
  #lines: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(format: BlockFormat, settings: BlockSettings, offsetMinutesAt: ImportContext['offsetMinutesAt']) {
    this.#format = format;
    this.#settings = settings;
    this.#offsetMinutesAt = offsetMinutesAt;
    this.#writer = new LineWriter({
      isUnredacted: settings.isUnredacted,
      lineOf: (event) => lineAt(settings.place as RunPlace, event),
      put: (lines, length) => this.#put(lines, length),
    });
  }

  read(block: Block): ReadBlock {
    const bytes = Buffer.from(block.bytes, 0, block.length);
    const isSound = isUtf8(bytes);
    let text = isSound ? bytes.toString('latin1') : '';
    const isBytes = isSound && isPlainByteText(text);
    if (!isBytes) text = bytes.toString('utf8');
    const { at, place } = this.#settings;
    this.#lines = Buffer.from(block.lines);
    this.#used = 0;
    const sum = this.#format.read({ text, isBytes, isLast: block.isLast }, at, this.#offsetMinutesAt, (draft) => {
      const event = envelop(draft);
      if (place === null) return;
      if (isBytes) this.#writer.writeBytes(event);
      else this.#writer.write(event);
    });
    this.#writer.flush();
    const lines = this.#lines.buffer as ArrayBuffer;
    return { ...block, lines, linesLength: this.#used, sum, badByte: isSound ? null : firstBadByte(bytes) };
  }

  #put(lines: Buffer, length: number): void {
    const needed = this.#used + length;
    if (needed > this.#lines.length) {
      const larger = Buffer.from(new ArrayBuffer(Math.max(needed, Math.ceil(1.5 * this.#lines.length))));
      this.#lines.copy(larger, 0, 0, this.#used);
      this.#lines = larger;
    }
    lines.copy(this.#lines, this.#used, 0, length);
    this.#used += length;
  }
}
