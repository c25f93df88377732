// The design-experiment log as text: entries, fields and the text between them, both ways. No files, no clock; it drops nothing it reads.
import { civilMillis, movedBy } from '../events/instant.js';
import { createVisibleCoder, fromVisible, hasDangerous, toVisible } from './visible-text.js';

/** One entry. `localTime` (`YYYY-MM-DD HH:MM:SS`) and `action` (`ACTION_TYPE`) are written as they are: callers check them. */
export interface LogEntry {
  kind: 'entry';
  localTime: string;
  action: string;
  /** null: nothing after the action; '': a colon and nothing more. */
  description: string | null;
  /** In order. An empty key: a line that is no field, kept as its value. */
  fields: [key: string, value: string][];
}

/** One paragraph that stands outside entries. */
export interface LogText {
  kind: 'text';
  text: string;
}

export type LogBlock = LogEntry | LogText;

/** Without warnings, encoding the blocks gives the very text that was decoded. Lines count from 1. */
export interface DecodedLog {
  blocks: PlacedBlock[];
  /** At most one of each kind, for the first line of that kind. */
  warnings: { line: number; message: string }[];
}

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const HEADER = /^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\] ([A-Z][A-Z0-9_]*)(?:(:)(?: ([^]*))?|[ \t]*)$/;

// A key must not end early (`: `), open a line as a header or a continuation does, or hold a line break.
const KEYS = createVisibleCoder({
  raw: String.raw`\n|:(?= )|^[\t \[]`,
  digits: '000a|003a(?= )',
  digitsAtStart: '0009|0020|005b',
});

const ODDITIES = {
  bom: 'the file begins with a byte order mark',
  crlf: 'lines end in CR LF',
  dangerous: 'raw control, bidi or surrogate characters',
  unfinished: 'the last line has no newline',
  leadingBlank: 'blank lines before the first entry',
  manyBlank: 'more than one blank line in a row',
  trailingBlank: 'blank lines at the end',
  unseparated: 'no blank line before an entry',
  impossibleTime: 'the time of this header does not exist; the line was kept as text',
  trailingSpace: 'white space where the line should end',
  shortIndent: 'a continuation is indented by one space or a tab, not by two spaces',
  noColon: 'a description that begins below a header without a colon',
} as const;
type Warn = (oddity: keyof typeof ODDITIES, line: number) => void;

type Header = Pick<LogEntry, 'localTime' | 'action' | 'description'>;

/** `YYYY-MM-DD HH:MM:SS` at an offset in minutes east of UTC. */
export function formatLocalTime(micros: number, utcOffsetMinutes: number): string {
  const local = new Date(Math.floor(movedBy(micros, utcOffsetMinutes) / 1000));
  return local.toISOString().slice(0, 19).replace('T', ' ');
}

/** Milliseconds since the epoch as if the time were UTC; null where the text is no time, or one that never was (month 13). */
export function parseLocalTime(text: string): number | null {
  if (text !== lastParsed.text) lastParsed = { text, millis: toMillis(text) };
  return lastParsed.millis;
}

/** An entry's time is asked for twice: whether it is one, and which. */
let lastParsed: { text: string; millis: number | null } = { text: '', millis: null };

function toMillis(text: string): number | null {
  if (!TIME.test(text)) return null;
  const two = (at: number): number => 10 * text.charCodeAt(at) + text.charCodeAt(at + 1) - 11 * 0x30;
  return civilMillis(100 * two(0) + two(2), two(5), two(8), two(11), two(14), two(17));
}

/** The entry without its last newline. No description, key or value can be read as anything but itself. */
export function encodeLogEntry(entry: Omit<LogEntry, 'kind'>): string {
  const header = `[${entry.localTime}] ${entry.action}`;
  const lines = [entry.description === null ? header : label(header, indent(entry.description))];
  for (const [key, value] of entry.fields) lines.push(encodeField(key, indent(value)));
  return lines.join('\n');
}

/** The paragraph without its last newline. Lines that would end it or open an entry are marked; `decodeLog` takes the mark off. */
export function encodeLogText(text: string): string {
  return text.split('\n').map(encodeTextLine).join('\n');
}

/** Whether a line opens an entry. */
export function isEntryHeader(line: string): boolean {
  const header = parseHeader(line);
  return header !== null && header !== 'impossible';
}

/** The whole log: a blank line between blocks, a newline at the end; '' for none. */
export function encodeLog(blocks: Iterable<LogBlock>): string {
  return [...logPieces(blocks)].join('');
}

/** The same piece by piece, for a log that may be longer than the memory. */
export function* logPieces(blocks: Iterable<LogBlock>): Generator<string> {
  let isFirst = true;
  for (const block of blocks) {
    const text = block.kind === 'entry' ? encodeLogEntry(block) : encodeLogText(block.text);
    yield isFirst ? text : `\n\n${text}`;
    isFirst = false;
  }
  if (!isFirst) yield '\n';
}

/** A block with the number of its first line, counted from 1. */
export type PlacedBlock = LogBlock & { line: number };

/** Reads any text whatever; what is no entry is kept as text, what is odd is named in the warnings. */
export function decodeLog(text: string): DecodedLog {
  const blocks: PlacedBlock[] = [];
  const decoder = new LogDecoder((block) => blocks.push(block));
  decoder.push(text);
  return { blocks, warnings: decoder.end() };
}

/** The same of a text that comes in pieces, which may end anywhere: a log may be larger than memory. */
export class LogDecoder {
  readonly #onBlock: (block: PlacedBlock) => void;
  readonly #warned = new Map<keyof typeof ODDITIES, number>();
  readonly #warn: Warn = (oddity, line) => {
    if (!this.#warned.has(oddity)) this.#warned.set(oddity, line);
  };
  #open: PlacedBlock | null = null;
  #hasBlocks = false;
  #blanks = 0;
  #lines = 0;
  /** What has come of a line whose end has not. */
  #begun = '';
  #begunMayBeDangerous = false;
  #isFirst = true;

  constructor(onBlock: (block: PlacedBlock) => void) {
    this.#onBlock = onBlock;
  }

  /** `mayBeDangerous`: whether a line may hold dangerous characters, where that is known already. */
  push(piece: string, mayBeDangerous: boolean = hasDangerous(piece) || this.#begun !== ''): void {
    let text = piece;
    if (this.#isFirst && text !== '') {
      this.#isFirst = false;
      if (text.startsWith('\ufeff')) {
        this.#warn('bom', 1);
        text = text.slice(1);
      }
    }
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      const line = this.#begun === '' ? text.slice(from, end) : this.#begun + text.slice(from, end);
      this.#begun = '';
      from = end + 1;
      this.#lines += 1;
      this.#addLine(line, mayBeDangerous);
    }
    if (from === text.length) return;
    this.#begun += text.slice(from);
    this.#begunMayBeDangerous = mayBeDangerous;
  }

  /**
   * Gives the last block, and at most one warning of each kind, for the first line of that kind. `goesOn`: the text ends before an
   * entry that somebody else reads.
   */
  end(goesOn: boolean = false): DecodedLog['warnings'] {
    // What follows the last newline is a line only where it holds something.
    if (this.#begun !== '') {
      this.#lines += 1;
      this.#warn('unfinished', this.#lines);
      this.#addLine(this.#begun, this.#begunMayBeDangerous, true);
      this.#begun = '';
    }
    this.#close();
    if (this.#blanks > 0 && !goesOn)
      this.#warn(this.#hasBlocks ? 'trailingBlank' : 'leadingBlank', this.#lines - this.#blanks + 1);
    const warnings = [...this.#warned].map(([oddity, line]) => ({ line, message: ODDITIES[oddity] }));
    return warnings.sort((one, other) => one.line - other.line);
  }

  get lines(): number {
    return this.#lines;
  }

  /** How much is held that is not given away yet, in characters. */
  get heldCharacters(): number {
    return this.#begun.length + (this.#open === null ? 0 : sizeOf(this.#open));
  }

  #addLine(whole: string, mayBeDangerous: boolean, isUnfinished: boolean = false): void {
    const number = this.#lines;
    let line = whole;
    if (!isUnfinished && line.endsWith('\r')) {
      this.#warn('crlf', number);
      line = line.slice(0, -1);
    }
    if (line === '') {
      this.#close();
      this.#blanks++;
      return;
    }
    if (mayBeDangerous && hasDangerous(line)) this.#warn('dangerous', number);
    if (this.#blanks > 0) {
      if (!this.#hasBlocks) this.#warn('leadingBlank', 1);
      else if (this.#blanks > 1) this.#warn('manyBlank', number - this.#blanks + 1);
      this.#blanks = 0;
    }
    const header = parseHeader(line);
    if (header === 'impossible') this.#warn('impossibleTime', number);
    else if (header !== null) {
      if (this.#open !== null) this.#warn('unseparated', number);
      if (!header.description && /[ \t]$/.test(line)) this.#warn('trailingSpace', number);
      this.#begin({ kind: 'entry', ...header, fields: [], line: number });
      return;
    }
    if (this.#open === null) this.#begin({ kind: 'text', text: decodeTextLine(line), line: number });
    else if (this.#open.kind === 'text') this.#open.text += `\n${decodeTextLine(line)}`;
    else addLine(this.#open, line, number, this.#warn);
  }

  #begin(block: PlacedBlock): void {
    this.#close();
    this.#open = block;
    this.#hasBlocks = true;
  }

  #close(): void {
    if (this.#open !== null) this.#onBlock(this.#open);
    this.#open = null;
  }
}

function sizeOf(block: LogBlock): number {
  if (block.kind === 'text') return block.text.length;
  return block.fields.reduce((sum, [key, value]) => sum + key.length + value.length, block.description?.length ?? 0);
}

function addLine(entry: LogEntry, line: string, number: number, warn: Warn): void {
  if (isIndented(line)) {
    if (!line.startsWith('  ')) warn('shortIndent', number);
    addContinuation(entry, fromVisible(line.slice(line.startsWith('  ') ? 2 : 1)), number, warn);
    return;
  }
  const field = parseField(line);
  if (field === null) {
    entry.fields.push(['', fromVisible(line)]);
    return;
  }
  const [key, value] = field;
  if (value === '' && line.endsWith(' ')) warn('trailingSpace', number);
  entry.fields.push([KEYS.decode(key), fromVisible(value)]);
}

function addContinuation(entry: LogEntry, text: string, number: number, warn: Warn): void {
  const field = entry.fields.at(-1);
  if (field !== undefined) field[1] += `\n${text}`;
  else if (entry.description !== null) entry.description += `\n${text}`;
  else {
    warn('noColon', number);
    entry.description = text;
  }
}

function parseHeader(line: string): Header | 'impossible' | null {
  const match = line.startsWith('[') ? HEADER.exec(line) : null;
  if (match === null) return null;
  const [, localTime = '', action = '', colon, description = ''] = match;
  if (parseLocalTime(localTime) === null) return 'impossible';
  return { localTime, action, description: colon === undefined ? null : fromVisible(description) };
}

function parseField(line: string): [key: string, value: string] | null {
  const separator = line.indexOf(': ');
  const colon = separator < 0 && line.endsWith(':') ? line.length - 1 : separator;
  return colon < 1 || line.startsWith('[') ? null : [line.slice(0, colon), line.slice(colon + 2)];
}

function isIndented(line: string): boolean {
  return line.startsWith(' ') || line.startsWith('\t');
}

function encodeField(key: string, value: string): string {
  if (key !== '') return label(encodeKey(key), value);
  const [first = ''] = value.split('\n', 1);
  const isSafe = first !== '' && !isIndented(first) && !isEntryHeader(first) && parseField(first) === null;
  return isSafe ? value : label('Note', value);
}

/** Keys come again and again. */
const encodedKeys = new Map<string, string>();

/** A key of a field, so that it can be read as nothing else. */
export function encodeKey(key: string): string {
  const known = encodedKeys.get(key);
  if (known !== undefined) return known;
  const encoded = KEYS.encode(key);
  if (key.length < 100 && encodedKeys.size < 1000) encodedKeys.set(key, encoded);
  return encoded;
}

function indent(text: string): string {
  const visible = toVisible(text);
  return visible.includes('\n') ? visible.replaceAll('\n', '\n  ') : visible;
}

function label(before: string, text: string): string {
  return text === '' || text.startsWith('\n') ? `${before}:${text}` : `${before}: ${text}`;
}

function encodeTextLine(line: string): string {
  const visible = toVisible(line);
  if (visible === '') return '\\u000a';
  if (isEntryHeader(visible)) return `\\u005b${visible.slice(1)}`;
  return isMarked(visible) ? `\\u005c${visible.slice(1)}` : visible;
}

function decodeTextLine(line: string): string {
  if (!isMarked(line)) return fromVisible(line);
  if (line === '\\u000a') return '';
  const unmarked = line.startsWith('\\u005b') ? '[' : '\\';
  return fromVisible(unmarked + line.slice('\\uXXXX'.length));
}

/** Whether the line is the mark of a blank line or of a header line, or the text of such a mark with its own levels of u005c. */
function isMarked(line: string): boolean {
  if (!line.startsWith('\\u00')) return false;
  let start = 1;
  while (line.startsWith('u005c', start)) start += 'u005c'.length;
  const rest = line.slice(start);
  return rest === 'u000a' || (rest.startsWith('u005b') && isEntryHeader(`[${rest.slice('u005b'.length)}`));
}
