// Logged actions, of which a run may have a million and a fold wants little more than that they were: told to be sound from their
// bytes, and parsed when somebody asks what they say. It never judges a line unsound: what it does not know is for decodeLine.
import { parseInstant } from '../events/instant.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { crcOf } from './crc32.js';
import type { IdSet } from './id-set.js';
import { CRC_TAIL_BYTES, LINE_LIMIT_BYTES } from './line.js';
import type { LineSource } from './line-source.js';

type Logged = RunlogEvent<'action.logged'>;

const CHARACTERS = String.raw`[^"\\\x00-\x1f]*`;
const TEXT = String.raw`"${CHARACTERS}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})${CHARACTERS})*"`;
const PAIR = String.raw`\[${TEXT},${TEXT}\]`;
const ID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const AT = String.raw`\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z`;

/** A line as runlog writes it, with a UUID and the common keys; docs/format.md allows more, which is parsed at once. */
const LINE = new RegExp(
  [
    String.raw`\{"v":1,"id":"${ID}","at":"${AT}","type":"action\.logged","action":"[A-Z][A-Z0-9_]*"`,
    `(?:,"description":${TEXT})?`,
    String.raw`(?:,"fields":\[(?:${PAIR}(?:,${PAIR})*)?\])?`,
    String.raw`(?:,"utc_offset_minutes":-?(?:0|[1-9]\d{0,3}))?`,
    String.raw`,"crc":"[0-9a-f]{8}"\}\n`,
  ].join(''),
  'y',
);
const ID_FROM = '{"v":1,"id":"'.length;
const ID_LENGTH = '01941f29-7c00-7000-8000-000000000000'.length;
const AT_FROM = ID_FROM + ID_LENGTH + '","at":"'.length;
const AT_LENGTH = '2025-01-01T00:00:00.000000Z'.length;
const CRC_FROM = ',"crc":"'.length - CRC_TAIL_BYTES;

/** Whether a line is a logged action in the common form, is sound, and its checksum fits. */
export function isCommonAction(source: LineSource): boolean {
  if (!hasCommonForm(source)) return false;
  const { start, end } = source;
  const said = Number.parseInt(source.text.slice(end + CRC_FROM, end - 2), 16);
  return crcOf(source.bytes, start, end - CRC_TAIL_BYTES, source.isLong) === said;
}

/** The same but for the checksum: for bytes that are proven in another way. */
export function hasCommonForm(source: LineSource): boolean {
  const { start, end } = source;
  if (end - start > LINE_LIMIT_BYTES || !source.isEnded || !source.areUtf8) return false;
  const { text } = source;
  LINE.lastIndex = start;
  if (!LINE.test(text) || LINE.lastIndex !== end + 1) return false;
  return isDay(text.slice(start + AT_FROM, start + AT_FROM + AT_LENGTH));
}

/** The event of such a line. */
export function skimAction({ text, start, end }: LineSource): SkimmedAction {
  return new SkimmedAction(text, start, end);
}

let knownDay = '';

/** Whether the day of a time is one of the calendar. Most events are of the day of the one before. */
function isDay(at: string): boolean {
  const day = at.slice(0, 10);
  if (day === knownDay) return true;
  if (parseInstant(at) === null) return false;
  knownDay = day;
  return true;
}

/** Has no keys but those that such a line has: `in` finds no `step`, `issue`, `blobs` or `given`. */
export class SkimmedAction implements Logged {
  readonly v = 1;
  readonly type = 'action.logged';
  readonly at: string;
  /** The line and its neighbours, one character a byte. */
  readonly #text: string;
  readonly #start: number;
  readonly #end: number;
  #body: Logged | null = null;

  constructor(text: string, start: number, end: number) {
    this.#text = text;
    this.#start = start;
    this.#end = end;
    this.at = text.slice(start + AT_FROM, start + AT_FROM + AT_LENGTH);
  }

  get id(): string {
    return this.#text.slice(this.#start + ID_FROM, this.#start + ID_FROM + ID_LENGTH);
  }

  /** Adds its id to those met; gives whether it is new. To make a text of each would take longer. */
  addTo(ids: IdSet): boolean {
    return ids.add(this.#text, this.#start + ID_FROM, this.#start + ID_FROM + ID_LENGTH);
  }

  get action(): string {
    return this.#parsed.action;
  }

  get description(): string | null {
    return this.#parsed.description ?? null;
  }

  get fields(): [key: string, value: string][] | null {
    return this.#parsed.fields ?? null;
  }

  get #parsed(): Logged {
    const bytes = (): Buffer => Buffer.from(this.#text.slice(this.#start, this.#end), 'latin1');
    return (this.#body ??= JSON.parse(bytes().toString()) as Logged);
  }
}
