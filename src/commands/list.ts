// runlog list: the runs of a store, newest first.
import { moneyText, shortDuration } from '../formats/quantities.js';
import { statusTone } from '../formats/report.js';
import { runObject } from '../formats/run-json.js';
import { toVisibleLine } from '../formats/visible-text.js';
import { formatInstant } from '../events/instant.js';
import { isPinned } from '../runs/pin.js';
import { priceCalls, pricesOf } from '../runs/pricing.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { readAllRuns } from '../runs/store.js';
import { vantage, type RunReading } from '../runs/verdict.js';
import { painter } from '../terminal/colors.js';
import { alignColumns } from '../terminal/columns.js';
import { localTime } from '../terminal/screen.js';
import { countOutcomes } from '../views/outcome.js';
import { durationSeconds, startTime } from '../views/run.js';
import { answer, remark, usage, warn, type Input } from './input.js';
import { parseTime } from './values.js';

const STATUSES = ['running', 'stale', 'completed', 'failed', 'partial', 'interrupted', 'cancelled'];
/** How many damaged runs are named. */
const DAMAGED_SHOWN = 3;
const FAILED = new Set(['failed', 'partial', 'interrupted']);

export async function list(input: Input): Promise<void> {
  const fits = filterOf(input);
  const readings: RunReading[] = [];
  const damaged: string[] = [];
  for (const reading of readAllRuns(input.store, vantage())) {
    if (reading.damage.length > 0) damaged.push(reading.runId);
    if (fits(reading)) readings.push(reading);
  }
  readings.sort(
    (a, b) => (startTime(b.state) ?? '').localeCompare(startTime(a.state) ?? '') || (a.runId < b.runId ? 1 : -1),
  );
  const shown = readings.slice(0, input.count('limit') ?? readings.length);
  const loadPricer = pricesOf(input.store, loadPriceLists);
  for (const { state } of shown) await priceCalls(state, loadPricer);
  const runs = shown.map(({ runId, status, state }) => runObject(runId, status, state, isPinned(input.store, runId)));
  answer(input.context, { runs }, input.context.isJson ? '' : tableOf(input, shown));
  if (shown.length === 0)
    remark(input.context, `no runs${readings.length === 0 ? ` that fit in ${input.store.dir}` : ''}`);
  if (damaged.length > 0) {
    warn(
      `${damaged.length === 1 ? 'one run is' : `${damaged.length} runs are`} damaged: ${someOf(damaged)}; runlog verify says where`,
    );
    process.exitCode = 3;
  }
}

function someOf(runIds: readonly string[]): string {
  const rest = runIds.length - DAMAGED_SHOWN;
  return runIds.slice(0, DAMAGED_SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function filterOf(input: Input): (reading: RunReading) => boolean {
  const statuses = input.list('status');
  for (const status of statuses)
    if (!STATUSES.includes(status)) throw usage(`--status takes ${STATUSES.join(', ')}; not ${JSON.stringify(status)}`);
  const [since, until] = ['since', 'until'].map((name) => {
    const text = input.text(name);
    return text === undefined ? undefined : formatInstant(parseTime(text, `--${name}`));
  });
  const [project, model, intent] = [input.text('project'), input.text('model'), input.text('intent')];
  const tags = Object.entries(input.pairs('tag'));
  return ({ status, state }) => {
    const { started } = state;
    const begin = startTime(state) ?? '';
    return (
      (statuses.length === 0 || statuses.includes(status)) &&
      (!input.has('failed') || FAILED.has(status)) &&
      (since === undefined || begin >= since) &&
      (until === undefined || begin < until) &&
      (project === undefined || started?.project === project) &&
      (model === undefined || started?.llm?.model === model) &&
      (intent === undefined || started?.intent_type === intent) &&
      tags.every(([key, value]) => started?.tags?.[key] === value)
    );
  };
}

function tableOf(input: Input, readings: readonly RunReading[]): string {
  if (readings.length === 0) return '';
  const { env, isColorless } = input.context;
  const paint = painter(isColorless, env);
  // The id comes last: it is the one column that must never be cut, and the one whose length nobody knows.
  const rows = readings.map(({ runId, status, state }) => {
    const { steps, failedSteps } = countOutcomes(state);
    const begin = startTime(state);
    const work = steps === 0 ? '' : failedSteps === 0 ? String(steps) : `${steps}, ${failedSteps} bad`;
    const id = toVisibleLine(runId) + (isPinned(input.store, runId) ? ' (pinned)' : '');
    return [
      status,
      begin === null ? '-' : localTime(begin).slice(0, 16),
      shortDuration(durationSeconds(state)),
      work,
      state.tokens.costUsd === null ? '' : moneyText(state.tokens.costUsd),
      id,
    ];
  });
  const titleOf = (column: number, title: string): string => (rows.some((row) => row[column] !== '') ? title : '');
  const lines = alignColumns(
    [['STATUS', 'STARTED', 'TOOK', titleOf(3, 'STEPS'), titleOf(4, 'COST'), 'RUN'], ...rows],
    Infinity,
    5,
  );
  return lines
    .flat()
    .map((line, index) =>
      index === 0 ? paint.faint(line) : paint.paint(statusTone(readings[index - 1]?.status ?? ''), line),
    )
    .map((line) => `${line}\n`)
    .join('');
}
