// What models cost, as JSON and as rows of text: what `runlog cost` shows.
import { COST_COLUMNS, type CostKey, type CostRow, type CostTotal } from '../views/costs.js';
import { roundUsd, type TokenSums, type UnpricedModel } from '../views/tokens.js';
import { countText, counted, moneyText } from './quantities.js';
import { toVisibleLine } from './visible-text.js';

/** Rows under the names of their kind: `{"provider", "model", "calls", …}`. Unknown is null. */
export function costObjects(rows: readonly CostRow[], by: CostKey): Record<string, unknown>[] {
  return rows.map(({ names, sums }) => ({
    ...Object.fromEntries(COST_COLUMNS[by].map((column, index) => [column, names[index] ?? null])),
    ...sumsObject(sums),
  }));
}

export function totalObject({ sums, runs, completedIssues, usdPerCompletedIssue }: CostTotal): Record<string, unknown> {
  return {
    ...sumsObject(sums),
    runs,
    completed_issues: completedIssues,
    cost_per_completed_issue_usd: roundUsd(usdPerCompletedIssue),
  };
}

function sumsObject(sums: TokenSums): Record<string, number | null> {
  return {
    calls: sums.calls,
    input_tokens: sums.input,
    cached_read_tokens: sums.cachedRead,
    cached_write_tokens: sums.cachedWrite,
    output_tokens: sums.output,
    reasoning_tokens: sums.reasoning,
    cost_usd: roundUsd(sums.costUsd),
    reported_cost_usd: roundUsd(sums.reportedUsd),
    computed_cost_usd: roundUsd(sums.computedUsd),
    unpriced_calls: sums.unpricedCalls,
  };
}

/** A table of text: titles, rows and the total; numbers end below each other. */
export function costTable(rows: readonly CostRow[], by: CostKey, total: TokenSums): string[][] {
  const cells = [
    [COST_COLUMNS[by].join(' / ').toUpperCase(), 'CALLS', 'INPUT', 'CACHED', 'OUTPUT', 'COST'],
    ...rows.map((row) => costCells(costName(row), row.sums)),
    costCells('total', total),
  ];
  const widths = (cells[0] as string[]).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] as string).length)),
  );
  return cells.map((row) => row.map((cell, column) => (column === 0 ? cell : cell.padStart(widths[column] as number))));
}

/** A sum of which some calls are unknown is only known to be no less: `>= $0.0123`. */
function costText({ costUsd, unpricedCalls }: TokenSums): string {
  return costUsd === null ? 'unknown' : `${unpricedCalls > 0 ? '>= ' : ''}${moneyText(costUsd)}`;
}

/** Name, calls, input, of it read from caches, output, cost. */
function costCells(name: string, sums: TokenSums): string[] {
  return [
    name,
    countText(sums.calls),
    countText(sums.input),
    countText(sums.cachedRead),
    countText(sums.output),
    costText(sums),
  ];
}

/** The name of a row: `openai / gpt-5`; what the calls did not say is a dash. */
function costName({ names }: CostRow): string {
  const known = names.map((name) => (name === null ? null : toVisibleLine(name)));
  if (known.length === 2) return known[0] === null ? (known[1] ?? '-') : `${known[0]} / ${known[1] ?? '-'}`;
  return known[0] ?? '-';
}

/** `acme / acme-7b (3 calls, 1,234 tokens)`: whom nobody knows the price of. */
export function unpricedText(models: readonly UnpricedModel[]): string {
  return models
    .map(({ provider, model, calls, tokens }) => {
      const name = [provider, model ?? 'a model without a name'].filter((part) => part !== null).map(toVisibleLine);
      const size = tokens === null ? '' : `, ${countText(tokens)} tokens`;
      return `${name.join(' / ')} (${counted(calls, 'call')}${size})`;
    })
    .join(', ');
}
