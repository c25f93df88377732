// An import into a run that is there: its events are appended as any others are. Their ids follow from the source, so that the same
// source a second time adds nothing, and an import that was cut off goes on where it ended.
import { createHash } from 'node:crypto';
import { checkBody } from '../../events/check.js';
import { redactEvent } from '../../events/redact.js';
import { FORMAT_VERSION, type RunlogEvent } from '../../events/vocabulary.js';
import type { DraftEvent } from '../../formats/draft.js';
import { encodeLogEvent } from '../../formats/log-events.js';
import { IdSet } from '../../journal/id-set.js';
import { readJournal } from '../../journal/read.js';
import type { Segment } from '../../journal/segment.js';
import { journalDir, type Store } from '../paths.js';
import { appendToDesignLog, lineOf, openOwnSegment, refuseMoved } from '../record.js';
import { asText } from './imported-run.js';

const BATCH_EVENTS = 1000;

export class AppendedRun {
  readonly runId: string;
  readonly #store: Store;
  readonly #sha256: string;
  readonly #isUnredacted: boolean;
  readonly #known = new IdSet();
  readonly #segment: Segment;
  #batch: RunlogEvent[] = [];
  #count = 0;

  /** Throws what the system says. */
  constructor(store: Store, runId: string, sha256: string, { isUnredacted }: { isUnredacted: boolean }) {
    this.runId = runId;
    this.#store = store;
    this.#sha256 = sha256;
    this.#isUnredacted = isUnredacted;
    for (const item of readJournal(journalDir(store, runId))) if ('event' in item) this.#known.add(item.event.id);
    this.#segment = openOwnSegment(store, runId);
  }

  /** Gives why the draft can be no event, where it cannot: then it is kept as text. The run's own end is not the source's. */
  add(draft: DraftEvent): string | null {
    if (draft.type === 'run.ended') return null;
    const problem = checkBody(draft)[0];
    const shown = this.#isUnredacted ? draft : redactEvent(draft);
    const body = problem === undefined ? shown : asText(shown);
    const { at, type, ...own } = body;
    const event = { v: FORMAT_VERSION, id: this.#nextId(), at, type, ...own } as RunlogEvent;
    if (!this.#known.has(event.id)) this.#batch.push(event);
    if (this.#batch.length >= BATCH_EVENTS) this.#flush();
    return problem?.message ?? null;
  }

  finish(): 'made' {
    this.#flush();
    this.#segment.sync();
    refuseMoved(this.#segment, this.runId);
    this.#segment.close();
    return 'made';
  }

  /** What was appended stays: the next time it is known. */
  discard(): void {
    try {
      this.#segment.close();
    } catch {
      // It was closed already.
    }
  }

  #flush(): void {
    for (const event of this.#batch) this.#segment.append(lineOf(this.#store, this.runId, event));
    appendToDesignLog(this.#store, this.runId, Buffer.from(`\n${encodeLogEvent(this.#batch)}`));
    this.#batch = [];
  }

  /** A UUID of version 8 (RFC 9562, 5.8): made of the source's content and the event's place in it. */
  #nextId(): string {
    const hex = createHash('sha256').update(`${this.#sha256} ${this.runId} ${this.#count}`).digest('hex');
    this.#count += 1;
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}
