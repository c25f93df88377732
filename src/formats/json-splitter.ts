// JSON that may be larger than memory: cut into the elements of its list, each of which fits, and what stands around them.
import { nestsDeeper } from '../events/check.js';
import { RunlogError } from '../events/errors.js';

/** Deeper values would exhaust the stack of whoever walks them. */
const DEEPEST = 1000;
const LONGEST_ELEMENT_CHARACTERS = 64 * 1024 * 1024;
const OUTSIDE = /["{}[\],\n]/g;
const IN_STRING = /["\\\n]/g;

export interface JsonPart {
  /** The text of a whole value. */
  text: string;
  /** Its number in the list, from 0. */
  index: number;
  /** The line on which it begins, from 1. */
  line: number;
}

export interface JsonEnd {
  /** All that is not in the list, the list being empty in it; '' where there is no more than the list. */
  rest: string;
  /** Whether the text ends inside a value. */
  isTruncated: boolean;
  /** The number of the last line. */
  line: number;
}

/**
 * Cuts a JSON text into values: those of the list under a key of its root object, or, with no key given, the root's own where it is
 * a list, else the root itself and whatever values follow it. It matches brackets and strings only: each part is still to be parsed.
 */
export class JsonSplitter {
  readonly #key: string | null;
  readonly #onPart: (part: JsonPart) => void;
  /** How deep the parts lie: 0 the root's level, 1 in a list or object at the root, 2 in a list under a key. */
  #partDepth: number;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #part = '';
  #partLine = 1;
  #index = 0;
  #rest = '';
  /** Where in the rest the latest string of the root begins: its keys are such. */
  #stringStart = 0;
  #isInList = false;
  #line = 1;

  constructor(key: string | null, onPart: (part: JsonPart) => void) {
    this.#key = key;
    this.#onPart = onPart;
    this.#partDepth = key === null ? 0 : 2;
  }

  push(text: string): void {
    let from = 0;
    let at = 0;
    const take = (to: number): void => {
      if (to > from) this.#take(text.slice(from, to));
      from = to;
    };
    while (at < text.length) {
      if (this.#isEscaped) {
        this.#isEscaped = false;
        at += 1;
        continue;
      }
      const pattern = this.#isInString ? IN_STRING : OUTSIDE;
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (found === null) break;
      at = found.index + 1;
      const [character] = found;
      if (character === '\n') this.#newline(found.index, take);
      else if (this.#isInString) {
        if (character === '\\') this.#isEscaped = true;
        else this.#isInString = false;
      } else if (character === '"') {
        this.#isInString = true;
        if (this.#key !== null && this.#depth === 1 && !this.#isInList) {
          take(found.index);
          this.#stringStart = this.#rest.length;
        }
      } else if (character === ',') {
        if (this.#depth === this.#partDepth && this.#isListOpen()) {
          take(found.index);
          this.#endPart();
          from = at;
        }
      } else if (character === '{' || character === '[') this.#opened(character, found.index, take, () => (from = at));
      else this.#closed(found.index, take, () => (from = at));
    }
    take(text.length);
  }

  end(): JsonEnd {
    const isTruncated = this.#depth > 0 || this.#isInString;
    // Of what was cut off, a part that its own bracket has closed is whole.
    const isWhole = this.#depth === this.#partDepth && this.#isListOpen() && /[}\]]\s*$/.test(this.#part.slice(-1024));
    if (!isTruncated || (isWhole && !this.#isInString)) this.#endPart();
    return { rest: this.#rest, isTruncated, line: this.#line };
  }

  /** Values at the root stand on lines of their own, or follow each other. */
  #newline(index: number, take: (to: number) => void): void {
    take(index);
    this.#line += 1;
    if (this.#part === '' && this.#depth <= this.#partDepth) this.#partLine = this.#line;
    if (this.#key !== null || this.#depth > 0 || this.#isInString) return;
    this.#endPart();
  }

  #isListOpen(): boolean {
    return this.#key === null ? this.#partDepth === 1 : this.#isInList;
  }

  #opened(bracket: string, index: number, take: (to: number) => void, skip: () => void): void {
    const { depth } = this.#deeper();
    if (this.#key === null) {
      if (depth !== 0 || bracket !== '[' || this.#index > 0 || this.#part.trim() !== '') return;
      take(index);
      this.#part = '';
      this.#partDepth = 1;
      skip();
    } else if (depth === 1 && bracket === '[' && !this.#isInList) {
      take(index);
      if (!this.#isAfterKey()) return;
      this.#rest += '[';
      this.#isInList = true;
      this.#partLine = this.#line;
      skip();
    }
  }

  /** Whether the rest ends in our key: as JSON has it, however it is escaped. */
  #isAfterKey(): boolean {
    const [, written] = /^("[^]*")\s*:\s*$/.exec(this.#rest.slice(this.#stringStart)) ?? [];
    if (written === undefined) return false;
    const parsed = parseJson(written, 1);
    return 'value' in parsed && parsed.value === this.#key;
  }

  #deeper(): { depth: number } {
    const depth = this.#depth;
    this.#depth += 1;
    return { depth };
  }

  #closed(index: number, take: (to: number) => void, skip: () => void): void {
    this.#depth = Math.max(0, this.#depth - 1);
    if (this.#depth !== this.#partDepth - 1 || !this.#isListOpen()) return;
    take(index);
    this.#endPart();
    skip();
    if (this.#key === null) this.#partDepth = 0;
    else {
      this.#isInList = false;
      this.#rest += ']';
    }
  }

  #take(text: string): void {
    const isOfRest = this.#key !== null && !this.#isInList;
    if (isOfRest) this.#rest += text;
    else {
      if (this.#part === '') {
        const trimmed = text.trimStart();
        if (trimmed === '') return;
        this.#part = trimmed;
      } else this.#part += text;
    }
    if ((isOfRest ? this.#rest : this.#part).length > LONGEST_ELEMENT_CHARACTERS)
      throw new RunlogError('invalid_input', `line ${this.#partLine}: a value is longer than 64 MiB`);
  }

  #endPart(): void {
    const text = this.#part.trimEnd();
    this.#part = '';
    if (text !== '') this.#onPart({ text, index: this.#index, line: this.#partLine });
    if (text !== '') this.#index += 1;
    this.#partLine = this.#line;
  }
}

/** The value of a text, or what is wrong with it and where, counting lines from the one on which it begins. */
export function parseJson(text: string, line: number): { value: unknown } | { fault: string } {
  try {
    const value = JSON.parse(text) as unknown;
    if (nestsDeeper(value, DEEPEST)) return { fault: `line ${line}: nested more than ${DEEPEST} levels deep` };
    return { value };
  } catch (error) {
    const message = (error as Error).message;
    const position = Number(
      /at position (\d+)/.exec(message)?.[1] ?? (/Unexpected end/.test(message) ? text.length : Number.NaN),
    );
    if (Number.isNaN(position)) {
      const token = /Unexpected token '(.)'/u.exec(message)?.[1];
      return { fault: `line ${line}: not JSON${token === undefined ? '' : `: unexpected ${JSON.stringify(token)}`}` };
    }
    const before = text.slice(0, position);
    const column = position - before.lastIndexOf('\n');
    const what = position >= text.length ? 'it ends in the middle' : `unexpected ${JSON.stringify(text[position])}`;
    return { fault: `line ${line + before.split('\n').length - 1}, column ${column}: not JSON: ${what}` };
  }
}
