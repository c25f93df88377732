// CSV text to cells, as csv.ts writes them.
import { parse } from 'csv-parse/sync';
import { decodeCell } from './csv.js';

/** Text to rows of texts, as encodeCsv wrote them; throws where it is not CSV. An empty cell is ''. */
export function decodeCsv(text: string): string[][] {
  const rows = parse(text, { record_delimiter: ['\r\n', '\n'], relax_column_count: true, bom: true }) as string[][];
  return rows.map((row) => row.map(decodeCell));
}
