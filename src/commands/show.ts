// runlog show: every event of a run, with all its keys.
import type { RunlogEvent } from '../events/vocabulary.js';
import { damageRow, type DamageRow } from '../formats/run-json.js';
import { toVisibleLine } from '../formats/visible-text.js';
import type { Damage } from '../journal/line.js';
import { readEvents } from '../runs/open-run.js';
import { painter } from '../terminal/colors.js';
import { namedRun } from './reading.js';
import { print, type Input } from './input.js';

const ENVELOPE = new Set(['v', 'id', 'at', 'type', 'blobs']);

export function show(input: Input): void {
  const runId = namedRun(input);
  const damage: Damage[] = [];
  const events = readEvents(input.store, runId, damage, { withBlobs: true });
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

/** Written event by event: a run may be larger than memory. */
function showJson(runId: string, events: Iterable<RunlogEvent>, damage: readonly Damage[]): void {
  print(`{"run_id":${JSON.stringify(runId)},"events":[`);
  let separator = '';
  for (const event of events) {
    print(`${separator}${JSON.stringify(event)}`);
    separator = ',\n';
  }
  const rows: DamageRow[] = damage.map(damageRow);
  print(`],"damage":${JSON.stringify(rows)}}\n`);
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
