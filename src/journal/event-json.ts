// The JSON of an event, as JSON.stringify writes it. Most events of a long run are of one kind: that kind is put together by hand.
import type { RunlogEvent } from '../events/vocabulary.js';

/** What makes JSON write a character as an escape, halves of surrogate pairs among them: a lone one is escaped. */
// oxlint-disable-next-line no-control-regex -- JSON escapes just these
const TO_ESCAPE = /["\\\0-\x1f\ud800-\udfff]/;
const PLAIN_KEYS = ['v', 'id', 'at', 'type', 'action', 'description', 'fields', 'utc_offset_minutes'];

/** Exactly `JSON.stringify(event)`, for entries of a log in less than half the time. */
export function eventJson(event: RunlogEvent): string {
  if (event.type !== 'action.logged' || !hasPlainKeys(event)) return JSON.stringify(event);
  const { v, id, at, action, description, fields, utc_offset_minutes: offset } = event;
  if (description === undefined || !Array.isArray(fields) || typeof offset !== 'number') return JSON.stringify(event);
  let all = description ?? '';
  for (const [key, value] of fields) all += key + value;
  // Asked of all texts at once: of each by itself it takes twice as long.
  const text = TO_ESCAPE.test(all) ? quote : quotePlain;
  let pairs = '';
  for (const [key, value] of fields) pairs += `${pairs === '' ? '' : ','}[${text(key)},${text(value)}]`;
  const said = description === null ? 'null' : text(description);
  return `{"v":${v},"id":"${id}","at":"${at}","type":"action.logged","action":"${action}","description":${said},"fields":[${pairs}],"utc_offset_minutes":${offset}}`;
}

function hasPlainKeys(event: object): boolean {
  let index = 0;
  for (const key in event) if (key !== PLAIN_KEYS[index++]) return false;
  return index === PLAIN_KEYS.length;
}

function quote(text: string): string {
  return TO_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function quotePlain(text: string): string {
  return `"${text}"`;
}
