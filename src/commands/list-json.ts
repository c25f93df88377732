// runlog list: which runs fit, and the answer for programs. It reaches no third-party code, so that the direct way may take it.
import { formatInstant } from '../events/instant.js';
import { runObject, type RunRow } from '../formats/run-json.js';
import { listRuns, type RunList } from '../runs/list-runs.js';
import { isPinned } from '../runs/pin.js';
import { answer, remark, usage, warn, type Input } from './input.js';
import { parseTime } from './values.js';

const STATUSES = ['running', 'stale', 'completed', 'failed', 'partial', 'interrupted', 'cancelled'];
/** How many damaged runs are named. */
const DAMAGED_SHOWN = 3;
const FAILED = new Set(['failed', 'partial', 'interrupted']);

/** `list --json`; false, and nothing said, where a price list is to be asked first. */
export function listJson(input: Input): boolean {
  const list = findRuns(input);
  if (list.runs.some(({ reading }) => (reading?.state.tokens.unpricedCalls ?? 0) > 0)) return false;
  answerRuns(input, list, () => '');
  return true;
}

export function findRuns(input: Input): RunList {
  return listRuns(input.store, filterOf(input), input.count('limit') ?? Infinity);
}

/** `textOf` gives the answer for people. */
export function answerRuns(input: Input, { runs, damaged, isAnyFitting }: RunList, textOf: () => string): void {
  const { context, store } = input;
  const objects = context.isJson ? runs.map(({ row }) => runObject(row, isPinned(store, row.run_id))) : [];
  answer(context, { runs: objects }, context.isJson ? '' : textOf());
  if (runs.length === 0) remark(context, `no runs${isAnyFitting ? '' : ` that fit in ${store.dir}`}`);
  warnOfDamage(damaged);
}

export function warnOfDamage(damaged: readonly string[]): void {
  if (damaged.length === 0) return;
  warn(
    `${damaged.length === 1 ? 'one run is' : `${damaged.length} runs are`} damaged: ${someOf(damaged)}; runlog verify says where`,
  );
  process.exitCode = 3;
}

function someOf(runIds: readonly string[]): string {
  const rest = runIds.length - DAMAGED_SHOWN;
  return runIds.slice(0, DAMAGED_SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function filterOf(input: Input): (row: RunRow) => boolean {
  const statuses = input.list('status');
  for (const status of statuses)
    if (!STATUSES.includes(status)) throw usage(`--status takes ${STATUSES.join(', ')}; not ${JSON.stringify(status)}`);
  const [since, until] = ['since', 'until'].map((name) => {
    const text = input.text(name);
    return text === undefined ? undefined : formatInstant(parseTime(text, `--${name}`));
  });
  const [project, model, intent] = [input.text('project'), input.text('model'), input.text('intent')];
  const tags = Object.entries(input.pairs('tag'));
  return (row) => {
    const begin = row.start_time ?? '';
    return (
      (statuses.length === 0 || statuses.includes(row.status)) &&
      (!input.has('failed') || FAILED.has(row.status)) &&
      (since === undefined || begin >= since) &&
      (until === undefined || begin < until) &&
      (project === undefined || row.project_id === project) &&
      (model === undefined || row.llm.model === model) &&
      (intent === undefined || row.intent_type === intent) &&
      tags.every(([key, value]) => row.tags[key] === value)
    );
  };
}
