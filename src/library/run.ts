// A run, for programs: started or opened here, recorded through its methods, finalized whatever happens to the program.
import path from 'node:path';
import { RunlogError } from '../events/errors.js';
import type { EventBody, Json, RunStatus } from '../events/vocabulary.js';
import { runDir } from '../runs/paths.js';
import { formatInstant, normalizeInstant } from '../events/instant.js';
import type { Core } from './core.js';
import { disposed, unwatch } from './exits.js';
import { Recorder, settle, wordsOf } from './recorder.js';

export interface PlanFacts {
  /** The method chosen. */
  choice: string;
  rationale?: string;
  /** What to try where it fails, in order. */
  backups?: readonly string[];
  hyperparams?: Json;
}

export interface ItemFacts {
  /** text, image, audio, music, video, 3d, metadata. */
  media?: string;
  content?: string;
  file?: string;
  config?: string;
  model?: string;
  backend?: string;
  /** Seconds. */
  seconds?: number;
  metadata?: Json;
}

/** How a run ended, where the program knows it; else it follows from what was recorded. */
export interface EndFacts {
  status?: RunStatus;
  exitCode?: number;
  error?: unknown;
  cause?: string;
}

export interface CorrectionFacts {
  success: boolean;
  /** How that is known. */
  evidence: string;
  /** Who says so. */
  by?: string;
  /** Of an agent: for this issue alone. */
  issue?: string;
}

/** What an event that was read may bring along. */
type Envelope = Record<'v' | 'id' | 'crc' | 'blobs' | 'at', unknown>;

export class Run extends Recorder implements AsyncDisposable {
  /** The run's id; empty where it could not be started at all. */
  readonly id: string;
  /** The run's folder. */
  readonly dir: string;
  #stage: Pick<EventBody<'item.recorded'>, 'stage' | 'stage_iteration' | 'loop_iteration'> = {};
  #beating: NodeJS.Timeout | undefined;
  #ending: Promise<RunStatus | null> | undefined;

  /** @internal */
  constructor(core: Core, beatSeconds: number | null) {
    super(core, {});
    this.id = core.runId;
    this.dir = core.runId === '' ? '' : runDir(core.store, core.runId);
    if (beatSeconds === null || core.runId === '') return;
    this.#beating = setInterval(() => this.beat(), Math.min(beatSeconds * 1000, 2 ** 31 - 1));
    this.#beating.unref();
  }

  /** False where there is no run: it could not be started, and `onError` was told why. */
  get isRecording(): boolean {
    return this.id !== '';
  }

  /** What a program started from here needs in its environment to record into this run. */
  get env(): { RUNLOG_RUN: string; RUNLOG_DIR: string } {
    return { RUNLOG_RUN: this.id, RUNLOG_DIR: path.resolve(this.core.store.dir) };
  }

  /** The method chosen, and its backups. */
  plan(facts: PlanFacts): string | null {
    return this.core.record(() => ({
      type: 'plan.made',
      choice: facts.choice,
      rationale: facts.rationale ?? null,
      backups: [...(facts.backups ?? [])],
      hyperparams: facts.hyperparams ?? null,
    }));
  }

  /** Work on an issue: completed when `work` returns or resolves, failed when it throws; what it throws is thrown. */
  issue<T>(iid: string | number, work: (issue: Issue) => T, options?: { complexity?: number }): T {
    const issue = this.startIssue(iid, options);
    return settle(
      () => work(issue),
      () => issue.end('completed'),
      (error) => issue.end('failed', { error: wordsOf(error) }),
    );
  }

  /** The same by hand: `end` it. */
  startIssue(iid: string | number, options?: { complexity?: number }): Issue {
    const name = wordsOf(iid);
    this.core.record(() => ({ type: 'issue.started', issue: String(iid), complexity: options?.complexity ?? null }));
    return new Issue(this.core, name);
  }

  /** A stage is entered: it, its iteration and the loop's are those of every item until the next. */
  stage(number: number, options?: { iteration?: number; loop?: number }): string | null {
    const { iteration = null, loop = null } = options ?? {};
    this.#stage = { stage: number, stage_iteration: iteration, loop_iteration: loop };
    return this.core.record(() => ({ type: 'stage.entered', ...this.#stage, stage: number }));
  }

  /** Something passed through the pipeline: user_input_text, output_image, or any other type. */
  item(type: string, facts?: ItemFacts): string | null {
    return this.core.record(() => ({
      type: 'item.recorded',
      item_type: type,
      media_type: facts?.media ?? null,
      content: facts?.content ?? null,
      file: facts?.file ?? null,
      config: facts?.config ?? null,
      model: facts?.model ?? null,
      backend: facts?.backend ?? null,
      execution_seconds: facts?.seconds ?? null,
      metadata: facts?.metadata ?? null,
      ...this.#stage,
    }));
  }

  /** What an outside truth says against what was recorded of this run, an issue or an agent. Attempts stay as they were. */
  correct(subject: 'run' | 'issue' | 'agent', name: string, facts: CorrectionFacts): string | null {
    return this.core.record(() => ({
      type: 'outcome.corrected',
      subject,
      name,
      issue: facts.issue ?? null,
      success: facts.success,
      evidence: facts.evidence,
      by: facts.by ?? null,
    }));
  }

  /** Still alive. `startRun({ beat })` does it by itself. */
  beat(): string | null {
    return this.event({ type: 'run.beat' });
  }

  /**
   * Any event of docs/format.md, with its own keys; `at` where it happened at another time than now. The keys of every event (`v`, `id`,
   * `crc`, `blobs`) are not the caller's to say: they are left out.
   */
  event(event: EventBody, at?: Date): string | null {
    return this.core.record(() => {
      const { v: _v, id: _id, crc: _crc, blobs: _blobs, at: said, ...own } = event as EventBody & Partial<Envelope>;
      if (at !== undefined) return { ...own, at: formatInstant(at.getTime() * 1000) };
      return said === undefined || said === null ? own : { ...own, at: instantOf(said) };
    });
  }

  /** Brings the design log and the files of issues up to date; events themselves are never held back. */
  flush(): void {
    this.core.flush();
  }

  /** Ends the run and writes its views; gives its status, or null where that cannot be told. Twice is the same as once. */
  finalize(facts: EndFacts = {}): Promise<RunStatus | null> {
    this.#ending ??= this.#finalize(facts);
    return this.#ending;
  }

  async #finalize({ status, exitCode, error, cause }: EndFacts): Promise<RunStatus | null> {
    const ended = this.end({ status, exitCode, cause, error: error === undefined ? undefined : wordsOf(error) });
    await this.core.writeViews();
    return ended;
  }

  /** @internal Records the end at once, without its views. */
  end(wish: Parameters<Core['endNow']>[0]): RunStatus | null {
    clearInterval(this.#beating);
    unwatch(this);
    return this.core.endNow(wish);
  }

  /** @internal */
  get hasEnded(): boolean {
    return this.core.hasEnded;
  }

  /** @internal */
  get internals(): Core {
    return this.core;
  }

  /** For `await using`: ends the run by what is on record. */
  async [Symbol.asyncDispose](): Promise<void> {
    const isFirst = !this.hasEnded;
    await this.finalize();
    if (isFirst) disposed(this);
  }
}

/** An issue under way. */
export class Issue extends Recorder {
  readonly iid: string;

  /** @internal */
  constructor(core: Core, iid: string) {
    super(core, { issue: iid });
    this.iid = iid;
  }

  end(status: 'completed' | 'failed' | 'skipped', facts?: { error?: string }): string | null {
    return this.core.record(() => ({ type: 'issue.ended', issue: this.iid, status, error: facts?.error ?? null }));
  }
}

function instantOf(said: unknown): string {
  const at = typeof said === 'string' ? normalizeInstant(said) : null;
  if (at === null) throw new RunlogError('invalid_event', 'at must be a time such as 2025-10-03T18:19:52Z');
  return at;
}
