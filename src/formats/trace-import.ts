// Execution traces become runs: one, a list of them, or one a line.
import { RunlogError } from '../events/errors.js';
import { FORMAT_VERSION, type Json, type RunlogEvent } from '../events/vocabulary.js';
import { foldRun } from '../views/run.js';
import { traceOf } from '../views/trace.js';
import { formatCivil, parseTime } from './civil-time.js';
import {
  isRecord,
  notGivenBack,
  shown,
  type DraftEvent,
  type DraftRun,
  type ImportContext,
  type ImportFormat,
  type Pass,
  type Remark,
} from './draft.js';
import { JsonSplitter, parseJson, type JsonPart } from './json-splitter.js';
import { LineSplitter } from './line-splitter.js';
import { traceObject } from './trace.js';

export const TRACE_FORMAT: ImportFormat = { name: 'trace', survey, read };

const STATUSES: Readonly<Record<string, 'completed' | 'partial' | 'failed'>> = {
  SUCCESS: 'completed',
  PARTIAL: 'partial',
  FAILED: 'failed',
};
const STEP_ENDS = new Set(['SUCCESS', 'FAIL', 'BLOCKED']);

function survey(context: ImportContext): Pass<DraftRun[]> {
  const runs: DraftRun[] = [];
  let fault: string | null = null;
  const walk = walkTraces(
    (trace) => {
      const hash = context.newHash();
      hash.update(JSON.stringify(trace));
      runs.push({ ...draftOf(trace, context, () => undefined).run, sha256: hash.digest() });
    },
    (remark) => (fault ??= remark.where === '' ? remark.message : `${remark.where}: ${remark.message}`),
  );
  return {
    push: walk.push,
    end() {
      walk.end();
      if (runs.length === 0)
        throw new RunlogError('invalid_input', fault ?? 'it holds no trace', {
          hint: 'A trace is an object with trace_id and steps; docs/import.md has its keys.',
        });
      return runs;
    },
  };
}

function read(
  context: ImportContext,
  _runs: readonly DraftRun[],
  emit: (run: number, event: DraftEvent) => void,
  remark: (remark: Remark) => void,
): Pass<void> {
  let run = 0;
  return walkTraces((trace, line) => {
    const say = ({ where, ...rest }: Remark): void => remark({ where: `line ${line}, ${where}`, ...rest });
    for (const event of draftOf(trace, context, say).events) emit(run, event);
    run += 1;
  }, remark);
}

/** Every object that is a trace; all else is a loss. */
function walkTraces(
  onTrace: (trace: Record<string, Json>, line: number) => void,
  remark: (remark: Remark) => void,
): Pass<void> {
  const lose = (where: string, message: string): void => remark({ where, message, isLoss: true });
  const onPart = ({ text, line }: JsonPart): void => {
    const parsed = parseJson(text, line);
    if ('fault' in parsed) lose('', parsed.fault);
    else if (!isRecord(parsed.value) || !('trace_id' in parsed.value || Array.isArray(parsed.value['steps'])))
      lose(`line ${line}`, 'no trace: an object with trace_id and steps is wanted');
    else onTrace(parsed.value, line);
  };
  const splitter = new JsonSplitter(null, onPart);
  const lines = new LineSplitter((text, line) => {
    if (text.trim() !== '') onPart({ text: text.trim(), index: 0, line });
  });
  let head: string | null = '';
  let isByLine = false;
  const give = (text: string): void => (isByLine ? lines.push(text) : splitter.push(text));
  return {
    push(text) {
      if (head === null) return give(text);
      head += text;
      const first = firstLine(head);
      if (first === null) return;
      isByLine = isWholeObject(first);
      give(head);
      head = null;
    },
    end() {
      if (head !== null) give(head);
      lines.end();
      const { isTruncated, line } = splitter.end();
      if (isTruncated) lose(`line ${line}`, 'the JSON ends in the middle; what begins there was not read');
    },
  };
}

/** The first line that holds something; null while its end has not come. */
function firstLine(text: string): string | null {
  return /^\s*(\S.*)\n/.exec(text)?.[1] ?? null;
}

/** One object a line: then a bad line cannot take its neighbours with it. */
function isWholeObject(line: string): boolean {
  const parsed = parseJson(line, 1);
  return 'value' in parsed && isRecord(parsed.value);
}

/** Times without a zone are UTC: that is how traces are written. */
const UTC = (): number => 0;

function draftOf(
  trace: Record<string, Json>,
  context: ImportContext,
  remark: (remark: Remark) => void,
): { run: DraftRun; events: DraftEvent[] } {
  const trigger = isRecord(trace['trigger']) ? trace['trigger'] : {};
  const steps = Array.isArray(trace['steps']) ? trace['steps'] : [];
  if (!Array.isArray(trace['steps']))
    remark({ where: '/steps', message: `a list is wanted, not ${shown(trace['steps'])}`, isLoss: false });
  const startedAt = timeAt(trace, 'started_at', '', remark);
  const triggeredAt = timeAt(trigger, 'timestamp', '/trigger', remark);
  const at = startedAt ?? triggeredAt ?? firstTime(steps) ?? context.now;
  const intent = textOf(trace['intent_type']) ?? textOf(trigger['intent_type']);
  const start: DraftRun['start'] = {
    at,
    ...(startedAt === null ? { untimed: true } : {}),
    trace_id: textOf(trace['trace_id']),
    trigger: {
      source: textOf(trigger['source']),
      issue_key: textOf(trigger['issue_key']),
      issue_status: textOf(trigger['issue_status']),
    },
    triggered_at: triggeredAt,
    intent_type: intent,
    utc_offset_minutes: 0,
  };
  const events = eventsOf(trace, steps, at, remark);
  keepRest(trace, steps, start, events);
  const localTime =
    startedAt === null && triggeredAt === null ? null : formatCivil(at, 0).slice(0, 19).replace('T', ' ');
  const name = localTime === null ? (textOf(trace['trace_id']) ?? context.name) : (intent ?? 'trace');
  return { run: { runId: null, localTime, name, start, sha256: null }, events };
}

function eventsOf(
  trace: Record<string, Json>,
  steps: Json[],
  startedAt: string,
  remark: (remark: Remark) => void,
): DraftEvent[] {
  const events: DraftEvent[] = [];
  const plan = textOf(trace['execution_plan_summary']);
  if (plan !== null) events.push({ type: 'plan.made', at: startedAt, choice: plan });
  let at = startedAt;
  const numbers = new Set<number>();
  for (const [index, step] of steps.entries()) {
    const where = `/steps/${index}`;
    if (!isRecord(step)) {
      remark({ where, message: 'a step that is no object was kept as text', isLoss: true });
      events.push({ type: 'text.kept', at, untimed: true, text: JSON.stringify(step) });
      continue;
    }
    const own = stepEvents(step, index, at, where, remark);
    for (const event of own) {
      if (event.type === 'step.started' && event.step !== null && event.step !== undefined) {
        if (numbers.has(event.step)) remark({ where, message: `step number ${event.step} comes twice`, isLoss: false });
        numbers.add(event.step);
      }
      at = event.at;
    }
    events.push(...own);
  }
  events.push(...endOf(trace, at, remark));
  return events;
}

function stepEvents(
  step: Record<string, Json>,
  index: number,
  before: string,
  where: string,
  remark: (remark: Remark) => void,
): DraftEvent[] {
  const number = countOf(step['step_number']);
  if (number === null || typeof step['step_number'] !== 'number')
    remark({
      where: `${where}/step_number`,
      message: `a whole number is wanted, not ${shown(step['step_number'])}`,
      isLoss: false,
    });
  const startedAt = timeAt(step, 'started_at', where, remark);
  const endedAt = timeAt(step, 'completed_at', where, remark);
  if (startedAt !== null && endedAt !== null && endedAt < startedAt)
    remark({ where, message: `step ${number ?? index + 1} ends before it starts`, isLoss: false });
  const status = textOf(step['status']);
  if (status !== 'STARTED' && !STEP_ENDS.has(status ?? ''))
    remark({ where: `${where}/status`, message: `no status of a step: ${shown(step['status'])}`, isLoss: false });
  const stepNumber = number ?? index + 1;
  const events: DraftEvent[] = [
    {
      type: 'step.started',
      at: startedAt ?? endedAt ?? before,
      ...(startedAt === null ? { untimed: true } : {}),
      step: stepNumber,
      agent: textOf(step['agent_name']) ?? '',
      task: textOf(step['agent_task']),
    },
  ];
  if (status !== null && STEP_ENDS.has(status))
    events.push({
      type: 'step.ended',
      at: endedAt ?? startedAt ?? before,
      ...(endedAt === null ? { untimed: true } : {}),
      step: stepNumber,
      status,
      output_summary: textOf(step['output_summary']),
      error: textOf(step['error_message']),
    });
  return events;
}

function endOf(trace: Record<string, Json>, at: string, remark: (remark: Remark) => void): DraftEvent[] {
  const said = textOf(trace['pipeline_status']);
  const status = said === null ? undefined : STATUSES[said];
  if (status === undefined) {
    if (said !== 'RUNNING')
      remark({
        where: '/pipeline_status',
        message: `no status of a pipeline: ${shown(trace['pipeline_status'])}`,
        isLoss: false,
      });
    return [];
  }
  const endedAt = timeAt(trace, 'completed_at', '', () => undefined);
  const error = textOf(trace['final_error']);
  return [
    {
      type: 'run.ended',
      at: endedAt ?? at,
      ...(endedAt === null ? { untimed: true } : { ended_at: endedAt }),
      status,
      error,
      cause: { reason: error ?? `the trace says ${said}`, decided_by: 'import' },
    },
  ];
}

/** What the events do not give back is kept with them: of the trace with its start, of a step with the step's. */
function keepRest(trace: Record<string, Json>, steps: Json[], start: DraftRun['start'], events: DraftEvent[]): void {
  const started = { type: 'run.started', run_id: '', source: { format: 'trace' }, ...start } as const;
  const whole = [started, ...events].map((event) => ({ v: FORMAT_VERSION, id: '', ...event }) as RunlogEvent);
  const derived = traceObject(traceOf(foldRun(whole)));
  const { steps: _, ...rest } = trace;
  const given = notGivenBack(rest, derived);
  if (given !== null) start.given = given;
  const starts = events.filter((event) => event.type === 'step.started');
  const originals = steps.filter(isRecord);
  const derivedSteps = derived['steps'] as Record<string, unknown>[];
  for (const [index, event] of starts.entries()) {
    const restOfStep = notGivenBack(originals[index] as Record<string, Json>, derivedSteps[index] ?? {});
    if (restOfStep !== null) event.given = restOfStep;
  }
}

function timeAt(
  object: Record<string, Json>,
  key: string,
  where: string,
  remark: (remark: Remark) => void,
): string | null {
  const value = object[key] ?? null;
  if (value === null) return null;
  const time = parseTime(value, UTC);
  if (time === null) remark({ where: `${where}/${key}`, message: `no time: ${shown(value)}`, isLoss: false });
  return time;
}

function firstTime(steps: readonly Json[]): string | null {
  const times = steps
    .map((step) => (isRecord(step) ? parseTime(step['started_at'], UTC) : null))
    .filter((time) => time !== null);
  return times.toSorted()[0] ?? null;
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function countOf(value: Json | undefined): number | null {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
