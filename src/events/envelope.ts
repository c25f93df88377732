// An event is what happened, in an envelope: format version, id, time.
import { FORMAT_VERSION, type RunlogEvent } from './vocabulary.js';

// Nearly all events of a long run are entries of a log with just these keys. Who meets many asks whether it is one, and is quicker then.
const OWN_KEYS = ['action', 'description', 'fields', 'utc_offset_minutes'];
export const ENTRY_KEYS: readonly string[] = ['type', ...OWN_KEYS];
export const ENTRY_KEYS_IN_ENVELOPE: readonly string[] = ['v', 'id', 'at', 'type', ...OWN_KEYS];

/** Whether an object has just these keys, in this order. */
export function hasJust(object: object, keys: readonly string[]): boolean {
  let index = 0;
  for (const key in object) if (key !== keys[index++]) return false;
  return index === keys.length;
}

/** Puts the body of an event, whatever time it has, into an envelope: that comes first, then its own keys in their order. */
export function withEnvelope(id: string, at: string, body: { type: string; at?: string | undefined }): RunlogEvent {
  // To name the keys costs a third of copying any.
  if (body.type === 'action.logged' && hasJust(body, ENTRY_KEYS)) {
    const { action, description, fields, utc_offset_minutes } = body as Partial<RunlogEvent<'action.logged'>>;
    if (action !== undefined && description !== undefined && fields !== undefined && utc_offset_minutes !== undefined)
      return { v: FORMAT_VERSION, id, at, type: 'action.logged', action, description, fields, utc_offset_minutes };
  }
  // Assigned, not spread with a key left out: that would make objects that take twice as long to be written as JSON.
  const event = Object.assign({ v: FORMAT_VERSION, id, at, type: '' }, body);
  event.at = at;
  return event as unknown as RunlogEvent;
}
