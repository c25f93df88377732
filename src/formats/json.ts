// JSON as files carry it: one shape of whitespace, and escapes where a format asks for ASCII.

import { toVisibleJson } from './visible-text.js';

/** Indented by 2, with a newline at the end; for files that people open, perhaps on a terminal. */
export function prettyJson(value: unknown): string {
  return `${toVisibleJson(JSON.stringify(value, null, 2))}\n`;
}

/** Indented by 2, non-ASCII as \uXXXX, no newline at the end: what Python's json.dumps(indent=2) writes. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
