// Step lines: what services print about a run's plan, its attempts and their metrics. One line as parts, and back.
import { createVisibleCoder } from './visible-text.js';

/** `[component][topic] message`, with whatever stands before it. */
export interface StepLine {
  /** The name of the container that a multiplexer put in front; null where none. */
  container: string | null;
  /** The time in front, as written. */
  time: string | null;
  component: string;
  topic: string | null;
  message: string;
}

/** What a line says of the run. */
export type Saying =
  | { kind: 'inserting'; step: number; title: string; detail: string | null }
  | { kind: 'not_inserted'; step: number; title: string; error: string }
  | { kind: 'choice' | 'rationale' | 'backups' | 'methods'; text: string }
  | { kind: 'measured'; attempt: number; metrics: [name: string, value: string][] }
  | { kind: 'other' };

/** One metric of a detail such as `KS mean 0.320 > 0.10 (fail)`. */
export interface SaidMetric {
  name: string;
  value: number | 'NaN' | 'Infinity' | '-Infinity';
  limit: number | null;
  direction: 'max' | 'min' | null;
  passed: boolean | null;
}

/** A step's row, which is a line once it is inserted. */
export interface StepRow {
  step: number;
  title: string;
  detail: string | null;
}

const CONTAINER = /^([\w.-]+) *\| ?/;
const TIME = /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)\]?(?:[\s:-]+|(?=\[))/;
const LEVEL = /^(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)\b[\s:|-]*/;
const TAGS = /^\[([A-Za-z][\w.-]{0,99})\](?:\[([A-Za-z][\w.-]{0,99})\])? (.*)$/s;
// oxlint-disable-next-line no-control-regex -- colours, as multiplexers add them
const COLOURS = /\u001b\[[\d;]{0,20}m/g;
const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|nan|[+-]?inf`;
const METRIC = new RegExp(
  String.raw`^(.+?) (${NUMBER})(?: (>=|<=|>|<|\u2265|\u2264|=) (${NUMBER}))?(?: \((ok|fail|pass|failed|passed)\))?$`,
  'i',
);
const PAIR = new RegExp(String.raw`^([^=]+?)=(${NUMBER})$`, 'i');

/** Text on one line, LF written out; `fromLine` gives back every text exactly. */
const LINES = createVisibleCoder({ raw: String.raw`\n`, digits: '000a' });

export function toLine(text: string): string {
  return LINES.encode(text);
}

export function fromLine(line: string): string {
  return LINES.decode(line);
}

/** Null where the line is none. */
export function parseStepLine(line: string): StepLine | null {
  let rest = line.includes('\u001b') ? line.replaceAll(COLOURS, '') : line;
  const container = CONTAINER.exec(rest);
  if (container !== null) rest = rest.slice(container[0].length);
  const time = TIME.exec(rest.trimStart());
  if (time !== null) rest = rest.trimStart().slice(time[0].length);
  const level = LEVEL.exec(rest);
  if (level !== null) rest = rest.slice(level[0].length);
  const tags = TAGS.exec(rest);
  if (tags === null) return null;
  const [, component = '', topic, message = ''] = tags;
  return { container: container?.[1] ?? null, time: time?.[1] ?? null, component, topic: topic ?? null, message };
}

/** The run that a message names: `for run abc123`, `Run abc123 attempt 1`. */
export function runOf(message: string): string | null {
  return /\b(?:for run|[Rr]un) ([A-Za-z0-9][\w.-]{0,199}?)(?=[\s:,;)]|\.?$)/.exec(message)?.[1] ?? null;
}

export function sayingOf({ topic, message }: StepLine): Saying {
  if (topic === 'step') return ofStep(message);
  if (topic === 'agent') return ofPlan(message);
  if (topic === 'metrics') return ofMetrics(message);
  return { kind: 'other' };
}

function ofStep(message: string): Saying {
  const planned = /^INSERTING planned step(?: for run \S+?)?(?:: (.*))?$/s.exec(message);
  if (planned !== null) return { kind: 'inserting', step: 0, title: 'planned', detail: planned[1] ?? null };
  const inserting = /^INSERTING step (\d{1,9}): (\S.*?)(?: - (.*))?$/s.exec(message);
  if (inserting !== null) {
    const [, step, title = '', detail] = inserting;
    return { kind: 'inserting', step: Number(step), title, detail: detail ?? null };
  }
  const failed = /^ERROR inserting (?:(\S+) )?step(?: (\d{1,9}))?(?: for run \S+?)?: (.*)$/s.exec(message);
  if (failed === null) return { kind: 'other' };
  const [, title = 'training', step, error = ''] = failed;
  return { kind: 'not_inserted', step: Number(step ?? 0), title, error };
}

function ofPlan(message: string): Saying {
  const said = /^(Plan choice|Plan rationale|Agent rationale|Backup methods|Will attempt \d+ methods?): (.*)$/s.exec(
    message,
  );
  if (said === null) return { kind: 'other' };
  const [, what = '', text = ''] = said;
  if (what === 'Plan choice') return { kind: 'choice', text };
  if (what === 'Backup methods') return { kind: 'backups', text };
  return { kind: what.endsWith('rationale') ? 'rationale' : 'methods', text };
}

function ofMetrics(message: string): Saying {
  const said = /^Run \S+ attempt (\d{1,9}): (.*)$/s.exec(message);
  if (said === null) return { kind: 'other' };
  const metrics = (said[2] as string).split(',').flatMap((part): [string, string][] => {
    const pair = PAIR.exec(part.trim());
    return pair === null ? [] : [[pair[1] as string, pair[2] as string]];
  });
  return metrics.length === 0 ? { kind: 'other' } : { kind: 'measured', attempt: Number(said[1]), metrics };
}

/** The metrics that a detail names, parted by semicolons. */
export function metricsOf(detail: string): SaidMetric[] {
  return detail.split(';').flatMap((part): SaidMetric[] => {
    const match = METRIC.exec(part.trim());
    if (match === null) return [];
    const [, name = '', value = '', sign, limit, word] = match;
    const passed = word === undefined ? null : /^(?:ok|pass)/i.test(word);
    const measured = measureOf(value);
    const bound = limit === undefined ? Number.NaN : Number(limit);
    if (sign === undefined || !Number.isFinite(bound))
      return [{ name, value: measured, limit: null, direction: null, passed }];
    return [{ name, value: measured, limit: bound, direction: directionOf(sign, passed), passed }];
  });
}

/** `0.3 > 0.1 (fail)` breaks a maximum, `0.3 > 0.1 (ok)` keeps a minimum; without a word, the sign says what is wanted. */
function directionOf(sign: string, passed: boolean | null): 'max' | 'min' {
  const isAbove = sign.startsWith('>') || sign === '≥';
  return isAbove === (passed === false) ? 'max' : 'min';
}

export function measureOf(text: string): SaidMetric['value'] {
  const number = Number(text);
  if (Number.isFinite(number)) return number;
  if (/nan/i.test(text)) return 'NaN';
  return text.startsWith('-') ? '-Infinity' : 'Infinity';
}

/** The method that a detail names: `attempt 2: method=ctgan`. */
export function methodIn(detail: string | null): string | null {
  return /\bmethod\s*[=:]\s*["']?([^\s"',;]+)/.exec(detail ?? '')?.[1] ?? null;
}

/** The line by which a row is inserted, as the worker of a run prints it. */
export function insertingLine({ step, title, detail }: StepRow, runId: string): string {
  const tail = detail === null ? '' : toLine(detail);
  if (step === 0 && title === 'planned')
    return `[api][step] INSERTING planned step for run ${runId}${detail === null ? '' : `: ${tail}`}`;
  return `[worker][step] INSERTING step ${step}: ${toLine(title)}${detail === null ? '' : ` - ${tail}`}`;
}
