// What a bare `runlog` says of the store: its last runs, and what to do about them.
import type { RunRow } from '../formats/run-json.js';
import { shellWord } from '../formats/shell-words.js';
import { toVisibleLine } from '../formats/visible-text.js';
import type { ListedRun } from '../runs/list-runs.js';
import { painter } from '../terminal/colors.js';
import { alignColumns } from '../terminal/columns.js';
import { Input } from './input.js';
import { findRuns, warnOfDamage } from './list-json.js';
import { priceRuns, tableOf } from './list.js';

/** Few enough that what to do about them stands on the same screen. */
const SHOWN = '5';
const FAILED: ReadonlySet<string> = new Set(['failed', 'partial', 'interrupted', 'stale']);

/** The last runs as `list` has them, and what to type next; null where the store has none. */
export async function recentRuns({ context }: Input): Promise<string | null> {
  const input = new Input([], [['limit', SHOWN]], null, context);
  const found = findRuns(input);
  if (found.runs.length === 0 && found.damaged.length === 0) return null;
  await priceRuns(input, found.runs);
  warnOfDamage(found.damaged);
  const rows = found.runs.map(({ row }) => row);
  const program = context.dir === undefined ? 'runlog' : `runlog --dir ${shellWord(context.dir)}`;
  const steps = nextSteps(found.runs).map(([command, what]) => [toVisibleLine(`${program} ${command}`), what]);
  const paint = painter(context.isColorless, context.env);
  return [
    paint.bold(`The last runs in ${toVisibleLine(input.store.dir)}:`),
    tableOf(input, rows).trimEnd().replaceAll(/^/gm, '  '),
    '',
    paint.bold('Next:'),
    ...alignColumns(steps, Infinity, 1).map((lines) => `  ${lines.join('')}`),
    '',
  ].join('\n');
}

/** Commands and what each is for: the worst news first. */
function nextSteps(runs: readonly ListedRun[]): [command: string, what: string][] {
  const newest = (fits: (row: RunRow) => boolean): RunRow | undefined => runs.map(({ row }) => row).find(fits);
  const steps: [string, string][] = [];
  const bad = newest(({ status }) => FAILED.has(status));
  if (bad !== undefined) steps.push([`summary ${bad.run_id}`, `why it is ${bad.status}`]);
  const hasDied = runs.some(
    ({ row, reading }) => row.status === 'interrupted' && reading !== null && reading.judgement !== null,
  );
  if (hasDied) steps.push(['finalize', 'end what has died']);
  const live = newest(({ status }) => status === 'running');
  if (live !== undefined) steps.push([`tail -f ${live.run_id}`, 'watch it']);
  if (bad === undefined && live === undefined) steps.push(['summary', 'what the last one did']);
  if (bad !== undefined) steps.push(['list --failed', 'all that ended badly']);
  return steps;
}
