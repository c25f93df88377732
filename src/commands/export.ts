// runlog export csv|log|trace|record: runs in the formats of other tools.
import path from 'node:path';
import tty from 'node:tty';
import { encodeLog } from '../formats/design-log.js';
import { logBlocks } from '../formats/log-events.js';
import { recordPieces } from '../formats/record.js';
import { encodeTrace } from '../formats/trace.js';
import { damageText } from '../formats/run-json.js';
import { toVisibleJson, toVisibleLine } from '../formats/visible-text.js';
import type { Damage } from '../journal/line.js';
import { exportTables } from '../runs/export-tables.js';
import { readEvents } from '../runs/open-run.js';
import { resolveRun } from '../runs/resolve.js';
import { readRun, vantage } from '../runs/verdict.js';
import { traceOf } from '../views/trace.js';
import { namedRun } from './reading.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { pricesOf } from '../runs/pricing.js';
import { answer, print, remark, warn, type Input } from './input.js';

export async function exportCsv(input: Input): Promise<void> {
  const { env, cwd } = input.context;
  const out = input.text('out');
  const only = input.list('run').map((text) => resolveRun(input.store, text, env));
  const { folder, rows, damaged } = await exportTables(input.store, {
    folder: out === undefined ? null : path.resolve(cwd, out),
    runIds: only.length === 0 ? null : only,
    isRebuild: input.has('rebuild'),
    lockTimeoutSeconds: input.number('lock-timeout') ?? 0,
    loadPricer: pricesOf(input.store, loadPriceLists),
  });
  const lines = Object.entries(rows).map(
    ([table, count]) =>
      `${toVisibleLine(path.join(folder, `${table}.csv`))}  ${count} ${count === 1 ? 'row' : 'rows'}\n`,
  );
  answer(input.context, { dir: folder, rows }, lines.join(''));
  if (damaged.length > 0) {
    warn(`damaged, exported as far as they can be read: ${damaged.join(', ')}`);
    process.exitCode = 3;
  }
}

export function exportLog(input: Input): void {
  const damage: Damage[] = [];
  const runId = namedRun(input);
  const log = encodeLog(logBlocks(readEvents(input.store, runId, damage, { withBlobs: true })));
  print(log);
  if (log === '') remark(input.context, `${runId} has no actions`);
  complain(damage);
}

export function exportTrace(input: Input): void {
  const { state, damage } = readRun(input.store, namedRun(input), vantage());
  print(encodeTrace(traceOf(state)));
  complain(damage);
}

const PRINTED_AT_ONCE_CHARACTERS = 256 * 1024;

/** In a file or a pipe the bytes are those of the format; a terminal gets what JSON leaves raw escaped. */
export function exportRecord(input: Input): void {
  const damage: Damage[] = [];
  const runId = namedRun(input);
  const { state, damage: foundBefore } = readRun(input.store, runId, vantage());
  const isTerminal = tty.isatty(1);
  let held = '';
  let isRead = true;
  const flush = (): void => {
    isRead = print(isTerminal ? toVisibleJson(held) : held);
    held = '';
  };
  for (const piece of recordPieces(state, readEvents(input.store, runId, damage, { withBlobs: true }))) {
    held += piece;
    if (held.length > PRINTED_AT_ONCE_CHARACTERS) flush();
    if (!isRead) break;
  }
  flush();
  if (state.items.count === 0) remark(input.context, `${runId} has no items`);
  // Without items nothing was read a second time.
  complain(state.items.count === 0 ? foundBefore : damage);
}

function complain(damage: readonly Damage[]): void {
  if (damage.length === 0) return;
  for (const found of damage) warn(damageText(found));
  process.exitCode = 3;
}
