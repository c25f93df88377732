// JSON as Python writes it (`json.dumps(indent=2, sort_keys=True, ensure_ascii=False)`), numbers and all: Python tells 1.0 from 1, has
// integers of any size, and writes NaN. JavaScript's numbers cannot; how such a number was written is kept beside its value.
import { parseJson } from './json-splitter.js';

/** How numbers are to be written, each by the JSON pointer of its place. */
export interface NumberForms {
  /** Python's floats: a whole one gets its `.0`. */
  floats: ReadonlySet<string>;
  /** As their source wrote them; they also stand for values that JavaScript has no number for, which are null. */
  texts: ReadonlyMap<string, string>;
}

export const NO_FORMS: NumberForms = { floats: new Set(), texts: new Map() };

const NUMBER = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?|-?Infinity|NaN)$/;
const TOKEN = /["{}[\],:]|-?(?:Infinity|\d[\d.Ee+-]*)|NaN/g;

/** `repr` of a float: the shortest digits that mean it, an exponent below 1e-4 and from 1e16 on. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0.0';
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16)
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** A value's text, as it stands so many levels deep in a document. */
export function pythonJson(value: unknown, level: number, forms: NumberForms = NO_FORMS): string {
  return write(value, `\n${'  '.repeat(level)}`, '', forms);
}

function write(value: unknown, newline: string, pointer: string, forms: NumberForms): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || value === null)
    return forms.texts.get(pointer) ?? (value === null ? 'null' : writeNumber(value, forms.floats.has(pointer)));
  if (typeof value !== 'object') return JSON.stringify(value);
  const inner = `${newline}  `;
  if (Array.isArray(value)) {
    const items = value.map((item, index) => write(item, inner, `${pointer}/${index}`, forms));
    return items.length === 0 ? '[]' : `[${inner}${items.join(`,${inner}`)}${newline}]`;
  }
  const members = sortedKeys(value).map((key) => {
    const written = write((value as Record<string, unknown>)[key], inner, `${pointer}/${escapePointer(key)}`, forms);
    return `${JSON.stringify(key)}: ${written}`;
  });
  return members.length === 0 ? '{}' : `{${inner}${members.join(`,${inner}`)}${newline}}`;
}

/** A journal keeps no negative zero and nothing that is not finite: they are written as what it gives back. */
function writeNumber(value: number, isFloat: boolean): string {
  if (!Number.isFinite(value)) return 'null';
  const kept = value === 0 ? 0 : value;
  return Number.isSafeInteger(kept) && !isFloat ? String(kept) : pythonFloat(kept);
}

/** In Python's order: that of code points. */
export function sortedKeys(object: object): string[] {
  return Object.keys(object).sort(byCodePoint);
}

function byCodePoint(one: string, other: string): number {
  const end = Math.min(one.length, other.length);
  let at = 0;
  while (at < end && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  // The two may differ in the second half of a pair.
  if (at > 0 && (one.charCodeAt(at - 1) & 0xfc00) === 0xd800) at -= 1;
  return (one.codePointAt(at) ?? -1) - (other.codePointAt(at) ?? -1);
}

/** What a number that is too large for JavaScript must have: an exponent of three digits, or very many digits. */
const MAYBE_TOO_LARGE = /[\d.][Ee]\+?\d{3}|\d{200}/;

/** The value of a JSON text, or what is wrong with it. Python's NaN and Infinity are null in it, and so is what is too large. */
export function parsePythonJson(text: string, line: number): { value: unknown } | { fault: string } {
  const parsed = parseJson(text, line);
  if ('value' in parsed && !MAYBE_TOO_LARGE.test(text)) return parsed;
  let clean = '';
  let from = 0;
  for (const { at, text: number } of numbersIn(text)) {
    if (Number.isFinite(Number(number))) continue;
    clean += `${text.slice(from, at)}null`;
    from = at + number.length;
  }
  return from === 0 ? parsed : parseJson(clean + text.slice(from), line);
}

/** Of the numbers of a JSON text those that would be written in another way than they are there, by their pointers. */
export function ownNumberForms(text: string, floats: ReadonlySet<string>): Map<string, string> {
  const forms = new Map<string, string>();
  for (const { pointer, text: number } of numbersIn(text)) {
    // Of a key that comes twice the last value counts.
    if (number === writeNumber(Number(number), floats.has(pointer))) forms.delete(pointer);
    else if (NUMBER.test(number)) forms.set(pointer, number);
  }
  return forms;
}

/** Forms as an event keeps them; what is no number's text could forge anything, and is passed over. */
export function readForms(given: unknown): Map<string, string> {
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  return new Map(entries.filter(([, text]) => typeof text === 'string' && NUMBER.test(text)));
}

interface Frame {
  /** The number of a list's element; null in an object. */
  index: number | null;
  /** The latest key of an object, as it is written. */
  key: string;
  isKeyNext: boolean;
}

interface FoundNumber {
  pointer: string;
  text: string;
  at: number;
}

/** The numbers of a JSON text in order, Python's words for some among them. It expects sound JSON otherwise. */
function* numbersIn(text: string): Generator<FoundNumber> {
  const frames: Frame[] = [];
  const pattern = new RegExp(TOKEN);
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const [token] = found;
    const frame = frames.at(-1);
    if (token === '"') {
      const end = stringEnd(text, found.index);
      if (frame?.isKeyNext === true) frame.key = text.slice(found.index, end);
      pattern.lastIndex = end;
    } else if (token === '{') frames.push({ index: null, key: '""', isKeyNext: true });
    else if (token === '[') frames.push({ index: 0, key: '', isKeyNext: false });
    else if (token === '}' || token === ']') frames.pop();
    else if (token === ':') {
      if (frame !== undefined) frame.isKeyNext = false;
    } else if (token !== ',') yield { pointer: frames.map(stepOf).join(''), text: token, at: found.index };
    else if (frame !== undefined) {
      if (frame.index === null) frame.isKeyNext = true;
      else frame.index += 1;
    }
  }
}

function stepOf({ index, key }: Frame): string {
  if (index !== null) return `/${index}`;
  const parsed = parseJson(key, 1);
  return `/${escapePointer('value' in parsed ? String(parsed.value) : key)}`;
}

/** Where a string ends that begins at a quote. */
export function stringEnd(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    at = text.indexOf('"', at);
    if (at === -1) return text.length;
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at + 1;
  }
}

function escapePointer(key: string): string {
  return key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
}
