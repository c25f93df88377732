// runlog tail: the last events of a run, a line each; -f waits for more until the run has ended.
import { setTimeout as wait } from 'node:timers/promises';
import type { RunlogEvent } from '../events/vocabulary.js';
import { eventLine } from '../formats/event-line.js';
import { toVisibleLine } from '../formats/visible-text.js';
import type { Damage } from '../journal/line.js';
import { listRuns } from '../runs/list-runs.js';
import { readEvents } from '../runs/open-run.js';
import { readRun, vantage } from '../runs/verdict.js';
import { painter, type Painter } from '../terminal/colors.js';
import { cutTo } from '../terminal/columns.js';
import { localTime, cuttingWidth } from '../terminal/screen.js';
import { grepOf } from './finding.js';
import { namedRun } from './reading.js';
import { jsonText, say, usage, writeAll, type Input } from './input.js';

const POLL_MS = 200;
/** Whether the owner still lives is asked less often than whether there is more to read. */
const LIFE_EVERY_POLLS = 10;
/** Events that are kept beyond those to be shown, before some are let go. */
const KEPT_MORE = 1000;

export async function tail(input: Input): Promise<void> {
  const lines = input.count('lines') ?? 10;
  const fits = filterOf(input);
  const paint = painter(input.context.isColorless, input.context.env);
  if (input.has('all')) {
    tailAll(input, lines, fits, paint);
    return;
  }
  const runId = namedRun(input);
  const damage: Damage[] = [];
  // Read once: an event that came between two readings would be taken for one that was shown.
  const seen = new Set<string>();
  let last: RunlogEvent[] = [];
  for (const event of readEvents(input.store, runId, damage)) {
    if (input.has('follow')) seen.add(event.id);
    if (lines > 0 && fits(event)) last.push(event);
    if (last.length >= 2 * lines + KEPT_MORE) last = last.slice(-lines);
  }
  for (const event of lines === 0 ? [] : last.slice(-lines)) if (!printEvent(input, paint, event)) return;
  if (!input.has('follow')) {
    if (damage.length > 0) process.exitCode = 3;
    return;
  }
  for (let polls = 1; ; polls += 1) {
    let hasEnded = false;
    for (const event of readEvents(input.store, runId, [])) {
      if (event.type === 'run.ended') hasEnded = true;
      if (seen.has(event.id)) continue;
      seen.add(event.id);
      if (fits(event) && !printEvent(input, paint, event)) return;
    }
    if (hasEnded) return;
    if (polls % LIFE_EVERY_POLLS === 0) {
      const { status, reason } = readRun(input.store, runId, vantage());
      if (status !== 'running') {
        say(`${runId} is ${status}: ${toVisibleLine(reason ?? '')}\n`);
        return;
      }
    }
    await wait(POLL_MS);
  }
}

/** The last events of all runs together, those of the latest run last. Runs are read from the latest on, until there are enough. */
function tailAll(input: Input, lines: number, fits: (event: RunlogEvent) => boolean, paint: Painter): void {
  if (input.has('follow') || input.args.length > 0) throw usage('--all takes neither a run nor --follow');
  const { store } = input;
  const found: { runId: string; event: RunlogEvent }[] = [];
  const damage: Damage[] = [];
  const runIds = listRuns(store, () => true, Infinity).runs.map(({ row }) => row.run_id);
  for (const runId of runIds) {
    if (found.length >= lines) break;
    let last: RunlogEvent[] = [];
    for (const event of readEvents(store, runId, damage)) {
      if (fits(event)) last.push(event);
      if (last.length >= 2 * lines + KEPT_MORE) last = last.slice(-lines);
    }
    found.unshift(...last.slice(-(lines - found.length)).map((event) => ({ runId, event })));
  }
  let before = '';
  for (const { runId, event } of found) {
    if (input.context.isJson) {
      if (!writeAll(1, Buffer.from(`${jsonText({ run_id: runId, ...event })}\n`))) return;
      continue;
    }
    if (
      runId !== before &&
      !writeAll(1, Buffer.from(`${before === '' ? '' : '\n'}${paint.bold(toVisibleLine(runId))}\n`))
    )
      return;
    before = runId;
    if (!printEvent(input, paint, event)) return;
  }
  if (damage.length > 0) process.exitCode = 3;
}

function filterOf(input: Input): (event: RunlogEvent) => boolean {
  const types = input.list('type');
  const greps = grepOf(input);
  return (event) => (types.length === 0 || types.includes(event.type)) && (greps === null || greps(event));
}

/** False where nobody reads any more. */
function printEvent(input: Input, paint: Painter, event: RunlogEvent): boolean {
  const { env, isJson } = input.context;
  if (isJson) return writeAll(1, Buffer.from(`${jsonText(event)}\n`));
  const time = localTime(event.at);
  const line = cutTo(eventLine(event), cuttingWidth(env) - time.length - 2);
  return writeAll(1, Buffer.from(`${paint.faint(time)}  ${line}\n`));
}
