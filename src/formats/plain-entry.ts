// The entry of an action whose texts are all plain, made of the bytes of its journal line: a program that records much writes each
// text once and copies it here, which takes a third of the time. design-log.ts says what an entry is; a property holds them together.

import type { RunlogEvent } from '../events/vocabulary.js';
import { localTimeOf } from './log-events.js';

const LF = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const COLON = 0x3a;
const BRACKET = 0x5b;
const NULL_BYTES = 'null'.length;
const BEFORE_FIELDS = ',"fields":['.length;
const BEFORE_KEY = '["'.length;
const BETWEEN_KEY_AND_VALUE = '","'.length;
const BETWEEN_FIELDS = '"],'.length;
/** A line's bytes up to its action, but for the event's time; the LF in front is one of them. */
const BEFORE_ACTION = '\n{"v":1,"id":"00000000-0000-7000-8000-000000000000","at":"","type":"action.logged","action":"'
  .length;
const BEFORE_DESCRIPTION = '","description":'.length;

/**
 * Puts the entry of an action, its last LF included, where `at` is in a buffer that has room for its line; gives where the entry ends,
 * and -1 where a key must be encoded. The line is as runlog writes it, and no text has anything but printable ASCII without quotes
 * and backslashes.
 */
export function putPlainEntry(event: RunlogEvent<'action.logged'>, line: Uint8Array, out: Buffer, at: number): number {
  const time = openingOf(event.at, event.utc_offset_minutes ?? 0);
  let end = at;
  for (let index = 0; index < time.length; index += 1) out[end++] = time[index] as number;
  let read = BEFORE_ACTION + event.at.length;
  for (let byte = line[read] as number; byte !== QUOTE; byte = line[++read] as number) out[end++] = byte;
  return putTexts(line, read + BEFORE_DESCRIPTION, out, end);
}

/** `[2025-10-22 14:23:15] `: most entries are of the same second as the one before. */
function openingOf(at: string, offset: number): Uint8Array {
  if (!at.startsWith(last.second) || offset !== last.offset)
    last = {
      second: at.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length),
      offset,
      bytes: Uint8Array.from(`[${localTimeOf(at, offset)}] `, (letter) => letter.charCodeAt(0)),
    };
  return last.bytes;
}

let last: { second: string; offset: number; bytes: Uint8Array } = {
  second: '-',
  offset: Number.NaN,
  bytes: new Uint8Array(0),
};

/** From the description on, with its quote, or `null`. */
function putTexts(line: Uint8Array, from: number, out: Uint8Array, at: number): number {
  let end = at;
  let read = from;
  let byte = line[read] as number;
  if (byte === QUOTE) {
    out[end++] = COLON;
    byte = line[++read] as number;
    if (byte !== QUOTE) out[end++] = SPACE;
    for (; byte !== QUOTE; byte = line[++read] as number) out[end++] = byte;
    read += 1;
  } else read += NULL_BYTES;
  for (read += BEFORE_FIELDS; line[read] === BRACKET; read += BETWEEN_FIELDS) {
    out[end++] = LF;
    read += BEFORE_KEY;
    byte = line[read] as number;
    if (byte === QUOTE || byte === SPACE || byte === BRACKET) return -1;
    for (let before = 0; byte !== QUOTE; byte = line[++read] as number) {
      if (byte === SPACE && before === COLON) return -1;
      out[end++] = byte;
      before = byte;
    }
    out[end++] = COLON;
    read += BETWEEN_KEY_AND_VALUE;
    byte = line[read] as number;
    if (byte !== QUOTE) out[end++] = SPACE;
    for (; byte !== QUOTE; byte = line[++read] as number) out[end++] = byte;
  }
  out[end++] = LF;
  return end;
}
