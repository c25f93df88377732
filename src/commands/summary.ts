// runlog summary: what happened in a run. Exit status 3 where part of it could not be read.
import {
  damageRow,
  damageText,
  errorObjects,
  issueObjects,
  metricObjects,
  runObject,
  runRow,
} from '../formats/run-json.js';
import { traceObject } from '../formats/trace.js';
import { isPinned } from '../runs/pin.js';
import { priceCalls, pricesOf } from '../runs/pricing.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { readRun, vantage, type RunReading } from '../runs/verdict.js';
import { traceOf } from '../views/trace.js';
import { namedRun, startProver } from './reading.js';
import { answer, warn, type Input } from './input.js';

export async function summary(input: Input): Promise<void> {
  const format = input.choice('format', ['text', 'markdown', 'trace']) ?? 'text';
  const runId = namedRun(input);
  const reading = readRun(input.store, runId, vantage(), startProver);
  const { state, damage } = reading;
  await priceCalls(state, pricesOf(input.store, loadPriceLists));
  const json = summaryObject(input, reading);
  // For people alone: to know how wide any text is takes longer to load than a short run to read.
  const text = input.context.isJson ? '' : (await import('./summary-text.js')).summaryText(input, reading, format);
  answer(input.context, json, text);
  if (damage.length === 0) return;
  for (const found of damage) warn(damageText(found));
  process.exitCode = 3;
}

/** The shape of `summary --json`. */
export function summaryObject({ store }: Input, { runId, state, status, damage }: RunReading): Record<string, unknown> {
  return {
    run: runObject(runRow(runId, status, state), isPinned(store, runId)),
    trace: traceObject(traceOf(state)),
    actions: state.actions.count,
    issues: issueObjects(state),
    metrics: metricObjects(state),
    errors: errorObjects(state),
    damage: damage.map(damageRow),
  };
}
