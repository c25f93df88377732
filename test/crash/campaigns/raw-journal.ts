// A second reader of journals, after docs/format.md alone: it shares no code with runlog's own, so that a fault in that one shows.
import fs from 'node:fs';
import path from 'node:path';

export interface RawJournal {
  ids: Set<string>;
  /** Stretches between line feeds that are no event: what a kill in the middle of a write leaves. */
  fragments: { bytes: number }[];
}

/** Every sound line of the segments of a run's journal folder. */
export function readRaw(folder: string): RawJournal {
  const raw: RawJournal = { ids: new Set(), fragments: [] };
  for (const name of fs.readdirSync(folder).filter((found) => found.endsWith('.jsonl'))) {
    const bytes = fs.readFileSync(path.join(folder, name));
    for (let from = 0; from <= bytes.length;) {
      const found = bytes.indexOf(0x0a, from);
      const end = found === -1 ? bytes.length : found;
      const line = bytes.subarray(from, end);
      from = end + 1;
      if (line.length === 0) continue;
      const id = idOf(line);
      if (id === null) raw.fragments.push({ bytes: line.length });
      else raw.ids.add(id);
    }
  }
  return raw;
}

function idOf(line: Buffer): string | null {
  const [, sum] = /,"crc":"([0-9a-f]{8})"\}$/.exec(line.toString('latin1', Math.max(0, line.length - 18))) ?? [];
  if (sum === undefined || crcOf(line.subarray(0, line.length - 18)) !== Number.parseInt(sum, 16)) return null;
  return (JSON.parse(line.toString('utf8')) as { id: string }).id;
}

/** CRC-32, four bits at a time. */
function crcOf(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    crc = (NIBBLES[crc & 15] as number) ^ (crc >>> 4);
    crc = (NIBBLES[crc & 15] as number) ^ (crc >>> 4);
  }
  return ~crc >>> 0;
}

const NIBBLES = Int32Array.from({ length: 16 }, (_, index) => {
  let rest = index;
  for (let bit = 0; bit < 4; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});
