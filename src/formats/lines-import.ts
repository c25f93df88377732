// Step lines become runs: rows of steps become notes, and what follows from them (executions, metrics, the plan) becomes events too.
// Every line is kept, each with its run, so that they come out as they went in.
import { RunlogError } from '../events/errors.js';
import type { EventBody, Json } from '../events/vocabulary.js';
import { formatCivil, offsetOf, parseTime } from './civil-time.js';
import {
  isRecord,
  type DraftEvent,
  type DraftRun,
  type ImportContext,
  type ImportFormat,
  type Pass,
  type Remark,
} from './draft.js';
import { LineSplitter } from './line-splitter.js';
import { parsePython } from './python-literal.js';
import {
  fromLine,
  insertingLine,
  measureOf,
  methodIn,
  metricsOf,
  parseStepLine,
  runOf,
  sayingOf,
  type Saying,
  type StepLine,
} from './step-lines.js';

export const LINES_FORMAT: ImportFormat = { name: 'lines', survey, read };

const LONGEST_LINE_CHARACTERS = 32 * 1024 * 1024;
const STEP_TOPICS = new Set(['step', 'agent', 'metrics']);
/** Why an event is there that no line of its own stands for. */
const DERIVED = { derived: true } as const;

/** Which run a line belongs to: the one it names, else the one that its container or component spoke of last. */
class Attribution {
  readonly #current = new Map<string, string>();
  readonly #first = new Map<string, string>();
  #lastRun: string | null = null;
  #lastStream = '';

  /** `known`: from an earlier walk, for lines that come before any that names their run. */
  constructor(known?: Attribution) {
    if (known !== undefined) this.#first = known.#first;
  }

  runOf(line: StepLine | null): string | null {
    const stream = line === null ? this.#lastStream : (line.container ?? line.component);
    this.#lastStream = stream;
    const named = line === null ? null : runOf(line.message);
    if (named !== null) {
      this.#current.set(stream, named);
      if (!this.#first.has(stream)) this.#first.set(stream, named);
      this.#lastRun = named;
      return named;
    }
    return (
      this.#current.get(stream) ?? this.#first.get(stream) ?? this.#lastRun ?? [...this.#first.values()][0] ?? null
    );
  }
}

/** What the first walk found; the second needs it. */
interface Found {
  attribution: Attribution;
  index: Map<string, number>;
}

/** The two walks of one source belong together, and several sources may be on their way at once. */
const founds = new WeakMap<readonly DraftRun[], Found>();

function survey(context: ImportContext): Pass<DraftRun[]> {
  const attribution = new Attribution();
  const names: string[] = [];
  const times = new Map<string, string>();
  const hash = context.newHash();
  let hasSteps = false;
  let firstTime: string | null = null;
  const lines = splitLines((text) => {
    const line = parseStepLine(text);
    if (line === null) return;
    hasSteps ||= line.topic !== null && STEP_TOPICS.has(line.topic);
    const run = attribution.runOf(line);
    const time = timeOf(line, context);
    firstTime ??= time;
    if (run === null) return;
    if (!names.includes(run)) names.push(run);
    if (time !== null && !times.has(run)) times.set(run, time);
  }, context);
  return {
    push(text) {
      hash.update(text);
      lines.push(text);
    },
    end() {
      lines.end();
      if (!hasSteps)
        throw new RunlogError(
          'invalid_input',
          'it has no step line such as "[worker][step] INSERTING step 1: training"',
          {
            hint: 'docs/step-lines.md says what is read.',
          },
        );
      const digest = hash.digest();
      const runs = (names.length === 0 ? [null] : names).map((name) =>
        draftOf(name, (name === null ? firstTime : times.get(name)) ?? null, names.length > 1 ? digest : null, context),
      );
      founds.set(runs, { attribution, index: new Map(names.map((name, index) => [name, index])) });
      return runs;
    },
  };
}

function draftOf(name: string | null, at: string | null, digest: string | null, context: ImportContext): DraftRun {
  const offset = at === null ? null : offsetOf(at, context.offsetMinutesAt);
  return {
    runId: null,
    localTime:
      at === null
        ? null
        : formatCivil(at, offset ?? 0)
            .slice(0, 19)
            .replace('T', ' '),
    name: name ?? context.name,
    start: {
      at: at ?? context.now,
      ...(at === null ? { untimed: true } : {}),
      trace_id: name,
      name: name ?? context.name,
      utc_offset_minutes: offset,
    },
    sha256: digest === null ? null : hashOf(context, `${digest} ${name}`),
  };
}

function hashOf(context: ImportContext, text: string): string {
  const hash = context.newHash();
  hash.update(text);
  return hash.digest();
}

function read(
  context: ImportContext,
  runs: readonly DraftRun[],
  emit: (run: number, event: DraftEvent) => void,
  remark: (remark: Remark) => void,
): Pass<void> {
  const found = founds.get(runs);
  const attribution = new Attribution(found?.attribution);
  const readers = runs.map((run, index) => new RunReader(run, context, (event) => emit(index, event), remark));
  let others = 0;
  const lines = splitLines((text, number) => {
    if (text.trim() === '') return;
    const line = parseStepLine(text);
    const name = attribution.runOf(line);
    const reader = readers[name === null ? 0 : (found?.index.get(name) ?? 0)] as RunReader;
    if (line === null) {
      others += 1;
      if (context.keepsOtherLines) reader.keep(text);
    } else reader.add(text, line, number);
  }, context);
  return {
    push: (text) => lines.push(text),
    end() {
      lines.end();
      for (const reader of readers) reader.end();
      if (others > 0 && !context.keepsOtherLines)
        remark({
          where: '',
          message: `${others} other ${others === 1 ? 'line was' : 'lines were'} skipped`,
          isLoss: false,
        });
    },
  };
}

/** Lines that are too long to be held are refused. */
function splitLines(onLine: (line: string, number: number) => void, { name }: ImportContext): Pass<void> {
  const splitter = new LineSplitter(onLine);
  return {
    push(text) {
      splitter.push(text);
      if (splitter.heldCharacters > LONGEST_LINE_CHARACTERS)
        throw new RunlogError('invalid_input', `a line of ${name} is longer than 32 MiB`, {
          hint: 'Split it, or leave it out.',
        });
    },
    end: () => splitter.end(),
  };
}

/** The plan as it has been told so far. */
interface Told {
  choice: string | null;
  rationale: string | null;
  methods: string[] | null;
  backups: string[] | null;
  isNew: boolean;
}

/** The lines of one run. */
class RunReader {
  readonly #context: ImportContext;
  readonly #emit: (event: DraftEvent) => void;
  readonly #remark: (remark: Remark) => void;
  readonly #sourceId: string;
  readonly #told: Told = { choice: null, rationale: null, methods: null, backups: null, isNew: false };
  readonly #rows = new Set<string>();
  readonly #open = new Set<number>();
  readonly #steps = new Set<number>();
  #at: string;
  #isTimed: boolean;

  constructor(
    run: DraftRun,
    context: ImportContext,
    emit: (event: DraftEvent) => void,
    remark: (remark: Remark) => void,
  ) {
    this.#context = context;
    this.#emit = emit;
    this.#remark = remark;
    this.#sourceId = run.start.trace_id ?? '';
    this.#at = run.start.at;
    this.#isTimed = false;
  }

  /** A line that says nothing of steps. */
  keep(text: string): void {
    this.#say({ type: 'text.kept', text: fromLine(text) });
  }

  add(text: string, line: StepLine, number: number): void {
    const time = timeOf(line, this.#context);
    this.#isTimed = time !== null;
    if (line.time !== null && time === null)
      this.#remark({ where: `line ${number}`, message: `no time: ${line.time}`, isLoss: false });
    if (time !== null) this.#at = time;
    const saying = sayingOf(line);
    // What was told of the plan is one event, before what is done by it.
    if (saying.kind === 'inserting' && saying.step > 0) this.#emitPlan();
    if (saying.kind === 'inserting') this.#insert(text, saying, number);
    else this.keep(text);
    this.#follow(saying, line);
    this.#isTimed = false;
  }

  end(): void {
    this.#emitPlan();
  }

  #insert(text: string, { step, title, detail }: Extract<Saying, { kind: 'inserting' }>, number: number): void {
    const row = { step, title, detail: detail === null ? null : fromLine(detail) };
    const rowKey = `${step} ${title}`;
    if (title === 'training' && this.#rows.has(rowKey))
      this.#remark({ where: `line ${number}`, message: `step ${step} begins twice`, isLoss: false });
    this.#rows.add(rowKey);
    const metrics = title === 'metrics' ? metricsOf(detail ?? '') : [];
    this.#say({
      type: 'step.noted',
      ...row,
      ...(metrics.length > 0 ? { metrics: Object.fromEntries(metrics.map(({ name, value }) => [name, value])) } : {}),
      ...(insertingLine(row, this.#sourceId) === text ? {} : { given: { line: fromLine(text) } }),
    });
    if (title === 'training') this.#begin(step, row.detail);
    else if (title === 'metrics') {
      for (const metric of metrics) this.#derive({ type: 'metric.measured', ...metric, step });
      const failed = metrics.filter(({ passed }) => passed === false);
      if (metrics.some(({ passed }) => passed !== null))
        this.#finish(step, failed.length === 0 ? null : saidOf(row.detail, failed));
    } else if (title === 'error' || title === 'cancelled')
      this.#finish(step, row.detail ?? title, title === 'cancelled');
  }

  /** What follows from what a line says, besides the line. */
  #follow(saying: Saying, line: StepLine): void {
    switch (saying.kind) {
      case 'choice':
        this.#tell({ choice: choiceIn(saying.text) });
        break;
      case 'rationale':
        this.#tell({ rationale: fromLine(saying.text) });
        break;
      case 'methods':
        this.#tell({ methods: textsIn(saying.text) });
        break;
      case 'backups':
        this.#tell({ backups: textsIn(saying.text) });
        break;
      case 'inserting':
        if (saying.title === 'planned' && this.#told.choice === null) this.#tell({ choice: methodIn(saying.detail) });
        break;
      case 'measured':
        for (const [name, value] of saying.metrics)
          this.#derive({
            type: 'metric.measured',
            name,
            value: measureOf(value),
            ...(this.#steps.has(saying.attempt) ? { step: saying.attempt } : {}),
          });
        break;
      case 'not_inserted':
        this.#notInserted(saying, line);
        break;
      case 'other':
        break;
    }
  }

  /** The insertion failed; the step happened. */
  #notInserted({ step, title, error }: Extract<Saying, { kind: 'not_inserted' }>, { component }: StepLine): void {
    if (!this.#rows.has(`${step} ${title}`)) {
      this.#rows.add(`${step} ${title}`);
      this.#derive({ type: 'step.noted', step, title });
      if (title === 'training') this.#begin(step, null);
    }
    const [, type, message] = /^([A-Za-z_][\w.]*): (.*)$/s.exec(error) ?? [null, 'InsertionError', error];
    this.#derive({
      type: 'error.raised',
      error_type: type ?? 'InsertionError',
      message: fromLine(message ?? error),
      severity: 'warning',
      agent: component,
      step,
    });
  }

  #begin(step: number, detail: string | null): void {
    const attempt = /\battempt (\d{1,9})\b/.exec(detail ?? '')?.[1];
    this.#open.add(step);
    this.#steps.add(step);
    this.#derive({
      type: 'step.started',
      step,
      agent: methodIn(detail) ?? 'training',
      task: 'training',
      ...(attempt === undefined ? {} : { attempt: Number(attempt) }),
    });
  }

  /** An error of a step that no training began is that of an execution all the same. */
  #finish(step: number, error: string | null, isCancelled: boolean = false): void {
    if (!this.#open.delete(step) && error === null) return;
    const status = error === null ? 'SUCCESS' : isCancelled ? 'BLOCKED' : 'FAIL';
    this.#derive({ type: 'step.ended', step, status, ...(error === null ? {} : { error }) });
  }

  #tell(told: Partial<Told>): void {
    Object.assign(this.#told, told, { isNew: true });
  }

  #emitPlan(): void {
    const { choice, rationale, methods, backups, isNew } = this.#told;
    if (!isNew || choice === null) return;
    this.#told.isNew = false;
    const others = backups ?? methods?.filter((method) => method !== choice) ?? [];
    this.#derive({ type: 'plan.made', choice, rationale, backups: others });
  }

  #derive(body: EventBody): void {
    this.#say({ ...body, given: DERIVED });
  }

  #say(body: EventBody): void {
    this.#emit({ ...body, at: this.#at, ...(this.#isTimed ? {} : { untimed: true }) });
  }
}

/** Of several metrics only those that failed; a detail of one alone as it is. */
function saidOf(detail: string | null, failed: readonly { name: string }[]): string {
  const parts = (detail ?? '').split(';').map((part) => part.trim());
  return parts.filter((part) => failed.some(({ name }) => part.startsWith(`${name} `))).join('; ');
}

function timeOf({ time }: StepLine, { offsetMinutesAt }: ImportContext): string | null {
  if (time === null) return null;
  const zoned = time.replace(',', '.').replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
  return parseTime(zoned, offsetMinutesAt);
}

function choiceIn(text: string): string {
  const value = parsePython(text);
  if (isRecord(value) && typeof value['method'] === 'string') return value['method'];
  return typeof value === 'string' ? value : fromLine(text);
}

function textsIn(text: string): string[] | null {
  const value: Json | undefined = parsePython(text);
  if (!Array.isArray(value)) return null;
  return value.map((item) =>
    typeof item === 'string'
      ? item
      : isRecord(item) && typeof item['method'] === 'string'
        ? item['method']
        : JSON.stringify(item),
  );
}
