// The lines of a segment, one after the other and without copies: where each stands in a buffer that is used again. It knows nothing
// of what a line says.
import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';

/** Writers stay under 64 KiB; a reader bears with other writers up to here and then skips to the next line feed. */
export const LONGEST_LINE_BYTES: number = 1024 * 1024;
/** Small enough for a processor's cache, and for V8 to put its text where short-lived texts are. */
const CHUNK_BYTES = 64 * 1024;

export interface LineSourceOptions {
  /** Where reading begins; what stands there is taken for the beginning of a line. */
  fromBytes?: number;
  /** Read as if the segment ended here. */
  endBytes?: number;
  /** Is shown all that is read, in order and once; the buffer is used again afterwards. */
  watch?: (bytes: Buffer) => void;
  /** How much is read at a time. */
  chunkBytes?: number;
}

/** Stands on one line at a time, blank ones left out; what its properties say holds until the next `next()`. */
export class LineSource {
  /** Of the line in `bytes`; its line feed stands at `end`. */
  start = 0;
  end = 0;
  offsetBytes = 0;
  /** Of an oversized line only the end may be in `bytes`. */
  lengthBytes = 0;
  /** Whether its line feed is there. */
  isEnded = true;
  bytes: Buffer;
  readonly #fd: number;
  readonly #endBytes: number;
  readonly #watch: ((bytes: Buffer) => void) | undefined;
  /** What stands in `bytes`, how much of it ends in a line feed, and where the next line begins. */
  #filled = 0;
  #whole = 0;
  #next = 0;
  /** Where `bytes` begins in the segment. */
  #base = 0;
  /** Bytes of an oversized line that were let go. */
  #dropped = 0;
  /** What is appended after the end was met is for another reading: the line there may have been taken as it was. */
  #isOver = false;
  #text: string | null = null;
  #isUtf8: boolean | null = null;

  constructor(fd: number, { fromBytes = 0, endBytes = Infinity, watch, chunkBytes = CHUNK_BYTES }: LineSourceOptions) {
    this.bytes = Buffer.allocUnsafeSlow(chunkBytes);
    this.#fd = fd;
    this.#endBytes = endBytes;
    this.#watch = watch;
    this.#base = fromBytes;
  }

  /** Goes on to the next line; false where there is none. Throws what the system says. */
  next(): boolean {
    for (;;) {
      if (this.#next >= this.#whole && !this.#fill()) return this.#stand(this.#next, this.#filled, false);
      const end = this.bytes.indexOf(10, this.#next);
      if (this.#stand(this.#next, end, true)) return true;
    }
  }

  get isOversized(): boolean {
    return this.lengthBytes > LONGEST_LINE_BYTES;
  }

  /** The line's bytes; they are used again. */
  get line(): Buffer {
    return this.bytes.subarray(this.start, this.end);
  }

  /** All lines that are whole in `bytes`, one character a byte: what stands at an index there stands at the same one here. */
  get text(): string {
    return (this.#text ??= this.bytes.toString('latin1', 0, this.#whole));
  }

  /** Whether all those lines are UTF-8: no character goes over a line feed. */
  get areUtf8(): boolean {
    return (this.#isUtf8 ??= isUtf8(this.bytes.subarray(0, this.#whole)));
  }

  /** Whether more was read than a short run has: then it pays to load what makes each line cheaper. */
  get isLong(): boolean {
    return this.#base > 0;
  }

  /** False for a blank line, and behind the last. */
  #stand(start: number, end: number, isEnded: boolean): boolean {
    this.start = start;
    this.end = end;
    this.isEnded = isEnded;
    this.offsetBytes = this.#base + start - this.#dropped;
    this.lengthBytes = end - start + this.#dropped;
    this.#dropped = 0;
    this.#next = isEnded ? end + 1 : end;
    if (this.lengthBytes >= 8) return true;
    return this.lengthBytes > 0 && this.bytes.toString('latin1', start, end).trim() !== '';
  }

  /** Reads until a line ends; false where none does any more. */
  #fill(): boolean {
    this.#text = null;
    this.#isUtf8 = null;
    this.bytes.copyWithin(0, this.#next, this.#filled);
    this.#base += this.#next;
    this.#filled -= this.#next;
    this.#next = 0;
    this.#whole = 0;
    while (!this.#isOver) {
      this.#makeRoom();
      const from = this.#filled;
      const at = this.#base + from;
      const length = fs.readSync(
        this.#fd,
        this.bytes,
        from,
        Math.min(this.bytes.length - from, this.#endBytes - at),
        at,
      );
      if (length === 0) {
        this.#isOver = true;
        break;
      }
      this.#filled += length;
      this.#watch?.(this.bytes.subarray(from, this.#filled));
      this.#whole = this.bytes.subarray(from, this.#filled).lastIndexOf(10) + 1;
      if (this.#whole === 0) continue;
      this.#whole += from;
      return true;
    }
    return false;
  }

  /** For a line that is longer than the buffer; an oversized one is only counted. */
  #makeRoom(): void {
    if (this.#filled < this.bytes.length) return;
    if (this.#filled + this.#dropped > LONGEST_LINE_BYTES) {
      this.#dropped += this.#filled;
      this.#base += this.#filled;
      this.#filled = 0;
    } else {
      const larger = Buffer.allocUnsafeSlow(2 * this.bytes.length);
      this.bytes.copy(larger, 0, 0, this.#filled);
      this.bytes = larger;
    }
  }
}
