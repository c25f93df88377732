// Events as the bytes of a journal's lines: with version and id, masked like any others, each with its checksum.
import { withEnvelope } from '../../events/envelope.js';
import { RunlogError } from '../../events/errors.js';
import { formatInstant, parseInstant } from '../../events/instant.js';
import { hasHint, redactEvent } from '../../events/redact.js';
import type { RunlogEvent } from '../../events/vocabulary.js';
import type { DraftEvent } from '../../formats/draft.js';
import { newEventId } from '../../journal/event-id.js';
import { eventJson, textStart } from '../../journal/event-json.js';
import { CLOSING_BYTES, LineEncoder, closeLine } from '../../journal/line-encoder.js';
import { LINE_LIMIT_BYTES } from '../../journal/line.js';

/** Many lines become bytes at once. */
const BATCH_CHARACTERS = LINE_LIMIT_BYTES;
const CLOSING = ' '.repeat(CLOSING_BYTES);

/** The line encoder's buffer serves all writers of a thread, one line at a time. */
const encoder = new LineEncoder();
/** So does that of a batch, which is below its limit before the last line comes in. */
const batchBytes: Buffer = Buffer.allocUnsafeSlow(BATCH_CHARACTERS + LINE_LIMIT_BYTES);

export interface LineSettings {
  /** Keep secrets as they are. */
  isUnredacted: boolean;
  /** The line of an event that is too long for one; its long values are put elsewhere. */
  lineOf: (event: object) => Buffer;
  /** Takes whole lines, the first `length` bytes. They are overwritten afterwards. */
  put: (lines: Buffer, length: number) => void;
}

export class LineWriter {
  readonly #settings: LineSettings;
  /** Lines that wait for their checksums: where their JSON ends, and where texts begin that could hold a secret. */
  #batch = '';
  #ends: number[] = [];
  #textStarts: number[] = [];

  constructor(settings: LineSettings) {
    this.#settings = settings;
  }

  /** Gives the event as it was written: masked. */
  write(draft: RunlogEvent): RunlogEvent {
    let event = draft;
    let isShort = encoder.put(eventJson(event));
    if (!this.#settings.isUnredacted && !(isShort && !hasHint(encoder.bytes, textStart(event), encoder.jsonEnd))) {
      event = redactEvent(event);
      if (event !== draft) isShort = encoder.put(JSON.stringify(event));
    }
    if (isShort) this.#settings.put(encoder.bytes, encoder.close());
    else {
      const line = this.#settings.lineOf(event);
      this.#settings.put(line, line.length);
    }
    return event;
  }

  /** The same for an event whose texts are UTF-8, a character a byte. `flush` writes those that are still held. */
  writeBytes(event: RunlogEvent): void {
    const json = eventJson(event);
    if (1 + json.length + CLOSING_BYTES >= LINE_LIMIT_BYTES) {
      this.flush();
      this.write(JSON.parse(Buffer.from(json, 'latin1').toString('utf8')) as RunlogEvent);
      return;
    }
    this.#textStarts.push(this.#batch.length + textStart(event));
    this.#batch += `\n${json}`;
    this.#ends.push(this.#batch.length);
    this.#batch += CLOSING;
    if (this.#batch.length >= BATCH_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.#batch === '') return;
    const length = batchBytes.write(this.#batch, 'latin1');
    let from = 0;
    let start = 0;
    for (let index = 0; index < this.#ends.length; index += 1) {
      const end = this.#ends[index] as number;
      const masked = this.#maskedLine(start, this.#textStarts[index] as number, end);
      if (masked === null) start = closeLine(batchBytes, start + 1, end);
      else {
        if (start > from) this.#settings.put(batchBytes.subarray(from, start), start - from);
        this.#settings.put(masked, masked.length);
        from = end + CLOSING_BYTES;
        start = from;
      }
    }
    if (length > from) this.#settings.put(batchBytes.subarray(from, length), length - from);
    this.#batch = '';
    this.#ends = [];
    this.#textStarts = [];
  }

  /** Null where nothing in a line of the batch is to be masked. */
  #maskedLine(start: number, textStart: number, end: number): Buffer | null {
    if (this.#settings.isUnredacted || !hasHint(batchBytes, textStart, end)) return null;
    const event = JSON.parse(batchBytes.toString('utf8', start + 1, end)) as RunlogEvent;
    const masked = redactEvent(event);
    return masked === event ? null : this.#settings.lineOf(masked);
  }
}

/** Of a draft that was checked, or that its reader cannot make wrong. */
export function envelop(draft: DraftEvent): RunlogEvent {
  const micros = parseInstant(draft.at);
  if (micros === null) throw new RunlogError('invalid_event', `${draft.type}: at must be a time, not ${draft.at}`);
  return withEnvelope(newEventId(micros), formatInstant(micros), draft);
}
