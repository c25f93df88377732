// A finalized run at a glance: when it began and ended and how, from its sealed journal's bytes, without decoding every line.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Seal, SegmentSeal } from '../formats/run-files.js';
import { decodeLine, isDamage } from '../journal/line.js';
import { listSegments } from '../journal/read.js';
import { openRegular } from '../journal/regular-file.js';
import { foldRun, type RunState } from '../views/run.js';
import { journalDir, type Store } from './paths.js';
import { chunksOf } from './run-contents.js';
import { readSeal } from './seal.js';

/** How a line begins as runlog writes it; times of this form sort as text. */
const LINE = /\{"v":1,"id":"[^"\\]+","at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)","type":"([a-z.]+)"/y;
const LINE_FEED = 10;
/** Of runlog's own writing a line is far below this. */
const LONGEST_LINE_BYTES = 1024 * 1024;

/**
 * The state of a finalized run as far as its start, its end and the time of its last event go. Null where only a reading of the whole
 * journal can tell: it is not just what was sealed, or a line of it is written in another way than runlog's own.
 */
export function glanceAtSealed(store: Store, runId: string): RunState | null {
  const seal = readSeal(store, runId);
  if (seal === null) return null;
  try {
    return glance(journalDir(store, runId), seal);
  } catch {
    // Whatever it is, the reading of the whole says it.
    return null;
  }
}

function glance(folder: string, seal: Seal): RunState | null {
  const { segments, damage } = listSegments(folder);
  if (damage.length > 0 || segments.length !== Object.keys(seal).length) return null;
  const seen: Seen = { started: null, ended: null, lastEventAt: null };
  for (const name of segments) {
    const sealed = seal[`journal/${name}`];
    if (sealed === undefined || !takeSegment(seen, path.join(folder, name), sealed)) return null;
  }
  if (seen.started === null || seen.ended === null) return null;
  const events = [decodeLine(seen.started), decodeLine(seen.ended)].flatMap((event) =>
    isDamage(event) ? [] : [event],
  );
  return events.length === 2 ? { ...foldRun(events), lastEventAt: seen.lastEventAt } : null;
}

interface Seen {
  started: Buffer | null;
  ended: Buffer | null;
  lastEventAt: string | null;
}

/** Whether a segment is just what was sealed, all of its lines events of runlog's own writing. */
function takeSegment(seen: Seen, file: string, sealed: SegmentSeal): boolean {
  const fd = openRegular(file);
  try {
    if (fs.fstatSync(fd).size !== sealed.bytes) return false;
    const hash = createHash('sha256');
    let bytes = 0;
    let lines = 0;
    let rest: Buffer = Buffer.alloc(0);
    for (const chunk of chunksOf(fd)) {
      hash.update(chunk);
      bytes += chunk.length;
      const whole = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = whole.lastIndexOf(LINE_FEED) + 1;
      const taken = takeLines(seen, whole.subarray(0, end));
      if (taken === null) return false;
      lines += taken;
      rest = Buffer.from(whole.subarray(end));
      if (rest.length > LONGEST_LINE_BYTES) return false;
    }
    // As many lines as events were sealed: then none is damaged and none there twice.
    return (
      rest.length === 0 && bytes === sealed.bytes && lines === sealed.events && hash.digest('hex') === sealed.sha256
    );
  } finally {
    fs.closeSync(fd);
  }
}

/** Takes whole lines; gives how many there are, null where one of them has to be read. */
function takeLines(seen: Seen, bytes: Buffer): number | null {
  const text = bytes.toString('latin1');
  if (text.includes('"untimed"')) return null;
  let lines = 0;
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    if (end > from) {
      LINE.lastIndex = from;
      const [, at, type] = LINE.exec(text) ?? [];
      if (at === undefined || type === 'outcome.corrected') return null;
      lines += 1;
      if (type === 'run.started' || type === 'run.ended') {
        const key = type === 'run.started' ? 'started' : 'ended';
        if (seen[key] !== null) return null;
        seen[key] = Buffer.from(bytes.subarray(from, end));
      }
      // Neither is a sign of life: see applyEvent.
      if (type !== 'run.ended' && type !== 'tokens.priced' && (seen.lastEventAt === null || at > seen.lastEventAt))
        seen.lastEventAt = at;
    }
    from = end + 1;
  }
  return lines;
}
