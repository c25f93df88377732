// The file of the index: one line of what it knows of the store, then a line for each settled run, newest first, in blocks. Each
// part carries its checksum, so that a few rows can be had, and trusted, without reading all. It is a cache: what is wrong with it
// is no error, it is as if it were not there.
import fs from 'node:fs';
import { crc32 } from '../journal/crc32.js';
import { openRegular } from '../journal/regular-file.js';
import { putWhole } from '../journal/whole-file.js';
import { decodeChecked, encodeChecked } from './checked-line.js';
import { indexPath, rightsOf, type Store } from './paths.js';

/** Raised when rows change their meaning: an index of another version is none. */
const VERSION = 2;
/** Fewer runs are not worth a file: reading them takes a few milliseconds. */
export const WORTH_WRITING_ROWS = 64;
const ROWS_A_BLOCK = 256;
const FIRST_READ_BYTES = 64 * 1024;

/** What an index knows beside its rows. */
export interface IndexFacts {
  /** How runs/ and the note of changes looked when the runs were looked at; '' for what was too fresh. */
  seen: [names: string, changes: string];
  /** Runs that are not settled. */
  open: string[];
  /** Settled runs of which something could not be read. */
  damaged: string[];
}

interface Header extends IndexFacts {
  version: number;
  blocks: [bytes: number, crc: string][];
}

/** An index that is open for reading. Whoever opens it closes it. */
export class IndexFile {
  readonly facts: IndexFacts;
  readonly #blocks: Header['blocks'];
  readonly #fd: number;
  readonly #rowsFrom: number;

  private constructor(fd: number, header: Header, rowsFrom: number) {
    this.facts = header;
    this.#blocks = header.blocks;
    this.#fd = fd;
    this.#rowsFrom = rowsFrom;
  }

  /** Null where there is none that is sound. */
  static open(store: Store): IndexFile | null {
    let fd: number;
    try {
      fd = openRegular(indexPath(store));
    } catch {
      return null;
    }
    const found = readHeader(fd);
    if (found !== null) return new IndexFile(fd, found.header, found.bytes);
    fs.closeSync(fd);
    return null;
  }

  /** The same as long as all its rows are. */
  get identity(): string {
    return this.#blocks.map(([, crc]) => crc).join('');
  }

  /** The lines, a block at a time. Throws `IndexDamage`. */
  *blocks(): Generator<string, void, undefined> {
    let offset = this.#rowsFrom;
    for (const [bytes, crc] of this.#blocks) {
      const block = Buffer.allocUnsafe(bytes);
      if (fs.readSync(this.#fd, block, 0, bytes, offset) !== bytes || crc32(block) !== crc) throw new IndexDamage();
      offset += bytes;
      yield block.toString();
    }
  }

  close(): void {
    fs.closeSync(this.#fd);
  }
}

/** The index is not as it was written. */
export class IndexDamage extends Error {}

/** Lines in their order. Of two that write at once one may give up, or both: the next reader writes it. */
export function writeIndex(store: Store, facts: IndexFacts, lines: readonly string[]): void {
  const blocks: Buffer[] = [];
  for (let from = 0; from < lines.length; from += ROWS_A_BLOCK)
    blocks.push(Buffer.from(lines.slice(from, from + ROWS_A_BLOCK).join('')));
  const header: Header = {
    ...facts,
    version: VERSION,
    blocks: blocks.map((block) => [block.length, crc32(block)]),
  };
  try {
    const aside = `${indexPath(store)}.tmp`;
    putWhole(indexPath(store), [...encodeChecked(header), ...blocks], aside, rightsOf(store), false);
  } catch {
    // A store that cannot be written goes without.
  }
}

function readHeader(fd: number): { header: Header; bytes: number } | null {
  try {
    let bytes = Buffer.allocUnsafe(FIRST_READ_BYTES);
    let length = fs.readSync(fd, bytes, 0, bytes.length, 0);
    let end = bytes.subarray(0, length).indexOf(10);
    if (end === -1) {
      bytes = fs.readFileSync(fd);
      length = bytes.length;
      end = bytes.indexOf(10);
      if (end === -1) return null;
    }
    const header = decodeChecked(bytes.subarray(0, end)) as Header | null;
    return header?.version === VERSION ? { header, bytes: end + 1 } : null;
  } catch {
    return null;
  }
}
