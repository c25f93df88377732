// A run that one process writes to again and again: its segment stays open, an event is one write() to it, and the live log, a
// view, follows in batches.
import { errnoOf } from '../events/errors.js';
import { hasHint, redactEvent } from '../events/redact.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { LineEncoder } from '../journal/line-encoder.js';
import type { Segment } from '../journal/segment.js';
import type { Store } from './paths.js';
import {
  appendToDesignLog,
  envelop,
  isSynced,
  lineOf,
  openOwnSegment,
  refuseMoved,
  setAside,
  tryBringHome,
  type Recordable,
  type RecordOptions,
  type Recorded,
} from './record.js';

/** How long entries may wait for their place in the live log, and how many of them: no call pays for it, but at such a rate. */
const LOG_DELAY_MS = 100;
const LOG_BATCH = 10_000;
/** What stands before an event's type: LF, `{"v":1,"id":"…","at":"…`, 36 characters of id, and a time of 20 at the least. */
const ENVELOPE_BYTES = 77;
/** Secrets are masked here, once the line is there. */
const UNREDACTED = { env: {}, isUnredacted: true };

export class RunWriter {
  readonly #store: Store;
  readonly #runId: string;
  readonly #options: RecordOptions;
  /**
   * Whether the run belongs to this very process: then it cannot be rotated away under its writer, for it is alive, and need not
   * be looked for after each write.
   */
  #isOwn: boolean;
  readonly #encoder: LineEncoder = new LineEncoder();
  #segment: Segment | null = null;
  #pending: RunlogEvent[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(store: Store, runId: string, options: RecordOptions, isOwn: boolean) {
    this.#store = store;
    this.#runId = runId;
    this.#options = options;
    this.#isOwn = isOwn;
  }

  /** Records an event as `record` does. When it returns, the kernel has the line, or the spool has it, or the warning says so. */
  write(body: Recordable, isDurable: boolean = this.#options.isDurable === true): Recorded {
    let event = envelop(body, UNREDACTED);
    let isShort = this.#encoder.put(JSON.stringify(event));
    if (this.#options.isUnredacted !== true && !(isShort && this.#isHarmless())) {
      event = redactEvent(event);
      isShort = this.#encoder.put(JSON.stringify(event));
    }
    let warning: string | null = null;
    try {
      // A long one puts some of its values elsewhere.
      const line = isShort ? this.#encoder.bytes : lineOf(this.#store, this.#runId, event);
      const length = isShort ? this.#encoder.close() : line.length;
      let segment = this.#segment;
      if (segment === null) {
        warning = tryBringHome(this.#store, this.#runId, this.#options.env);
        segment = openOwnSegment(this.#store, this.#runId);
        this.#segment = segment;
        segment.append(line, length);
        if (segment.isNew) segment.sync();
      } else {
        segment.append(line, length);
      }
      if (isDurable || isSynced(event)) segment.sync();
      if (!this.#isOwn) refuseMoved(segment, this.#runId);
    } catch (error) {
      return this.#setAside(event, error);
    }
    this.#follow(event);
    return { events: [event], warning, where: 'journal' };
  }

  /** Asked of the line as a whole, for that is quicker than of each text: nearly none has anything that could be a secret. */
  #isHarmless(): boolean {
    return !hasHint(this.#encoder.bytes, ENVELOPE_BYTES, this.#encoder.jsonEnd);
  }

  /** Writes what the live log still lacks. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#isInPlace()) this.#letGo();
    if (this.#pending.length === 0) return;
    appendToDesignLog(this.#store, this.#runId, this.#pending);
    this.#pending = [];
  }

  /** Before the run ends. What is written after that may find it put away. */
  close(): void {
    this.flush();
    this.#letGo();
    this.#isOwn = false;
  }

  /** The next write opens the segment anew: the store may be back by then, and brings home what waits. */
  #setAside(event: RunlogEvent, error: unknown): Recorded {
    this.#letGo();
    return setAside(this.#store, this.#runId, [event], this.#options, error);
  }

  /** Somebody may have removed the folder: what is written from now on should not go where nobody finds it. */
  #isInPlace(): boolean {
    try {
      return this.#segment?.isInPlace() ?? true;
    } catch {
      return false;
    }
  }

  #letGo(): void {
    try {
      this.#segment?.close();
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
    this.#segment = null;
  }

  #follow(event: RunlogEvent): void {
    if (event.type === 'action.logged' || event.type === 'text.kept') this.#pending.push(event);
    // Of another's run the log may be written anew, or put away, at any moment: what came later would stand there twice.
    if (!this.#isOwn || this.#pending.length >= LOG_BATCH) this.flush();
    else if (this.#timer === null) {
      this.#timer = setTimeout(() => this.flush(), LOG_DELAY_MS);
      this.#timer.unref();
    }
  }
}
