// The design-experiment log as text: entries, fields and the text between them, both ways. No files, no clock; it drops nothing it reads.
import { civilMillis } from '../events/instant.js';
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
  blocks: (LogBlock & { line: number })[];
  /** At most one of each kind, for the first line of that kind. */
  warnings: { line: number; message: string }[];
}

const TIME = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/;
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
  const local = new Date(Math.floor(micros / 1000) + utcOffsetMinutes * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}

/** Milliseconds since the epoch as if the time were UTC; null where the text is no time, or one that never was (month 13). */
export function parseLocalTime(text: string): number | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match;
  return civilMillis(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second));
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

/** The whole log: a blank line between blocks, a newline at the end; '' for none. */
export function encodeLog(blocks: Iterable<LogBlock>): string {
  const parts: string[] = [];
  for (const block of blocks) parts.push(block.kind === 'entry' ? encodeLogEntry(block) : encodeLogText(block.text));
  return parts.length === 0 ? '' : `${parts.join('\n\n')}\n`;
}

/** Reads any text whatever; what is no entry is kept as text, what is odd is named in the warnings. */
export function decodeLog(text: string): DecodedLog {
  const warned = new Map<keyof typeof ODDITIES, number>();
  const warn: Warn = (oddity, line) => {
    if (!warned.has(oddity)) warned.set(oddity, line);
  };
  const blocks: DecodedLog['blocks'] = [];
  let open: (LogBlock & { line: number }) | null = null;
  let blanks = 0;
  const lines = splitLines(text, warn);
  for (const [index, line] of lines.entries()) {
    if (line === '') {
      open = null;
      blanks++;
      continue;
    }
    const number = index + 1;
    if (blocks.length > 0 && blanks > 1) warn('manyBlank', number - blanks + 1);
    if (blocks.length === 0 && blanks > 0) warn('leadingBlank', 1);
    blanks = 0;
    const header = parseHeader(line);
    if (header === 'impossible') warn('impossibleTime', number);
    else if (header !== null) {
      if (open !== null) warn('unseparated', number);
      if (!header.description && /[ \t]$/.test(line)) warn('trailingSpace', number);
      blocks.push((open = { kind: 'entry', ...header, fields: [], line: number }));
      continue;
    }
    if (open === null) blocks.push((open = { kind: 'text', text: decodeTextLine(line), line: number }));
    else if (open.kind === 'text') open.text += `\n${decodeTextLine(line)}`;
    else addLine(open, line, number, warn);
  }
  if (blanks > 0) warn(blocks.length === 0 ? 'leadingBlank' : 'trailingBlank', lines.length - blanks + 1);
  const warnings = [...warned].map(([oddity, line]) => ({ line, message: ODDITIES[oddity] }));
  return { blocks, warnings: warnings.sort((one, other) => one.line - other.line) };
}

function splitLines(text: string, warn: Warn): string[] {
  const hasBom = text.startsWith('\ufeff');
  if (hasBom) warn('bom', 1);
  const lines = (hasBom ? text.slice(1) : text).split('\n');
  // What follows the last newline is a line only where it holds something.
  const unfinished = lines.pop() as string;
  for (const [index, line] of lines.entries()) {
    if (!line.endsWith('\r')) continue;
    warn('crlf', index + 1);
    lines[index] = line.slice(0, -1);
  }
  if (unfinished !== '') {
    lines.push(unfinished);
    warn('unfinished', lines.length);
  }
  const dangerous = lines.findIndex(hasDangerous);
  if (dangerous >= 0) warn('dangerous', dangerous + 1);
  return lines;
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
  const match = HEADER.exec(line);
  if (match === null) return null;
  const [, localTime = '', action = '', colon, description = ''] = match;
  if (parseLocalTime(localTime) === null) return 'impossible';
  return { localTime, action, description: colon === undefined ? null : fromVisible(description) };
}

function isHeader(line: string): boolean {
  const header = parseHeader(line);
  return header !== null && header !== 'impossible';
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
  const isSafe = first !== '' && !isIndented(first) && !isHeader(first) && parseField(first) === null;
  return isSafe ? value : label('Note', value);
}

/** Keys come again and again. */
const encodedKeys = new Map<string, string>();

function encodeKey(key: string): string {
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
  if (isHeader(visible)) return `\\u005b${visible.slice(1)}`;
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
  return rest === 'u000a' || (rest.startsWith('u005b') && isHeader(`[${rest.slice('u005b'.length)}`));
}
