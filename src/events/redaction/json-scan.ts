// What a program that records much wants to know of a line, told by one walk over its bytes: whether it has any of some words, and
// whether its strings are written as they are. Each byte is looked at in one pair of two; finder.ts judges where a word may stand.
import type { Finder, WordList } from './finder.js';

/** What `scan` says where there is a word of a list, and where there is none but a byte that may stand for something else. */
export const HAS_WORD = -1;
export const IS_NOT_PLAIN = -2;
/** Added to the number of quotes where not all is printable ASCII. */
export const BEYOND_ASCII = 0x1000000;

/*
 * What is known of two bytes side by side: of which groups of words they may be the first pair (the low bits), of which the second
 * (the bits above), whether one of them is not plain or not ASCII, and how many are quotes. A word that begins with a pair has its third and
 * fourth letter in the next; one that begins with the second byte of a pair has its second and third letter there. Where two pairs
 * have a group in common, a word of it may begin in the first.
 */
// Plain numbers, and above their use, for then the bundler puts them there: to load them would take a third of the walk.
const GROUPS = 12;
const FIRST_BITS = 0xfff;
const SECOND_SHIFT = 12;
const NOT_PLAIN = 0x1000000;
const NOT_ASCII = 0x2000000;
const QUOTES_SHIFT = 29;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;
/** Of U+FFFD, which UTF-8 has in place of half a surrogate pair. */
const FIRST_OF_REPLACEMENT = 0xef;

export class JsonScanner {
  readonly #finder: Finder;
  readonly #facts: Uint32Array;
  readonly #lastPair: Pair = new Pair();
  /** The bytes that were last asked about, two at a time. */
  #pairs: Uint16Array = new Uint16Array(0);
  #seen: Uint8Array | null = null;

  /** The finder's lists, and the finder. */
  constructor(lists: readonly WordList[], finder: Finder) {
    this.#finder = finder;
    this.#facts = factsOfPairs(lists);
  }

  /**
   * The number of quotes in a stretch of JSON in UTF-8; `HAS_WORD` where it has any of the words, else `IS_NOT_PLAIN` where it has a
   * backslash, a control character or a byte that U+FFFD begins with: then, or with more quotes than JSON needs itself, strings may
   * differ from their JSON. `BEYOND_ASCII` is added where not all is printable ASCII. The byte before the stretch and those after it may be looked at.
   */
  scan(bytes: Uint8Array, from: number, to: number): number {
    if (bytes !== this.#seen) this.#look(bytes);
    const [facts, pairs, start] = [this.#facts, this.#pairs, bytes.byteOffset];
    const end = (start + to) >> 1;
    let all = 0;
    let before = 0;
    let quotes = 0;
    for (let index = (start + from) >> 1; index < end; index += 1) {
      const own = facts[pairs[index] as number] as number;
      if ((before & (own >> SECOND_SHIFT) & FIRST_BITS) !== 0 && this.#beginsBefore(bytes, 2 * index - start))
        return HAS_WORD;
      all |= own;
      quotes += own >>> QUOTES_SHIFT;
      before = own;
    }
    // What is left of a pair, and one more for a word that is a pair.
    const lastAt = 2 * end - start;
    const last = facts[this.#lastPair.of(lastAt < to ? (bytes[lastAt] as number) : SPACE, SPACE)] as number;
    if (this.#beginsBefore(bytes, lastAt) || this.#beginsBefore(bytes, lastAt + 2)) return HAS_WORD;
    all |= last;
    quotes += last >>> QUOTES_SHIFT;
    if ((all & NOT_PLAIN) !== 0) return IS_NOT_PLAIN;
    return (all & NOT_ASCII) === 0 ? quotes : quotes + BEYOND_ASCII;
  }

  #look(bytes: Uint8Array): void {
    this.#pairs = new Uint16Array(bytes.buffer, 0, bytes.buffer.byteLength >> 1);
    this.#seen = bytes;
  }

  /** Whether a word begins one or two bytes before a place. */
  #beginsBefore(bytes: Uint8Array, at: number): boolean {
    return this.#finder.isAt(bytes, at - 2) || this.#finder.isAt(bytes, at - 1);
  }
}

function factsOfPairs(lists: readonly WordList[]): Uint32Array {
  const facts = new Uint32Array(0x10000);
  const pair = new Pair();
  const any = Array.from({ length: 256 }, (_, byte) => byte);
  const mark = (first: readonly number[], second: readonly number[], fact: number): void => {
    for (const one of first)
      for (const two of second) facts[pair.of(one, two)] = (facts[pair.of(one, two)] as number) | fact;
  };
  for (const { words, ignoresCase } of lists)
    for (const word of words) {
      const letter = (at: number): readonly number[] =>
        at < word.length ? codesOf(word.charAt(at), ignoresCase) : any;
      // Words of two, which let any pair follow, by themselves; in each half of the groups one kind of beginning.
      const group = word.length === 2 ? 0 : 1 + (word.charCodeAt(0) % (GROUPS / 2 - 1));
      const [even, odd] = [1 << group, 1 << (group + GROUPS / 2)];
      mark(letter(0), letter(1), even);
      mark(letter(2), letter(3), even << SECOND_SHIFT);
      mark(any, letter(0), odd);
      mark(letter(1), letter(2), odd << SECOND_SHIFT);
    }
  const markEither = (bytes: readonly number[], fact: number): void => {
    mark(bytes, any, fact);
    mark(any, bytes, fact);
  };
  markEither(
    any.filter((byte) => byte < SPACE || byte === BACKSLASH || byte === FIRST_OF_REPLACEMENT),
    NOT_PLAIN,
  );
  markEither(
    any.filter((byte) => byte >= DELETE),
    NOT_ASCII,
  );
  const others = any.filter((byte) => byte !== QUOTE);
  mark([QUOTE], others, 1 << QUOTES_SHIFT);
  mark(others, [QUOTE], 1 << QUOTES_SHIFT);
  mark([QUOTE], [QUOTE], 2 << QUOTES_SHIFT);
  return facts;
}

/** The codes of a letter in either case, where that does not matter. */
function codesOf(letter: string, ignoresCase: boolean): number[] {
  return (ignoresCase ? [letter, letter.toUpperCase()] : [letter]).map((one) => one.charCodeAt(0));
}

/** Two bytes as a number in this machine's order. */
class Pair {
  readonly #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(2);
  readonly #number: Uint16Array = new Uint16Array(this.#bytes.buffer);

  of(first: number, second: number): number {
    this.#bytes[0] = first;
    this.#bytes[1] = second;
    return this.#number[0] as number;
  }
}
