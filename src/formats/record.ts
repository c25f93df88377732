// The execution record: a run's items as one JSON document, as its Python source writes it. What an imported record said beyond its
// events is laid over what they give back.
import type { Json, RunlogEvent } from '../events/vocabulary.js';
import { applyItemEvent, noItems, type Item } from '../views/items.js';
import { durationSeconds, startTime, type RunState } from '../views/run.js';
import { formatCivil } from './civil-time.js';
import { isRecord, notGivenBack, withGiven } from './draft.js';
import { pythonJson, readForms, sortedKeys, type NumberForms } from './python-json.js';

export const HEAD_FLOATS: ReadonlySet<string> = new Set(['/total_execution_time']);
export const ITEM_FLOATS: ReadonlySet<string> = new Set(['/execution_time']);
/** How deep an item lies in its record. */
export const ITEM_LEVEL = 2;
/** Keys of the head that runs keep as tags. */
export const TAG_KEYS = ['config_name', 'user_id', 'session_id', 'safety_level', 'used_seed'] as const;

/** What an event keeps of an imported object that its own keys do not give back. */
export interface GivenObject {
  /** Values that differ, and keys that only the source has. */
  values?: Record<string, Json>;
  /** Keys that the source does not have. */
  absent?: string[];
  /** Numbers by JSON pointer, as the source wrote them, where another text would come out. */
  numbers?: Record<string, string>;
}

/** Null where the events give back all of it. */
export function givenOf(
  original: Record<string, Json>,
  derived: Record<string, unknown>,
  numbers: ReadonlyMap<string, string>,
): GivenObject | null {
  const values = notGivenBack(original, derived);
  const absent = Object.keys(derived).filter((key) => !Object.hasOwn(original, key));
  if (values === null && absent.length === 0 && numbers.size === 0) return null;
  return {
    ...(values === null ? {} : { values }),
    ...(absent.length === 0 ? {} : { absent }),
    ...(numbers.size === 0 ? {} : { numbers: Object.fromEntries(numbers) }),
  };
}

interface Laid {
  object: Record<string, unknown>;
  texts: Map<string, string>;
}

function layOver(derived: Record<string, unknown>, given: unknown): Laid {
  if (!isRecord(given)) return { object: derived, texts: new Map() };
  const { values, absent, numbers } = given;
  const gone = new Set(Array.isArray(absent) ? absent : []);
  const whole = withGiven(derived, values);
  const object = Object.fromEntries(Object.entries(whole).filter(([key]) => !gone.has(key)));
  return { object, texts: readForms(numbers) };
}

/** All of a record but its items, as the start of an imported run gives it back. */
export function importedHead(started: Pick<RunlogEvent<'run.started'>, HeadKeys>): Record<string, unknown> {
  return headObject(started, started.trace_id ?? null, started.untimed === true ? null : started.at, null);
}

type HeadKeys = 'at' | 'untimed' | 'trace_id' | 'execution_mode' | 'tags' | 'utc_offset_minutes';

function headOf(state: RunState): Record<string, unknown> {
  const { started } = state;
  if (started === null) return headObject({}, null, startTime(state), durationSeconds(state));
  if (isImportedRecord(state)) return importedHead(started);
  const at = startTime(state) ?? started.at;
  return headObject(started, executionId(started, at), at, durationSeconds(state));
}

function headObject(
  { execution_mode, tags, utc_offset_minutes }: Partial<Pick<RunlogEvent<'run.started'>, HeadKeys>>,
  id: string | null,
  at: string | null,
  seconds: number | null,
): Record<string, unknown> {
  const tag = (key: (typeof TAG_KEYS)[number]): string | null => tags?.[key] ?? null;
  return {
    execution_id: id,
    config_name: tag('config_name'),
    timestamp: at === null ? null : formatCivil(at, utc_offset_minutes ?? 0),
    user_id: tag('user_id') ?? 'anonymous',
    session_id: tag('session_id') ?? 'default',
    execution_mode: execution_mode ?? null,
    safety_level: tag('safety_level'),
    used_seed: seedOf(tag('used_seed')),
    total_execution_time: seconds,
    items: [],
    taxonomy_version: '1.0',
  };
}

/** A seed is a number where it looks like one. */
function seedOf(tag: string | null): string | number | null {
  return tag !== null && /^(?:0|-?[1-9]\d*)$/.test(tag) && Number.isSafeInteger(Number(tag)) ? Number(tag) : tag;
}

/** `exec_<date>_<time>_<8 hex digits>`, the same each time. */
function executionId({ id, utc_offset_minutes }: RunlogEvent<'run.started'>, at: string): string {
  const digits = formatCivil(at, utc_offset_minutes ?? 0).replaceAll(/\D/g, '');
  const hex = id.toLowerCase().replaceAll(/[^\da-f]/g, '');
  return `exec_${digits.slice(0, 8)}_${digits.slice(8, 14)}_${hex.slice(-8).padStart(8, '0')}`;
}

export function itemObject(item: Item, utcOffsetMinutes: number): Record<string, unknown> {
  return {
    sequence_number: item.number,
    timestamp: item.at === null ? null : formatCivil(item.at, utcOffsetMinutes),
    stage: item.stage,
    stage_iteration: item.stageIteration,
    loop_iteration: item.loopIteration,
    media_type: item.mediaType,
    item_type: item.itemType,
    content: item.content,
    file_path: item.file,
    config_used: item.config,
    model_used: item.model,
    backend_type: item.backend,
    execution_time: item.executionSeconds,
    metadata: item.metadata ?? {},
  };
}

/** The bytes of a record, in pieces: all of its events need not fit into memory. The state is that of the same events. */
export function* recordPieces(state: RunState, events: Iterable<RunlogEvent>): Generator<string> {
  const isImported = isImportedRecord(state);
  const { object, texts } = layOver(headOf(state), isImported ? state.started?.given : null);
  if (state.items.count > 0) object['items'] = [];
  const forms: NumberForms = { floats: HEAD_FLOATS, texts };
  let separator = '';
  yield '{';
  for (const key of sortedKeys(object)) {
    // A member as it stands in an object of its own, without that object's brackets.
    const member = pythonJson({ [key]: object[key] }, 0, forms).slice(1, -'\n}'.length);
    if (key === 'items' && state.items.count > 0) {
      yield `${separator}\n  "items": `;
      yield* itemPieces(events, isImported, state.started?.utc_offset_minutes ?? 0);
    } else yield separator + member;
    separator = ',';
  }
  yield separator === '' ? '}' : '\n}';
}

function* itemPieces(events: Iterable<RunlogEvent>, isImported: boolean, utcOffsetMinutes: number): Generator<string> {
  const items = noItems();
  let separator = '[';
  for (const event of events) {
    const item = applyItemEvent(items, event);
    if (item === null) continue;
    items.latest.length = 0;
    const { object, texts } = layOver(itemObject(item, utcOffsetMinutes), isImported ? event.given : null);
    yield `${separator}\n    ${pythonJson(object, ITEM_LEVEL, { floats: ITEM_FLOATS, texts })}`;
    separator = ',';
  }
  yield separator === '[' ? '[]' : '\n  ]';
}

function isImportedRecord({ started }: RunState): boolean {
  return started?.source?.format === 'record';
}
