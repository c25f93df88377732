// What a query gave, as text of other tools: CSV, Markdown, JSON. How it looks on a screen is the terminal's business.
import type { Json } from '../events/vocabulary.js';
import { encodeCsv } from './csv.js';
import { markdownTable } from './report/markdown.js';

/** Rows have one value a column. No name is there twice. */
export interface QueryRows {
  columns: { name: string; type: string }[];
  rows: Json[][];
}

export function queryCsv({ columns, rows }: QueryRows): string {
  const cells = rows.map((row) => row.map((value) => (isNested(value) ? JSON.stringify(value) : value)));
  return encodeCsv([columns.map(({ name }) => name), ...cells]);
}

export function queryMarkdown({ columns, rows }: QueryRows): string {
  const cells = rows.map((row) => row.map(valueText));
  return `${markdownTable(
    columns.map(({ name }) => name),
    cells,
  ).join('\n')}\n`;
}

/** `{"columns": [{"name", "type"}], "rows": [{NAME: value}]}` */
export function queryObject({ columns, rows }: QueryRows): Json {
  const names = columns.map(({ name }) => name);
  return {
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows: rows.map((row) => Object.fromEntries(row.map((value, column) => [names[column] as string, value]))),
  };
}

/** A value as people read it; nothing is made shorter. */
export function valueText(value: Json): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether a column holds numbers, which stand one below the other by their last digit. */
export function isNumeric(type: string): boolean {
  return /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|DECIMAL\b.*)$/.test(type);
}

function isNested(value: Json): value is Json[] | { [key: string]: Json } {
  return typeof value === 'object' && value !== null;
}
