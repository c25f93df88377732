// CSV text: RFC 4180, formulas made harmless in text cells, numbers left alone. Cells to text and back.
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { Cell } from './tables.js';

/**
 * What a spreadsheet would run (OWASP, "CSV Injection"): a cell that begins with one of = + - @ or their full-width forms,
 * after any white space, control character or one without width, or with a tab or carriage return. The quotes in front make undoing unambiguous.
 */
const FORMULA = /^'*[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]/u;
const CONTROL_START = /^'*[\t\r]/;
const PLAIN_NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** What a cell needs quotes for: also line ends that only some readers know, and white space that some would drop. */
const QUOTED = /[",\r\n\u2028\u2029]|^\s|\s$/;

/** Rows to text, each ended by CRLF. */
export function encodeCsv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(quoteCell).join(',')}\r\n`).join('');
}

/** Most cells need none; the others are left to the package, one by one, as a call of it costs more than a row. */
function quoteCell(cell: Cell): string {
  const text = encodeCell(cell);
  return QUOTED.test(text) ? stringify([[text]], { eof: false, quoted_match: QUOTED }) : text;
}

/** Text to rows of texts, as encodeCsv wrote them; throws where it is not CSV. An empty cell is ''. */
export function decodeCsv(text: string): string[][] {
  const rows = parse(text, { record_delimiter: ['\r\n', '\n'], relax_column_count: true, bom: true }) as string[][];
  return rows.map((row) => row.map(decodeCell));
}

function encodeCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  return isFormula(cell) ? `'${cell}` : cell;
}

function decodeCell(cell: string): string {
  return cell.startsWith("'") && isFormula(cell.slice(1)) ? cell.slice(1) : cell;
}

function isFormula(text: string): boolean {
  return (FORMULA.test(text) || CONTROL_START.test(text)) && !PLAIN_NUMBER.test(text);
}
