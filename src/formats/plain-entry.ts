// The entry of an action whose texts are all plain, copied from the bytes of its journal line: a program that records much makes bytes
// of each text once. design-log.ts says what an entry is; a property holds the two together.
import type { RunlogEvent } from '../events/vocabulary.js';
import { encodeKey } from './design-log.js';
import { localTimeOf } from './log-events.js';

const LF = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;
/** A line's bytes up to its action, but for the event's time; the LF in front is one of them. */
const BEFORE_ACTION = '\n{"v":1,"id":"00000000-0000-7000-8000-000000000000","at":"","type":"action.logged","action":"'
  .length;
const BEFORE_DESCRIPTION = '","description":'.length;
const BEFORE_FIELDS = ',"fields":['.length;
const [BEFORE_KEY, BETWEEN, BEHIND_VALUE] = ['["'.length, '","'.length, '"],'.length];

/**
 * Puts the entry of an action, its last LF included, where `at` is in a buffer that has room for its line; gives where the entry ends,
 * and -1 where a key must be encoded. The line is as runlog writes it, all keys there, and no text has anything but printable ASCII
 * without quotes and backslashes. Some bytes behind the entry and behind the line may be touched.
 */
export function putPlainEntry(event: RunlogEvent<'action.logged'>, line: DataView, out: DataView, at: number): number {
  const { action, description = null, fields } = event;
  const time = openingOf(event.at, event.utc_offset_minutes ?? 0);
  let end = copy(time, 0, out, at, time.byteLength - SPARE);
  let read = BEFORE_ACTION + event.at.length;
  end = copy(line, read, out, end, action.length);
  read += action.length + BEFORE_DESCRIPTION;
  if (description === null) read += 'null'.length;
  else {
    end = putText(line, read + 1, out, end, description.length);
    read += description.length + 2;
  }
  read += BEFORE_FIELDS;
  for (const [key, value] of fields ?? []) {
    if (key === '' || encodeKey(key) !== key) return -1;
    out.setUint8(end, LF);
    end = copy(line, read + BEFORE_KEY, out, end + 1, key.length);
    read += BEFORE_KEY + key.length + BETWEEN;
    end = putText(line, read, out, end, value.length);
    read += value.length + BEHIND_VALUE;
  }
  out.setUint8(end, LF);
  return end + 1;
}

/** What stands behind a colon. */
function putText(line: DataView, read: number, out: DataView, at: number, length: number): number {
  out.setUint8(at, COLON);
  if (length === 0) return at + 1;
  out.setUint8(at + 1, SPACE);
  return copy(line, read, out, at + 2, length);
}

/** So many bytes more than it should are copied at the most. */
const SPARE = 3;

/** Four bytes at a time, wherever they stand: byte by byte takes three times as long, and so does a call for so few. */
function copy(from: DataView, read: number, out: DataView, at: number, length: number): number {
  for (let done = 0; done < length; done += 4) out.setUint32(at + done, from.getUint32(read + done));
  return at + length;
}

/** `[2025-10-22 14:23:15] `: most entries are of the same second as the one before. */
function openingOf(at: string, offset: number): DataView {
  if (!at.startsWith(last.second) || offset !== last.offset) {
    const text = `[${localTimeOf(at, offset)}] `;
    const bytes = new Uint8Array(text.length + SPARE);
    for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
    last = { second: at.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length), offset, view: new DataView(bytes.buffer) };
  }
  return last.view;
}

let last: { second: string; offset: number; view: DataView } = {
  second: '-',
  offset: Number.NaN,
  view: new DataView(new ArrayBuffer(0)),
};
