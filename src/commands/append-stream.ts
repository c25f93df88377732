// runlog append --stdin: one JSON object a line becomes one event. A bad line is reported with its number; the others count.
// With --ack the id of each event goes to stdout as soon as it is kept, so that a writer knows what is safe.
import fs from 'node:fs';
import { messageOf, RunlogError } from '../events/errors.js';
import { normalizeInstant, parseInstant } from '../events/instant.js';
import { nowMicros, utcOffsetMinutes } from '../journal/clock.js';
import type { Recordable } from '../runs/record.js';
import { refreshIssueFiles } from '../runs/refresh.js';
import { endsSomething } from '../views/issue-ending.js';
import { checkActionType } from './action-type.js';
import { answer, print, quote, usage, warn, type Input } from './input.js';
import { keptId, recordInto, targetRun } from './recording.js';

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
  let unheard: unknown = null;
  for (const line of stdinLines()) {
    number += 1;
    if (line?.trim() === '') continue;
    try {
      if (line === null) throw usage(`it is longer than ${LONGEST_LINE_BYTES / 1024 / 1024} MiB`);
      const event = eventOfLine(line);
      const id = keptId(recordInto(input, runId, [event]));
      if (id === null) continue;
      hasEnding ||= endsSomething(event);
      recorded += 1;
      if (input.has('ack') && unheard === null) unheard = tryPrint(`${id}\n`);
    } catch (error) {
      if (error instanceof RunlogError && !['usage', 'invalid_event'].includes(error.code)) throw error;
      warn(`line ${number}: ${messageOf(error)}; not recorded`);
      bad += 1;
    }
  }
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
  const { at: givenAt, v: _version, id: _id, crc: _crc, blobs: _blobs, ...own } = parsed as Record<string, unknown>;
  const at = typeof givenAt === 'string' ? normalizeInstant(givenAt) : undefined;
  if (at === null || (givenAt !== undefined && givenAt !== null && at === undefined))
    throw usage(
      `at must be a time such as 2025-10-03T18:19:52Z, not ${typeof givenAt === 'object' ? 'a list or an object' : quote(String(givenAt))}`,
    );
  const stamp = at === undefined ? {} : { at };
  if (own['type'] !== undefined) return { ...own, ...stamp } as Recordable;
  if (typeof own['action'] !== 'string') throw usage('a line needs "type" or "action"');
  checkActionType(own['action']);
  const { fields } = own;
  const pairs =
    typeof fields === 'object' && fields !== null && !Array.isArray(fields) ? Object.entries(fields) : fields;
  return {
    ...own,
    ...stamp,
    type: 'action.logged',
    fields: pairs,
    utc_offset_minutes: utcOffsetMinutes(at === undefined ? nowMicros() : (parseInstant(at) as number)),
  } as Recordable;
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

/** Null for a line that is too long. */
function* stdinLines(): Generator<string | null> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  // Pieces of a line that goes on, put together once: joining at every chunk would take time by the square of its length.
  let held: Buffer[] = [];
  let heldBytes = 0;
  for (let length = readStdin(chunk); length > 0; length = readStdin(chunk)) {
    const bytes = chunk.subarray(0, length);
    let from = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
      heldBytes += end - from;
      yield heldBytes > LONGEST_LINE_BYTES
        ? null
        : Buffer.concat([...held, bytes.subarray(from, end)]).toString('utf8');
      held = [];
      heldBytes = 0;
      from = end + 1;
    }
    heldBytes += length - from;
    if (heldBytes <= LONGEST_LINE_BYTES) held.push(Buffer.from(bytes.subarray(from)));
  }
  if (heldBytes > LONGEST_LINE_BYTES) yield null;
  else if (heldBytes > 0) yield Buffer.concat(held).toString('utf8');
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
