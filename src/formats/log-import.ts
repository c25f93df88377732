// A design-experiment log becomes a run: an entry an event, text between entries kept where it stood.
import { RunlogError } from '../events/errors.js';
import { formatInstant } from '../events/instant.js';
import { LogDecoder, isEntryHeader, parseLocalTime } from './design-log.js';
import { actionOfEntry } from './log-events.js';
import type { BlockFormat, BlockSum, DraftEvent, DraftRun, ImportContext, ImportFormat, Pass } from './draft.js';

/** An entry and its fields fit into memory. */
const LONGEST_BLOCK_CHARACTERS = 32 * 1024 * 1024;

/** Where blocks are cut, an entry begins: `x\n\n[`, in either kind of line end, with exactly one blank line. */
const [LF, CR, BRACKET] = [0x0a, 0x0d, 0x5b];

export const LOG_BLOCKS: BlockFormat = { cut, read: readBlock, join, ending };
export const LOG_FORMAT: ImportFormat = { name: 'log', survey, read, blocks: LOG_BLOCKS };

/** The run begins with its first entry; text before it has no time. */
function survey(context: ImportContext): Pass<DraftRun[]> {
  let first: DraftRun | null = null;
  let tail = '';
  const look = (text: string): void => {
    const header = text
      .replace(/^\ufeff/, '')
      .split('\n')
      .find((line) => isEntryHeader(line));
    if (header === undefined) return;
    const localTime = header.slice(1, 'YYYY-MM-DD HH:MM:SS'.length + 1);
    const local = parseLocalTime(localTime) as number;
    const offset = context.offsetMinutesAt(local);
    const at = formatInstant((local - offset * 60_000) * 1000);
    const { name } = context;
    first = { runId: null, localTime, name, start: { at, name, utc_offset_minutes: offset }, sha256: null };
  };
  return {
    push(text) {
      if (first !== null) return;
      const end = text.lastIndexOf('\n');
      if (end !== -1) {
        look(tail + text.slice(0, end).replaceAll('\r\n', '\n').replace(/\r$/, ''));
        tail = text.slice(end + 1);
      } else tail += text;
      refuseLonger(tail.length, context);
    },
    isDone: () => first !== null,
    end() {
      if (first === null) look(tail);
      if (first === null)
        throw new RunlogError(
          'invalid_input',
          'it has no entry such as "[2025-10-22 14:23:15] VERIFY_MODEL: Checking"',
          {
            hint: 'See docs/design-log.md for the layout that is read.',
          },
        );
      return [first];
    },
  };
}

function read(
  context: ImportContext,
  runs: readonly DraftRun[],
  emit: (run: number, event: DraftEvent) => void,
  remark: Parameters<ImportFormat['read']>[3],
): Pass<void> {
  const reader = new LogReader(runs[0]?.start.at ?? context.now, context.offsetMinutesAt, (event) => emit(0, event));
  return {
    push(text) {
      reader.decoder.push(text);
      refuseLonger(reader.decoder.heldCharacters, context);
    },
    end() {
      const sum = reader.end(true);
      for (const { line, message } of sum.warnings) remark({ where: `line ${line}`, message, isLoss: false });
      const ended = ending(sum);
      if (ended !== null) emit(0, ended);
    },
  };
}

/** Decoded blocks as events. */
class LogReader {
  readonly decoder: LogDecoder;
  #events = 0;
  #latest: string;
  #lastAction: string | null = null;

  constructor(startedAt: string, offsetMinutesAt: ImportContext['offsetMinutesAt'], emit: (event: DraftEvent) => void) {
    // Text has no time of its own: it gets that of the entry before it, or of the first.
    let at = startedAt;
    this.#latest = at;
    this.decoder = new LogDecoder((block) => {
      const event: DraftEvent =
        block.kind === 'entry' ? actionOfEntry(block, offsetMinutesAt) : { type: 'text.kept', at, text: block.text };
      at = event.at;
      if (at > this.#latest) this.#latest = at;
      if (block.kind === 'entry') this.#lastAction = block.action;
      this.#events += 1;
      emit(event);
    });
  }

  end(isLast: boolean): BlockSum {
    const warnings = this.decoder.end(!isLast);
    const { lines } = this.decoder;
    return { events: this.#events, lines, warnings, latest: this.#latest, lastAction: this.#lastAction };
  }
}

/** A log that ends with COMPLETE says itself that the work was done; any other was left unfinished. */
function ending({ lastAction, latest }: BlockSum): DraftEvent | null {
  if (lastAction === null || !/^COMPLETE(_|$)/.test(lastAction)) return null;
  const cause = { reason: `the log ends with ${lastAction}`, decided_by: 'import' };
  return { type: 'run.ended', at: latest, ended_at: latest, status: 'completed', cause };
}

/** The last entry of these bytes begins the next block. It is left alone where its first line has no end here. */
function cut(bytes: Uint8Array): number {
  const last = bytes.length - 1;
  for (let at = bytes.lastIndexOf(BRACKET, last); at > 0; at = at === 0 ? -1 : bytes.lastIndexOf(BRACKET, at - 1))
    if (followsOneBlankLine(bytes, at) && isHeaderAt(bytes, at)) return at;
  return 0;
}

function followsOneBlankLine(bytes: Uint8Array, at: number): boolean {
  if (bytes[at - 1] !== LF) return false;
  const blank = bytes[at - 2] === CR ? at - 3 : at - 2;
  if (bytes[blank] !== LF) return false;
  const end = bytes[blank - 1] === CR ? blank - 2 : blank - 1;
  // A byte order mark alone makes no line.
  return end >= 3 && bytes[end] !== LF && bytes[end] !== CR;
}

function isHeaderAt(bytes: Uint8Array, at: number): boolean {
  const end = bytes.indexOf(LF, at);
  // A header is told by its ASCII; what its description holds does not matter.
  const line = end === -1 || end - at > 1000 ? '' : String.fromCharCode(...bytes.subarray(at, end));
  return isEntryHeader(line.replace(/\r$/, ''));
}

function readBlock(
  { text, isBytes, isLast }: { text: string; isBytes: boolean; isLast: boolean },
  at: string,
  offsetMinutesAt: ImportContext['offsetMinutesAt'],
  emit: (event: DraftEvent) => void,
): BlockSum {
  const reader = new LogReader(at, offsetMinutesAt, emit);
  if (isBytes) reader.decoder.push(text, false);
  else reader.decoder.push(text);
  return reader.end(isLast);
}

function join(sum: BlockSum, next: BlockSum): BlockSum {
  const isNew = ({ message }: { message: string }): boolean => sum.warnings.every((known) => known.message !== message);
  const added = next.warnings.filter(isNew).map(({ line, message }) => ({ line: sum.lines + line, message }));
  return {
    events: sum.events + next.events,
    lines: sum.lines + next.lines,
    warnings: [...sum.warnings, ...added],
    latest: next.latest > sum.latest ? next.latest : sum.latest,
    lastAction: next.lastAction ?? sum.lastAction,
  };
}

function refuseLonger(characters: number, { name }: ImportContext): void {
  if (characters > LONGEST_BLOCK_CHARACTERS)
    throw new RunlogError('invalid_input', `an entry or a line of ${name} is longer than 32 MiB`, {
      hint: 'Split it, or leave it out.',
    });
}
