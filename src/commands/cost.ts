// runlog cost: what models cost in all runs of a store, or in some, and what a completed issue cost. Reading only.
import { costObjects, costTable, totalObject, unpricedText } from '../formats/cost.js';
import { counted, moneyText } from '../formats/quantities.js';
import { toVisibleLine } from '../formats/visible-text.js';
import { runRow, type RunRow } from '../formats/run-json.js';
import { readFacts } from '../runs/facts.js';
import { priceCalls, pricesOf, type LoadPricer } from '../runs/pricing.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { resolveRun } from '../runs/resolve.js';
import { readRun, vantage } from '../runs/verdict.js';
import { painter } from '../terminal/colors.js';
import { alignColumns, wrapTo } from '../terminal/columns.js';
import { screenWidth } from '../terminal/screen.js';
import { COST_KEYS, costFactsOf, costRows, costTotal, type CostFacts, type CostTotal } from '../views/costs.js';
import { sumUnpriced } from '../views/tokens.js';
import { answer, remark, warn, type Input } from './input.js';
import { runFilter } from './run-filter.js';

export async function cost(input: Input): Promise<void> {
  const by = input.choice('by', COST_KEYS) ?? 'model';
  const fits = runFilter(input);
  const loadPricer = pricesOf(input.store, loadPriceLists);
  const { runs, damaged } =
    input.args.length === 0 ? await allRuns(input, fits, loadPricer) : await namedRuns(input, fits, loadPricer);
  const rows = costRows(runs, by);
  const total = costTotal(runs);
  const unpriced = sumUnpriced(runs.flatMap((run) => run.unpriced));
  const sources = [...new Set(runs.flatMap((run) => run.sources))].sort();
  const json = {
    by,
    rows: costObjects(rows, by),
    total: { ...totalObject(total), unpriced_models: unpriced, price_sources: sources },
  };
  const isEmpty = rows.length === 0;
  const table = costTable(rows, by, total.sums);
  const remarks = remarksOf(total, unpricedText(unpriced), sources);
  answer(input.context, json, input.context.isJson || isEmpty ? '' : textOf(input, table, remarks));
  if (isEmpty) remark(input.context, `no calls of models${runs.length === 0 ? ', for no run fits' : ''}`);
  if (damaged.length === 0) return;
  warn(`damaged, counted as far as they can be read: ${damaged.join(', ')}; runlog verify says where`);
  process.exitCode = 3;
}

interface Runs {
  runs: CostFacts[];
  damaged: string[];
}

async function allRuns(input: Input, fits: (row: RunRow) => boolean, loadPricer: LoadPricer): Promise<Runs> {
  const { runs, damaged } = await readFacts(input.store, 'costs', fits, loadPricer);
  return { runs: runs.map(({ facts }) => facts), damaged };
}

/** The runs named, each once. */
async function namedRuns(input: Input, fits: (row: RunRow) => boolean, loadPricer: LoadPricer): Promise<Runs> {
  const from = vantage();
  const [runs, damaged]: [CostFacts[], string[]] = [[], []];
  for (const runId of new Set(input.args.map((text) => resolveRun(input.store, text, input.context.env)))) {
    const { state, status, damage } = readRun(input.store, runId, from);
    if (damage.length > 0) damaged.push(runId);
    if (!fits(runRow(runId, status, state))) continue;
    await priceCalls(state, loadPricer);
    runs.push(costFactsOf(state));
  }
  return { runs, damaged };
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
