// runlog list: the runs of a store, newest first.
import { moneyText, shortDuration } from '../formats/quantities.js';
import { statusTone } from '../formats/report.js';
import { runRow, type RunRow } from '../formats/run-json.js';
import { toVisibleLine } from '../formats/visible-text.js';
import type { ListedRun } from '../runs/list-runs.js';
import { isPinned } from '../runs/pin.js';
import { priceCalls, pricesOf } from '../runs/pricing.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { painter } from '../terminal/colors.js';
import { alignColumns } from '../terminal/columns.js';
import { localTime } from '../terminal/screen.js';
import type { Input } from './input.js';
import { answerRuns, findRuns } from './list-json.js';

export async function list(input: Input): Promise<void> {
  const found = findRuns(input);
  await priceRuns(input, found.runs);
  answerRuns(input, found, () =>
    tableOf(
      input,
      found.runs.map(({ row }) => row),
    ),
  );
}

/** Prices the calls of models in runs that had to be read, and makes their rows anew. */
export async function priceRuns(input: Input, runs: readonly ListedRun[]): Promise<void> {
  const loadPricer = pricesOf(input.store, loadPriceLists);
  for (const run of runs) {
    if (run.reading === null) continue;
    const { runId, status, state } = run.reading;
    await priceCalls(state, loadPricer);
    run.row = runRow(runId, status, state);
  }
}

/** A line a run under its heading, each with its line feed; empty where there is none. */
export function tableOf(input: Input, runs: readonly RunRow[]): string {
  if (runs.length === 0) return '';
  const { env, isColorless } = input.context;
  const paint = painter(isColorless, env);
  // The id comes last: it is the one column that must never be cut, and the one whose length nobody knows.
  const rows = runs.map((run) => {
    const { total_steps: steps, failed_steps: bad, start_time: begin, estimated_cost_usd: costUsd } = run;
    const work = steps === 0 ? '' : bad === 0 ? String(steps) : `${steps}, ${bad} bad`;
    const id = toVisibleLine(run.run_id) + (isPinned(input.store, run.run_id) ? ' (pinned)' : '');
    return [
      run.status,
      begin === null ? '-' : localTime(begin).slice(0, 16),
      shortDuration(run.duration_seconds),
      work,
      costUsd === null ? '' : moneyText(costUsd),
      id,
    ];
  });
  const titleOf = (column: number, title: string): string => (rows.some((row) => row[column] !== '') ? title : '');
  const lines = alignColumns(
    [['STATUS', 'STARTED', 'TOOK', titleOf(3, 'STEPS'), titleOf(4, 'COST'), 'RUN'], ...rows],
    Infinity,
    5,
  );
  return lines
    .flat()
    .map((line, index) =>
      index === 0 ? paint.faint(line) : paint.paint(statusTone(runs[index - 1]?.status ?? ''), line),
    )
    .map((line) => `${line}\n`)
    .join('');
}
