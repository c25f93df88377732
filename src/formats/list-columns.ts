// The columns that `runlog list` can show of a run, and what it can sort by. tableOf of the terminal room draws them.
import { parseInstant } from '../events/instant.js';
import { hasSucceeded } from '../views/statistics.js';
import type { Column } from './columns.js';
import { ageText, countText, moneyText, shortDuration } from './quantities.js';
import type { RunRow } from './run-json.js';
import { outcomeStrip } from './strip.js';
import { toVisibleLine } from './visible-text.js';

/** What a cell is made with. */
export interface Surroundings {
  nowMicros: number;
  /** `YYYY-MM-DD HH:MM:SS` in the reader's zone. */
  showTime: (instant: string) => string;
  isPinned: (runId: string) => boolean;
}

type SortValue = string | number | null;

interface Definition {
  title: string;
  rank: number;
  isText?: boolean;
  cell: (row: RunRow, around: Surroundings) => string;
  sort: (row: RunRow) => SortValue;
}

const text = (title: string, rank: number, of: (row: RunRow) => string | null): Definition => ({
  title,
  rank,
  isText: true,
  cell: (row) => toVisibleLine(of(row) ?? ''),
  sort: of,
});

export type ColumnName =
  | ('status' | 'age' | 'started' | 'ended' | 'took' | 'steps' | 'failed' | 'errors' | 'tokens' | 'cost')
  | ('intent' | 'project' | 'model' | 'mode' | 'tags' | 'run');

const DEFINITIONS: Record<ColumnName, Definition> = {
  status: text('STATUS', 0, (row) => row.status),
  age: {
    title: 'STARTED',
    rank: 2,
    isText: true,
    cell: ({ start_time: at }, { nowMicros }) =>
      at === null ? '-' : ageText((nowMicros - (parseInstant(at) as number)) / 1e6),
    // The youngest first, as the latest start.
    sort: (row) => row.start_time,
  },
  started: {
    title: 'STARTED AT',
    rank: 2,
    isText: true,
    cell: ({ start_time: at }, { showTime }) => (at === null ? '-' : showTime(at).slice(0, 16)),
    sort: (row) => row.start_time,
  },
  ended: {
    title: 'ENDED AT',
    rank: 6,
    isText: true,
    cell: ({ end_time: at }, { showTime }) => (at === null ? '-' : showTime(at).slice(0, 16)),
    sort: (row) => row.end_time,
  },
  took: {
    title: 'TOOK',
    rank: 3,
    cell: (row) => shortDuration(row.duration_seconds),
    sort: (row) => row.duration_seconds,
  },
  steps: {
    title: 'STEPS',
    rank: 5,
    isText: true,
    cell: ({ total_steps: steps, failed_steps: bad }) =>
      steps === 0 ? '' : bad === 0 ? String(steps) : `${steps}, ${bad} bad`,
    sort: (row) => row.total_steps,
  },
  failed: {
    title: 'BAD STEPS',
    rank: 6,
    cell: (row) => countText(row.failed_steps),
    sort: (row) => row.failed_steps,
  },
  errors: { title: 'ERRORS', rank: 6, cell: (row) => countText(row.total_errors), sort: (row) => row.total_errors },
  tokens: { title: 'TOKENS', rank: 7, cell: (row) => countText(row.total_tokens), sort: (row) => row.total_tokens },
  cost: {
    title: 'COST',
    rank: 4,
    cell: (row) => (row.estimated_cost_usd === null ? '' : moneyText(row.estimated_cost_usd)),
    sort: (row) => row.estimated_cost_usd,
  },
  intent: text('INTENT', 6, (row) => row.intent_type),
  project: text('PROJECT', 7, (row) => row.project_id),
  model: text('MODEL', 8, (row) => row.llm.model),
  mode: text('MODE', 8, (row) => row.execution_mode),
  tags: text('TAGS', 9, ({ tags }) =>
    Object.entries(tags)
      .map(([key, value]) => `${key}=${value}`)
      .join(' '),
  ),
  run: {
    title: 'RUN',
    rank: 0,
    isText: true,
    cell: ({ run_id: id }, { isPinned }) => toVisibleLine(id) + (isPinned(id) ? ' (pinned)' : ''),
    sort: (row) => row.run_id,
  },
};

export const COLUMN_NAMES: readonly ColumnName[] = Object.keys(DEFINITIONS) as ColumnName[];
/** The id comes last: it is the one column that must never be cut, and the one whose length nobody knows. */
export const USUAL_COLUMNS: readonly ColumnName[] = [
  'status',
  'age',
  'took',
  'steps',
  'cost',
  'intent',
  'model',
  'run',
];

/** Columns that somebody named are all shown; of the usual ones those that are empty are not. */
export function listColumns(
  rows: readonly RunRow[],
  names: readonly ColumnName[],
  isNamed: boolean,
  around: Surroundings,
): Column[] {
  return names
    .map((name): Column => {
      const { title, rank, cell, isText } = DEFINITIONS[name];
      return { title, rank: isNamed ? 0 : rank, isLeft: isText === true, cells: rows.map((row) => cell(row, around)) };
    })
    .filter(({ cells, title }) => isNamed || title === 'RUN' || cells.some((one) => one !== ''));
}

/** Text from A to Z, numbers and times from the largest or latest down, or the other way; what is unknown comes last. */
export function sortRows<Item>(
  items: readonly Item[],
  rowOf: (item: Item) => RunRow,
  name: ColumnName,
  direction: 'asc' | 'desc' | null,
): Item[] {
  const { sort } = DEFINITIONS[name];
  const isDown = direction === null ? !A_TO_Z.has(name) : direction === 'desc';
  return items.toSorted((one, other) => {
    const [a, b] = [sort(rowOf(one)), sort(rowOf(other))];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    const order = a < b ? -1 : a > b ? 1 : 0;
    return isDown ? -order : order;
  });
}

const A_TO_Z = new Set<ColumnName>(['status', 'intent', 'project', 'model', 'mode', 'tags', 'run']);

/** How many of the latest runs of an intent are in its strip. */
const STRIP_RUNS = 24;
const STRIPS = 6;

/** How the latest runs of each intent went, or of each project where no run has an intent; nothing where that tells nothing. */
export function outcomeColumns(rows: readonly RunRow[]): Column[] {
  const isByIntent = rows.some((row) => row.intent_type !== null);
  const groups = new Map<string, RunRow[]>();
  for (const row of rows) {
    const key = isByIntent ? row.intent_type : row.project_id;
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const shown = [...groups].sort(([, one], [, other]) => other.length - one.length).slice(0, STRIPS);
  if (!shown.some(([, own]) => own.length > 1)) return [];
  const outcomes = shown.map(([, own]) => own.slice(0, STRIP_RUNS).map(({ status }) => hasSucceeded(status)));
  return [
    {
      title: isByIntent ? 'INTENT' : 'PROJECT',
      rank: 0,
      isLeft: true,
      cells: shown.map(([key]) => toVisibleLine(key)),
    },
    { title: 'LATEST', rank: 1, isLeft: true, cells: outcomes.map((own) => outcomeStrip(own.toReversed())) },
    {
      title: 'SUCCEEDED',
      rank: 0,
      isLeft: true,
      cells: outcomes.map((own) => {
        const judged = own.filter((success) => success !== null);
        return judged.length === 0 ? '-' : `${judged.filter(Boolean).length} of ${judged.length}`;
      }),
    },
  ];
}
