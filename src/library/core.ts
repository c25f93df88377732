// What a run of the library stands on: its writer, its end, and the one way in which problems leave. Nothing here throws into the
// program that is recorded.
import { existsSync } from 'node:fs';
import { RunlogError } from '../events/errors.js';
import { pricesOf } from '../runs/pricing.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { finalizeRuns, recordOwnEnd } from '../runs/finalize.js';
import type { Wish } from '../runs/ending.js';
import { DEFAULT_STALE_AFTER_SECONDS } from '../runs/liveness.js';
import { noteChange } from '../runs/index-change.js';
import { finalPath, type Store } from '../runs/paths.js';
import { refreshIssueFiles } from '../runs/refresh.js';
import type { Recordable, Recorded } from '../runs/record.js';
import { RunWriter } from '../runs/run-writer.js';
import { reserveStepNumber } from '../runs/step-numbers.js';
import { endsSomething } from '../views/issue-ending.js';
import type { RunStatus } from '../events/vocabulary.js';
import { tell, type OnError } from './problems.js';

/** How long finalize waits for another one. */
const PATIENCE_SECONDS = 3;
/** How long the files of issues may be behind what was recorded. */
const REFRESH_DELAY_MS = 200;

export interface CoreOptions {
  env: NodeJS.ProcessEnv;
  onError: OnError | undefined;
  isDurable: boolean;
  isUnredacted: boolean;
  /** Whether the run's owner is this process. */
  isOwn: boolean;
  /** Whether events may wait for `flush`, up to a tenth of a second. */
  isBatched: boolean;
}

export class Core {
  readonly store: Store;
  /** Empty where there is no run: then nothing is recorded. */
  readonly runId: string;
  readonly #options: CoreOptions;
  readonly #writer: RunWriter | null;
  #refreshTimer: NodeJS.Timeout | null = null;
  #end: { status: RunStatus | null } | null = null;
  #isBatched: boolean;

  constructor(store: Store, runId: string, options: CoreOptions) {
    this.store = store;
    this.runId = runId;
    this.#options = options;
    this.#isBatched = options.isBatched;
    this.#writer =
      runId === '' ? null : new RunWriter(store, runId, options, options.isOwn, (batch) => this.#hear(batch));
  }

  get hasEnded(): boolean {
    return this.#end !== null;
  }

  /**
   * The id of the event once the kernel has it; null where it could not be recorded. The event is made here: what callers in
   * JavaScript give may be anything, and even looking at it may throw.
   */
  record(make: () => Recordable): string | null {
    if (this.#writer === null) return null;
    try {
      const body = make();
      if (endsSomething(body)) this.#refreshSoon();
      if (this.#isBatched && this.#end === null) return this.#writer.add(body).id;
      const recorded = this.#writer.write(body);
      this.#hear(recorded);
      return recorded.where === 'nowhere' ? null : (recorded.events[0]?.id ?? null);
    } catch (error) {
      this.complain(error);
      return null;
    }
  }

  #hear({ warning, where }: Pick<Recorded, 'warning' | 'where'>): void {
    if (where === 'journal' && this.#isLate()) noteChange(this.store);
    if (warning !== null) this.complain(new RunlogError(where === 'nowhere' ? 'not_recorded' : 'io', warning));
  }

  /** Whether what is recorded now may stand after the seal. Another's run may have been finalized at any time. */
  #isLate(): boolean {
    return this.#end !== null || (!this.#options.isOwn && existsSync(finalPath(this.store, this.runId)));
  }

  /** The next step number; null where none could be had: the step is then known by its agent. */
  reserveStep(): number | null {
    if (this.#writer === null) return null;
    try {
      return reserveStepNumber(this.store, this.runId, this.#options.env);
    } catch (error) {
      this.complain(error);
      return null;
    }
  }

  /** Writes what waits, and what the views kept up live still lack: the design log, the files of issues. */
  flush(): void {
    try {
      this.#writer?.flush();
      if (this.#refreshTimer !== null) this.#refresh();
    } catch (error) {
      this.complain(error);
    }
  }

  /** The program ends: what waits is written, and what still comes is not to wait, for nobody would write it. */
  leave(): void {
    this.#isBatched = false;
    this.flush();
  }

  /** Records the end, at once. Null where it had ended before, or cannot be said. */
  endNow(wish: Wish): RunStatus | null {
    if (this.#writer === null || this.#end !== null) return this.#end?.status ?? null;
    this.#end = { status: null };
    if (this.#refreshTimer !== null) clearTimeout(this.#refreshTimer);
    this.#refreshTimer = null;
    try {
      this.#writer.close();
      const own = this.#recordEnd(wish);
      if (own !== null && own.warning !== null) this.complain(new RunlogError('io', own.warning));
      this.#end = { status: own?.ending.status ?? null };
    } catch (error) {
      this.complain(error);
    }
    return this.#end.status;
  }

  /** What is said wrongly of the end must not cost the end itself: then the record decides. */
  #recordEnd(wish: Wish): ReturnType<typeof recordOwnEnd> {
    try {
      return recordOwnEnd(this.store, this.runId, wish, this.#options.env, true);
    } catch (error) {
      if (!(error instanceof RunlogError && error.code === 'invalid_event')) throw error;
      this.complain(error);
      return recordOwnEnd(this.store, this.runId, {}, this.#options.env, true);
    }
  }

  /** Writes the views of a run that has ended: they can also be written by any later finalize. */
  async writeViews(): Promise<void> {
    if (this.#writer === null) return;
    try {
      const { errors, stranded, pricingFault } = await finalizeRuns(this.store, {
        env: this.#options.env,
        runIds: [this.runId],
        wish: {},
        isForced: false,
        isDryRun: false,
        staleAfterSeconds: DEFAULT_STALE_AFTER_SECONDS,
        lockTimeoutSeconds: PATIENCE_SECONDS,
        loadPricer: pricesOf(this.store, loadPriceLists),
      });
      const faults = pricingFault === null ? [] : [`no prices: ${pricingFault}`];
      for (const text of [...errors.map(({ message }) => message), ...stranded, ...faults])
        this.complain(new Error(text));
    } catch (error) {
      this.complain(error);
    }
  }

  /** Tells what went wrong, and never throws. */
  complain(error: unknown): void {
    tell(this.#options.onError, error);
  }

  #refreshSoon(): void {
    if (this.#refreshTimer !== null) return;
    this.#refreshTimer = setTimeout(() => this.#refresh(), REFRESH_DELAY_MS);
    this.#refreshTimer.unref();
  }

  #refresh(): void {
    if (this.#refreshTimer !== null) clearTimeout(this.#refreshTimer);
    this.#refreshTimer = null;
    refreshIssueFiles(this.store, this.runId);
  }
}
