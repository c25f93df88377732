// Makes dangerous characters visible as \uXXXX, and back, without losing one. It knows nothing of files, formats or terminals.

// C0 without TAB and LF, DEL, C1, bidi controls, line and paragraph separators, what has no width and hides text (but the joiners
// U+200C and U+200D, which words and emoji need), BOM, tags, lone surrogates (the u flag leaves pairs alone).
const DANGEROUS = String.raw`[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}\ud800-\udfff]`;
// The same set in hexadecimal digits, a tag as its two halves: the two lines must change together.
const DIGITS = String.raw`00(?:0[0-8b-f]|1[\da-f]|7f|[89][\da-f])|061c|20(?:0[bef]|2[89a-e]|6[\da-f])|feff|d[89a-f][\da-f]{2}`;
// Lazy, so that no line however long piles up backtracking; no set of digits holds 005c, so it matches what greedy would.
const LEVELS = '(?:u005c)*?';
// A written high surrogate before a written low one of equal level cannot stand for two lone surrogates: together they would be
// one character, which only a tag is written as. Any other such pair stays as it is, both ways; all else would break the bijection.
const SURROGATE_PAIR = String.raw`\\(${LEVELS})(?!udb40\\\1udc[0-7])ud[89ab][\da-f]{2}\\\1ud[c-f][\da-f]{2}`;

/** What most texts are: found out in a fifth of the time that the others take. */
const HARMLESS = /^[\t\n\x20-\x5b\x5d-\x7e]*$/;
const HAS_DANGEROUS = new RegExp(DANGEROUS, 'u');
/** The same by units, which takes a third of the time; it also finds the halves of pairs that are none. */
const MAY_BE_DANGEROUS = new RegExp(DANGEROUS.replace(String.raw`\u{e0000}-\u{e007f}`, ''));

/** Two functions, each the inverse of the other. */
export interface VisibleCoder {
  encode(text: string): string;
  decode(text: string): string;
}

/** What a format may add to the set: `raw` matches one such character, `digits` its four hexadecimal digits; both may look ahead. */
export interface ExtraCharacters {
  raw: string;
  digits: string;
  /** Digits that count only where the text begins. */
  digitsAtStart?: string;
}

/** A coder for the dangerous characters and those of one format. What `raw` looks ahead at must be no character that is coded. */
export function createVisibleCoder(extra?: ExtraCharacters): VisibleCoder {
  const atStart = extra?.digitsAtStart === undefined ? '' : String.raw`|^\\${LEVELS}u(?:${extra.digitsAtStart})`;
  const written = String.raw`${SURROGATE_PAIR}|\\${LEVELS}u(?:${extra === undefined ? '' : `${extra.digits}|`}${DIGITS})${atStart}`;
  // What looks like our own writing first, then what is dangerous: they have no character in common.
  const toEscape = new RegExp(extra === undefined ? written : `${written}|${extra.raw}`, 'gu');
  const mayHold = new RegExp(extra === undefined ? String.raw`\\u` : String.raw`\\u|${extra.raw}`, 'u');
  const toDecode = new RegExp(written, 'gu');
  return {
    encode: (text) => writeDangerous(mayHold.test(text) ? text.replace(toEscape, write) : text),
    decode: (text) => (text.includes('\\u') ? text.replace(toDecode, read) : text),
  };
}

function write(match: string, pairLevels: string | undefined): string {
  if (pairLevels !== undefined) return match;
  if (match.startsWith('\\')) return `\\u005c${match.slice(1)}`;
  return Array.from(match, (_, at) => `\\u${match.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
}

/** Whether a unit of text is dangerous where it stands alone: 0 not asked yet, 1 no, 2 yes. */
const KNOWN = new Uint8Array(0x10000);
const HEX = '0123456789abcdef';

/** One pass over the units: a call or a piece of text for each of a million dangerous characters would take most of the time. */
function writeDangerous(text: string): string {
  if (!HAS_DANGEROUS.test(text)) return text;
  const units = new Uint16Array(text.length * '\\uXXXX'.length);
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const isPair = (unit & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00;
    const isSafe = isPair ? !isTag(text.codePointAt(index) as number) : isSafeAlone(unit);
    for (const end = isPair ? index + 1 : index; ; index++) {
      const next = text.charCodeAt(index);
      if (isSafe) units[length++] = next;
      else {
        units[length++] = 0x5c;
        units[length++] = 0x75;
        for (let shift = 12; shift >= 0; shift -= 4) units[length++] = HEX.charCodeAt((next >> shift) & 15);
      }
      if (index === end) break;
    }
  }
  // Nothing that a decoder would change is left: no lone surrogate and no byte order mark.
  return new TextDecoder('utf-16le').decode(units.subarray(0, length));
}

function isSafeAlone(unit: number): boolean {
  if (KNOWN[unit] === 0) KNOWN[unit] = HAS_DANGEROUS.test(String.fromCharCode(unit)) ? 2 : 1;
  return KNOWN[unit] === 1;
}

function isTag(codePoint: number): boolean {
  return codePoint >= 0xe0000 && codePoint <= 0xe007f;
}

function read(match: string, pairLevels: string | undefined): string {
  if (pairLevels !== undefined) return match;
  if (match.length > '\\uXXXX'.length) return `\\${match.slice('\\u005c'.length)}`;
  return String.fromCharCode(Number.parseInt(match.slice(2), 16));
}

const PLAIN = createVisibleCoder();

/** Whether the text holds a character that `toVisible` would write out. */
export function hasDangerous(text: string): boolean {
  return MAY_BE_DANGEROUS.test(text) && HAS_DANGEROUS.test(text);
}

/** Writes each dangerous character as `\uXXXX`; TAB, LF and ordinary backslashes stay. `fromVisible` gives back every text exactly. */
export function toVisible(text: string): string {
  return HARMLESS.test(text) ? text : PLAIN.encode(text);
}

/** The inverse of `toVisible`. */
export function fromVisible(text: string): string {
  return PLAIN.decode(text);
}

/** Writes the dangerous characters that JSON leaves raw as the escapes of JSON: the same value, harmless on a terminal. */
export function toVisibleJson(json: string): string {
  return writeDangerous(json);
}

/** `toVisible` for places that have one line: LF too is written out. For reading only, there is no way back. */
export function toVisibleLine(text: string): string {
  return toVisible(text).replaceAll('\n', '\\u000a');
}

/** The same of text whose lines may go on one line. */
export function toJoinedLine(text: string): string {
  return toVisibleLine(text.replaceAll(/\s*\n\s*/g, ' '));
}
