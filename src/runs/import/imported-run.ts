// A run that an import writes: its events in the order of the source, many lines a write, masked like any others.
import type { EventBody, RunlogEvent } from '../../events/vocabulary.js';
import type { DraftEvent } from '../../formats/draft.js';
import { encodeMetadata } from '../../formats/run-files.js';
import { applyEvent, emptyRun, type RunState } from '../../views/run.js';
import { NewRun, type RunPlace } from '../new-run.js';
import type { Store } from '../paths.js';
import { LineWriter, envelop } from './line-writer.js';

const BATCH_BYTES = 512 * 1024;

export class ImportedRun {
  readonly runId: string;
  readonly #run: NewRun;
  readonly #writer: LineWriter;
  readonly #state: RunState = emptyRun();
  #batch: Buffer = Buffer.allocUnsafe(8 * 1024);
  #used = 0;

  constructor(
    store: Store,
    start: EventBody<'run.started'> & { at: string },
    { isUnredacted }: { isUnredacted: boolean },
  ) {
    this.runId = start.run_id;
    const event = envelop(start);
    this.#run = new NewRun(store, start.run_id, event.id);
    this.#writer = new LineWriter({
      isUnredacted,
      lineOf: (long) => this.#run.lineOf(long),
      put: (line, length) => this.#append(line, length),
    });
    try {
      this.#write(event);
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** Throws `invalid_event`, which is a fault of the reader of that format; and what the system says. */
  add(draft: DraftEvent): void {
    this.#write(envelop(draft));
  }

  /** Appends lines of entries and of text between them that were made elsewhere: the metadata say nothing of such. */
  addLines(lines: Buffer): void {
    this.#flush();
    this.#run.append(lines);
  }

  /** Where long values of events go. */
  get place(): RunPlace {
    return this.#run.place;
  }

  /** `taken`: another run has got the id meanwhile, and nothing is left of this one. */
  finish(): 'made' | 'taken' {
    this.#flush();
    return this.#run.finish(encodeMetadata(this.runId, this.#state));
  }

  discard(): void {
    this.#run.discard();
  }

  #write(event: RunlogEvent): void {
    applyEvent(this.#state, this.#writer.write(event));
  }

  #append(line: Buffer, length: number): void {
    if (this.#used + length > this.#batch.length) {
      this.#flush();
      // Most imported runs are small: the batch grows only with what comes.
      const size = Math.min(BATCH_BYTES, 8 * this.#batch.length);
      if (size > this.#batch.length) this.#batch = Buffer.allocUnsafe(size);
    }
    if (length > this.#batch.length) this.#run.append(line, length);
    else {
      line.copy(this.#batch, this.#used, 0, length);
      this.#used += length;
    }
  }

  #flush(): void {
    if (this.#used > 0) this.#run.append(this.#batch, this.#used);
    this.#used = 0;
  }
}
