// runlog list: the runs of a store as a table that fits the screen, newest first, and how the latest of each kind went.
import { setTimeout as wait } from 'node:timers/promises';
import {
  COLUMN_NAMES,
  USUAL_COLUMNS,
  listColumns,
  outcomeColumns,
  sortRows,
  type ColumnName,
} from '../formats/list-columns.js';
import { statusTone } from '../formats/report.js';
import { runRow, type RunRow } from '../formats/run-json.js';
import { nowMicros } from '../journal/clock.js';
import { listRuns, type ListedRun, type RunList } from '../runs/list-runs.js';
import { isPinned } from '../runs/pin.js';
import { priceCalls, pricesOf } from '../runs/pricing.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { painter } from '../terminal/colors.js';
import { tableOf } from '../terminal/columns.js';
import { isTerminal, localTime, screenWidth } from '../terminal/screen.js';
import { print, usage, type Input } from './input.js';
import { grepOf, hasEvent } from './finding.js';
import { answerRuns } from './list-json.js';
import { runFilter } from './run-filter.js';

/** Of how many runs the latest outcomes are. */
const RECENT_RUNS = 200;
const WATCH_MS = 2000;
/** To the upper left corner, and what comes then takes the place of what was there. */
const HOME = '\u001B[H';
const CLEAR_LINE = '\u001B[K';
const CLEAR_BELOW = '\u001B[J';

export async function list(input: Input): Promise<void> {
  const names = columnsOf(input);
  if (!input.has('watch')) {
    await listOnce(input, names, '');
    return;
  }
  if (input.context.isJson || !isTerminal(1))
    throw usage('--watch draws on a terminal; without one, list now and then by yourself');
  print(`${HOME}${CLEAR_BELOW}`);
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until Ctrl-C
    await listOnce(input, names, HOME);
    // oxlint-disable-next-line no-await-in-loop -- until Ctrl-C
    await wait(WATCH_MS);
  }
}

async function listOnce(input: Input, names: readonly ColumnName[] | null, before: string): Promise<void> {
  // Only the usual table is followed by how the latest went.
  const found = findRuns(input, input.context.isJson || names !== null ? 0 : RECENT_RUNS);
  await priceRuns(input, found.runs);
  const rows = found.runs.map(({ row }) => row);
  answerRuns(input, found, () => {
    const text = textOf(input, rows, names, found.latest);
    if (before === '') return text;
    const lines = text.split('\n').slice(0, Math.max(1, (process.stdout.rows || 24) - 1));
    return `${before}${lines.map((line) => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}`;
  });
}

/** Prices the calls of models in runs that had to be read, and makes their rows anew. */
export async function priceRuns(input: Input, runs: readonly ListedRun[]): Promise<void> {
  const loadPricer = pricesOf(input.store, loadPriceLists);
  for (const run of runs) {
    if (run.reading === null) continue;
    const { runId, status, state } = run.reading;
    // oxlint-disable-next-line no-await-in-loop -- the list of prices is loaded once
    await priceCalls(state, loadPricer);
    run.row = runRow(runId, status, state);
  }
}

/** Those that are asked for, in the order that is asked for; and so many of the latest rows. */
function findRuns(input: Input, latest: number): RunList {
  const order = orderOf(input);
  const greps = grepOf(input);
  const limit = input.count('limit') ?? Infinity;
  if (order === null && greps === null) return listRuns(input.store, runFilter(input), limit, { latest });
  const all = listRuns(input.store, runFilter(input), Infinity, { latest });
  const sorted = order === null ? all.runs : sortRows(all.runs, ({ row }) => row, order.name, order.direction);
  const runs: ListedRun[] = [];
  for (const run of sorted) {
    if (runs.length >= limit) break;
    if (greps === null || hasEvent(input.store, run.row.run_id, greps)) runs.push(run);
  }
  return { ...all, runs };
}

function orderOf(input: Input): { name: ColumnName; direction: 'asc' | 'desc' | null } | null {
  const text = input.text('sort');
  if (text === undefined) return null;
  const [name = '', direction = null, ...more] = text.split(':');
  const isKnown = (COLUMN_NAMES as readonly string[]).includes(name) && more.length === 0;
  if (!isKnown || !(direction === null || direction === 'asc' || direction === 'desc'))
    throw usage(
      `--sort takes ${COLUMN_NAMES.join(', ')}, with :asc or :desc where needed; not ${JSON.stringify(text)}`,
    );
  return { name: name as ColumnName, direction };
}

/** Null for the usual ones. */
function columnsOf(input: Input): ColumnName[] | null {
  const text = input.text('columns');
  if (text === undefined) return null;
  const names = text.split(',').filter((name) => name !== '');
  const wrong = names.find((name) => !(COLUMN_NAMES as readonly string[]).includes(name));
  if (wrong !== undefined || names.length === 0)
    throw usage(`--columns takes ${COLUMN_NAMES.join(',')}; not ${JSON.stringify(wrong ?? text)}`);
  return names as ColumnName[];
}

function textOf(
  input: Input,
  rows: readonly RunRow[],
  names: readonly ColumnName[] | null,
  latest: readonly RunRow[],
): string {
  if (rows.length === 0) return '';
  const width = screenWidth(input.context.env);
  const { faint } = painter(input.context.isColorless, input.context.env);
  const lines = runLines(input, rows, names, width);
  const outcomes = outcomeColumns(latest);
  const strips = outcomes.length === 0 ? [] : tableOf(outcomes, width).lines;
  return [...lines, ...strips.flatMap((line, index) => (index === 0 ? ['', faint(line)] : [line]))]
    .map((line) => `${line}\n`)
    .join('');
}

/** The titles, then a line a run. */
export function runLines(
  { store, context }: Input,
  rows: readonly RunRow[],
  names: readonly ColumnName[] | null,
  width: number,
): string[] {
  const paint = painter(context.isColorless, context.env);
  const around = { nowMicros: nowMicros(), showTime: localTime, isPinned: (id: string) => isPinned(store, id) };
  const columns = listColumns(rows, names ?? USUAL_COLUMNS, names !== null, around);
  return tableOf(columns, width).lines.map((line, index) =>
    index === 0 ? paint.faint(line) : paint.paint(statusTone(rows[index - 1]?.status ?? ''), line),
  );
}
