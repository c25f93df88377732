// What other tools wrote, on its way to being a run: how each format is read, and what it makes. No files, no clock.
import type { EventBody, Json } from '../events/vocabulary.js';

/** An event of an imported run, still without version and id. */
export type DraftEvent = EventBody & { at: string };

/** One run that a source holds. */
export interface DraftRun {
  /** An id of its own, where the source gives it one; it counts where it can be the name of a folder. */
  runId: string | null;
  /** What its id is made of otherwise: local `YYYY-MM-DD HH:MM:SS`, null where no time is known, and a name. */
  localTime: string | null;
  name: string;
  start: Omit<EventBody<'run.started'>, 'type' | 'run_id' | 'source'> & { at: string };
  /** Of what makes this run and no other of its source; null where the source is this run alone. */
  sha256: string | null;
}

/** Something odd about a source. A loss is what could not be read: of that the user is told by the exit status too. */
export interface Remark {
  /** `line 12`, or a place in a document such as `/steps/3`; '' where it is about the whole source. */
  where: string;
  message: string;
  isLoss: boolean;
}

export interface Hash {
  update(text: string): void;
  /** Lower-case hex of the SHA-256. */
  digest(): string;
}

/** What reading a source needs of the world. */
export interface ImportContext {
  /** What the source is called, without folders and ending. */
  name: string;
  /** The offset from UTC, in minutes east, of a civil time without a zone. */
  offsetMinutesAt: (localMillis: number) => number;
  newHash: () => Hash;
  /** When the import takes place, as a stored time: where nothing of a source has a time, its events are put in order from here. */
  now: string;
  /** Whether lines that are no step lines are kept as text; otherwise they are only counted. */
  keepsOtherLines: boolean;
}

/** A walk over a source's text, which comes in pieces that end anywhere. */
export interface Pass<Result> {
  push(text: string): void;
  /** Whether more text would tell it nothing. */
  isDone?(): boolean;
  /** Throws `invalid_input` where there was nothing to read. */
  end(): Result;
}

/**
 * A format, read in two passes: what a run begins with may stand at the end of its source, and neither has to fit into memory.
 */
export interface ImportFormat {
  name: 'log' | 'trace' | 'record' | 'lines';
  /** Which runs there are. */
  survey(context: ImportContext): Pass<DraftRun[]>;
  /** Their events but for `run.started`, each with the index of its run. */
  read(
    context: ImportContext,
    runs: readonly DraftRun[],
    emit: (run: number, event: DraftEvent) => void,
    remark: (remark: Remark) => void,
  ): Pass<void>;
  /** How a long source of a single run is read by several threads, where the format can be taken apart. */
  blocks?: BlockFormat;
}

/** What reading a block has shown. Sums of blocks that follow each other can be joined. */
export interface BlockSum {
  events: number;
  lines: number;
  /** At most one of each kind. */
  warnings: { line: number; message: string }[];
  /** What the source says at the end about how its run ended. */
  latest: string;
  lastAction: string | null;
}

/** Reading a source in blocks gives the same as reading it as one text. */
export interface BlockFormat {
  /** Where the last block ends that stands whole at the beginning of these bytes; 0 where there is no place to cut. */
  cut(bytes: Uint8Array): number;
  /**
   * Gives the events of one block. `isBytes`: the text is UTF-8, a character a byte (see byte-text.ts), and so are the events' texts.
   * `at` is when the run began.
   */
  read(
    block: { text: string; isBytes: boolean; isLast: boolean },
    at: string,
    offsetMinutesAt: ImportContext['offsetMinutesAt'],
    emit: (event: DraftEvent) => void,
  ): BlockSum;
  join(sum: BlockSum, next: BlockSum): BlockSum;
  /** The event that ends the run, where the source says how it ended. */
  ending(sum: BlockSum): DraftEvent | null;
}

/**
 * What of an original is not in what its events give back: the keys whose values differ, as the source has them. Null where all is.
 * Objects are compared key by key, lists and all else as a whole.
 */
export function notGivenBack(
  original: Record<string, Json>,
  derived: Record<string, unknown>,
): Record<string, Json> | null {
  const rest: Record<string, Json> = {};
  for (const [key, value] of Object.entries(original)) {
    const other = Object.hasOwn(derived, key) ? derived[key] : undefined;
    if (isRecord(value) && isRecord(other)) {
      const inner = notGivenBack(value, other);
      if (inner !== null) define(rest, key, inner);
    } else if (!isSame(value, other)) define(rest, key, value);
  }
  return Object.keys(rest).length === 0 ? null : rest;
}

/** The opposite: what is derived, with what was given over it, keys that only the original has at the end. */
export function withGiven(derived: Record<string, unknown>, given: unknown): Record<string, unknown> {
  if (!isRecord(given)) return derived;
  const whole: Record<string, unknown> = { ...derived };
  for (const [key, value] of Object.entries(given)) {
    const other = Object.hasOwn(derived, key) ? derived[key] : undefined;
    define(whole, key, isRecord(value) && isRecord(other) ? withGiven(other, value) : value);
  }
  return whole;
}

export function isRecord(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one))
    return (
      Array.isArray(other) && one.length === other.length && one.every((item, index) => isSame(item, other[index]))
    );
  if (isRecord(one)) {
    if (!isRecord(other)) return false;
    const keys = Object.keys(one);
    return (
      keys.length === Object.keys(other).length &&
      keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
    );
  }
  return one === other;
}

/** Also where the key is `__proto__`. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** A value of a source, short enough for a remark. */
export function shown(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
