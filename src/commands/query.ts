// runlog query: all runs, asked in SQL. Reading only: the tables are put into a database in memory, and the SQL reaches nothing else.
import path from 'node:path';
import { counted } from '../formats/quantities.js';
import { queryCsv, queryMarkdown, queryObject, type QueryRows } from '../formats/query-text.js';
import { QUERY_TABLE_NAMES, queryColumns, type QueryTableName } from '../formats/query-tables.js';
import { toVisible, toVisibleLine } from '../formats/visible-text.js';
import { PRIVATE } from '../journal/folder.js';
import { writeBy, writeWhole } from '../runs/atomic-file.js';
import type { QueryEngine } from '../sources/duckdb.js';
import { painter } from '../terminal/colors.js';
import { queryLines } from '../terminal/query-text.js';
import { cuttingWidth, isTerminal } from '../terminal/screen.js';
import { answer, jsonText, print, readDash, remark, usage, type Input } from './input.js';
import { openTables } from './query-tables.js';

const FORMATS = ['table', 'csv', 'json', 'markdown', 'parquet'] as const;
type Format = (typeof FORMATS)[number];
const BY_ENDING: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.json': 'json',
  '.md': 'markdown',
  '.parquet': 'parquet',
};
/** Where a query asks what there is, it gets all. */
const CATALOG = /\b(?:show\w*|information_schema|pg_\w+|sqlite_\w+|duckdb_\w+)\b|^\s*desc(?:ribe)?[\s;]*$/;

export async function query(input: Input): Promise<void> {
  if (input.has('schema')) {
    if (input.args.length > 0 || input.has('format') || input.has('out'))
      throw usage('--schema goes without SQL, --format and --out');
    showSchema(input);
    return;
  }
  const sql = readDash(input, input.args[0]);
  if (sql === undefined)
    throw usage('query needs the SQL', 'For example: runlog query "SELECT status, count(*) FROM runs GROUP BY status"');
  const out = input.text('out') === undefined ? null : path.resolve(input.context.cwd, input.text('out') as string);
  const format = formatOf(input, out);
  const engine = await openTables(input, namedIn(sql), (opened) => opened.check(sql));
  if (format === 'parquet') await toParquet(input, engine, sql, out as string);
  else await toText(input, engine, sql, format, out);
}

function formatOf(input: Input, out: string | null): Format {
  const said = input.choice('format', FORMATS);
  const { isJson } = input.context;
  if (out === null && said === 'parquet') throw usage('--format parquet needs --out FILE');
  if (out === null && isJson && said !== undefined && said !== 'json')
    throw usage(`--json and --format ${said} exclude each other`);
  const byEnding = out === null ? undefined : BY_ENDING[path.extname(out).toLowerCase()];
  return said ?? byEnding ?? (isJson ? 'json' : 'table');
}

/** The tables whose names stand anywhere in the SQL: more than it reads, perhaps, and never less. */
function namedIn(sql: string): QueryTableName[] {
  const text = sql.toLowerCase();
  return QUERY_TABLE_NAMES.filter((name) => CATALOG.test(text) || text.includes(name));
}

async function toText(
  input: Input,
  engine: QueryEngine,
  sql: string,
  format: Exclude<Format, 'parquet'>,
  out: string | null,
): Promise<void> {
  await engine.lock();
  const found = await engine.select(sql);
  const text = textOf(input, found, format, out !== null);
  if (out === null) {
    print(text);
    if (found.rows.length === 0) remark(input.context, 'no rows');
    return;
  }
  writeWhole(out, text, PRIVATE);
  tellFile(input, out, found.rows.length);
}

function textOf(input: Input, found: QueryRows, format: Exclude<Format, 'parquet'>, isForFile: boolean): string {
  const { env, isColorless } = input.context;
  switch (format) {
    case 'csv':
      // In a file or a pipe the bytes are those of the format.
      return isForFile || !isTerminal(1) ? queryCsv(found) : toVisible(queryCsv(found).replaceAll('\r\n', '\n'));
    case 'json':
      return `${jsonText(queryObject(found))}\n`;
    case 'markdown':
      return toVisible(queryMarkdown(found));
    case 'table': {
      const width = isForFile ? Infinity : cuttingWidth(env);
      const lines = queryLines(found, width, painter(isColorless || isForFile, env));
      return lines.map((line) => `${line}\n`).join('');
    }
  }
}

async function toParquet(input: Input, engine: QueryEngine, sql: string, out: string): Promise<void> {
  const rows = await writeBy(out, PRIVATE, async (aside) => {
    await engine.lock(aside);
    return engine.selectToParquet(sql, aside);
  });
  tellFile(input, out, rows);
}

function tellFile(input: Input, file: string, rows: number): void {
  answer(input.context, { file, rows }, `${toVisibleLine(file)}  ${counted(rows, 'row')}\n`);
}

function showSchema(input: Input): void {
  const tables = QUERY_TABLE_NAMES.map((name) => ({ name, columns: queryColumns(name) }));
  const paint = painter(input.context.isColorless, input.context.env);
  const lines = tables.flatMap(({ name, columns }, index) => {
    const width = Math.max(...columns.map((column) => column.name.length));
    return [
      ...(index === 0 ? [] : ['']),
      paint.bold(name),
      ...columns.map((column) => `  ${column.name.padEnd(width)}  ${paint.faint(column.type)}`),
    ];
  });
  answer(input.context, { tables }, lines.map((line) => `${line}\n`).join(''));
}
