// Cells to CSV text: RFC 4180, formulas made harmless in text cells, numbers left alone. read-csv.ts is the way back.
import type { Cell } from './tables.js';

/**
 * What a spreadsheet would run (OWASP, "CSV Injection"): a cell that begins with one of = + - @ or their full-width forms,
 * after any white space, control character or one without width, or with a tab or carriage return. The quotes in front make undoing unambiguous.
 */
const FORMULA = /^'*[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;
const CONTROL_START = /^'*[\t\r]/;
const PLAIN_NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** What a cell needs quotes for: also line ends that only some readers know, and white space that some would drop. */
const QUOTED = /[",\r\n\u2028\u2029]|^\s|\s$/;

/** Texts that are none of that: most of them. */
const PLAIN = /^[A-Za-z0-9](?:[\w .:;/()-]*[\w.:;/()-])?$/;

/** Rows to text, each ended by CRLF. */
export function encodeCsv(rows: readonly (readonly Cell[])[]): string {
  // Joined, not added up: what V8 adds up it keeps in all its parts.
  return rows.map((row) => `${row.map(encodeCell).join(',')}\r\n`).join('');
}

function encodeCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  if (PLAIN.test(cell)) return cell;
  const text = isFormula(cell) ? `'${cell}` : cell;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Whether a text would be run, unless it had a quote in front. */
export function isFormula(text: string): boolean {
  return (FORMULA.test(text) || CONTROL_START.test(text)) && !PLAIN_NUMBER.test(text);
}

/** A text as it was before it was made harmless. */
export function decodeCell(cell: string): string {
  return cell.startsWith("'") && isFormula(cell.slice(1)) ? cell.slice(1) : cell;
}
