// One event, one line: LF + JSON object + LF. The format is specified in docs/format.md; both directions live here.
import { isUtf8 } from 'node:buffer';
import { checkEvent } from '../events/check.js';
import { messageOf } from '../events/errors.js';
import { normalizeTimes } from '../events/times.js';
import { FORMAT_VERSION, type RunlogEvent } from '../events/vocabulary.js';
import { crc32, crcOf, hexOf } from './crc32.js';

/** A whole line, both its line feeds included, is shorter than this. */
export const LINE_LIMIT_BYTES: number = 64 * 1024;

const CRC_TAIL = /^,"crc":"([0-9a-f]{8})"\}$/;
export const CRC_TAIL_BYTES: number = ',"crc":"00000000"}'.length;

/** What is wrong with a stretch of a journal. Such bytes are skipped and kept, and never hide their neighbours. */
export interface Damage {
  kind:
    | 'torn'
    | 'garbled'
    | 'checksum'
    | 'encoding'
    | 'invalid'
    | 'version'
    | 'oversized'
    | 'not_a_file'
    | 'unreadable'
    | 'missing'
    | 'seal_unreadable'
    | 'changed'
    | 'truncated';
  /** The file's name inside the run's folder. */
  segment: string;
  offsetBytes: number;
  lengthBytes: number;
  message: string;
  /** Where the bytes are the beginning of a line: the id of its event. */
  fragmentOf?: string;
}

/** The bytes of an event's line. The line feed in front ends whatever fragment a killed writer left there. */
export function encodeLine(event: object): Buffer {
  const bytes = Buffer.from(`\n${JSON.stringify(event).slice(0, -1)},"crc":"00000000"}\n`);
  const end = bytes.length - CRC_TAIL_BYTES - 1;
  bytes.write(crc32(bytes.subarray(1, end)), end + ',"crc":"'.length, 'latin1');
  return bytes;
}

/** The event of a line (without its line feeds), or what is wrong with it. `isOfMany`: of a long segment. */
export function decodeLine(line: Buffer, isOfMany: boolean = false): RunlogEvent | Pick<Damage, 'kind' | 'message'> {
  if (!isUtf8(line)) return { kind: 'encoding', message: 'the line is not UTF-8' };
  const end = line.length - CRC_TAIL_BYTES;
  const expected = CRC_TAIL.exec(line.toString('latin1', Math.max(0, end)))?.[1];
  if (expected === undefined) return eventOf(line.toString());
  const found = hexOf(crcOf(line, 0, end, isOfMany));
  if (found !== expected) return { kind: 'checksum', message: `checksum ${found}, but the line says ${expected}` };
  // Parsed without the crc, which would have to be deleted: that makes an object slow for whoever reads it.
  const event = eventOf(`${line.toString('utf8', 0, end)}}`);
  if (!isDamage(event) && !('crc' in event)) return event;
  const whole = eventOf(line.toString());
  if (!isDamage(whole)) delete (whole as { crc?: unknown }).crc;
  return whole;
}

function eventOf(json: string): RunlogEvent | Pick<Damage, 'kind' | 'message'> {
  let event: unknown;
  try {
    event = JSON.parse(json);
  } catch (error) {
    return { kind: 'garbled', message: `not JSON: ${messageOf(error).slice(0, 100)}` };
  }
  const problem = checkEvent(event)[0];
  if (problem !== undefined) return { kind: 'invalid', message: problem.message };
  const sound = event as RunlogEvent;
  if (sound.v > FORMAT_VERSION)
    return { kind: 'version', message: `format version ${sound.v}; this runlog reads up to ${FORMAT_VERSION}` };
  normalizeTimes(sound);
  return sound;
}

export function isDamage(
  decoded: RunlogEvent | Pick<Damage, 'kind' | 'message'>,
): decoded is Pick<Damage, 'kind' | 'message'> {
  return !('type' in decoded);
}

/** The id of the event whose line begins like this; undefined where it was cut before its id. */
export function fragmentId(line: Buffer): string | undefined {
  return /^\{"v":\d+,"id":"([^"\\]+)"/.exec(line.toString('latin1', 0, 200))?.[1];
}
