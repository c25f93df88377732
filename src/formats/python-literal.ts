// Literals as Python prints them: {'method': 'gc'}, ['ctgan', 'tvae'], None.
import type { Json } from '../events/vocabulary.js';

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '0': '\0',
};
const DEEPEST = 50;

/** The value of a literal: dicts as objects (keys as text), lists, tuples and sets as lists; undefined where it is none. */
export function parsePython(text: string): Json | undefined {
  const reader = new Reader(text);
  const value = reader.value(0);
  return reader.isAtEnd() ? value : undefined;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    this.#skip();
    return this.#at === this.#text.length;
  }

  value(depth: number): Json | undefined {
    this.#skip();
    const next = this.#text[this.#at] ?? '';
    if (depth > DEEPEST) return undefined;
    if (next === '{') return this.#braces(depth);
    if (next === '[') return this.#list(']', depth);
    if (next === '(') return this.#list(')', depth);
    if (next === "'" || next === '"' || /^[bru]['"]/.test(this.#text.slice(this.#at, this.#at + 2)))
      return this.#string();
    return this.#word();
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #takes(character: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #list(close: string, depth: number): Json[] | undefined {
    this.#at += 1;
    const items: Json[] = [];
    for (;;) {
      if (this.#takes(close)) return items;
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (!this.#takes(',')) return this.#takes(close) ? items : undefined;
    }
  }

  /** A dict, or a set. */
  #braces(depth: number): Json | undefined {
    this.#at += 1;
    const pairs: [string, Json][] = [];
    const items: Json[] = [];
    for (;;) {
      if (this.#takes('}')) break;
      const key = this.value(depth + 1);
      if (key === undefined) return undefined;
      if (this.#takes(':')) {
        const value = this.value(depth + 1);
        if (value === undefined) return undefined;
        pairs.push([typeof key === 'string' ? key : JSON.stringify(key), value]);
      } else items.push(key);
      if (this.#takes(',')) continue;
      if (this.#takes('}')) break;
      return undefined;
    }
    if (items.length > 0) return pairs.length === 0 ? items : undefined;
    return Object.fromEntries(pairs);
  }

  #string(): string | undefined {
    const isRaw = this.#text[this.#at] === 'r';
    if (/[bru]/.test(this.#text[this.#at] as string)) this.#at += 1;
    const quote = this.#text[this.#at];
    let value = '';
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text[this.#at] as string;
      if (character === quote) {
        this.#at += 1;
        return value;
      }
      value += character === '\\' && !isRaw ? this.#escape() : character;
    }
    return undefined;
  }

  #escape(): string {
    this.#at += 1;
    const kind = this.#text[this.#at] ?? '';
    const digits = { x: 2, u: 4, U: 8 }[kind];
    if (digits === undefined) return ESCAPES[kind] ?? kind;
    const code = this.#text.slice(this.#at + 1, this.#at + 1 + digits);
    const point = Number.parseInt(code, 16);
    if (!/^[\da-f]+$/i.test(code) || code.length !== digits || point > 0x10ffff) return `\\${kind}`;
    this.#at += digits;
    return String.fromCodePoint(point);
  }

  /** A number, True, False or None. */
  #word(): Json | undefined {
    const word = /^[\w.+-]+/.exec(this.#text.slice(this.#at, this.#at + 400))?.[0] ?? '';
    const constant = { True: true, False: false, None: null }[word];
    const number = /^[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(word)
      ? Number(word.replaceAll('_', ''))
      : undefined;
    const value = constant === undefined ? number : constant;
    if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return undefined;
    this.#at += word.length;
    return value;
  }
}
