// Lines for a process that writes many of them: one after the other into the same bytes. The form is line.ts's.
import { nativeCrc32 } from './crc32.js';
import { LINE_LIMIT_BYTES } from './line.js';

const TAIL = Buffer.from(',"crc":"00000000"}\n');
const HEX = Buffer.from('0123456789abcdef');

const MOST_VIEWS = 1024;

/** Encodes lines one after the other into the same bytes, for a process that writes many. */
export class LineEncoder {
  readonly #views: Buffer[] = [];
  /** The last line, from 0 on. */
  readonly bytes: Buffer = Buffer.allocUnsafeSlow(LINE_LIMIT_BYTES);
  /** The same bytes, for who copies some of them. */
  readonly view: DataView = new DataView(this.bytes.buffer);
  /** Where the JSON of the last line ends. */
  #end = 0;

  /** Puts the JSON of an event in; false where it may be too long for a line. */
  put(json: string): boolean {
    // A UTF-16 unit takes three bytes at the most.
    if (3 * json.length + 2 + TAIL.length > LINE_LIMIT_BYTES) return false;
    this.bytes[0] = 0x0a;
    this.#end = 1 + this.bytes.write(json, 1);
    return true;
  }

  get jsonEnd(): number {
    return this.#end;
  }

  /** Ends the line with its checksum; gives its length in bytes. */
  close(): number {
    const length = this.#end - 2;
    // Lines of one length come again: to make a view of the bytes takes as long as a fifth of their checksum.
    const own = length < MOST_VIEWS ? (this.#views[length] ??= this.bytes.subarray(1, 1 + length)) : null;
    return endLine(this.bytes, 1 + length, nativeCrc32(own ?? this.bytes.subarray(1, 1 + length)));
  }
}

/** What a line is longer by than the line feed and the JSON that it begins with. */
export const CLOSING_BYTES: number = TAIL.length - 1;

/** Ends a line, whose JSON stands from `from` to `to`, with its checksum; gives where the line ends. */
export function closeLine(bytes: Buffer, from: number, to: number): number {
  // In the place of the last brace.
  return endLine(bytes, to - 1, nativeCrc32(bytes.subarray(from, to - 1)));
}

function endLine(bytes: Buffer, end: number, checksum: number): number {
  let crc = checksum;
  bytes.set(TAIL, end);
  for (let digit = end + ',"crc":"00000000'.length - 1; digit >= end + ',"crc":"'.length; digit -= 1) {
    bytes[digit] = HEX[crc & 15] as number;
    crc >>>= 4;
  }
  return end + TAIL.length;
}
