// runlog append --stdin: one JSON object a line becomes one event. A bad line is reported with its number; the others count.
// With --ack the id of each event goes to stdout as soon as it is kept, so that a writer knows what is safe.
import fs from 'node:fs';
import { messageOf, RunlogError } from '../events/errors.js';
import { normalizeInstant, parseInstant } from '../events/instant.js';
import { nowMicros, utcOffsetMinutes } from '../journal/clock.js';
import type { Recordable } from '../runs/record.js';
import { noteChange } from '../runs/index-change.js';
import { RunWriter } from '../runs/run-writer.js';
import { refreshIssueFiles } from '../runs/refresh.js';
import { endsSomething } from '../views/issue-ending.js';
import { checkActionType } from './action-type.js';
import { answer, print, quote, usage, warn, type Input } from './input.js';
import { acknowledge, recordOptions, targetRun, warnIfSealed } from './recording.js';

/** What is ours to say. */
const ENVELOPE = ['v', 'id', 'at', 'crc', 'blobs'];
const CHUNK_BYTES = 64 * 1024;
/** What V8 can hold as one text is little more. */
const LONGEST_LINE_BYTES = 256 * 1024 * 1024;

export function appendStream(input: Input): void {
  if (input.args.length > 0) throw usage('--stdin takes its actions from the lines, not from arguments');
  if (input.has('ack') && input.context.isJson)
    throw usage('--ack prints an id a line, --json one document', 'Give one of the two.');
  const runId = targetRun(input);
  let recorded = 0;
  let bad = 0;
  let number = 0;
  let hasEnding = false;
  let isSealed = false;
  let unheard: unknown = null;
  const writer = new RunWriter(input.store, runId, recordOptions(input), false, (batch) => {
    acknowledge(input, batch);
    if (batch.where === 'nowhere') return;
    if (isSealed) noteChange(input.store);
    else if (batch.where === 'journal') isSealed = warnIfSealed(input, runId);
    recorded += batch.ids.length;
    if (input.has('ack') && unheard === null) unheard = tryPrint(batch.ids.map((id) => `${id}\n`).join(''));
  });
  for (const lines of stdinLines()) {
    for (const line of lines) {
      number += 1;
      try {
        if (line === null) throw usage(`it is longer than ${LONGEST_LINE_BYTES / 1024 / 1024} MiB`);
        if (line.trim() !== '') hasEnding = endsSomething(writer.add(eventOfLine(line))) || hasEnding;
      } catch (error) {
        if (error instanceof RunlogError && !['usage', 'invalid_event'].includes(error.code)) throw error;
        warn(`line ${number}: ${messageOf(error)}; not recorded`);
        bad += 1;
      }
    }
    // What has been sent so far is recorded before more is waited for.
    writer.writeAdded();
  }
  writer.close();
  if (input.context.isJson) answer(input.context, { run_id: runId, recorded, bad }, '');
  if (hasEnding) refreshIssueFiles(input.store, runId);
  // That nobody could be told is no reason not to record the rest.
  if (unheard !== null) throw unheard;
  if (bad > 0) process.exitCode = 3;
}

/** `{"type": …}` is an event as it stands; `{"action": …, "description": …, "fields": {…}}` is an action. */
function eventOfLine(line: string): Recordable {
  const parsed = parseJson(line);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw usage('a line must be a JSON object');
  const own = parsed as Record<string, unknown>;
  const at = timeOfLine(own['at']);
  for (const key of ENVELOPE) if (key in own) delete own[key];
  if (at !== null) own['at'] = at;
  if (own['type'] !== undefined) return own as Recordable;
  if (typeof own['action'] !== 'string') throw usage('a line needs "type" or "action"');
  checkActionType(own['action']);
  const { action, description = null, fields = {}, ...more } = own;
  const micros = at === null ? nowMicros() : (parseInstant(at) as number);
  const isObject = typeof fields === 'object' && fields !== null && !Array.isArray(fields);
  const event = {
    type: 'action.logged',
    action,
    description,
    fields: isObject ? Object.entries(fields) : fields,
    utc_offset_minutes: utcOffsetMinutes(micros),
  };
  return Object.assign(event, more) as Recordable;
}

/** Null where none is given, or none worth the name. Throws `usage` at what is no time. */
function timeOfLine(given: unknown): string | null {
  if (given === undefined || given === null) return null;
  const at = typeof given === 'string' ? normalizeInstant(given) : null;
  if (at !== null) return at;
  throw usage(
    `at must be a time such as 2025-10-03T18:19:52Z, not ${typeof given === 'object' ? 'a list or an object' : quote(String(given))}`,
  );
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw usage(`not JSON: ${messageOf(error)}`);
  }
}

function tryPrint(text: string): unknown {
  try {
    print(text);
    return null;
  } catch (error) {
    return error;
  }
}

/** Lines as they come, all that are whole at a time; null for one that is too long. */
function* stdinLines(): Generator<(string | null)[]> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  // Pieces of a line that goes on, put together once: joining at every chunk would take time by the square of its length.
  let held: Buffer[] = [];
  let heldBytes = 0;
  for (let length = readStdin(chunk); length > 0; length = readStdin(chunk)) {
    const bytes = chunk.subarray(0, length);
    const last = bytes.lastIndexOf(10);
    if (last === -1) {
      heldBytes += length;
      // What is too long is only counted.
      if (heldBytes <= LONGEST_LINE_BYTES) held.push(Buffer.from(bytes));
      continue;
    }
    const isOverlong = heldBytes + bytes.indexOf(10) > LONGEST_LINE_BYTES;
    const whole = bytes.subarray(isOverlong ? bytes.indexOf(10) : 0, last);
    const [first = '', ...rest] = Buffer.concat(isOverlong ? [whole] : [...held, whole])
      .toString('utf8')
      .split('\n');
    yield [isOverlong ? null : first, ...rest];
    held = [Buffer.from(bytes.subarray(last + 1))];
    heldBytes = length - last - 1;
  }
  if (heldBytes > LONGEST_LINE_BYTES) yield [null];
  else if (heldBytes > 0) yield [Buffer.concat(held).toString('utf8')];
}

function readStdin(chunk: Buffer): number {
  for (;;) {
    try {
      return fs.readSync(0, chunk);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
