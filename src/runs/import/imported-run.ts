// A run that an import writes: its events in the order of the source, many lines a write, masked like any others.
import { checkBody } from '../../events/check.js';
import { RunlogError } from '../../events/errors.js';
import { formatInstant, parseInstant } from '../../events/instant.js';
import { hasHint, redactEvent } from '../../events/redact.js';
import { FORMAT_VERSION, type EventBody, type RunlogEvent } from '../../events/vocabulary.js';
import type { DraftEvent } from '../../formats/draft.js';
import { encodeMetadata } from '../../formats/run-files.js';
import { newEventId } from '../../journal/event-id.js';
import { LineEncoder } from '../../journal/line-encoder.js';
import { applyEvent, emptyRun, type RunState } from '../../views/run.js';
import { NewRun } from '../new-run.js';
import { eventJson } from './event-json.js';
import type { Store } from '../paths.js';

const BATCH_BYTES = 512 * 1024;
/** What stands before an event's type in the lines that are written here: no word of it is a secret's. */
const ENVELOPE_BYTES =
  '\n{"v":1,"id":"00000000-0000-7000-8000-000000000000","at":"2025-10-22T14:23:15.000000Z","type":"'.length;

/** The line encoder's buffer serves all runs of an import, one line at a time. */
const encoder = new LineEncoder();

export class ImportedRun {
  readonly runId: string;
  readonly #run: NewRun;
  readonly #isUnredacted: boolean;
  readonly #state: RunState = emptyRun();
  #batch: Buffer = Buffer.allocUnsafe(8 * 1024);
  #used = 0;

  constructor(
    store: Store,
    start: EventBody<'run.started'> & { at: string },
    { isUnredacted }: { isUnredacted: boolean },
  ) {
    this.runId = start.run_id;
    this.#isUnredacted = isUnredacted;
    // What a start cannot hold, such as a value nested too deep, is kept beside it.
    const fault = checkBody(start)[0];
    const event = envelop(fault === undefined ? start : { ...start, given: null });
    this.#run = new NewRun(store, start.run_id, event.id);
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

  /** `taken`: another run has got the id meanwhile, and nothing is left of this one. */
  finish(): 'made' | 'taken' {
    this.#flush();
    return this.#run.finish(encodeMetadata(this.runId, this.#state));
  }

  discard(): void {
    this.#run.discard();
  }

  #write(draft: RunlogEvent): void {
    let event = draft;
    let isShort = encoder.put(eventJson(event));
    if (!this.#isUnredacted && !(isShort && !hasHint(encoder.bytes, textStart(event), encoder.jsonEnd))) {
      event = redactEvent(event);
      isShort = encoder.put(JSON.stringify(event));
    }
    applyEvent(this.#state, event);
    if (isShort) this.#append(encoder.bytes, encoder.close());
    else {
      const line = this.#run.lineOf(event);
      this.#append(line, line.length);
    }
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

/** Where the texts of a line begin that could hold a secret: after its envelope, and after an action of a few plain words. */
function textStart(event: RunlogEvent): number {
  if (event.type !== 'action.logged' || !isHarmless(event.action)) return ENVELOPE_BYTES;
  return ENVELOPE_BYTES + ACTION_START.length + event.action.length;
}

const ACTION_START = 'action.logged","action":"';
const harmless = new Set<string>();

/** The same few actions come again and again, and `DESIGN` holds what may be part of a secret's name. */
function isHarmless(action: string): boolean {
  if (harmless.has(action)) return true;
  if (action.length > 40 || harmless.size > 1000 || redactEvent({ action }).action !== action) return false;
  harmless.add(action);
  return true;
}

/** What can be no event is kept as the text of its JSON. */
export function asText(draft: DraftEvent): DraftEvent {
  return { type: 'text.kept', at: draft.at, untimed: true, text: JSON.stringify(draft) };
}

function envelop(draft: DraftEvent): RunlogEvent {
  const micros = parseInstant(draft.at);
  if (micros === null) throw new RunlogError('invalid_event', `${draft.type}: at must be a time, not ${draft.at}`);
  const event = Object.assign({ v: FORMAT_VERSION, id: newEventId(micros), at: '', type: '' }, draft);
  event.at = formatInstant(micros);
  return event as RunlogEvent;
}
