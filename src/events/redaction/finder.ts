// Which of several lists have a word in a text? A recorder asks this of every text, so it walks the text once, however many words
// there are: three characters in a row say which words may begin there.

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
  /** By the lower five bits of three characters, which upper and lower case have in common: which group may begin; 0 for none. */
  readonly #starts: Uint8Array = new Uint8Array(32 ** 3);
  readonly #groups: Entry[][] = [[]];

  constructor(lists: readonly WordList[]) {
    // After a word of two any third may come: it joins the groups that are there, and has one of its own beside them.
    for (const isShort of [false, true])
      for (let list = 0; list < lists.length; list += 1) {
        const { words, ignoresCase } = lists[list] as WordList;
        for (const word of words)
          if ((word.length === 2) === isShort)
            this.#add({ word, ignoresCase, bit: 1 << list }, startOf(word), isShort ? 32 : 1);
      }
  }

  /** A bit for each list, the first list's being 1. */
  find(text: string): number {
    const starts = this.#starts;
    const { length } = text;
    let found = 0;
    let three = 0;
    for (let index = 0; index < length; index += 1) {
      three = ((three << 5) | (text.charCodeAt(index) & 31)) & 0x7fff;
      if (starts[three] !== 0) found |= this.#foundAt(text, index - 2, starts[three] as number);
    }
    // So that a last word of two has a third character too.
    const last = starts[(three << 5) & 0x7fff] as number;
    return last === 0 ? found : found | this.#foundAt(text, length - 2, last);
  }

  #add(entry: Entry, from: number, count: number): void {
    let own = 0;
    for (let start = from; start < from + count; start += 1) {
      const known = this.#starts[start] as number;
      if (known !== 0 && known !== own) (this.#groups[known] as Entry[]).push(entry);
      else {
        if (own === 0) own = this.#groups.push([entry]) - 1;
        if (own > 255) throw new Error('more groups of words than a byte can tell apart');
        this.#starts[start] = own;
      }
    }
  }

  /** Whether one of the words stands at a place in a text in UTF-8. */
  isAt(bytes: Uint8Array, at: number): boolean {
    const three =
      (((bytes[at] as number) & 31) << 10) | (((bytes[at + 1] as number) & 31) << 5) | ((bytes[at + 2] as number) & 31);
    const group = this.#starts[three] as number;
    if (group === 0) return false;
    const entries = this.#groups[group] as Entry[];
    for (let index = 0; index < entries.length; index += 1) {
      const { word, ignoresCase } = entries[index] as Entry;
      let same = 0;
      while (same < word.length && isSame(bytes[at + same] as number, word.charCodeAt(same), ignoresCase)) same += 1;
      if (same === word.length) return true;
    }
    return false;
  }

  #foundAt(text: string, at: number, group: number): number {
    let found = 0;
    for (const { word, ignoresCase, bit } of this.#groups[group] as Entry[]) {
      let same = 0;
      while (same < word.length && isSame(text.charCodeAt(at + same), word.charCodeAt(same), ignoresCase)) same += 1;
      if (same === word.length) found |= bit;
    }
    return found;
  }
}

/** Of a word of two the first of its 32. */
function startOf(word: string): number {
  const third = word.length === 2 ? 0 : word.charCodeAt(2) & 31;
  return ((word.charCodeAt(0) & 31) << 10) | ((word.charCodeAt(1) & 31) << 5) | third;
}

function isSame(code: number, wanted: number, ignoresCase: boolean): boolean {
  return code === wanted || (ignoresCase && code >= 65 && code <= 90 && code + 32 === wanted);
}
