// Ids met so far, exactly: of a run of a million events they take 16 MB. Most ids rise, as they begin with the time; so they are kept in
// a few lists that rise, 128 bits an id, and an id above the last of each list is new without a search.

/** Writers side by side need two or three. Ids in no order at all are kept as texts instead. */
const MOST_LISTS = 8;

export class IdSet {
  readonly #lists: RisingList[] = [];
  /** What is no UUID in lower case, or belongs in none of the lists. */
  readonly #others = new Set<string>();
  /** Of the id that was last looked at. */
  readonly #words = new Uint32Array(4);

  get size(): number {
    return this.#lists.reduce((sum, list) => sum + list.count, this.#others.size);
  }

  has(id: string): boolean {
    if (readUuid(id, 0, id.length, this.#words) && this.#lists.some((list) => list.has(this.#words))) return true;
    return this.#others.has(id);
  }

  /** Adds the id that a text is, or that stands in it; gives whether it was not there yet. */
  add(text: string, from: number = 0, to: number = text.length): boolean {
    if (!readUuid(text, from, to, this.#words)) return this.#addText(text.slice(from, to));
    let home: RisingList | null = null;
    for (const list of this.#lists) {
      if (list.isBelow(this.#words)) home ??= list;
      else if (list.has(this.#words)) return false;
    }
    if (home === null) {
      // Only what once found no list is among the texts.
      if (this.#lists.length === MOST_LISTS) return this.#addText(text.slice(from, to));
      this.#lists.push((home = new RisingList()));
    } else if (this.#others.size > 0 && this.#others.has(text.slice(from, to))) return false;
    home.push(this.#words);
    return true;
  }

  #addText(id: string): boolean {
    if (this.#others.has(id)) return false;
    // A copy: the id may be a part of a long text, which it would keep.
    this.#others.add(Buffer.from(id, 'utf16le').toString('utf16le'));
    return true;
  }
}

const BLOCK_IDS = 1024;

/** 128-bit numbers, each above the one before: four words each, the first the highest. */
class RisingList {
  count = 0;
  /** Blocks, as one array would have to be copied to grow. */
  readonly #blocks: Uint32Array[] = [];
  readonly #last = new Uint32Array(4);

  /** Whether all numbers are below this one. */
  isBelow(words: Uint32Array): boolean {
    return this.count === 0 || compare(this.#last, 0, words) < 0;
  }

  push(words: Uint32Array): void {
    const at = this.count % BLOCK_IDS;
    if (at === 0) this.#blocks.push(new Uint32Array(4 * BLOCK_IDS));
    const block = this.#blocks.at(-1) as Uint32Array;
    for (let index = 0; index < 4; index += 1) {
      const word = words[index] as number;
      block[4 * at + index] = word;
      this.#last[index] = word;
    }
    this.count += 1;
  }

  has(words: Uint32Array): boolean {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compare(this.#blocks[Math.floor(middle / BLOCK_IDS)] as Uint32Array, middle % BLOCK_IDS, words);
      if (order === 0) return true;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return false;
  }
}

/** The order of the number at a place and another. */
function compare(block: Uint32Array, place: number, words: Uint32Array): number {
  for (let index = 0; index < 4; index += 1) {
    const [one, other] = [block[4 * place + index] as number, words[index] as number];
    if (one !== other) return one - other;
  }
  return 0;
}

/** By character code below 256; -1 where it is no hexadecimal digit in lower case. */
const DIGITS = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit += 1) DIGITS[digit.toString(16).charCodeAt(0)] = digit;
const HYPHEN = 0x2d;

/** Reads a UUID in lower case into four words; false for any other text. */
function readUuid(text: string, from: number, to: number, words: Uint32Array): boolean {
  if (to - from !== 36) return false;
  if (text.charCodeAt(from + 8) !== HYPHEN || text.charCodeAt(from + 13) !== HYPHEN) return false;
  if (text.charCodeAt(from + 18) !== HYPHEN || text.charCodeAt(from + 23) !== HYPHEN) return false;
  // One digit that is none makes its number negative, and so all of them together.
  let every = 0;
  for (let word = 0; word < 4; word += 1) {
    const high = fourDigits(text, from + (HIGH_AT[word] as number));
    const low = fourDigits(text, from + (LOW_AT[word] as number));
    every |= high | low;
    words[word] = (high << 16) | low;
  }
  return every >= 0;
}

const HIGH_AT = [0, 9, 19, 28];
const LOW_AT = [4, 14, 24, 32];

function fourDigits(text: string, from: number): number {
  return (
    (digit(text, from) << 12) | (digit(text, from + 1) << 8) | (digit(text, from + 2) << 4) | digit(text, from + 3)
  );
}

function digit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 256 ? (DIGITS[code] as number) : -1;
}
