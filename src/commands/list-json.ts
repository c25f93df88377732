// runlog list: which runs fit, and the answer for programs. It reaches no third-party code, so that the direct way may take it.
import { runObject } from '../formats/run-json.js';
import { listRuns, type RunList } from '../runs/list-runs.js';
import { isPinned } from '../runs/pin.js';
import { answer, remark, warn, type Input } from './input.js';
import { runFilter } from './run-filter.js';

/** How many damaged runs are named. */
const DAMAGED_SHOWN = 3;

/** `list --json`; false, and nothing said, where a price list or the runs themselves are to be asked first. */
export function listJson(input: Input): boolean {
  if (['sort', 'grep', 'columns', 'watch'].some((name) => input.text(name) !== undefined || input.has(name)))
    return false;
  const list = findRuns(input);
  if (list.runs.some(({ reading }) => (reading?.state.tokens.unpricedCalls ?? 0) > 0)) return false;
  answerRuns(input, list, () => '');
  return true;
}

function findRuns(input: Input): RunList {
  return listRuns(input.store, runFilter(input), input.count('limit') ?? Infinity);
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
