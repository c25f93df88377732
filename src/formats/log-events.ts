// Between events and the design-experiment log: which events are entries, and what an entry says as an event.
import { formatInstant, parseInstant } from '../events/instant.js';
import type { EventBody, RunlogEvent } from '../events/vocabulary.js';
import {
  encodeLog,
  encodeLogEntry,
  formatLocalTime,
  parseLocalTime,
  type LogBlock,
  type LogEntry,
} from './design-log.js';

/** Only actions and kept text stand in the log: it is the story as told, not every event. */
export function* logBlocks(events: Iterable<RunlogEvent>): Generator<LogBlock> {
  let runOffset = 0;
  for (const event of events) {
    if (event.type === 'run.started') runOffset = event.utc_offset_minutes ?? 0;
    else if (event.type === 'action.logged') yield logEntry(event, runOffset);
    else if (event.type === 'text.kept') yield { kind: 'text', text: event.text };
  }
}

/** The text that events add to the live log; empty where they add none. */
export function encodeLogEvent(events: readonly RunlogEvent[]): string {
  // A writer's one event: to go round by the pieces takes twice as long.
  const [first] = events;
  if (events.length === 1 && first?.type === 'action.logged') return `${encodeLogEntry(logEntry(first, 0))}\n`;
  return encodeLog(logBlocks(events));
}

/**
 * The event of an entry. The offset from UTC is kept with it: the log is a view, and a view written in another time zone than
 * the one it was recorded in must still give the same bytes.
 */
export function actionOfEntry(
  entry: LogEntry,
  offsetMinutesAt: (localMillis: number) => number,
): EventBody<'action.logged'> & { at: string } {
  const local = parseLocalTime(entry.localTime) as number;
  const offset = offsetMinutesAt(local);
  return {
    type: 'action.logged',
    at: formatInstant((local - offset * 60_000) * 1000),
    action: entry.action,
    description: entry.description,
    fields: entry.fields,
    utc_offset_minutes: offset,
  };
}

function logEntry(event: RunlogEvent<'action.logged'>, runOffset: number): LogEntry {
  return {
    kind: 'entry',
    localTime: localTimeOf(event.at, event.utc_offset_minutes ?? runOffset),
    action: event.action,
    description: event.description ?? null,
    fields: event.fields ?? [],
  };
}

let lastTime: { second: string; offset: number; localTime: string } | undefined;

/** Most entries are of the same second as the one before. */
export function localTimeOf(at: string, offset: number): string {
  const second = at.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  if (lastTime?.second !== second || lastTime.offset !== offset)
    lastTime = { second, offset, localTime: formatLocalTime(parseInstant(at) as number, offset) };
  return lastTime.localTime;
}
