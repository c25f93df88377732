// A line of JSON with its checksum in front: how the store's caches begin. What is not as it was written is not read.
import { crc32 } from '../journal/crc32.js';

const CRC_LENGTH = 8;

/** In pieces: a cache may be long. */
export function encodeChecked(value: unknown): Buffer[] {
  const json = Buffer.from(JSON.stringify(value));
  return [Buffer.from(crc32(json)), json, Buffer.from('\n')];
}

/** The value of a line without its line feed; null where the line is not sound. */
export function decodeChecked(line: Buffer): unknown {
  const json = line.subarray(CRC_LENGTH);
  if (crc32(json) !== line.toString('latin1', 0, CRC_LENGTH)) return null;
  return JSON.parse(json.toString());
}
