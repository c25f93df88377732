// runlog compare: in what runs differ, and whether a run keeps what is demanded of it beside another one. Exit status 1 where a
// condition of --fail-on is broken or cannot be judged.
import { comparedTables, comparisonObjects, judgedRows, judgementObjects, sameText } from '../formats/comparison.js';
import { shortDuration } from '../formats/quantities.js';
import { statusTone } from '../formats/report.js';
import { damageRow, runObject, runRow, type RunRow } from '../formats/run-json.js';
import { toVisibleLine } from '../formats/visible-text.js';
import { lastGoodBefore } from '../runs/last-good.js';
import { isPinned } from '../runs/pin.js';
import { priceCalls, pricesOf } from '../runs/pricing.js';
import { resolveRun } from '../runs/resolve.js';
import { readRun, vantage, type RunReading, type Vantage } from '../runs/verdict.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { painter } from '../terminal/colors.js';
import { comparisonText, letterOf } from '../terminal/comparison-text.js';
import { localTime, screenWidth } from '../terminal/screen.js';
import { compareRuns, type Comparison } from '../views/comparison.js';
import { judgeConditions, type Judgement } from '../views/conditions.js';
import { parseCondition } from './fail-on.js';
import { namedRun, startProver } from './reading.js';
import { answer, usage, warn, type Input } from './input.js';

export async function compare(input: Input): Promise<void> {
  const conditions = input.list('fail-on').map(parseCondition);
  const readings = readingsOf(input, vantage());
  const loadPricer = pricesOf(input.store, loadPriceLists);
  // What a price list says beside a reported cost changes nothing here, and to load one takes longer than to compare.
  for (const { state } of readings) if (state.tokens.unpricedCalls > 0) await priceCalls(state, loadPricer);
  const comparison = compareRuns(readings.map(({ state }) => state));
  const judgements = judgeConditions(comparison, conditions, readings.length);
  const rows = readings.map(({ runId, status, state }) => runRow(runId, status, state));
  const isKept = judgements.every(({ verdict }) => verdict === 'kept');
  const runIds = rows.map((row) => row.run_id);
  const damage = readings.flatMap(({ runId, damage }) => damage.map((one) => ({ run_id: runId, ...damageRow(one) })));
  const json = {
    runs: rows.map((row) => runObject(row, isPinned(input.store, row.run_id))),
    sections: comparisonObjects(comparison),
    fail_on: judgementObjects(judgements, runIds),
    ok: isKept,
    damage,
  };
  answer(input.context, json, input.context.isJson ? '' : textOf(input, rows, comparison, judgements));
  const damaged = [...new Set(damage.map((one) => one.run_id))];
  if (damaged.length > 0) {
    warn(`damaged, compared as far as they can be read: ${damaged.join(', ')}; runlog verify says where`);
    process.exitCode = 3;
  }
  if (!isKept) process.exitCode = 1;
}

/** The runs named; with --last-good the run named behind the last good one before it. */
function readingsOf(input: Input, from: Vantage): RunReading[] {
  const { args, store, context } = input;
  const read = (runId: string): RunReading => readRun(store, runId, from, startProver);
  if (!input.has('last-good')) {
    if (args.length < 2) throw usage('compare needs two runs or more', 'Name them, or: runlog compare --last-good RUN');
    return args.map((text) => read(resolveRun(store, text, context.env)));
  }
  if (args.length > 1) throw usage('--last-good compares one run, and finds the other by itself');
  const run = read(namedRun(input));
  const good = lastGoodBefore(store, runRow(run.runId, run.status, run.state));
  return [read(good), run];
}

function textOf(
  { context: { env, isColorless } }: Input,
  rows: readonly RunRow[],
  comparison: Comparison,
  judgements: readonly Judgement[],
): string {
  const runs = rows.map(({ run_id: runId, status, start_time: start, duration_seconds: seconds }) => ({
    cells: [status, start === null ? '-' : localTime(start).slice(0, 16), shortDuration(seconds), toVisibleLine(runId)],
    tone: statusTone(status),
  }));
  const tables = comparedTables(comparison);
  const judged = judgedRows(judgements, letterOf);
  const text = { runs, tables, same: sameText(comparison), judged };
  return comparisonText(text, painter(isColorless, env), screenWidth(env));
}
