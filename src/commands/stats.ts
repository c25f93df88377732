// runlog stats: how runs, executions or calls of tools went, by whatever one asks for, beside the period before. Reading only.
import { formatInstant, parseInstant } from '../events/instant.js';
import type { RunRow } from '../formats/run-json.js';
import { statsColumns, statsObject, type StatsRow, type StatsUnit } from '../formats/stats.js';
import { nowMicros } from '../journal/clock.js';
import { readFacts, type FactKinds, type RunFacts } from '../runs/facts.js';
import { pricesOf } from '../runs/pricing.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { painter } from '../terminal/colors.js';
import { tableOf } from '../terminal/columns.js';
import { screenWidth } from '../terminal/screen.js';
import { agentStatistics, ofRuns, runStatistics, toolStatistics, type Statistics } from '../views/statistics.js';
import type { Work } from '../views/work.js';
import { answer, remark, usage, warn, type Input } from './input.js';
import { runFilter } from './run-filter.js';
import { parseTime } from './values.js';

type Kind = 'retries' | 'work';
type Runs<Asked extends Kind> = readonly RunFacts<FactKinds[Asked]>[];

interface Question<Asked extends Kind> {
  /** What is to be known of each run. */
  kind: Asked;
  /** The column of the group in tables and JSON. */
  column: string;
  unit: StatsUnit;
  rows: (runs: Runs<Asked>) => Statistics[];
  total: (runs: Runs<Asked>) => Statistics;
}

const RUN_KEYS = new Map<string, { column: string; groupOf: (row: RunRow) => string | null }>([
  ['intent', { column: 'intent_type', groupOf: (row) => row.intent_type }],
  ['model', { column: 'model', groupOf: (row) => row.llm.model }],
  ['project', { column: 'project_id', groupOf: (row) => row.project_id }],
  ['status', { column: 'status', groupOf: (row) => row.status }],
  ['day', { column: 'day', groupOf: (row) => row.start_time?.slice(0, 'YYYY-MM-DD'.length) ?? null }],
]);

export async function stats(input: Input): Promise<void> {
  const by = input.text('by') ?? 'intent';
  await (by === 'agent' || by === 'tool' ? ask(input, partsQuestion(by)) : ask(input, runsQuestion(by)));
}

async function ask<Asked extends Kind>(input: Input, question: Question<Asked>): Promise<void> {
  const period = periodOf(input);
  const all = runFilter(input, { isWithoutSince: true });
  const fits = (row: RunRow): boolean => all(row) && (period === null || (row.start_time ?? '') >= period.before);
  const found = await readFacts(input.store, question.kind, fits, pricesOf(input.store, loadPriceLists));
  const since = period?.since ?? '';
  const own = found.runs.filter(({ row }) => (row.start_time ?? '') >= since);
  const before = period === null ? null : found.runs.filter(({ row }) => (row.start_time ?? '') < since);
  const beforeRows = before === null ? [] : question.rows(before);
  const rows = question
    .rows(own)
    .map((row): StatsRow => ({ own: row, before: beforeRows.find(({ group }) => group === row.group) }));
  const total: StatsRow = { own: question.total(own), before: before === null ? undefined : question.total(before) };
  const { column, unit } = question;
  const objectOf = (statistics: Statistics): Record<string, unknown> => statsObject(statistics, column, unit);
  const withBefore = (row: StatsRow): Record<string, unknown> => ({
    ...objectOf(row.own),
    before: row.before === undefined ? null : objectOf(row.before),
  });
  const groups = rows.map(withBefore);
  const json = {
    by: column,
    since: period?.since ?? null,
    before: period?.before ?? null,
    groups,
    total: withBefore(total),
  };
  const isEmpty = rows.length === 0;
  answer(input.context, json, input.context.isJson || isEmpty ? '' : textOf(input, question, rows, total));
  if (isEmpty)
    remark(input.context, own.length === 0 ? `no runs that fit in ${input.store.dir}` : `no ${unit} on record`);
  if (found.damaged.length > 0) {
    warn(`damaged, counted as far as they can be read: ${found.damaged.join(', ')}; runlog verify says where`);
    process.exitCode = 3;
  }
}

function partsQuestion(by: 'agent' | 'tool'): Question<'work'> {
  const rows = by === 'agent' ? agentStatistics : toolStatistics;
  const worksOf = (runs: Runs<'work'>): Work[] => runs.map(({ facts }) => facts);
  return {
    kind: 'work',
    column: by,
    unit: by === 'agent' ? 'executions' : 'calls',
    rows: (runs) => rows(worksOf(runs)),
    total: (runs) => rows(worksOf(runs), true)[0] ?? ofRuns('', []),
  };
}

function runsQuestion(by: string): Question<'retries'> {
  const tag = by.startsWith('tag:') ? by.slice('tag:'.length) : null;
  const key =
    tag === null
      ? RUN_KEYS.get(by)
      : {
          column: `tag:${tag}`,
          groupOf: ({ tags }: RunRow) => (Object.hasOwn(tags, tag) ? (tags[tag] ?? null) : null),
        };
  if (key === undefined || tag === '')
    throw usage(`--by takes ${[...RUN_KEYS.keys()].join(', ')}, agent, tool or tag:KEY; not ${JSON.stringify(by)}`);
  const counted = (runs: Runs<'retries'>): Parameters<typeof runStatistics>[0] =>
    runs.map(({ row, facts }) => ({
      status: row.status,
      group: key.groupOf(row),
      seconds: row.duration_seconds,
      tokens: row.total_tokens,
      costUsd: row.estimated_cost_usd,
      retries: facts,
    }));
  return {
    kind: 'retries',
    column: key.column,
    unit: 'runs',
    rows: (runs) => runStatistics(counted(runs), by === 'day'),
    total: (runs) => ofRuns('', counted(runs)),
  };
}

/** From when on, and from when on the period of the same length before. Null without --since. */
function periodOf(input: Input): { since: string; before: string } | null {
  const text = input.text('since');
  if (text === undefined) return null;
  const since = parseTime(text, '--since');
  const until = input.text('until');
  const end = until === undefined ? nowMicros() : parseTime(until, '--until');
  const before = since - Math.max(0, end - since);
  return {
    since: formatInstant(since),
    before: formatInstant(Math.max(before, parseInstant('1000-01-01T00:00:00Z') as number)),
  };
}

function textOf(
  input: Input,
  { column, unit }: Pick<Question<Kind>, 'column' | 'unit'>,
  rows: StatsRow[],
  total: StatsRow,
): string {
  const { env, isColorless } = input.context;
  const paint = painter(isColorless, env);
  const { lines, left } = tableOf(statsColumns(rows, total, column, unit), screenWidth(env));
  const [titles = '', ...body] = lines;
  const painted = [paint.faint(titles), ...body.slice(0, -1), paint.bold(body.at(-1) ?? '')];
  const more = left.length === 0 ? [] : [paint.faint(`wider, or --json: ${left.join(', ').toLowerCase()}`)];
  return [...painted, ...more].map((line) => `${line}\n`).join('');
}
