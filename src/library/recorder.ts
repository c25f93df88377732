// The vocabulary as methods: what a run, an issue under way and a step under way can record. What is recorded through a step
// belongs to it, its agent and its issue.
import { formatInstant } from '../events/instant.js';
import type { EventBody, Measure } from '../events/vocabulary.js';
import { utcOffsetMinutes } from '../journal/clock.js';
import type { Core } from './core.js';

/** Values of an action's fields. Null and undefined are left out. */
export type FieldValue = string | number | boolean | null | undefined;
/** `{ Result: 'ok' }`, or pairs where a key comes twice. */
export type Fields = Readonly<Record<string, FieldValue>> | readonly (readonly [key: string, value: FieldValue])[];

/** What a record belongs to, where it is said. */
export interface Belongs {
  agent?: string;
  issue?: string;
  /** The number of a step. */
  step?: number;
}

/** One call of a model. Counts are of this call. */
export interface Usage extends Belongs {
  /** As its provider calls it. */
  model: string;
  provider?: string;
  /** Tokens read. */
  input: number;
  /** Tokens written, those of reasoning included. */
  output: number;
  cachedRead?: number;
  cachedWrite?: number;
  reasoning?: number;
  /** Whether `input` counts cached tokens too; by default as the provider's API does it. */
  inputIncludesCached?: boolean;
  /** US dollars, where the caller was told. */
  cost?: number;
}

/** One call of a tool. */
export interface ToolCall extends Belongs {
  /** True unless `error` is given. */
  success?: boolean;
  durationMs?: number;
  error?: string;
}

export interface MetricOptions {
  unit?: string;
  /** The most or the least that it may be: one of the two. */
  max?: number;
  min?: number;
  issue?: string;
  step?: number;
}

/** What CI says of a pipeline; recorded again as it goes on, it stays one pipeline. */
export interface PipelineFacts {
  /** As CI calls it: running, success, failed… */
  status: string;
  sha?: string;
  triggeredBy?: string;
  retry?: number;
  failedJobs?: readonly string[];
  errorType?: string;
  error?: string;
  queueSeconds?: number;
  executionSeconds?: number;
  startedAt?: Date;
  endedAt?: Date;
  issue?: string;
}

export interface DebugOptions {
  /** Needed, but through a step. */
  agent?: string;
  /** The type of the error. */
  type: string;
  message?: string;
  issue?: string;
}

export interface ErrorOptions extends Belongs {
  severity?: string;
  resolved?: boolean;
}

export interface StepOptions {
  task?: string;
  issue?: string;
  /** Counted by agent, task and issue where it is not given. */
  attempt?: number;
}

export type StepStatus = 'SUCCESS' | 'FAIL' | 'BLOCKED';

/** What was changed in the code, where the program knows it. */
export interface CodeFacts {
  filesCreated?: number;
  filesModified?: number;
  filesDeleted?: number;
  linesAdded?: number;
  linesDeleted?: number;
  commits?: number;
  /** Lines covered by tests, in percent. */
  testCoverage?: number;
  issue?: string;
}

/** Every method gives the id of its event once the kernel has it, or null where it could not be recorded; none throws. */
export class Recorder {
  /** @internal */
  protected readonly core: Core;
  /** @internal */
  protected readonly belongs: Readonly<Belongs>;

  /** @internal */
  constructor(core: Core, belongs: Belongs) {
    this.core = core;
    this.belongs = belongs;
  }

  /** An action of the design log: an upper-case type, what it is about, and ordered `Key: value` fields. */
  action(type: string, description?: string | null, fields?: Fields): string | null {
    return this.core.record(() => ({
      type: 'action.logged',
      action: type,
      description: description ?? null,
      fields: pairsOf(fields ?? {}),
      utc_offset_minutes: utcOffsetMinutes(Date.now() * 1000),
    }));
  }

  /**
   * One agent's execution of one task: its start, its end, its duration and its error. Gives back what `work` gives, and throws
   * what it throws. A step that `work` did not end itself has succeeded when it returns or resolves.
   */
  step<T>(agent: string, work: (step: Step) => T): T;
  step<T>(agent: string, task: string | StepOptions, work: (step: Step) => T): T;
  step<T>(agent: string, given: string | StepOptions | ((step: Step) => T), work?: (step: Step) => T): T {
    const options = typeof given === 'function' ? {} : typeof given === 'string' ? { task: given } : given;
    const body = (typeof given === 'function' ? given : work) as (step: Step) => T;
    const step = this.startStep(agent, options);
    return settle(
      () => body(step),
      () => step.end('SUCCESS'),
      (error) => step.end('FAIL', { error: wordsOf(error) }),
    );
  }

  /** The same by hand: `end` it. */
  startStep(agent: string, options?: StepOptions): Step {
    const number = this.core.reserveStep();
    const issue = options?.issue ?? this.belongs.issue;
    this.core.record(() =>
      body({
        type: 'step.started',
        step: number,
        agent,
        task: options?.task ?? null,
        attempt: options?.attempt ?? null,
        issue: issue ?? null,
      }),
    );
    return new Step(this.core, number, agent, issue);
  }

  /** A call of a tool: run here and timed, or already done. Gives back what `work` gives, and throws what it throws. */
  tool<T>(name: string, work: () => T): T;
  tool<T>(name: string, belongs: Belongs, work: () => T): T;
  tool(name: string, call?: ToolCall): string | null;
  tool<T>(name: string, given?: ToolCall | (() => T), work?: () => T): T | string | null {
    const run = typeof given === 'function' ? given : work;
    const call = typeof given === 'function' ? {} : (given ?? {});
    if (run === undefined) return this.#tool(name, call);
    const startedAt = performance.now();
    const took = (): number => Math.round((performance.now() - startedAt) * 1e3) / 1e3;
    return settle(
      run,
      () => this.#tool(name, { ...call, success: true, durationMs: took() }),
      (error) => this.#tool(name, { ...call, success: false, durationMs: took(), error: wordsOf(error) }),
    );
  }

  #tool(name: string, { success, durationMs, error, ...belongs }: ToolCall): string | null {
    return this.core.record(() =>
      body({
        type: 'tool.called',
        tool: name,
        ...this.#belongsTo(belongs),
        success: success ?? error === undefined,
        duration_ms: durationMs ?? null,
        error: error ?? null,
      }),
    );
  }

  /** The tokens of one call of a model, and its cost where it is known. */
  usage(usage: Usage): string | null {
    return this.core.record(() =>
      body({
        type: 'tokens.used',
        model: usage.model,
        provider: usage.provider ?? null,
        ...this.#belongsTo(usage),
        input: usage.input,
        input_includes_cached: usage.inputIncludesCached ?? null,
        output: usage.output,
        cached_read: usage.cachedRead ?? null,
        cached_write: usage.cachedWrite ?? null,
        reasoning: usage.reasoning ?? null,
        cost_usd: usage.cost ?? null,
      }),
    );
  }

  /** A measured value, and the limit that it should keep. NaN and infinities are kept as such. */
  metric(name: string, value: number, options?: MetricOptions): string | null {
    return this.core.record(() => {
      const { unit, max, min } = options ?? {};
      const { step, issue } = this.#belongsTo(options ?? {});
      return body({
        type: 'metric.measured',
        name,
        value: measureOf(value),
        unit: unit ?? null,
        limit: max ?? min ?? null,
        direction: max !== undefined ? 'max' : min !== undefined ? 'min' : null,
        step,
        issue,
      });
    });
  }

  /** Something went wrong: an Error, or a type and a message. */
  error(error: unknown, options?: ErrorOptions): string | null;
  error(type: string, message: string, options?: ErrorOptions): string | null;
  error(what: unknown, given?: string | ErrorOptions, more?: ErrorOptions): string | null {
    return this.core.record(() => {
      const isSaid = typeof given === 'string';
      const options = (isSaid ? more : given) ?? {};
      return body({
        type: 'error.raised',
        error_type: isSaid ? String(what) : what instanceof Error ? what.name : 'Error',
        message: isSaid ? given : what instanceof Error ? what.message : String(what),
        severity: options.severity ?? null,
        ...this.#belongsTo(options),
        resolved: options.resolved ?? false,
      });
    });
  }

  /** What CI says of a pipeline. */
  pipeline(id: string | number, facts: PipelineFacts): string | null {
    return this.core.record(() =>
      body({
        type: 'pipeline.recorded',
        pipeline_id: String(id),
        status: facts.status,
        commit_sha: facts.sha ?? null,
        triggered_by: facts.triggeredBy ?? null,
        retry_attempt: facts.retry ?? null,
        failed_jobs: facts.failedJobs === undefined ? null : [...facts.failedJobs],
        error_type: facts.errorType ?? null,
        error_message: facts.error ?? null,
        queue_seconds: facts.queueSeconds ?? null,
        execution_seconds: facts.executionSeconds ?? null,
        started_at: instantOf(facts.startedAt),
        ended_at: instantOf(facts.endedAt),
        issue: facts.issue ?? this.belongs.issue ?? null,
      }),
    );
  }

  /** A debugging cycle begins: record its attempts and its end with what this gives. */
  debug(options: DebugOptions): Debugging {
    const agent = options?.agent ?? this.belongs.agent ?? null;
    const whose = { agent, issue: options?.issue ?? this.belongs.issue ?? null };
    this.core.record(() =>
      body({ type: 'debug.started', ...whose, error_type: options.type, message: options.message ?? null }),
    );
    return new Debugging(this.core, whose);
  }

  /** What was changed in the code, where the program knows it. `runlog code` measures it from git. */
  code(facts: CodeFacts): string | null {
    return this.core.record(() =>
      body({
        type: 'code.measured',
        files_created: facts.filesCreated ?? null,
        files_modified: facts.filesModified ?? null,
        files_deleted: facts.filesDeleted ?? null,
        lines_added: facts.linesAdded ?? null,
        lines_deleted: facts.linesDeleted ?? null,
        commits: facts.commits ?? null,
        test_coverage: facts.testCoverage ?? null,
        issue: facts.issue ?? this.belongs.issue ?? null,
      }),
    );
  }

  /** The record's own word, else what it is recorded through. */
  #belongsTo({ agent, issue, step }: Belongs): { agent: string | null; issue: string | null; step: number | null } {
    return {
      agent: agent ?? this.belongs.agent ?? null,
      issue: issue ?? this.belongs.issue ?? null,
      step: step ?? this.belongs.step ?? null,
    };
  }
}

/** An execution under way. */
export class Step extends Recorder {
  /** Null where no number could be had; the step is then known by its agent. */
  readonly number: number | null;
  readonly agent: string;
  readonly issue: string | undefined;
  #summary: string | undefined;
  #hasEnded = false;

  /** @internal */
  constructor(core: Core, number: number | null, agent: string, issue: string | undefined) {
    super(core, { agent, ...(issue !== undefined && { issue }), ...(number !== null && { step: number }) });
    this.number = number;
    this.agent = agent;
    this.issue = issue;
  }

  /** A titled note: planned, training, metrics, error, cancelled, or any other. */
  note(title: string, facts?: { detail?: string; metrics?: Readonly<Record<string, number>> }): string | null {
    const { number } = this;
    if (number === null) return null;
    return this.core.record(() => {
      const measures = Object.entries(facts?.metrics ?? {}).map(([name, value]) => [name, measureOf(value)]);
      const metrics = Object.fromEntries(measures) as Record<string, Measure>;
      return body({ type: 'step.noted', step: number, title, detail: facts?.detail ?? null, metrics });
    });
  }

  /** What came out of it, for when it ends. */
  summarize(text: string): void {
    this.#summary = text;
  }

  /** Ends it; the first end counts. */
  end(status: StepStatus, facts?: { summary?: string; error?: string }): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.core.record(() =>
      body({
        type: 'step.ended',
        step: this.number,
        agent: this.number === null ? this.agent : null,
        status,
        output_summary: facts?.summary ?? this.#summary ?? null,
        error: facts?.error ?? null,
      }),
    );
  }
}

/** A debugging cycle under way. */
export class Debugging {
  readonly #core: Core;
  readonly #whose: { agent: string | null; issue: string | null };

  /** @internal */
  constructor(core: Core, whose: { agent: string | null; issue: string | null }) {
    this.#core = core;
    this.#whose = whose;
  }

  attempt(): string | null {
    return this.#core.record(() => body({ type: 'debug.attempted', ...this.#whose }));
  }

  end(resolved: boolean, facts?: { method?: string }): string | null {
    return this.#core.record(() =>
      body({ type: 'debug.ended', ...this.#whose, resolved, method: facts?.method ?? null }),
    );
  }
}

/** Does work that may be asynchronous, and says how it went; gives and throws what the work does. */
export function settle<T>(work: () => T, succeeded: () => void, failed: (error: unknown) => void): T {
  const fail = (error: unknown): never => {
    failed(error);
    throw error;
  };
  let result: T;
  try {
    result = work();
  } catch (error) {
    return fail(error);
  }
  if (typeof (result as { then?: unknown } | null | undefined)?.then !== 'function') {
    succeeded();
    return result;
  }
  return Promise.resolve(result as unknown as PromiseLike<unknown>).then((value) => {
    succeeded();
    return value;
  }, fail) as T;
}

/** The words of whatever was thrown, an exception's name among them. */
export function wordsOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    // An object without a prototype has no words.
    return Object.prototype.toString.call(error);
  }
}

function pairsOf(fields: Fields): [string, string][] {
  const said: [string, string][] = [];
  const say = (key: string, value: FieldValue): void => {
    if (value !== null && value !== undefined) said.push([key, typeof value === 'string' ? value : String(value)]);
  };
  if (Array.isArray(fields)) for (const [key, value] of fields as readonly [string, FieldValue][]) say(key, value);
  else for (const key of Object.keys(fields)) say(key, (fields as Readonly<Record<string, FieldValue>>)[key]);
  return said;
}

/** Null where there is none. Throws RangeError for a Date that is no time. */
function instantOf(date: Date | undefined): string | null {
  return date === undefined ? null : formatInstant(date.getTime() * 1000);
}

function measureOf(value: number): Measure {
  return Number.isFinite(value) ? value : (String(value) as Measure);
}

/** Callers in JavaScript may give anything: the vocabulary's check says what is wrong with it. */
function body(event: { type: EventBody['type'] } & Record<string, unknown>): EventBody {
  return event as unknown as EventBody;
}
