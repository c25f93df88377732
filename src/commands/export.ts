// runlog export log|trace|record|steps|json: a run in the formats of other tools.
import tty from 'node:tty';
import { logPieces } from '../formats/design-log.js';
import { logBlocks } from '../formats/log-events.js';
import { recordPieces } from '../formats/record.js';
import { lineRunId, rowObject, runRow, stepLines, stepRows } from '../formats/step-rows.js';
import { encodeTrace } from '../formats/trace.js';
import { damageText } from '../formats/run-json.js';
import { toVisibleJson } from '../formats/visible-text.js';
import type { Damage } from '../journal/line.js';
import { readEvents } from '../runs/open-run.js';
import { readRun, vantage } from '../runs/verdict.js';
import { traceOf } from '../views/trace.js';
import { namedRun, startProver } from './reading.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { priceCalls, pricesOf } from '../runs/pricing.js';
import { summaryObject } from './summary.js';
import { jsonText, print, remark, warn, type Input } from './input.js';

export function exportLog(input: Input): void {
  const damage: Damage[] = [];
  const runId = namedRun(input);
  const out = new Output();
  let isEmpty = true;
  for (const piece of logPieces(logBlocks(readEvents(input.store, runId, damage, { withBlobs: true })))) {
    isEmpty = false;
    if (!out.write(piece)) break;
  }
  out.end();
  if (isEmpty) remark(input.context, `${runId} has no actions`);
  complain(damage);
}

export function exportTrace(input: Input): void {
  const { state, damage } = readRun(input.store, namedRun(input), vantage(), startProver);
  print(encodeTrace(traceOf(state)));
  complain(damage);
}

/** In a file or a pipe the bytes are those of the format; a terminal gets what JSON leaves raw escaped. */
export function exportRecord(input: Input): void {
  const damage: Damage[] = [];
  const runId = namedRun(input);
  const { state, damage: foundBefore } = readRun(input.store, runId, vantage(), startProver);
  const out = new Output();
  const write = tty.isatty(1)
    ? (piece: string) => out.write(toVisibleJson(piece))
    : (piece: string) => out.write(piece);
  for (const piece of recordPieces(state, readEvents(input.store, runId, damage, { withBlobs: true })))
    if (!write(piece)) break;
  out.end();
  if (state.items.count === 0) remark(input.context, `${runId} has no items`);
  // Without items nothing was read a second time.
  complain(state.items.count === 0 ? foundBefore : damage);
}

/** Lines; with --json the rows of a steps table and of its run. */
export function exportSteps(input: Input): void {
  const runId = namedRun(input);
  const { state } = readRun(input.store, runId, vantage(), startProver);
  const sourceId = lineRunId(runId, state);
  const damage: Damage[] = [];
  const events = readEvents(input.store, runId, damage, { withBlobs: true });
  const out = new Output();
  let count = 0;
  if (input.context.isJson) {
    out.write(`{"run":${jsonText(runRow(sourceId, state))},"steps":[`);
    for (const row of stepRows(events)) {
      out.write(`${count === 0 ? '\n' : ',\n'}${jsonText(rowObject(row, sourceId, state))}`);
      count += 1;
    }
    out.write(']}\n');
  } else
    for (const line of stepLines(events, sourceId)) {
      count += 1;
      if (!out.write(`${line}\n`)) break;
    }
  out.end();
  if (count === 0) remark(input.context, `${runId} has no steps`);
  complain(damage);
}

/** All that is known of a run in one document: what `summary --json` says, and every event. */
export async function exportJson(input: Input): Promise<void> {
  const runId = namedRun(input);
  const reading = readRun(input.store, runId, vantage(), startProver);
  await priceCalls(reading.state, pricesOf(input.store, loadPriceLists));
  const damage: Damage[] = [];
  const out = new Output();
  // The events come last: they may be many, and are written one by one.
  const head = jsonText(summaryObject(input, reading));
  out.write(`${head.slice(0, -1)},"events":[`);
  let separator = '\n';
  for (const event of readEvents(input.store, runId, damage, { withBlobs: true })) {
    out.write(`${separator}${jsonText(event)}`);
    separator = ',\n';
  }
  out.write(']}\n');
  out.end();
  complain(damage);
}

/** Many short texts to stdout, some of them at a time. */
class Output {
  #texts: string[] = [];
  #length = 0;

  #isRead = true;

  /** Gives false where nobody reads any more. */
  write(text: string): boolean {
    this.#texts.push(text);
    this.#length += text.length;
    if (this.#length > 256 * 1024) this.end();
    return this.#isRead;
  }

  end(): void {
    if (this.#length > 0) this.#isRead = print(this.#texts.join(''));
    this.#texts = [];
    this.#length = 0;
  }
}

function complain(damage: readonly Damage[]): void {
  if (damage.length === 0) return;
  for (const found of damage) warn(damageText(found));
  process.exitCode = 3;
}
