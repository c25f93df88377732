// A design-experiment log as the rules see it: entries with the lines of their fields, and what is no entry. What was meant for a
// header is read as one, and reported. Pure.
import { decodeLog, isEntryHeader, parseLocalTime, type PlacedBlock } from '../design-log.js';
import { readLooseHeader, type LooseHeader } from './loose-header.js';
import { quoted } from './quoted.js';

export interface Fault {
  line: number;
  message: string;
}

export interface LintField {
  key: string;
  value: string;
  line: number;
}

export interface LintEntry {
  line: number;
  /** As the header has it; null where that cannot be told. */
  localTime: string | null;
  /** '' where it cannot be told. */
  action: string;
  description: string | null;
  fields: LintField[];
}

export interface LintLog {
  entries: LintEntry[];
  layoutFaults: Fault[];
  actionFaults: Fault[];
}

// What the decoder is given where a header does not tell: no rule sees them.
const SOME_TIME = '2000-01-01 00:00:00';
const SOME_ACTION = 'UNKNOWN';
/** A field whose colon has no space behind it; an address has no field before it. */
const GLUED = /^([A-Z][A-Za-z ]{0,40}):([^\s/][^]*)/;

export function readLog(text: string): LintLog {
  const lines = splitLines(text);
  const log: LintLog = { entries: [], layoutFaults: [], actionFaults: [] };
  const guesses = mendHeaders(lines, log);
  for (const block of decodeLog(lines.map((line) => `${line}\n`).join('')).blocks) addBlock(log, block, lines, guesses);
  return log;
}

function splitLines(text: string): string[] {
  const lines = (text.startsWith('\ufeff') ? text.slice(1) : text).split('\n');
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

/** Writes what was meant for a header as one, in place; gives what it was, by line. */
function mendHeaders(lines: string[], log: LintLog): Map<number, LooseHeader> {
  const guesses = new Map<number, LooseHeader>();
  let isInEntry = false;
  let isFirst = true;
  for (const [index, line] of lines.entries()) {
    const number = index + 1;
    if (line === '') {
      isInEntry = false;
      isFirst = true;
      continue;
    }
    if (isEntryHeader(line)) {
      if (!isFirst && lines[index - 1]?.trim() !== '')
        log.layoutFaults.push({ line: number, message: 'no blank line stands before this entry' });
      isInEntry = true;
    } else if (mayBeHeader(line, isInEntry, isFirst)) {
      const loose = readLooseHeader(line);
      if (loose !== null) {
        guesses.set(number, loose);
        lines[index] = mended(loose);
        if (loose.layoutFault !== null) log.layoutFaults.push({ line: number, message: loose.layoutFault });
        if (loose.actionFault !== null) log.actionFaults.push({ line: number, message: loose.actionFault });
        isInEntry = true;
      }
    }
    isFirst = false;
  }
  return guesses;
}

/** A field may begin with a time, and a value may quote a header on an indented line: neither is one. */
function mayBeHeader(line: string, isInEntry: boolean, isFirst: boolean): boolean {
  return isInEntry ? line.startsWith('[') : isFirst || !isIndented(line);
}

function mended({ localTime, action, description }: LooseHeader): string {
  const header = `[${localTime ?? SOME_TIME}] ${action ?? SOME_ACTION}`;
  return description === null ? header : `${header}: ${description}`;
}

function addBlock(log: LintLog, block: PlacedBlock, lines: readonly string[], guesses: Map<number, LooseHeader>): void {
  const { line } = block;
  if (block.kind === 'text') {
    log.layoutFaults.push({ line, message: strayText(lines[line - 1] as string, log.entries.length > 0) });
    return;
  }
  const guess = guesses.get(line);
  const places = fieldLines(block.fields.length, line, lines);
  const fields: LintField[] = [];
  for (const [index, [key, value]] of block.fields.entries()) {
    const at = places[index] as number;
    const glued = key === '' ? GLUED.exec(value) : null;
    if (key === '') log.layoutFaults.push({ line: at, message: strayLine(lines[at - 1] as string, glued !== null) });
    fields.push(
      glued === null ? { key, value, line: at } : { key: glued[1] as string, value: glued[2] as string, line: at },
    );
  }
  log.entries.push({
    line,
    localTime: guess === undefined ? block.localTime : guess.localTime,
    action: guess === undefined ? block.action : (guess.action ?? ''),
    description: block.description,
    fields,
  });
}

/** Below a header each field begins on a line that is not indented, and nothing else does. */
function fieldLines(count: number, headerLine: number, lines: readonly string[]): number[] {
  const found: number[] = [];
  for (let index = headerLine; found.length < count; index += 1)
    if (!isIndented(lines[index] ?? '')) found.push(index + 1);
  return found;
}

function strayText(line: string, isBelowEntry: boolean): string {
  const isOfEntry = isIndented(line) || /^[A-Z][\w ]{0,40}:(?: |$)/.test(line);
  return isBelowEntry && isOfEntry
    ? `a blank line parts this from the entry above: ${quoted(line.trim())}`
    : `text outside entries: ${quoted(line.trim())}`;
}

function strayLine(line: string, isGlued: boolean): string {
  return isGlued
    ? `a space belongs after the colon of a field: ${quoted(line)}`
    : `neither a field (Key: value) nor indented: ${quoted(line)}`;
}

function isIndented(line: string): boolean {
  return line.startsWith(' ') || line.startsWith('\t');
}

export function millisOf({ localTime }: LintEntry): number | null {
  return localTime === null ? null : parseLocalTime(localTime);
}

/** Whether the entry has the field with something in it. */
export function hasField({ fields }: LintEntry, name: string): boolean {
  return fields.some(({ key, value }) => key === name && value.trim() !== '');
}
