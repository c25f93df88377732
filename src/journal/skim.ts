// Logged actions, of which a run may have a million and a fold wants little more than that they were: told to be sound from their
// bytes, and parsed when somebody asks what they say. It never judges a line unsound: what it does not know is for decodeLine.
import { parseInstant } from '../events/instant.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { crcOf } from './crc32.js';
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
const AT_FROM = ID_FROM + '01941f29-7c00-7000-8000-000000000000","at":"'.length;
const CRC_FROM = ',"crc":"'.length - CRC_TAIL_BYTES;

/** The logged action that a line is, where it is one in the common form and its checksum fits; else null. */
export function skimAction(source: LineSource): Logged | null {
  const { start, end } = source;
  if (end - start > LINE_LIMIT_BYTES || !source.isEnded || !source.areUtf8) return null;
  const { text } = source;
  LINE.lastIndex = start;
  if (!LINE.test(text) || LINE.lastIndex !== end + 1) return null;
  const atFrom = start + AT_FROM;
  const at = text.slice(atFrom, atFrom + 27);
  if (!isDay(at)) return null;
  const said = Number.parseInt(text.slice(end + CRC_FROM, end - 2), 16);
  if (crcOf(source.bytes, start, end - CRC_TAIL_BYTES, source.isLong) !== said) return null;
  return new SkimmedAction(text.slice(start + ID_FROM, start + ID_FROM + 36), at, text.slice(start, end));
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
class SkimmedAction implements Logged {
  readonly v = 1;
  readonly type = 'action.logged';
  readonly id: string;
  readonly at: string;
  /** The bytes of the line, one character each; null once it is parsed. */
  #line: string | null;
  #body: Logged | null = null;

  constructor(id: string, at: string, line: string) {
    this.id = id;
    this.at = at;
    this.#line = line;
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
    if (this.#line !== null) this.#body = JSON.parse(Buffer.from(this.#line, 'latin1').toString()) as Logged;
    this.#line = null;
    return this.#body as Logged;
  }
}
