// Finding what was recorded by a regular expression, as list and tail do: it is asked of each event's line, as tail shows it.
import { messageOf } from '../events/errors.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { eventLine } from '../formats/event-line.js';
import { readEvents } from '../runs/open-run.js';
import type { Store } from '../runs/paths.js';
import { usage, type Input } from './input.js';

/** Null where none is asked for. Throws `usage` where --grep is no regular expression. */
export function grepOf(input: Input): ((event: RunlogEvent) => boolean) | null {
  const pattern = input.text('grep');
  if (pattern === undefined) return null;
  try {
    const expression = new RegExp(pattern);
    return (event) => expression.test(eventLine(event));
  } catch (error) {
    throw usage(`--grep takes a regular expression: ${messageOf(error)}`);
  }
}

export function hasEvent(store: Store, runId: string, fits: (event: RunlogEvent) => boolean): boolean {
  for (const event of readEvents(store, runId, [])) if (fits(event)) return true;
  return false;
}
