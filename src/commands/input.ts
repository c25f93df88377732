// What a command is given and how it answers: arguments and options as parsed, the surroundings, and two ways to speak.
import fs from 'node:fs';
import { RunlogError, errnoOf, messageOf } from '../events/errors.js';
import { toVisibleJson, toVisibleLine } from '../formats/visible-text.js';
import { findStore, type Store } from '../runs/paths.js';

/** The surroundings of one call. stdout is for results, stderr for all else. */
export interface Context {
  env: NodeJS.ProcessEnv;
  cwd: string;
  isJson: boolean;
  isQuiet: boolean;
  isColorless: boolean;
  dir: string | undefined;
  /** The caller's umask. Our own is another, so that it takes nothing from the modes that we ask for. */
  umask: number;
}

/** A command's arguments. `given` has the options in the order of the command line; a flag's value is true. */
export class Input {
  readonly args: readonly string[];
  readonly given: readonly (readonly [name: string, value: string | true])[];
  /** What stands after `--`, where the command takes a command; null where there is no `--`. */
  readonly command: readonly string[] | null;
  readonly context: Context;
  #store: Store | undefined;

  constructor(
    args: readonly string[],
    given: readonly (readonly [string, string | true])[],
    command: readonly string[] | null,
    context: Context,
  ) {
    this.args = args;
    this.given = given;
    this.command = command;
    this.context = context;
  }

  get store(): Store {
    this.#store ??= findStore(this.context.dir, this.context.env, this.context.cwd);
    return this.#store;
  }

  has(name: string): boolean {
    return this.given.some(([key]) => key === name);
  }

  /** The option's value; the last one counts. */
  text(name: string): string | undefined {
    const found = this.given.findLast(([key]) => key === name)?.[1];
    return found === true ? undefined : found;
  }

  list(name: string): string[] {
    return this.given.flatMap(([key, value]) => (key === name && value !== true ? [value] : []));
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (text.trim() === '' || !Number.isFinite(number)) throw usage(`--${name} takes a number, not ${quote(text)}`);
    return number;
  }

  /** A whole number, 0 or more. */
  count(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseCount(text, `--${name}`);
  }

  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = allowed.find((value) => value === text);
    if (found === undefined) throw usage(`--${name} takes ${allowed.join(', ')}; not ${quote(text)}`);
    return found;
  }

  /** `K=V` options as an object; a later one wins. */
  pairs(name: string): Record<string, string> {
    return Object.fromEntries(this.list(name).map((text) => splitPair(text, `--${name}`)));
  }
}

export function parseCount(text: string, what: string): number {
  if (!/^\d{1,15}$/.test(text)) throw usage(`${what} takes a whole number, 0 or more; not ${quote(text)}`);
  return Number(text);
}

/** `key=value` at the first `=`. */
export function splitPair(text: string, what: string): [key: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw usage(`${what} takes KEY=VALUE, not ${quote(text)}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

const stdinTexts = new WeakMap<Input, string>();

/** `-` stands for the standard input, which can be read once. */
export function readDash(input: Input, value: string | undefined): string | undefined {
  if (value !== '-') return value;
  if (stdinTexts.has(input)) throw usage('only one value can be - (the standard input)');
  const text = fs.readFileSync(0, 'utf8').replace(/\r?\n$/, '');
  stdinTexts.set(input, text);
  return text;
}

export function usage(message: string, hint?: string): RunlogError {
  return new RunlogError('usage', message, hint === undefined ? {} : { hint });
}

export function quote(text: string): string {
  const shown = JSON.stringify(text);
  return shown.length > 60 ? `${shown.slice(0, 56)}…"` : shown;
}

/** Does what starts another program, under the umask that its caller meant it to have. */
export function asCaller<T>({ umask }: Context, work: () => T): T {
  const own = process.umask(umask);
  try {
    return work();
  } finally {
    process.umask(own);
  }
}

/** A result: text for people, or one JSON document under --json. */
export function answer(context: Context, json: unknown, text: string): void {
  print(context.isJson ? `${jsonText(json)}\n` : text);
}

/** JSON on one line, as it may go to a terminal. */
export function jsonText(value: unknown): string {
  return toVisibleJson(JSON.stringify(value));
}

/** False where nobody reads any more. Throws `io` where stdout takes nothing, as on a full disk. */
export function print(text: string): boolean {
  try {
    return writeAll(1, Buffer.from(text));
  } catch (error) {
    throw new RunlogError('io', `the answer could not be written to stdout: ${messageOf(error)}`, { cause: error });
  }
}

/** Says something on stderr. Where that takes nothing (it may lie on the very disk that is full) all goes on without it. */
export function say(text: string): void {
  try {
    writeAll(2, Buffer.from(text));
  } catch {
    // There is nowhere left to say so.
  }
}

/** A remark beside the result, on one line whatever it repeats. */
export function remark(context: Context, text: string): void {
  if (!context.isQuiet) say(`${toVisibleLine(text)}\n`);
}

/** What runlog has to say of a command that it was to run, as a shell would. */
export function complain(text: string): void {
  say(`runlog: ${toVisibleLine(text)}\n`);
}

/** What must be said even under --quiet. */
export function warn(text: string): void {
  say(`warning: ${toVisibleLine(text)}\n`);
}

/**
 * Writes at once and whole; process.stdout would cost a recording command two milliseconds to load. Gives false where nobody
 * reads any more: a closed pipe is no error.
 */
export function writeAll(fd: number, bytes: Buffer): boolean {
  for (let from = 0; from < bytes.length;) {
    try {
      from += fs.writeSync(fd, bytes, from);
    } catch (error) {
      if (errnoOf(error) === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      else if (errnoOf(error) === 'EPIPE') return false;
      else throw error;
    }
  }
  return true;
}
