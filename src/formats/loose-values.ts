// Values of JSON that other tools wrote: read wherever they can be understood, remarked on where they are not of the kind wanted.
import type { Json } from '../events/vocabulary.js';
import { parseTime } from './civil-time.js';
import { isRecord, notGivenBack, type Remark } from './draft.js';

export interface LooseContext {
  offsetMinutesAt: (localMillis: number) => number;
  remark: (remark: Remark) => void;
}

/** A file's object, and what the file is called. */
export interface LooseFile {
  path: string;
  values: Record<string, Json>;
}

/** The objects of several files as one: of each key the first that says something. */
export function mergeFiles(files: readonly LooseFile[], context: LooseContext): LooseObject {
  const values: Record<string, Json> = {};
  const paths = new Map<string, string>();
  for (const file of files)
    for (const [key, value] of Object.entries(file.values)) {
      if (value === null || paths.has(key)) continue;
      Object.defineProperty(values, key, { value, enumerable: true });
      paths.set(key, file.path);
    }
  return new LooseObject(values, (key) => paths.get(key) ?? files[0]?.path ?? '', context);
}

/** An object and where it stands: `issue_3_report.json` or `issue_3_report.json, /agent_metrics/coding`. */
export class LooseObject {
  readonly values: Record<string, Json>;
  readonly #fileOf: (key: string) => string;
  readonly #pointer: string;
  readonly #context: LooseContext;

  constructor(values: Record<string, Json>, fileOf: (key: string) => string, context: LooseContext, pointer = '') {
    this.values = values;
    this.#fileOf = fileOf;
    this.#pointer = pointer;
    this.#context = context;
  }

  /** Null where the key is missing or null; `undefined` as well, for JSON has none. */
  get(key: string): Json {
    return Object.hasOwn(this.values, key) ? (this.values[key] ?? null) : null;
  }

  text(key: string): string | null {
    const value = this.get(key);
    if (typeof value === 'number' || typeof value === 'boolean') this.#wants(key, 'a text');
    else if (typeof value !== 'string') return value === null ? null : this.#refuse(key, 'a text');
    return String(value);
  }

  /** What names something: a number is as good. */
  id(key: string): string | null {
    const value = this.get(key);
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' && value !== '' ? value : value === null ? null : this.#refuse(key, 'an id');
  }

  number(key: string): number | null {
    const value = this.get(key);
    if (value === null) return null;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) return this.#refuse(key, 'a number');
    if (typeof value === 'string') this.#wants(key, 'a number');
    return number;
  }

  /** A whole number, 0 or more. */
  count(key: string): number | null {
    const number = this.number(key);
    if (number === null || (Number.isSafeInteger(number) && number >= 0)) return number;
    return this.#refuse(key, 'a whole number, 0 or more');
  }

  flag(key: string): boolean | null {
    const value = this.get(key);
    if (typeof value === 'boolean' || value === null) return value;
    const word = String(value).toLowerCase();
    if (!['true', 'false', '1', '0'].includes(word)) return this.#refuse(key, 'true or false');
    this.#wants(key, 'true or false');
    return word === 'true' || word === '1';
  }

  /** The stored form; a time without a zone is one of the zone that the import was told. */
  time(key: string): string | null {
    const value = this.get(key);
    return value === null
      ? null
      : (parseTime(value, this.#context.offsetMinutesAt) ?? this.#refuse(key, 'a time such as 2025-10-03T18:19:52'));
  }

  /** An object within it; an empty one where there is none. */
  object(key: string): LooseObject {
    const value = this.get(key);
    if (value !== null && !isRecord(value)) this.#refuse(key, 'an object');
    return this.#within(key, isRecord(value) ? value : {});
  }

  list(key: string): Json[] {
    const value = this.get(key);
    if (value !== null && !Array.isArray(value)) this.#refuse(key, 'a list');
    return Array.isArray(value) ? value : [];
  }

  /** The objects of a list. What is none of them is left out, and remarked on. */
  objects(key: string): LooseObject[] {
    return this.list(key).flatMap((item, index) => {
      if (isRecord(item)) return [this.#within(key, item, `/${index}`)];
      this.#say(key, `/${index}`, `an object is wanted, not ${shown(item)}`);
      return [];
    });
  }

  entries(): [key: string, value: LooseObject][] {
    return Object.entries(this.values).flatMap(([key, value]): [string, LooseObject][] => {
      if (isRecord(value)) return [[key, this.#within(key, value)]];
      this.#refuse(key, 'an object');
      return [];
    });
  }

  say(key: string, message: string): void {
    this.#say(key, '', message);
  }

  #say(key: string, further: string, message: string): void {
    const pointer = `${this.#pointer}${key === '' ? '' : `/${key}`}${further}`;
    this.#context.remark({
      where: `${this.#fileOf(key)}${pointer === '' ? '' : `, ${pointer}`}`,
      message,
      isLoss: false,
    });
  }

  #within(key: string, values: Record<string, Json>, further = ''): LooseObject {
    const file = this.#fileOf(key);
    return new LooseObject(values, () => file, this.#context, `${this.#pointer}/${key}${further}`);
  }

  #wants(key: string, kind: string): void {
    this.say(key, `${kind} is wanted; ${shown(this.get(key))} was read as one`);
  }

  #refuse(key: string, kind: string): null {
    this.say(key, `${kind} is wanted, not ${shown(this.get(key))}`);
    return null;
  }
}

export function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/**
 * What of an original is not in what its events give back, in the original's own words. Times that mean the same moment are the same,
 * however they are written. Null where all is given back.
 */
export function restOf(
  original: Record<string, Json>,
  derived: Record<string, unknown>,
  { offsetMinutesAt }: Pick<LooseContext, 'offsetMinutesAt'>,
): Record<string, Json> | null {
  const rest = notGivenBack(alignTimes(original, derived, offsetMinutesAt) as Record<string, Json>, derived);
  return rest === null ? null : inOwnWords(rest, original, derived);
}

/** A copy in which times read as in what is derived, where both mean the same moment. */
function alignTimes(original: Json, derived: unknown, offsetMinutesAt: LooseContext['offsetMinutesAt']): Json {
  if (typeof original === 'string' && typeof derived === 'string' && original !== derived)
    return parseTime(original, offsetMinutesAt) === derived ? derived : original;
  if (Array.isArray(original) && Array.isArray(derived))
    return original.map((item, index) => alignTimes(item, derived[index], offsetMinutesAt));
  if (!isRecord(original) || !isRecord(derived)) return original;
  return Object.fromEntries(
    Object.entries(original).map(([key, value]) => [
      key,
      Object.hasOwn(derived, key) ? alignTimes(value, derived[key], offsetMinutesAt) : value,
    ]),
  );
}

function inOwnWords(
  rest: Record<string, Json>,
  original: Record<string, Json>,
  derived: Record<string, unknown>,
): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(rest).map(([key, value]) => {
      const [own, other] = [original[key] as Json, Object.hasOwn(derived, key) ? derived[key] : undefined];
      return [key, isRecord(value) && isRecord(own) && isRecord(other) ? inOwnWords(value, own, other) : own];
    }),
  );
}
