// A run that an import writes: its events in the order of the source, many lines a write, masked like any others.
import { checkBody } from '../../events/check.js';
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
    // What a start cannot hold, such as a value nested too deep, is kept beside it.
    const fault = checkBody(start)[0];
    const event = envelop(fault === undefined ? start : { ...start, given: null });
    this.#run = new NewRun(store, start.run_id, event.id);
    this.#writer = new LineWriter({
      isUnredacted,
      lineOf: (long) => this.#run.lineOf(long),
      put: (line, length) => this.#append(line, length),
    });
    try {
      this.#write(event);
      if (fault !== undefined) this.#write(envelop(asText(start)));
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** Gives why the draft can be no event, where it cannot: then it is kept as text. Throws what the system says. */
  add(draft: DraftEvent): string | null {
    const problem = checkBody(draft)[0];
    this.#write(envelop(problem === undefined ? draft : asText(draft)));
    return problem?.message ?? null;
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

/** What can be no event is kept as the text of its JSON. */
export function asText(draft: DraftEvent): DraftEvent {
  return { type: 'text.kept', at: draft.at, untimed: true, text: JSON.stringify(draft) };
}
