// Which of several lists have a word in a text? A recorder asks this of every text, so it walks the text once, however many words
// there are: two characters in a row say which words may begin there.

/** Words of ASCII, two characters long at the least; those that ignore case are given in lower case. */
export interface WordList {
  words: readonly string[];
  ignoresCase: boolean;
}

interface Entry {
  word: string;
  ignoresCase: boolean;
  bit: number;
}

export class Finder {
  /** For each pair of characters, by their lower seven bits: 1 where a word may begin with it. */
  readonly #pairs: Uint8Array = new Uint8Array(128 * 128);
  readonly #entries: Map<number, Entry[]> = new Map();

  constructor(lists: readonly WordList[]) {
    for (const [index, { words, ignoresCase }] of lists.entries())
      for (const word of words)
        for (const pair of pairsOf(word, ignoresCase)) {
          this.#pairs[pair] = 1;
          const known = this.#entries.get(pair);
          const entry = { word, ignoresCase, bit: 1 << index };
          if (known === undefined) this.#entries.set(pair, [entry]);
          else known.push(entry);
        }
  }

  /** A bit for each list, the first list's being 1. */
  find(text: string): number {
    const pairs = this.#pairs;
    let found = 0;
    let last = 0;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      const pair = (last << 7) | (code & 127);
      if (pairs[pair] === 1) found |= this.#foundAt(text, index - 1, pair, found);
      last = code & 127;
    }
    return found;
  }

  #foundAt(text: string, at: number, pair: number, known: number): number {
    let found = 0;
    for (const { word, ignoresCase, bit } of this.#entries.get(pair) ?? []) {
      if ((known & bit) !== 0) continue;
      const isHere = ignoresCase ? text.slice(at, at + word.length).toLowerCase() === word : text.startsWith(word, at);
      if (isHere) found |= bit;
    }
    return found;
  }
}

function pairsOf(word: string, ignoresCase: boolean): number[] {
  const variants = (character: string): string[] =>
    ignoresCase ? [character.toLowerCase(), character.toUpperCase()] : [character];
  const [first = '', second = ''] = word;
  const pairs = variants(first).flatMap((one) =>
    variants(second).map((two) => (one.charCodeAt(0) << 7) | two.charCodeAt(0)),
  );
  return [...new Set(pairs)];
}
