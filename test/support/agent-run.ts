// The story of fixtures/agent-run.sh as tests look at it: its tables as any CSV reader sees them, and what was worked out by hand.
// It asserts nothing.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { transform } from 'esbuild';
import { TABLE_NAMES, type TableName } from '../../src/formats/tables.js';
import { writeProgram } from './program.js';
import { ROOT, type Outcome, type TempStore } from './runlog.js';

/** The story as a shell script and as a program. */
export const STORY: string = fs.readFileSync(path.join(ROOT, 'fixtures', 'agent-run.sh'), 'utf8');
export const PROGRAM: string = fs.readFileSync(path.join(ROOT, 'fixtures', 'agent-run.ts'), 'utf8');
const EXPECTED = path.join(ROOT, 'fixtures', 'agent-run', 'expected');

/** Runs a program in TypeScript that imports runlog as an installed package, in a store's folder. */
export async function runTypeScript(store: TempStore, source: string): Promise<Outcome> {
  const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'node20' });
  return store.shell('bash', `exec node '${writeProgram('program.mjs', code)}'`);
}

/** A row of a table: column to cell, every cell a text. */
export type Row = Record<string, string>;
export type Tables = Record<TableName, Row[]>;

/** The seven tables of a folder. */
export function readTables(folder: string): Tables {
  const read = (name: TableName): Row[] =>
    parse(fs.readFileSync(path.join(folder, `${name}.csv`), 'utf8'), { columns: true });
  return Object.fromEntries(TABLE_NAMES.map((name) => [name, read(name)])) as Tables;
}

/** What the story must give; placeholders stand where every run differs. */
export function expectedTables(): Tables {
  return readTables(EXPECTED);
}

export function expectedJson(name: string): unknown {
  return JSON.parse(fs.readFileSync(path.join(EXPECTED, name), 'utf8')) as unknown;
}

/** The placeholders and what may stand in their place. */
const FORMS: Record<string, (value: string | number) => boolean> = {
  '<run>': (value) => /^run_\d{8}_\d{6}_project_171$/.test(String(value)),
  '<time>': (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(String(value)),
  '<seconds>': (value) => /^\d+(\.\d+)?$/.test(String(value)),
  '<ms>': (value) => /^\d+(\.\d+)?$/.test(String(value)) && Number(value) > 0,
  '<sha>': (value) => /^[0-9a-f]{40}$/.test(String(value)),
  '<host>': (value) => value === os.hostname(),
};

/**
 * Where a value differs from what is expected, as `path: expected, got`; the order of keys counts. A duration in JSON is a number,
 * as its placeholder cannot say.
 */
export function differences(expected: unknown, actual: unknown, at = ''): string[] {
  const difference = [`${at}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
  if (typeof expected === 'string' && expected in FORMS) {
    const isValue = typeof actual === 'string' || (typeof actual === 'number' && expected === '<seconds>');
    return isValue && FORMS[expected]?.(actual) === true ? [] : difference;
  }
  if (typeof expected !== 'object' || expected === null) return expected === actual ? [] : difference;
  if (typeof actual !== 'object' || actual === null || Array.isArray(expected) !== Array.isArray(actual))
    return difference;
  const [keys, actualKeys] = [Object.keys(expected), Object.keys(actual)];
  if (keys.join() !== actualKeys.join()) return [`${at}: expected the keys ${keys.join()}, got ${actualKeys.join()}`];
  return keys.flatMap((key) =>
    differences((expected as Row)[key], (actual as Record<string, unknown>)[key], `${at}/${key}`),
  );
}

/** The columns of a table that no row fills. */
export function emptyColumns(rows: readonly Row[]): string[] {
  return Object.keys(rows[0] ?? {}).filter((column) => rows.every((row) => row[column] === ''));
}

/** Sums what cells of a column tell; null where none does, for unknown is not 0. */
export function sumOf(rows: readonly Row[], column: string): number | null {
  const known = rows.map((row) => row[column] ?? '').filter((cell) => cell !== '');
  return known.length === 0 ? null : known.reduce((sum, cell) => sum + Number(cell), 0);
}
