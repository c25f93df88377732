// A design-experiment log becomes a run. The same file twice is the same run; what no event can carry stays as text.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { isUtf8 } from 'node:buffer';
import { RunlogError } from '../events/errors.js';
import { formatInstant, parseInstant } from '../events/instant.js';
import { FORMAT_VERSION, type EventBody, type RunlogEvent } from '../events/vocabulary.js';
import { decodeLog, formatLocalTime, type LogBlock } from '../formats/design-log.js';
import { actionOfEntry } from '../formats/log-events.js';
import { newEventId } from '../journal/event-id.js';
import { candidateIds, composeRunId, createRun } from './create.js';
import { readArchived } from './archive.js';
import { archivePath, type Store } from './paths.js';
import { redactEvent } from '../events/redact.js';
import { readStart } from './start-event.js';

export interface ImportRequest {
  /** The file's name as the user gave it; `-` for the standard input. */
  file: string;
  bytes: Buffer;
  /** The offset from UTC, in minutes east, of a civil time in the log. */
  offsetMinutesAt: (localMillis: number) => number;
  /** Keep secrets as they are. */
  isUnredacted: boolean;
}

export interface Imported {
  runId: string;
  source: string;
  events: number;
  warnings: string[];
}

export async function importLog(
  store: Store,
  { file, bytes, offsetMinutesAt, isUnredacted }: ImportRequest,
): Promise<Imported> {
  const source = file === '-' ? 'stdin' : file;
  if (!isUtf8(bytes)) throw unreadable(source, 'it is not UTF-8 text');
  const { blocks, warnings } = decodeLog(bytes.toString('utf8'));
  const bodies = bodiesOf(blocks, offsetMinutesAt);
  const first = bodies.find(({ type }) => type === 'action.logged');
  if (first === undefined || first.type !== 'action.logged')
    throw unreadable(source, 'it has no entry such as "[2025-10-22 14:23:15] VERIFY_MODEL: Checking"');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const offset = first.utc_offset_minutes ?? 0;
  const localTime = formatLocalTime(parseInstant(first.at) as number, offset);
  const name = file === '-' ? 'stdin' : path.basename(file).replace(/\.[^.]+$/, '');
  const imported = (runId: string, said: string[]): Imported => ({
    runId,
    source,
    events: bodies.length,
    warnings: said,
  });
  for (const runId of candidateIds(composeRunId(localTime, null, name))) {
    if (readStart(store, runId)?.source?.sha256 === sha256) return imported(runId, []);
    if (fs.existsSync(archivePath(store, runId)) && readArchived(store, runId).state.started?.source?.sha256 === sha256)
      return imported(runId, [`imported before; the run is in the archive (runlog restore ${runId})`]);
    const [start, ...rest] = envelopAll(
      [
        {
          type: 'run.started',
          at: first.at,
          run_id: runId,
          name,
          source: { format: 'log', file, sha256 },
          utc_offset_minutes: offset,
        },
        ...bodies,
        ...endOf(blocks, bodies),
      ],
      isUnredacted,
    );
    const made = createRun(store, start as RunlogEvent<'run.started'>, rest);
    // Another import of the same file was quicker.
    if (made === 'taken' && readStart(store, runId)?.source?.sha256 === sha256) return imported(runId, []);
    if (made === 'made')
      return imported(
        runId,
        warnings.map(({ line, message }) => `line ${line}: ${message}`),
      );
  }
  throw new RunlogError('cannot_create', `no run id is free for ${source}`);
}

type Timed = EventBody & { at: string };

/** Events in the order of the file. Text has no time of its own: it gets that of the entry before it, or of the first. */
function bodiesOf(blocks: readonly LogBlock[], offsetMinutesAt: (localMillis: number) => number): Timed[] {
  const entries = blocks.map((block) => (block.kind === 'entry' ? actionOfEntry(block, offsetMinutesAt) : null));
  let at = entries.find((entry) => entry !== null)?.at ?? '';
  return blocks.map((block, index): Timed => {
    const entry = entries[index] ?? null;
    if (entry !== null) {
      at = entry.at;
      return entry;
    }
    return { type: 'text.kept', at, text: block.kind === 'text' ? block.text : '' };
  });
}

/** A log that ends with COMPLETE says itself that the work was done; any other was left unfinished. */
function endOf(blocks: readonly LogBlock[], bodies: readonly Timed[]): Timed[] {
  const last = blocks.findLast((block) => block.kind === 'entry');
  if (last === undefined || !/^COMPLETE(_|$)/.test(last.action)) return [];
  const at = bodies.reduce((latest, body) => (body.at > latest ? body.at : latest), '');
  const cause = { reason: `the log ends with ${last.action}`, decided_by: 'import' };
  return [{ type: 'run.ended', at, ended_at: at, status: 'completed', cause }];
}

function envelopAll(bodies: readonly Timed[], isUnredacted: boolean): RunlogEvent[] {
  return bodies.map(({ type, at, ...own }) => {
    const micros = parseInstant(at) as number;
    const event = { v: FORMAT_VERSION, id: newEventId(micros), at: formatInstant(micros), type, ...own } as RunlogEvent;
    return isUnredacted ? event : redactEvent(event);
  });
}

function unreadable(source: string, why: string): RunlogError {
  return new RunlogError('invalid_input', `${source} is no design-experiment log: ${why}`, {
    hint: 'See docs/design-log.md for the layout that is read.',
  });
}
