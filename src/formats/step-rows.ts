// A run as step lines, and as the rows of a steps table. Both are made of the same events, in order.
import type { Json, Measure, RunlogEvent } from '../events/vocabulary.js';
import { timeOf } from '../events/times.js';
import { startTime, statusOf, traceId, type RunState } from '../views/run.js';
import { isRecord } from './draft.js';
import { insertingLine, methodIn, toLine, type StepRow } from './step-lines.js';
import { measureText } from './quantities.js';

/** A row of the steps table, before it gets its run. */
export interface Row {
  id: string;
  step: number;
  title: string;
  detail: string | null;
  metrics: Record<string, Measure> | null;
  at: string | null;
  /** The method that this step tries, where that shows in this row or in one of its step before. */
  method: string | null;
}

/** What one event says in this form: a row, a line that is no row, or nothing. `line`: as it stood in the source. */
type OwnRow = Omit<Row, 'method'>;
type Said = { row: OwnRow; line: string | null } | { row: null; line: string };

/** The lines of a run, each without its line feed. `runId`: the id by which its source knows it. */
export function* stepLines(events: Iterable<RunlogEvent>, runId: string): Generator<string> {
  for (const { row, line } of said(events, runId)) yield line ?? insertingLine(row as StepRow, runId);
}

export function* stepRows(events: Iterable<RunlogEvent>): Generator<Row> {
  const methods = new Map<number, string>();
  for (const { row } of said(events, '')) {
    if (row === null) continue;
    const method = methodIn(row.detail) ?? methods.get(row.step) ?? null;
    if (method !== null) methods.set(row.step, method);
    yield { ...row, method };
  }
}

/** An imported run says again what its lines said; one that was recorded here says what happened in it as such lines would. */
function* said(events: Iterable<RunlogEvent>, runId: string): Generator<Said> {
  let isImported = false;
  const measuring = new Measuring();
  for (const event of events) {
    if (event.type === 'run.started') isImported = event.source?.format === 'lines';
    // Measurements that follow each other are one row.
    if (event.type !== 'metric.measured') yield* measuring.flush();
    if (isDerived(event)) continue;
    if (event.type === 'step.noted') yield { row: noteRow(event), line: givenLine(event) };
    else if (event.type === 'metric.measured') yield* measuring.add(event);
    else if (event.type === 'text.kept' && isImported) yield { row: null, line: toLine(event.text) };
    else if (event.type === 'plan.made') for (const line of planLines(event, runId)) yield { row: null, line };
    else if (event.type === 'step.started') yield { row: startRow(event), line: null };
    else if (event.type === 'step.ended') {
      const row = endRow(event);
      if (row !== null) yield { row, line: null };
    } else if (event.type === 'error.raised' && event.step !== null && event.step !== undefined)
      yield { row: errorRow(event, event.step), line: null };
  }
  yield* measuring.flush();
}

function isDerived({ given }: RunlogEvent): boolean {
  return isRecord(given) && given['derived'] === true;
}

function givenLine({ given }: RunlogEvent): string | null {
  return isRecord(given) && typeof given['line'] === 'string' ? toLine(given['line']) : null;
}

function noteRow(event: RunlogEvent<'step.noted'>): OwnRow {
  const { id, step, title, detail = null, metrics = null } = event;
  return { id, step, title, detail: detail ?? metricsText(metrics), metrics, at: timeOf(event) };
}

function startRow(event: RunlogEvent<'step.started'>): OwnRow {
  const { id, step, agent, task, attempt } = event;
  const what = task === null || task === undefined ? '' : `, ${task}`;
  const detail = `attempt ${attempt ?? 1}: method=${agent}${what}`;
  return { id, step: step ?? 0, title: 'training', detail, metrics: null, at: timeOf(event) };
}

/** Success has no row of its own. */
function endRow(event: RunlogEvent<'step.ended'>): OwnRow | null {
  const { id, step, status, error } = event;
  if (status === 'SUCCESS') return null;
  return { id, step: step ?? 0, title: 'error', detail: error ?? status, metrics: null, at: timeOf(event) };
}

function errorRow(event: RunlogEvent<'error.raised'>, step: number): OwnRow {
  const { id, error_type: type, message } = event;
  return { id, step, title: 'error', detail: `${type}: ${message}`, metrics: null, at: timeOf(event) };
}

function planLines({ choice, rationale, backups }: RunlogEvent<'plan.made'>, runId: string): string[] {
  const methods = [choice, ...(backups ?? [])];
  return [
    `[worker][agent] EXECUTING agent plan for run ${runId}`,
    `[worker][agent] Plan choice: {'method': ${pythonText(choice)}}`,
    ...(rationale === null || rationale === undefined ? [] : [`[worker][agent] Plan rationale: ${toLine(rationale)}`]),
    `[worker][agent] Plan backups: ${methods.length - 1} backup methods`,
    `[worker][agent] Will attempt ${methods.length} methods: [${methods.map(pythonText).join(', ')}]`,
  ];
}

/** As Python prints a text. */
function pythonText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return toLine(`${quote}${escaped}${quote}`);
}

/** Measurements of one step that follow each other. */
class Measuring {
  #events: RunlogEvent<'metric.measured'>[] = [];

  *add(event: RunlogEvent<'metric.measured'>): Generator<Said> {
    if (this.#events.length > 0 && this.#events[0]?.step !== event.step) yield* this.flush();
    if (!isDerived(event)) this.#events.push(event);
  }

  *flush(): Generator<Said> {
    const [first] = this.#events;
    if (first === undefined) return;
    const row = {
      id: first.id,
      step: first.step ?? 0,
      title: 'metrics',
      detail: this.#events.map(measuredText).join('; '),
      metrics: Object.fromEntries(this.#events.map(({ name, value }) => [name, value])),
      at: timeOf(first),
    };
    this.#events = [];
    yield { row, line: null };
  }
}

/** `KS 0.32 > 0.1 (fail)`, `MIA 0.5 ≤ 0.6 (ok)`. */
function measuredText({ name, value, limit, direction, passed }: RunlogEvent<'metric.measured'>): string {
  const text = `${name} ${typeof value === 'number' ? String(value) : value}`;
  if (limit === null || limit === undefined) return text;
  const number = Number(value);
  const isMinimum = direction === 'min';
  const isKept = passed ?? (isMinimum ? number >= limit : number <= limit);
  const sign = isKept === isMinimum ? (isKept ? '≥' : '>') : isKept ? '≤' : '<';
  return `${text} ${sign} ${limit} (${isKept ? 'ok' : 'fail'})`;
}

function metricsText(metrics: Record<string, Measure> | null | undefined): string | null {
  if (metrics === null || metrics === undefined) return null;
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${measureText(value)}`)
    .join('; ');
}

/** A row of `run_steps`, with what the API of its system says of it. */
export function rowObject(row: Row, runId: string, { plan }: RunState): Record<string, Json> {
  const { method } = row;
  const isTraining = row.title === 'training';
  const isPlanned = row.title === 'planned';
  return {
    id: row.id,
    run_id: runId,
    step_no: row.step,
    title: row.title,
    detail: row.detail,
    metrics_json: row.metrics,
    created_at: row.at,
    is_agent_action: isPlanned || (isTraining && plan !== null),
    is_backup_attempt: isTraining && plan !== null && method !== null && method !== plan.choice,
    is_error: row.title === 'error',
    is_training: isTraining,
    is_metrics: row.title === 'metrics',
    is_planned: isPlanned,
    method,
  };
}

/** The row of `runs`. */
export function runRow(runId: string, state: RunState): Record<string, Json> {
  const { plan, started, ending } = state;
  const planObject =
    plan === null
      ? {}
      : {
          plan: {
            choice: { method: plan.choice },
            rationale: plan.rationale,
            backup: plan.backups.map((method) => ({ method })),
          },
        };
  return {
    id: runId,
    project_id: started?.project ?? null,
    method: plan?.choice ?? null,
    mode: started?.execution_mode ?? null,
    status: statusOf(state),
    started_at: startTime(state),
    finished_at: ending?.endedAt ?? null,
    config_json: planObject,
  };
}

/** The id by which step lines name a run: its source's own, where they came from such lines. */
export function lineRunId(runId: string, state: RunState): string {
  return state.started?.source?.format === 'lines' ? (traceId(state) ?? runId) : runId;
}
