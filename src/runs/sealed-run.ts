// A finalized run from its sealed journal's bytes, which one checksum proves: at a glance (when it began and ended and how, without
// decoding every line), or all that is known of it.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Seal, SegmentSeal } from '../formats/run-files.js';
import { decodeLine, isDamage } from '../journal/line.js';
import { LineSource } from '../journal/line-source.js';
import { listSegments } from '../journal/read.js';
import { openRegular } from '../journal/regular-file.js';
import { hasCommonForm, skimAction } from '../journal/skim.js';
import { applyEvent, emptyRun, foldRun, type RunState } from '../views/run.js';
import { journalDir, runDir, type Store } from './paths.js';
import { readSeal } from './seal.js';

/** How a line begins as runlog writes it; times of this form sort as text. */
const LINE = /\{"v":1,"id":"[^"\\]+","at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)","type":"([a-z.]+)"/y;

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
  const seen: Seen = { text: '', started: null, ended: null, lastEventAt: null };
  for (const name of segments) {
    const sealed = seal[`journal/${name}`];
    const take = (source: LineSource): boolean => takeLine(seen, source);
    if (sealed === undefined || !takeSegment(path.join(folder, name), sealed, take)) return null;
  }
  if (seen.started === null || seen.ended === null) return null;
  const events = [decodeLine(seen.started), decodeLine(seen.ended)].flatMap((event) =>
    isDamage(event) ? [] : [event],
  );
  return events.length === 2 ? { ...foldRun(events), lastEventAt: seen.lastEventAt } : null;
}

interface Seen {
  /** Of the lines that were looked at together. */
  text: string;
  started: Buffer | null;
  ended: Buffer | null;
  lastEventAt: string | null;
}

/** Takes what a glance sees of a line; false where the line has to be read. */
function takeLine(seen: Seen, source: LineSource): boolean {
  const { text, start } = source;
  if (text !== seen.text) {
    if (text.includes('"untimed"')) return false;
    seen.text = text;
  }
  LINE.lastIndex = start;
  const [, at, type] = LINE.exec(text) ?? [];
  if (at === undefined || type === 'outcome.corrected') return false;
  if (type === 'run.started' || type === 'run.ended') {
    const key = type === 'run.started' ? 'started' : 'ended';
    if (seen[key] !== null) return false;
    seen[key] = Buffer.from(source.line);
  }
  // Neither is a sign of life: see applyEvent.
  if (type !== 'run.ended' && type !== 'tokens.priced' && (seen.lastEventAt === null || at > seen.lastEventAt))
    seen.lastEventAt = at;
  return true;
}

/**
 * The state of a finalized run of one segment that is just what was sealed, from every line of it: one checksum proves them all. Null
 * where that is not so, a line is damaged or the run has not ended; and where lines are to be merged or compared: of several segments,
 * or where ids do not rise, as one may be there twice.
 */
export function foldSealed(store: Store, runId: string, seal: Seal): RunState | null {
  const [[segment, sealed], ...others] = Object.entries(seal) as [[string, SegmentSeal]];
  if (others.length > 0) return null;
  const state = emptyRun();
  let lastId = '';
  try {
    const isSealed = takeSegment(path.join(runDir(store, runId), segment), sealed, (source) => {
      const event = hasCommonForm(source) ? skimAction(source) : decodeLine(source.line, source.isLong);
      if (isDamage(event) || event.id <= lastId) return false;
      lastId = event.id;
      applyEvent(state, event);
      return true;
    });
    return isSealed && state.ending !== null ? state : null;
  } catch {
    // Whatever it is, the reading of the whole says it.
    return null;
  }
}

/** Gives each line to `take` while that gives true; whether the segment is just what was sealed, each line another event. */
function takeSegment(file: string, sealed: SegmentSeal, take: (source: LineSource) => boolean): boolean {
  const fd = openRegular(file);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    let lines = 0;
    const watch = (chunk: Buffer): void => {
      hash.update(chunk);
      bytes += chunk.length;
    };
    const source = new LineSource(fd, { watch });
    while (source.next()) {
      if (bytes > sealed.bytes || !source.isEnded || source.isOversized || !take(source)) return false;
      lines += 1;
    }
    // As many lines as events were sealed: then none is damaged and none there twice.
    return bytes === sealed.bytes && lines === sealed.events && hash.digest('hex') === sealed.sha256;
  } finally {
    fs.closeSync(fd);
  }
}
