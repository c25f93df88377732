// An event is what happened, in an envelope: format version, id, time.
import { FORMAT_VERSION, type RunlogEvent } from './vocabulary.js';

/** The keys of an entry of a log, but for the envelope's. */
const LOGGED_KEYS = 5;

/** Puts the body of an event, whatever time it has, into an envelope: that comes first, then its own keys in their order. */
export function withEnvelope(id: string, at: string, body: { type: string; at?: string | undefined }): RunlogEvent {
  // Nearly all events of a long run: to name their keys costs a third of copying any.
  if (body.type === 'action.logged' && Object.keys(body).length - ('at' in body ? 1 : 0) === LOGGED_KEYS) {
    const { action, description, fields, utc_offset_minutes } = body as Partial<RunlogEvent<'action.logged'>>;
    if (action !== undefined && description !== undefined && fields !== undefined && utc_offset_minutes !== undefined)
      return { v: FORMAT_VERSION, id, at, type: 'action.logged', action, description, fields, utc_offset_minutes };
  }
  // Assigned, not spread with a key left out: that would make objects that take twice as long to be written as JSON.
  const event = Object.assign({ v: FORMAT_VERSION, id, at, type: '' }, body);
  event.at = at;
  return event as unknown as RunlogEvent;
}
