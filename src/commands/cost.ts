// runlog cost: what models cost in all runs of a store, or in some, and what a completed issue cost. Reading only.
import { costObjects, costTable, totalObject, unpricedText } from '../formats/cost.js';
import { counted, moneyText } from '../formats/quantities.js';
import { toVisibleLine } from '../formats/visible-text.js';
import { formatInstant } from '../events/instant.js';
import { priceCalls, pricesOf } from '../runs/pricing.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { resolveRun } from '../runs/resolve.js';
import { readAllRuns } from '../runs/store.js';
import { readRun, vantage, type RunReading } from '../runs/verdict.js';
import { painter } from '../terminal/colors.js';
import { alignColumns, wrapTo } from '../terminal/columns.js';
import { screenWidth } from '../terminal/screen.js';
import { COST_KEYS, costRows, costTotal, type CostTotal } from '../views/costs.js';
import { startTime, type RunState } from '../views/run.js';
import { unpricedModels } from '../views/tokens.js';
import { answer, remark, warn, type Input } from './input.js';
import { parseTime } from './values.js';

export async function cost(input: Input): Promise<void> {
  const by = input.choice('by', COST_KEYS) ?? 'model';
  const fits = filterOf(input);
  const loadPricer = pricesOf(input.store, loadPriceLists);
  const states: RunState[] = [];
  const damaged: string[] = [];
  for (const { runId, state, damage } of readingsOf(input)) {
    if (damage.length > 0) damaged.push(runId);
    if (!fits(state)) continue;
    await priceCalls(state, loadPricer);
    states.push(state);
  }
  const rows = costRows(states, by);
  const total = costTotal(states);
  const unpriced = unpricedModels(...states.map(({ usage }) => usage));
  const sources = [...new Set(states.flatMap(({ usage }) => usage.sources))].sort();
  const json = {
    by,
    rows: costObjects(rows, by),
    total: { ...totalObject(total), unpriced_models: unpriced, price_sources: sources },
  };
  const isEmpty = rows.length === 0;
  const table = costTable(rows, by, total.sums);
  const remarks = remarksOf(total, unpricedText(unpriced), sources);
  answer(input.context, json, input.context.isJson || isEmpty ? '' : textOf(input, table, remarks));
  if (isEmpty) remark(input.context, `no calls of models${states.length === 0 ? ', for no run fits' : ''}`);
  if (damaged.length === 0) return;
  warn(`damaged, counted as far as they can be read: ${damaged.join(', ')}; runlog verify says where`);
  process.exitCode = 3;
}

/** The runs named, each once; else all of the store. */
function readingsOf(input: Input): Iterable<RunReading> {
  const from = vantage();
  if (input.args.length === 0) return readAllRuns(input.store, from);
  const runIds = new Set(input.args.map((text) => resolveRun(input.store, text, input.context.env)));
  return [...runIds].map((runId) => readRun(input.store, runId, from));
}

function filterOf(input: Input): (state: RunState) => boolean {
  const [since, until] = ['since', 'until'].map((name) => {
    const text = input.text(name);
    return text === undefined ? undefined : formatInstant(parseTime(text, `--${name}`));
  });
  const project = input.text('project');
  return (state) => {
    const begin = startTime(state) ?? '';
    return (
      (since === undefined || begin >= since) &&
      (until === undefined || begin < until) &&
      (project === undefined || state.started?.project === project)
    );
  };
}

function remarksOf(total: CostTotal, unpriced: string, sources: readonly string[]): string[] {
  const { completedIssues, usdPerCompletedIssue, sums } = total;
  const issues = `${counted(completedIssues, 'issue')} completed`;
  const least = sums.unpricedCalls > 0 ? 'at least ' : '';
  const each = usdPerCompletedIssue === null ? '' : `: ${least}${moneyText(usdPerCompletedIssue)} each`;
  return [
    ...(completedIssues === 0 ? [] : [`${issues}${each}`]),
    ...(unpriced === '' ? [] : [`no price for ${unpriced}`]),
    ...(sources.length === 0 ? [] : [`prices of ${sources.map(toVisibleLine).join(', ')}`]),
  ];
}

function textOf(input: Input, table: readonly (readonly string[])[], remarks: readonly string[]): string {
  const { env, isColorless } = input.context;
  const paint = painter(isColorless, env);
  const width = screenWidth(env);
  const rows = alignColumns(table, width, 0);
  const lines = rows.flatMap((row, index) => {
    if (index === 0) return row.map((line) => paint.faint(line));
    if (index === rows.length - 1) return row.map((line) => paint.bold(line));
    return row;
  });
  const notes = remarks.flatMap((text) => wrapTo(text, width));
  return [...lines, ...(notes.length === 0 ? [] : ['', ...notes])].map((line) => `${line}\n`).join('');
}
