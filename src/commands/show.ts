// runlog show: every event of a run, with all its keys.
import { RunlogError } from '../events/errors.js';
import { formatInstant } from '../events/instant.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { damageRow, type DamageRow } from '../formats/run-json.js';
import { toVisibleLine } from '../formats/visible-text.js';
import type { Damage } from '../journal/line.js';
import { readEvents } from '../runs/open-run.js';
import { painter } from '../terminal/colors.js';
import { namedRun } from './reading.js';
import { jsonText, print, type Input } from './input.js';
import { parseTime } from './values.js';

/** Shown before and after the one that --around finds. */
const CONTEXT_EVENTS = 5;
const ENVELOPE = new Set(['v', 'id', 'at', 'type', 'blobs']);

export function show(input: Input): void {
  const runId = namedRun(input);
  const damage: Damage[] = [];
  const read = (into: Damage[]): Iterable<RunlogEvent> => readEvents(input.store, runId, into, { withBlobs: true });
  const around = input.text('around');
  const events =
    around === undefined
      ? read(damage)
      : eventsAround(() => read([]), around, input.count('context') ?? CONTEXT_EVENTS);
  if (input.context.isJson) showJson(runId, events, damage);
  else {
    const paint = painter(input.context.isColorless, input.context.env);
    for (const event of events) print(`${paint.bold(`${event.at}  ${toVisibleLine(event.type)}`)}\n${keyLines(event)}`);
    for (const { segment, offset, message, kind } of damage.map(damageRow))
      print(
        `${paint.paint('bad', `damage at byte ${offset} of ${toVisibleLine(segment)}: ${kind}`)}\n  ${toVisibleLine(message)}\n`,
      );
  }
  if (damage.length > 0) process.exitCode = 3;
}

/**
 * The event that is meant and so many before and after it: by its id or the start of one, by `step:N`, else the last one that happened
 * at a time or before it. Throws `no_such_file` where there is none.
 */
function* eventsAround(read: () => Iterable<RunlogEvent>, text: string, context: number): Generator<RunlogEvent> {
  const step = /^step:(\d+)$/.exec(text)?.[1];
  const isId = /^[0-9a-f]{8}[0-9a-f-]*$/.test(text);
  const at = step === undefined && !isId ? formatInstant(parseTime(text, '--around')) : null;
  let [place, index] = [-1, 0];
  for (const event of read()) {
    const isIt =
      at === null
        ? step === undefined
          ? event.id.startsWith(text)
          : 'step' in event && event.step === Number(step)
        : event.at <= at;
    if (isIt) place = index;
    if (isIt && at === null) break;
    index += 1;
  }
  if (place === -1)
    throw new RunlogError('no_such_file', `no event around ${toVisibleLine(text)}`, {
      hint: 'Give a time such as "2025-10-03 18:19", the id of an event, or step:3.',
    });
  index = 0;
  for (const event of read()) {
    if (index > place + context) return;
    if (index >= place - context) yield event;
    index += 1;
  }
}

/** Written event by event: a run may be larger than memory. */
function showJson(runId: string, events: Iterable<RunlogEvent>, damage: readonly Damage[]): void {
  print(`{"run_id":${jsonText(runId)},"events":[`);
  let separator = '';
  for (const event of events) {
    print(`${separator}${jsonText(event)}`);
    separator = ',\n';
  }
  const rows: DamageRow[] = damage.map(damageRow);
  print(`],"damage":${jsonText(rows)}}\n`);
}

function keyLines(event: RunlogEvent): string {
  return Object.entries(event)
    .filter(([key, value]) => !ENVELOPE.has(key) && value !== null)
    .map(([key, value]) => `  ${toVisibleLine(key)}:${valueText(key, value)}\n`)
    .join('');
}

function valueText(key: string, value: unknown): string {
  if (key === 'fields' && Array.isArray(value))
    return value.map((pair) => `\n    ${toVisibleLine(String(pair[0]))}: ${indented(String(pair[1]), 6)}`).join('');
  return ` ${indented(typeof value === 'string' ? value : JSON.stringify(value), 4)}`;
}

function indented(text: string, by: number): string {
  return text
    .split('\n')
    .map(toVisibleLine)
    .join(`\n${' '.repeat(by)}`);
}
