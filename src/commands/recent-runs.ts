// What a bare `runlog` says of the store: its last runs, and what to do about them.
import type { RunRow } from '../formats/run-json.js';
import { shellWord } from '../formats/shell-words.js';
import { toVisibleLine } from '../formats/visible-text.js';
import { listRuns, type ListedRun } from '../runs/list-runs.js';
import { painter } from '../terminal/colors.js';
import { alignColumns } from '../terminal/columns.js';
import { screenWidth } from '../terminal/screen.js';
import type { Input } from './input.js';
import { warnOfDamage } from './list-json.js';
import { priceRuns, runLines } from './list.js';

/** Few enough that what to do about them stands on the same screen. */
const SHOWN = 5;
const INDENT = '  ';
const FAILED: ReadonlySet<string> = new Set(['failed', 'partial', 'interrupted', 'stale']);

/** The last runs as `list` has them, and what to type next; null where the store has none. */
export async function recentRuns(input: Input): Promise<string | null> {
  const { context, store } = input;
  const found = listRuns(store, () => true, SHOWN);
  if (found.runs.length === 0 && found.damaged.length === 0) return null;
  await priceRuns(input, found.runs);
  warnOfDamage(found.damaged);
  const rows = found.runs.map(({ row }) => row);
  const program = context.dir === undefined ? 'runlog' : `runlog --dir ${shellWord(context.dir)}`;
  const steps = nextSteps(found.runs).map(([command, what]) => [toVisibleLine(`${program} ${command}`), what]);
  const paint = painter(context.isColorless, context.env);
  return [
    paint.bold(`The last runs in ${toVisibleLine(store.dir)}:`),
    ...runLines(input, rows, null, screenWidth(context.env) - INDENT.length).map((line) => INDENT + line),
    '',
    paint.bold('Next:'),
    ...alignColumns(steps, Infinity, 1).map((lines) => INDENT + lines.join('')),
    '',
  ].join('\n');
}

/** Commands and what each is for: the worst news first. */
function nextSteps(runs: readonly ListedRun[]): [command: string, what: string][] {
  const newest = (fits: (row: RunRow) => boolean): RunRow | undefined => runs.map(({ row }) => row).find(fits);
  const steps: [string, string][] = [];
  const bad = newest(({ status }) => FAILED.has(status));
  if (bad !== undefined) steps.push([`summary ${bad.run_id}`, `why it is ${bad.status}`]);
  if (bad !== undefined && newest((row) => row.status === 'completed' && isLike(row, bad)) !== undefined)
    steps.push([`compare --last-good ${bad.run_id}`, 'what is new since it last went well']);
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

/** Whether `compare --last-good` would take one for the other's: of the same intent, else of the same project. */
function isLike(row: RunRow, { intent_type: intent, project_id: project }: RunRow): boolean {
  return intent === null ? project !== null && row.project_id === project : row.intent_type === intent;
}
