// runlog append … -- CMD: runs CMD, lets its output through unchanged and live, and records how it went.
import fs from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { EventBody } from '../events/vocabulary.js';
import { runChild, type ChildEnd } from './child.js';
import { messageOf } from '../events/errors.js';
import { redactEvent } from '../events/redact.js';
import { shellQuote } from '../formats/shell-words.js';
import { asCaller, complain, usage, warn, writeAll, type Input } from './input.js';
import { handOver, openPipes } from './pipe.js';

/** What is kept of the output: enough for its last lines, and for a secret that began well before them. */
const KEPT_BYTES = 64 * 1024;
const SHOWN_LINES = 10;
/** A background process that holds the pipe open does not hold up the one who waits for CMD. */
const GRACE_MS = 500;

export async function appendCommand(
  input: Input,
  command: readonly string[],
  body: EventBody<'action.logged'>,
  record: (body: EventBody<'action.logged'>) => void,
): Promise<void> {
  if (command.length === 0) throw usage('nothing stands after --', 'For example: runlog append CHECK_DISK -- df -h .');
  const tail = new Tail();
  const startedAt = performance.now();
  let drained: Promise<unknown> = Promise.resolve();
  let streams: readonly (Readable | null)[] = [];
  const pipes = openPipes(2);
  const ends: (number | 'pipe')[] = pipes?.map(({ writerFd }) => writerFd) ?? ['pipe', 'pipe'];
  const options = { stdio: ['inherit' as const, ...ends], env: input.context.env };
  const started = (child: ChildProcess | null): void => {
    for (const { writerFd } of pipes ?? []) fs.closeSync(writerFd);
    streams = pipes?.map(({ reader }) => reader) ?? [child?.stdout ?? null, child?.stderr ?? null];
    drained = passThrough(streams, tail);
  };
  const end = await asCaller(input.context, () => runChild(command, options, started));
  const seconds = (performance.now() - startedAt) / 1000;
  await Promise.race([drained, grace()]);
  if (end.startError !== null) complain(end.startError);
  // As CMD did, whatever happens to the recording.
  process.exitCode = end.exitStatus;
  const masked = input.has('no-redact') ? null : redactEvent({ argv: command, text: tail.text() });
  const output = lastLines(masked?.text ?? tail.text());
  const fields = fieldsOf(body.fields ?? [], masked?.argv ?? command, end, seconds, output);
  try {
    record({ ...body, fields, ...factsOf(end, seconds) });
  } catch (error) {
    warn(`${messageOf(error)}: the entry was NOT recorded`);
  }
  for (const [index, stream] of streams.entries()) {
    // What a background process still has to say goes on to where it would have gone, without us.
    if (stream !== null && !stream.closed && pipes?.[index] !== undefined) handOver(pipes[index], index + 1);
    stream?.destroy();
  }
}

/** A full disk behind our stdout ends the output as a closed pipe does; it must not end what CMD does. */
function canWrite(fd: number, chunk: Buffer): boolean {
  try {
    return writeAll(fd, chunk);
  } catch {
    return false;
  }
}

function grace(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref());
}

function factsOf(end: ChildEnd, seconds: number): Partial<EventBody<'action.logged'>> {
  return { exit_code: end.exitCode, signal: end.signal, duration_seconds: Math.round(seconds * 1e6) / 1e6 };
}

/** Command, Result and Error first, unless the user said them; then what the user said. */
function fieldsOf(
  given: readonly [string, string][],
  command: readonly string[],
  end: ChildEnd,
  seconds: number,
  output: string,
): [string, string][] {
  const how = end.signal === null ? `exit status ${end.exitStatus}` : `killed by ${end.signal}`;
  const result = `${how} after ${seconds.toFixed(seconds < 10 ? 2 : 1)} s${output === '' ? '' : `\n${output}`}`;
  const own: [string, string][] = [
    ['Command', shellQuote(command)],
    ['Result', result],
  ];
  if (end.exitStatus !== 0) own.push(['Error', end.startError ?? how]);
  return [...own.filter(([key]) => !given.some(([name]) => name === key)), ...given];
}

/** The first stream to our stdout, the second to our stderr. */
function passThrough(streams: readonly (Readable | null)[], tail: Tail): Promise<unknown> {
  return Promise.all(
    streams.map((stream, index) => {
      if (stream === null) return undefined;
      const fd = index + 1;
      stream.on('data', (chunk: Buffer) => {
        tail.add(chunk);
        // Nobody reads us any more: closing our end tells CMD so, as the pipe itself would have.
        if (!canWrite(fd, chunk)) stream.destroy();
      });
      return new Promise((resolve) => stream.on('close', resolve));
    }),
  );
}

/** The last bytes of a stream. */
class Tail {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #isCut = false;

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes - (this.#chunks[0] as Buffer).length > KEPT_BYTES) {
      this.#bytes -= (this.#chunks.shift() as Buffer).length;
      this.#isCut = true;
    }
  }

  /** As a terminal would have shown it in the end, from its first whole line on. */
  text(): string {
    const { stripVTControlCharacters } = process.getBuiltinModule('node:util');
    const text = stripVTControlCharacters(Buffer.concat(this.#chunks).toString('utf8'));
    // A progress bar writes over its line again and again: what stood there last counts.
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/\r$/, '').replace(/^[^]*\r/, ''));
    if (this.#isCut) lines.shift();
    return lines.join('\n');
  }
}

/** Cut only when secrets are masked: of a key whose first line is cut off, the others look like any text. */
function lastLines(text: string): string {
  const lines = text.split('\n');
  return (lines.length > SHOWN_LINES ? ['…', ...lines.slice(-SHOWN_LINES)] : lines).join('\n');
}
