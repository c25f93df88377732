// runlog append: one action of the design-experiment log, a stream of events, or a command that is run and recorded.
import { messageOf } from '../events/errors.js';
import { formatInstant } from '../events/instant.js';
import type { EventBody } from '../events/vocabulary.js';
import { FIELD_KEYS } from '../formats/field-keys.js';
import { encodeLogEvent } from '../formats/log-events.js';
import { nowMicros, utcOffsetMinutes } from '../journal/clock.js';
import { appendLogText, envelop, type Recordable } from '../runs/record.js';
import { checkActionType } from './action-type.js';
import { appendCommand } from './append-command.js';
import { appendStream } from './append-stream.js';
import { answer, quote, readDash, splitPair, usage, type Input } from './input.js';
import { acknowledge, keptId, recordInto, recordOne, targetRun } from './recording.js';
import { parseTime } from './values.js';

export function append(input: Input): void | Promise<void> {
  if (input.has('stdin')) return appendStream(input);
  if (input.has('ack')) throw usage('--ack goes with --stdin');
  const [action, description] = input.args;
  if (action === undefined)
    throw usage('append needs an ACTION_TYPE', 'For example: runlog append VERIFY_MODEL "Checking"');
  checkActionType(action);
  const body: EventBody<'action.logged'> = {
    type: 'action.logged',
    action,
    description: readDash(input, description) || null,
    fields: fieldsOf(input),
    utc_offset_minutes: 0,
  };
  const at = input.text('at');
  const micros = at === undefined ? undefined : parseTime(at, '--at');
  if (input.command !== null) {
    // Found before the command runs: a mistyped run should not cost an hour's work.
    const runId = input.has('log') ? null : targetRun(input);
    return appendCommand(input, input.command, body, (done) => log(input, runId, { ...done, ...stamped(micros) }));
  }
  const stamp = stamped(micros);
  if (input.has('log')) log(input, null, { ...body, ...stamp });
  else recordOne(input, { ...body, ...stamp });
}

function log(input: Input, runId: string | null, body: Recordable): void {
  if (runId !== null) {
    const recorded = recordInto(input, runId, [body]);
    // Beside a command's own output there is no room for a JSON answer.
    if (input.context.isJson && input.command === null)
      answer(input.context, { run_id: runId, id: keptId(recorded) }, '');
    return;
  }
  const event = envelop(body, { env: input.context.env, isUnredacted: input.has('no-redact') });
  const file = input.text('log') as string;
  try {
    appendLogText(file, Buffer.from(`\n${encodeLogEvent([event])}`));
  } catch (error) {
    acknowledge(input, {
      warning: `${messageOf(error)}: the entry was NOT recorded`,
      where: 'nowhere',
    });
  }
}

/** The event's time, and the offset from UTC that its entry in the log is written in. */
function stamped(micros: number | undefined): { at?: string; utc_offset_minutes: number } {
  const time = micros ?? nowMicros();
  return micros === undefined
    ? { utc_offset_minutes: utcOffsetMinutes(time) }
    : { at: formatInstant(time), utc_offset_minutes: utcOffsetMinutes(time) };
}

/** In the order of the command line: the reader of the log sees what its writer put first. */
function fieldsOf(input: Input): [string, string][] {
  return input.given.flatMap(([name, value]): [string, string][] => {
    if (value === true) return [];
    if (name === 'field') {
      const [key, text] = splitPair(value, '--field');
      checkKey(key);
      return [[key, readDash(input, text) ?? '']];
    }
    const key = FIELD_KEYS[name];
    return key === undefined ? [] : [[key, readDash(input, value) ?? '']];
  });
}

function checkKey(key: string): void {
  if (/^[\s[]|[\r\n]|:(\s|$)/.test(key))
    throw usage(
      `--field: ${quote(key)} cannot be a key`,
      'A key is one line, begins with neither a space nor [, and has no colon before a space.',
    );
}
