// What `runlog stats` shows: as JSON, and as a table whose less telling columns give way where it is narrow.
import { wilson, type Statistics } from '../views/statistics.js';
import { roundUsd } from '../views/tokens.js';
import type { Column } from './columns.js';
import { countText, moneyText, shortDuration } from './quantities.js';
import { bar, outcomeStrip } from './strip.js';
import { toVisibleLine } from './visible-text.js';

export type StatsUnit = 'runs' | 'executions' | 'calls';

/** `before` is of the period before; undefined where none was asked for. */
export interface StatsRow {
  own: Statistics;
  before?: Statistics | undefined;
}

/** Rates from 0 to 1, durations in seconds; unknown is null. */
export function statsObject(own: Statistics, column: string, unit: StatsUnit): Record<string, unknown> {
  const interval = wilson(own.succeeded, own.judged);
  return {
    [column]: own.group,
    [unit]: own.count,
    succeeded: own.succeeded,
    judged: own.judged,
    success_rate: own.judged === 0 ? null : own.succeeded / own.judged,
    success_low: interval?.low ?? null,
    success_high: interval?.high ?? null,
    mean_seconds: own.seconds.mean,
    median_seconds: own.seconds.median,
    p95_seconds: own.seconds.p95,
    retries: own.retries,
    total_tokens: own.tokens,
    estimated_cost_usd: roundUsd(own.costUsd),
  };
}

const BAR_COLUMNS = 10;

export function statsColumns(rows: readonly StatsRow[], total: StatsRow, column: string, unit: StatsUnit): Column[] {
  const all = [...rows, total];
  const most = Math.max(1, ...rows.map(({ own }) => own.count));
  const make = (title: string, rank: number, cell: (row: StatsRow, isTotal: boolean) => string): Column => ({
    title,
    rank,
    cells: all.map((row, index) => cell(row, index === rows.length)),
  });
  const isCompared = total.before !== undefined;
  return [
    { ...make(column.toUpperCase(), 0, ({ own }, isTotal) => (isTotal ? 'total' : nameOf(own))), isLeft: true },
    make(unit.toUpperCase(), 1, ({ own }) => countText(own.count)),
    { ...make('', 8, ({ own }, isTotal) => (isTotal ? '' : bar(own.count / most, BAR_COLUMNS))), isLeft: true },
    make('SUCCESS', 2, ({ own }) => rateText(own)),
    make('95% CI', 5, ({ own }) => intervalText(own)),
    ...(isCompared ? [make('TREND', 3, ({ own, before }) => trendText(own, before))] : []),
    make('MEAN', 3, ({ own }) => shortDuration(own.seconds.mean)),
    make('MEDIAN', 6, ({ own }) => shortDuration(own.seconds.median)),
    make('P95', 4, ({ own }) => shortDuration(own.seconds.p95)),
    make('RETRIES', 7, ({ own }) => countText(own.retries)),
    make('TOKENS', 8, ({ own }) => countText(own.tokens)),
    make('COST', 5, ({ own }) => (own.costUsd === null ? '-' : moneyText(own.costUsd))),
    { ...make('LATEST', 6, ({ own }, isTotal) => (isTotal ? '' : outcomeStrip(own.latest))), isLeft: true },
  ].filter(({ cells, title }) => title === column.toUpperCase() || cells.some((cell) => cell !== '-' && cell !== ''));
}

function nameOf({ group }: Statistics): string {
  return group === null ? '(none)' : toVisibleLine(group);
}

function rateText({ succeeded, judged }: Statistics): string {
  return judged === 0 ? '-' : percentText(succeeded / judged);
}

function intervalText({ succeeded, judged }: Statistics): string {
  const interval = wilson(succeeded, judged);
  return interval === null ? '-' : `${(interval.low * 100).toFixed(1)}-${percentText(interval.high)}`;
}

function percentText(rate: number): string {
  return `${(rate * 100).toFixed(1)}%`;
}

/** By how many points the rate has changed, and by how much the mean duration. */
function trendText(own: Statistics, before: Statistics | undefined): string {
  if (own.judged === 0) return '-';
  if (before === undefined || before.judged === 0) return 'new';
  const points = Math.round((own.succeeded / own.judged - before.succeeded / before.judged) * 100);
  const rate = points === 0 ? '=' : `${points > 0 ? '\u2191' : '\u2193'}${Math.abs(points)}pt`;
  if (own.seconds.mean === null || before.seconds.mean === null || before.seconds.mean === 0) return rate;
  const longer = Math.round((own.seconds.mean / before.seconds.mean - 1) * 100);
  return longer === 0 ? rate : `${rate}, ${longer > 0 ? '+' : '-'}${Math.abs(longer)}% time`;
}
