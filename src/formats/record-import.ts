// Execution records become runs: every item an event, what ended the pipeline the end of the run.
import { NESTING_LIMIT, nestsDeeper } from '../events/check.js';
import { RunlogError } from '../events/errors.js';
import { FORMAT_VERSION, type EventBody, type Json, type RunlogEvent } from '../events/vocabulary.js';
import { applyItemEvent, noItems } from '../views/items.js';
import { formatCivil, offsetOf, parseTime } from './civil-time.js';
import {
  isRecord,
  shown,
  type DraftEvent,
  type DraftRun,
  type ImportContext,
  type ImportFormat,
  type Pass,
  type Remark,
} from './draft.js';
import { JsonSplitter, type JsonEnd, type JsonPart } from './json-splitter.js';
import { NO_FORMS, ownNumberForms, parsePythonJson, pythonJson, stringEnd } from './python-json.js';
import { HEAD_FLOATS, ITEM_FLOATS, ITEM_LEVEL, TAG_KEYS, givenOf, importedHead, itemObject } from './record.js';

export const RECORD_FORMAT: ImportFormat = { name: 'record', survey, read };

/** An event and `given` around a value take this many of the levels that an event may have. */
const LEVELS_AROUND = 4;

function survey(context: ImportContext): Pass<DraftRun[]> {
  let count = 0;
  let firstTime: string | null = null;
  const splitter = new JsonSplitter('items', ({ text, line }) => {
    count += 1;
    if (firstTime !== null) return;
    const parsed = parsePythonJson(text, line);
    if ('value' in parsed && isRecord(parsed.value))
      firstTime = parseTime(parsed.value['timestamp'], context.offsetMinutesAt);
  });
  return {
    push: (text) => splitter.push(text),
    end() {
      const { head, fault } = readHead(splitter.end());
      if (head === null || (count === 0 && !Object.hasOwn(head.object, 'execution_id')))
        throw new RunlogError(
          'invalid_input',
          fault ?? 'it is no record: an object with execution_id and items is wanted',
          {
            hint: 'docs/record.md has the keys of a record.',
          },
        );
      return [draftOf(head, firstTime, context, () => undefined)];
    },
  };
}

function read(
  context: ImportContext,
  [run]: readonly DraftRun[],
  emit: (run: number, event: DraftEvent) => void,
  remark: (remark: Remark) => void,
): Pass<void> {
  const { at, utc_offset_minutes } = (run as DraftRun).start;
  const remarks = new Remarks();
  const items = new ItemReader(at, utc_offset_minutes ?? 0, context, remarks);
  const splitter = new JsonSplitter('items', (part) => emit(0, items.read(part)));
  return {
    push: (text) => splitter.push(text),
    end() {
      const end = splitter.end();
      const { head, fault } = readHead(end);
      if (end.isTruncated)
        remark({
          where: `line ${end.line}`,
          message: 'the record ends in the middle; what was whole before that was read',
          isLoss: true,
        });
      else if (fault !== null) remark({ where: '', message: fault, isLoss: true });
      if (head !== null) draftOf(head, null, context, (found) => remarks.add(found.where, found));
      remarks.giveTo(remark);
      const ended = items.runEnd();
      if (ended !== null) emit(0, ended);
    },
  };
}

/** One remark of a kind, at its first place: a record may have a million items that are odd in the same way. */
class Remarks {
  readonly #byKind = new Map<string, { remark: Remark; others: number }>();

  add(kind: string, remark: Remark): void {
    const known = this.#byKind.get(kind);
    if (known === undefined) this.#byKind.set(kind, { remark, others: 0 });
    else known.others += 1;
  }

  giveTo(say: (remark: Remark) => void): void {
    for (const { remark, others } of this.#byKind.values())
      say(others === 0 ? remark : { ...remark, message: `${remark.message} (and ${others} more like it)` });
  }
}

interface Head {
  /** Without its items, where those are a list. */
  object: Record<string, Json>;
  text: string;
}

/** What stands around the items; of what is cut off or broken, as much as can be read. */
function readHead({ rest, isTruncated }: JsonEnd): { head: Head | null; fault: string | null } {
  const text = rest.trim();
  const whole = parsePythonJson(text, 1);
  if ('value' in whole)
    return isRecord(whole.value) ? { head: { object: whole.value, text }, fault: null } : { head: null, fault: null };
  const fault = isTruncated ? 'it ends in the middle' : whole.fault;
  if (!text.startsWith('{')) return { head: null, fault };
  const members = membersOf(text);
  // A number where the text is cut off may be half of one.
  if (isTruncated && /[\d.+-]$/.test(text)) members.pop();
  const sound = members
    .map((member) => (member.endsWith('[') ? `${member}]` : member))
    .filter((member) => member.trim() !== '' && 'value' in parsePythonJson(`{${member}}`, 1));
  const recovered = `{${sound.join(',')}}`;
  const parsed = parsePythonJson(recovered, 1) as { value: Record<string, Json> };
  return { head: { object: parsed.value, text: recovered }, fault };
}

/** The texts of the root's members, sound or not, as far as the root goes. */
function membersOf(text: string): string[] {
  const members: string[] = [];
  let depth = 0;
  let from = 1;
  const pattern = /["{}[\],]/g;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const [character] = found;
    if (character === '"') pattern.lastIndex = stringEnd(text, found.index);
    else if (character === '{' || character === '[') depth += 1;
    else if (character === ',') {
      if (depth > 1) continue;
      members.push(text.slice(from, found.index));
      from = found.index + 1;
    } else if (depth > 1) depth -= 1;
    else return [...members, text.slice(from, found.index)];
  }
  return [...members, text.slice(from)];
}

function draftOf(
  head: Head,
  firstItemAt: string | null,
  context: ImportContext,
  remark: (remark: Remark) => void,
): DraftRun {
  const object = withoutDepths(head.object, remark);
  const said = parseTime(object['timestamp'], context.offsetMinutesAt);
  const at = said ?? firstItemAt ?? context.now;
  const offset = offsetOf(at, context.offsetMinutesAt);
  const start: DraftRun['start'] = {
    at,
    ...(said === null ? { untimed: true } : {}),
    trace_id: textOf(object['execution_id']),
    execution_mode: textOf(object['execution_mode']),
    tags: tagsOf(object),
    utc_offset_minutes: offset,
  };
  const derived = importedHead(start);
  const given = givenOf(object, derived, ownNumberForms(head.text, HEAD_FLOATS));
  if (given !== null) {
    start.given = given as Json;
    for (const [key, value] of Object.entries(given.values ?? {})) {
      const message = oddInHead(key, value);
      if (message !== null) remark({ where: `/${key}`, message, isLoss: false });
    }
  }
  const isTimed = said !== null || firstItemAt !== null;
  const localTime = isTimed ? formatCivil(at, offset).slice(0, 19).replace('T', ' ') : null;
  const name = textOf(object['config_name']) ?? (isTimed ? 'record' : (textOf(object['execution_id']) ?? context.name));
  return { runId: null, localTime, name, start, sha256: null };
}

/** What an event can hold of a head; the items it has elsewhere. */
function withoutDepths(object: Record<string, Json>, remark: (remark: Remark) => void): Record<string, Json> {
  const tooDeep = (value: Json): boolean => nestsDeeper(value, NESTING_LIMIT - LEVELS_AROUND);
  for (const [key, value] of Object.entries(object))
    if (tooDeep(value))
      remark({ where: `/${key}`, message: 'nested too deep for an event; it was not read', isLoss: true });
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !tooDeep(value)));
}

function tagsOf(object: Record<string, Json>): Record<string, string> | null {
  const tags = TAG_KEYS.flatMap((key): [string, string][] => {
    const value = object[key];
    if (typeof value === 'string') return [[key, value]];
    return typeof value === 'boolean' || Number.isSafeInteger(value) ? [[key, String(value)]] : [];
  });
  return tags.length === 0 ? null : Object.fromEntries(tags);
}

const HEAD_TEXTS = new Set(['execution_id', 'config_name', 'user_id', 'session_id', 'execution_mode', 'safety_level']);

/** What is odd about a value that the start of the run does not give back; null where it is merely another way to say it. */
function oddInHead(key: string, value: Json): string | null {
  if (value === null || key === 'used_seed') return null;
  if (HEAD_TEXTS.has(key)) return typeof value === 'string' ? null : `text is wanted, not ${shown(value)}`;
  if (key === 'timestamp') return parseTime(value, () => 0) === null ? `no time: ${shown(value)}` : null;
  if (key === 'total_execution_time')
    return typeof value === 'number' ? null : `a number is wanted, not ${shown(value)}`;
  if (key === 'items') return `a list is wanted, not ${shown(value)}`;
  if (key === 'taxonomy_version') return `taxonomy version ${shown(value)}; 1.0 is known`;
  return 'a key that records do not have; its value is kept';
}

type ItemBody = EventBody<'item.recorded'> & { at: string };

/** Reads the items of one record in order, and what they say of its end. */
class ItemReader {
  readonly #utcOffsetMinutes: number;
  readonly #context: ImportContext;
  readonly #remarks: Remarks;
  readonly #items = noItems();
  /** The time of the latest item that has one, at first that of the record. */
  #at: string;
  #isTimed = false;
  #decisive: ItemBody | null = null;

  constructor(at: string, utcOffsetMinutes: number, context: ImportContext, remarks: Remarks) {
    this.#at = at;
    this.#utcOffsetMinutes = utcOffsetMinutes;
    this.#context = context;
    this.#remarks = remarks;
  }

  read(part: JsonPart): DraftEvent {
    const parsed = parsePythonJson(part.text, part.line);
    if ('fault' in parsed) return this.#keepText(part, parsed.fault);
    const { value } = parsed;
    if (!isRecord(value)) return this.#keepText(part, 'an item must be an object');
    if (nestsDeeper(value, NESTING_LIMIT - LEVELS_AROUND)) return this.#keepText(part, 'nested too deep for an event');
    const event = this.#eventOf(value);
    const derived = this.#derive(event);
    // The usual case: nothing is left to be kept.
    if (pythonJson(derived, ITEM_LEVEL, { ...NO_FORMS, floats: ITEM_FLOATS }) !== part.text) {
      const given = givenOf(value, derived, ownNumberForms(part.text, ITEM_FLOATS));
      if (given !== null) {
        event.given = given as Json;
        this.#remarkOn(given.values ?? {}, part.index);
      }
    }
    if (isDecisive(event.item_type)) this.#decisive = event;
    return event;
  }

  /** How the record says that its run ended; null where it does not. */
  runEnd(): DraftEvent | null {
    if (this.#decisive === null) return null;
    const { item_type: itemType, content, stage } = this.#decisive;
    const isComplete = itemType === 'pipeline_complete';
    const error = itemType === 'pipeline_error' ? (content ?? null) : null;
    const reason = blockedReason(itemType, stage ?? null) ?? error ?? `the record says ${itemType}`;
    return {
      type: 'run.ended',
      at: this.#at,
      ...(this.#isTimed ? { ended_at: this.#at } : { untimed: true }),
      status: isComplete ? 'completed' : 'failed',
      error,
      cause: { reason, decided_by: 'import' },
    };
  }

  #eventOf(value: Record<string, Json>): ItemBody {
    const time = parseTime(value['timestamp'], this.#context.offsetMinutesAt);
    if (time !== null) {
      this.#at = time;
      this.#isTimed = true;
    }
    const seconds = value['execution_time'];
    const { metadata } = value;
    return {
      type: 'item.recorded',
      at: this.#at,
      ...(time === null ? { untimed: true } : {}),
      item_type: textOf(value['item_type']) ?? '',
      media_type: textOf(value['media_type']),
      content: textOf(value['content']),
      file: textOf(value['file_path']),
      config: textOf(value['config_used']),
      model: textOf(value['model_used']),
      backend: textOf(value['backend_type']),
      execution_seconds: Number.isFinite(seconds) ? (seconds as number) : null,
      metadata: metadata === undefined || (isRecord(metadata) && isEmpty(metadata)) ? null : metadata,
      stage: countOf(value['stage']),
      stage_iteration: countOf(value['stage_iteration']),
      loop_iteration: countOf(value['loop_iteration']),
    };
  }

  /** The item that the event will give back: by the way that an export goes. */
  #derive(event: ItemBody): Record<string, unknown> {
    const item = applyItemEvent(this.#items, { v: FORMAT_VERSION, id: '', ...event } as RunlogEvent);
    this.#items.latest.length = 0;
    return itemObject(item as NonNullable<typeof item>, this.#utcOffsetMinutes);
  }

  #keepText({ text, index }: JsonPart, what: string): DraftEvent {
    const message = `${what}; it was kept as text`;
    this.#remarks.add('text', { where: `/items/${index}`, message, isLoss: true });
    return { type: 'text.kept', at: this.#at, untimed: true, text };
  }

  #remarkOn(values: Record<string, Json>, index: number): void {
    for (const [key, value] of Object.entries(values)) {
      const message = oddInItem(key, value);
      if (message !== null)
        this.#remarks.add(`item ${key}`, { where: `/items/${index}/${key}`, message, isLoss: false });
    }
  }
}

const ITEM_TEXTS = new Set(['media_type', 'content', 'file_path', 'config_used', 'model_used', 'backend_type']);
const ITEM_COUNTS = new Set(['stage', 'stage_iteration', 'loop_iteration']);

function oddInItem(key: string, value: Json): string | null {
  if (key === 'sequence_number') return `not the item's place in the list: ${shown(value)}`;
  if (key === 'item_type') return `text is wanted, not ${shown(value)}`;
  if (value === null || key === 'metadata') return null;
  if (ITEM_TEXTS.has(key)) return `text is wanted, not ${shown(value)}`;
  if (ITEM_COUNTS.has(key)) return `a whole number, 0 or more, is wanted, not ${shown(value)}`;
  if (key === 'execution_time') return typeof value === 'number' ? null : `a number is wanted, not ${shown(value)}`;
  if (key === 'timestamp') return parseTime(value, () => 0) === null ? `no time: ${shown(value)}` : null;
  return 'a key that items do not have; its value is kept';
}

function isDecisive(itemType: string): boolean {
  return itemType === 'pipeline_complete' || itemType === 'pipeline_error' || itemType.endsWith('_blocked');
}

function blockedReason(itemType: string, stage: number | null): string | null {
  if (!itemType.endsWith('_blocked')) return null;
  const number = /^stage(\d+)_/.exec(itemType)?.[1] ?? stage;
  return number === null ? 'blocked' : `blocked at stage ${number}`;
}

function isEmpty(object: Record<string, Json>): boolean {
  return Object.keys(object).length === 0;
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function countOf(value: Json | undefined): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}
