// A run that one process writes to again and again: its segment stays open, an event is one write() to it, and the live log, a
// view, follows in batches.
import { errnoOf, messageOf } from '../events/errors.js';
import { BEYOND_ASCII, hasHint, redactEvent, scanJson } from '../events/redact.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { encodeLogEvent } from '../formats/log-events.js';
import { putPlainEntry } from '../formats/plain-entry.js';
import { eventJson, quotesOfTexts, textStart, unescapedJson } from '../journal/event-json.js';
import { nowMicros } from '../journal/clock.js';
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

/** How long a batch may wait, and entries for their place in the live log. */
const DELAY_MS = 100;
/** One write() of either is of so many bytes at the most: then whoever adds to it waits for the write. */
const BATCH_BYTES = 256 * 1024;
const NO_BYTES = Buffer.alloc(0);
const LF = 0x0a;
/** A UTF-16 unit takes three bytes at the most. */
const UNIT_BYTES = 3;
/** A run is put away when its journal says nothing for an hour at the least. Looked at twice as often, it cannot go unseen. */
const LOOK_EVERY_MS = 30 * 60_000;
/** Secrets are masked here, once the line is there. */
const UNREDACTED = { env: {}, isUnredacted: true };

/** What became of some events that were written at once. */
export interface BatchRecorded extends Pick<Recorded, 'warning' | 'where'> {
  ids: string[];
}

/** An event whose line is in the encoder, where that is short. */
interface Encoded {
  event: RunlogEvent;
  isShort: boolean;
  /** Whether it is known to be an entry whose texts are printable ASCII without quotes and backslashes. */
  isPlain: boolean;
}

/** Lines or entries that wait. */
interface Waiting {
  bytes: Buffer;
  view: DataView;
  length: number;
}

export class RunWriter {
  readonly #store: Store;
  readonly #runId: string;
  readonly #options: RecordOptions;
  /**
   * Whether the run belongs to this very process: then it is rotated away under its writer only where somebody ended it by force
   * and it was silent since, and need not be looked for after each write.
   */
  #isOwn: boolean;
  /** Hears what became of each batch. */
  readonly #onBatch: (batch: BatchRecorded) => void;
  readonly #encoder: LineEncoder = new LineEncoder();
  #segment: Segment | null = null;
  /** When the segment was last found in its place, by the wall clock, as rotate goes by that. */
  #foundAtMs = 0;
  /** The time of the last event, for what is written with it: to ask the clock once more would cost a fiftieth of it all. */
  #nowMs = 0;
  // Both keep bytes, no events: a hundred thousand objects that wait would cost the collector more than they cost to write.
  #batch: Waiting = { bytes: NO_BYTES, view: new DataView(NO_BYTES.buffer), length: 0 };
  #ids: string[] = [];
  /** Entries, each behind a LF. */
  #log: Waiting = { bytes: NO_BYTES, view: new DataView(NO_BYTES.buffer), length: 0 };
  /** How long the log was when the batch began: without the batch its entries go too. */
  #logBefore = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    store: Store,
    runId: string,
    options: RecordOptions,
    isOwn: boolean,
    onBatch: (batch: BatchRecorded) => void = () => undefined,
  ) {
    this.#store = store;
    this.#runId = runId;
    this.#options = options;
    this.#isOwn = isOwn;
    this.#onBatch = onBatch;
  }

  /** Records an event as `record` does. When it returns, the kernel has the line, or the spool has it, or the warning says so. */
  write(body: Recordable, isDurable: boolean = this.#options.isDurable === true): Recorded {
    const encoded = this.#encode(body);
    this.#writeBefore(encoded);
    return this.#writeOne(encoded, isDurable);
  }

  /**
   * Takes an event into the batch, and gives it as it will be written. Whether it was is told to `onBatch`: by `writeAdded`, by
   * `flush`, where the batch is full, or after a tenth of a second in which the program did nothing else. Throws `invalid_event`.
   */
  add(body: Recordable): RunlogEvent {
    const encoded = this.#encode(body);
    const { event, isShort } = encoded;
    // What is to be synced is worth a write, and a long line has one of its own.
    if (!isShort || isSynced(event)) {
      this.#writeBefore(encoded);
      const { warning, where } = this.#writeOne(encoded, this.#options.isDurable === true);
      this.#onBatch({ ids: [event.id], warning, where });
      return event;
    }
    const length = this.#encoder.close();
    while (this.#batch.length + length > BATCH_BYTES) {
      this.#writeBefore(encoded);
      this.#encoder.close();
    }
    if (this.#ids.length === 0) this.#logBefore = this.#log.length;
    const batch = withRoom(this.#batch);
    this.#encoder.bytes.copy(batch.bytes, batch.length, 0, length);
    batch.length += length;
    this.#ids.push(event.id);
    this.#follow(event, encoded.isPlain);
    this.#flushSoon();
    return event;
  }

  /** Writes the batch in one write(): what then holds for one event after `write` holds for each. */
  writeAdded(): void {
    const ids = this.#ids;
    if (ids.length === 0) return;
    const lines = this.#batch.bytes.subarray(0, this.#batch.length);
    this.#batch.length = 0;
    this.#ids = [];
    const { warning, where } = this.#appendBatch(lines);
    if (!this.#isOwn) this.#flushLog();
    this.#onBatch({ ids, warning, where });
  }

  /** Writes the batch before an event that is encoded already. Who then hears of the batch may record, with the same encoder. */
  #writeBefore({ event, isShort }: Encoded): void {
    if (this.#ids.length === 0) return;
    this.writeAdded();
    if (isShort) this.#encoder.put(JSON.stringify(event));
  }

  #appendBatch(lines: Buffer): Pick<Recorded, 'warning' | 'where'> {
    // The process may have been stopped since the batch began.
    this.#nowMs = Date.now();
    try {
      const warning = this.#append(lines, lines.length, this.#options.isDurable === true);
      return { warning, where: 'journal' };
    } catch (error) {
      this.#log.length = this.#logBefore;
      return this.#setAside(eventsOf(lines), error);
    }
  }

  #writeOne({ event, isShort, isPlain }: Encoded, isDurable: boolean): Recorded {
    try {
      // A long one puts some of its values elsewhere.
      const line = isShort ? this.#encoder.bytes : lineOf(this.#store, this.#runId, event);
      const length = isShort ? this.#encoder.close() : line.length;
      const warning = this.#append(line, length, isDurable || isSynced(event));
      this.#follow(event, isPlain);
      if (!this.#isOwn) this.#flushLog();
      return { events: [event], warning, where: 'journal' };
    } catch (error) {
      return this.#setAside([event], error);
    }
  }

  /** Puts an event into the encoder, unless its line may be too long. */
  #encode(body: Recordable): Encoded {
    const now = nowMicros();
    this.#nowMs = now / 1000;
    let event = envelop(body, UNREDACTED, now);
    const isToMask = this.#options.isUnredacted !== true;
    if (isToMask) {
      const encoded = this.#encodeHarmless(event);
      if (encoded !== null) return encoded;
    }
    let isShort = this.#encoder.put(eventJson(event));
    if (isToMask && !(isShort && this.#isHarmless(event))) {
      event = redactEvent(event);
      isShort = this.#encoder.put(JSON.stringify(event));
    }
    return { event, isShort, isPlain: false };
  }

  /** Most entries have no text that needs an escape or could be a secret: one look at the bytes tells both. Null of any other. */
  #encodeHarmless(event: RunlogEvent): Encoded | null {
    const json = unescapedJson(event);
    if (json === null || !this.#encoder.put(json)) return null;
    const found = scanJson(this.#encoder.bytes, textStart(event), this.#encoder.jsonEnd);
    const quotes = quotesOfTexts(event as RunlogEvent<'action.logged'>);
    if (found === quotes) return { event, isShort: true, isPlain: true };
    return found === quotes + BEYOND_ASCII ? { event, isShort: true, isPlain: false } : null;
  }

  /** Gives a warning where events of before could not be brought home. Throws what the system says. */
  #append(lines: Buffer, length: number, isToSync: boolean): string | null {
    let warning: string | null = null;
    let segment = this.#segment;
    if (segment === null) {
      warning = tryBringHome(this.#store, this.#runId, this.#options.env);
      segment = openOwnSegment(this.#store, this.#runId);
      this.#segment = segment;
      segment.append(lines, length);
      if (segment.isNew) segment.sync();
    } else {
      segment.append(lines, length);
    }
    if (isToSync) segment.sync();
    if (this.#isOwn && Math.abs(this.#nowMs - this.#foundAtMs) < LOOK_EVERY_MS) return warning;
    refuseMoved(segment, this.#runId);
    this.#foundAtMs = this.#nowMs;
    return warning;
  }

  /** Asked of the line as a whole, for that is quicker than of each text: nearly none has anything that could be a secret. */
  #isHarmless(event: RunlogEvent): boolean {
    return !hasHint(this.#encoder.bytes, textStart(event), this.#encoder.jsonEnd);
  }

  /** Writes the batch, and what the live log still lacks. */
  flush(): void {
    this.writeAdded();
    this.#flushLog();
  }

  #flushLog(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#isInPlace()) this.#letGo();
    const { bytes, length } = this.#log;
    this.#log.length = 0;
    appendToDesignLog(this.#store, this.#runId, bytes.subarray(0, length));
  }

  #flushSoon(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => this.#flushLate(), DELAY_MS);
    this.#timer.unref();
  }

  /** Nobody is there to catch what it throws, as where the run is gone. */
  #flushLate(): void {
    const ids = this.#ids;
    try {
      this.flush();
    } catch (error) {
      this.#onBatch({ ids, warning: `${messageOf(error)}: ${ids.length} events were NOT recorded`, where: 'nowhere' });
    }
  }

  /** Before the run ends. What is written after that may find it put away. */
  close(): void {
    this.flush();
    this.#letGo();
    this.#isOwn = false;
  }

  /** The next write opens the segment anew: the store may be back by then, and brings home what waits. */
  #setAside(events: RunlogEvent[], error: unknown): Recorded {
    this.#letGo();
    return setAside(this.#store, this.#runId, events, this.#options, error);
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
    this.#foundAtMs = 0;
  }

  /** Of another's run the log may be written anew, or put away, at any moment: there what waits is written with the batch. */
  #follow(event: RunlogEvent, isPlain: boolean): void {
    if (isPlain && this.#followPlain(event as RunlogEvent<'action.logged'>)) return;
    const entry = encodeLogEvent([event]);
    if (entry === '') return;
    const most = UNIT_BYTES * entry.length + 1;
    // The journal first.
    if (this.#log.length + most > BATCH_BYTES) this.flush();
    if (most > BATCH_BYTES) {
      appendToDesignLog(this.#store, this.#runId, Buffer.from(`\n${entry}`));
      return;
    }
    const log = withRoom(this.#log);
    log.bytes[log.length++] = LF;
    log.length += log.bytes.write(entry, log.length);
    this.#flushSoon();
  }

  /** From the line in the encoder, which is longer than the entry. Not where the log is to be flushed first: who hears of that may record. */
  #followPlain(event: RunlogEvent<'action.logged'>): boolean {
    const log = withRoom(this.#log);
    if (log.length + this.#encoder.jsonEnd > BATCH_BYTES) return false;
    const end = putPlainEntry(event, this.#encoder.view, log.view, log.length + 1);
    if (end < 0) return false;
    log.bytes[log.length] = LF;
    log.length = end;
    this.#flushSoon();
    return true;
  }
}

/** Most writers never need a batch. */
function withRoom(waiting: Waiting): Waiting {
  if (waiting.bytes.length === 0) {
    waiting.bytes = Buffer.allocUnsafeSlow(BATCH_BYTES);
    waiting.view = new DataView(waiting.bytes.buffer);
  }
  return waiting;
}

/** The events of lines that were encoded here. */
function eventsOf(lines: Buffer): RunlogEvent[] {
  return lines
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { crc: _, ...event } = JSON.parse(line) as RunlogEvent & { crc: string };
      return event as RunlogEvent;
    });
}
