// Checks events against the vocabulary. It names the offending key; it never changes an event and never drops what it does not know.
import { ENTRY_KEYS, ENTRY_KEYS_IN_ENVELOPE, hasJust } from './envelope.js';
import { parseInstant } from './instant.js';
import { ACTION_TYPE, ALLOWED, ENVELOPE, SHARED, VOCABULARY, type KindTable } from './vocabulary.js';

/** What is wrong with one key, e.g. `metric.measured: value must be a number, not "fast"`. */
export interface Problem {
  key: string;
  message: string;
}

/** Objects and lists within each other, the event itself counted: deeper ones would exhaust the stack of whoever writes them as JSON. */
export const NESTING_LIMIT = 100;

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isMeasure: Check = (value) =>
  Number.isFinite(value) || value === 'NaN' || value === 'Infinity' || value === '-Infinity';

const KINDS: Record<string, readonly [says: string, check: Check]> = {
  text: ['text', isText],
  texts: ['a list of texts', (value) => Array.isArray(value) && value.every(isText)],
  map: ['an object of texts', (value) => isRecord(value) && Object.values(value).every(isText)],
  pairs: ['a list of [key, value] pairs of text', (value) => Array.isArray(value) && value.every(isPair)],
  number: ['a number', Number.isFinite],
  count: ['a whole number, 0 or more', (value) => Number.isSafeInteger(value) && (value as number) >= 0],
  measure: ['a number, "NaN", "Infinity" or "-Infinity"', isMeasure],
  measures: ['an object of numbers', (value) => isRecord(value) && Object.values(value).every(isMeasure)],
  flag: ['true or false', (value) => typeof value === 'boolean'],
  time: [
    'a time such as 2025-10-03T18:19:52.551874Z',
    (value) => typeof value === 'string' && parseInstant(value) !== null,
  ],
  json: ['a JSON value', (value) => value !== undefined],
};

function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every(isText);
}

/** All that is wrong with an event; empty where it is sound. An unknown type needs only a sound envelope. */
export function checkEvent(event: unknown): Problem[] {
  if (!isRecord(event)) return [{ key: '', message: `an event must be an object, not ${show(event)}` }];
  return [...checkKeys(ENVELOPE, event, ''), ...checkBody(event)];
}

/** The same for an event that has no envelope yet, only `type` and its own keys. */
export function checkBody(body: Record<string, unknown>): Problem[] {
  const { type } = body;
  if (type === 'action.logged' && isSoundEntry(body)) return [];
  if (typeof type !== 'string' || !/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/.test(type))
    return [{ key: 'type', message: `type must be dotted lower case such as "metric.measured", not ${show(type)}` }];
  if (nestsDeeper(body, NESTING_LIMIT))
    return [{ key: '', message: `${type}: its values are nested more than ${NESTING_LIMIT} levels deep` }];
  if (!Object.hasOwn(VOCABULARY, type)) return [];
  const problems = checkKeys(VOCABULARY[type as keyof typeof VOCABULARY], body, '');
  if (body['untimed'] !== undefined) problems.push(...checkKeys(SHARED, body, ''));
  const closed = ALLOWED[type];
  for (const [key, allowed] of closed === undefined ? [] : Object.entries(closed)) {
    const value = body[key];
    if (typeof value === 'string' && !allowed.includes(value))
      problems.push({ key, message: `${key} must be one of ${allowed.join(', ')}, not ${show(value)}` });
  }
  if (type === 'action.logged' && typeof body['action'] === 'string' && !ACTION_TYPE.test(body['action']))
    problems.push({
      key: 'action',
      message: `action must be upper case with digits and underscores, not ${show(body['action'])}`,
    });
  return problems.length === 0
    ? problems
    : problems.map(({ key, message }) => ({ key, message: `${type}: ${message}` }));
}

/** Whether all below would find nothing wrong with an entry of a log: most are of one form, and it is asked in a third of the time. */
function isSoundEntry(body: Record<string, unknown>): boolean {
  if (!hasJust(body, ENTRY_KEYS) && !hasJust(body, ENTRY_KEYS_IN_ENVELOPE)) return false;
  const { action, description, fields, utc_offset_minutes: offset } = body;
  if (typeof action !== 'string' || !ACTION_TYPE.test(action)) return false;
  if ((typeof description !== 'string' && description !== null) || !Number.isFinite(offset)) return false;
  if (!Array.isArray(fields)) return false;
  for (let index = 0; index < fields.length; index += 1) {
    const field: unknown = fields[index];
    if (!Array.isArray(field) || field.length !== 2) return false;
    if (typeof field[0] !== 'string' || typeof field[1] !== 'string') return false;
  }
  return true;
}

/** Whether a value has more than so many levels; itself it goes no deeper than that. */
export function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  // Loops that make no lists: a recorder asks this of every event.
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) if (nestsDeeper(value[index], levels - 1)) return true;
  } else {
    for (const key in value) if (nestsDeeper((value as Record<string, unknown>)[key], levels - 1)) return true;
  }
  return false;
}

/** One key of a table, as it is checked. */
interface Rule {
  key: string;
  isRequired: boolean;
  says: string;
  /** Null for a nested table. */
  check: Check | null;
  table: KindTable;
}

const rulesOf = new Map<KindTable, Rule[]>();

/** A table read once: a recorder checks every event. */
function readTable(table: KindTable): Rule[] {
  const known = rulesOf.get(table);
  if (known !== undefined) return known;
  const rules = Object.entries(table).map(([key, kind]): Rule => {
    if (typeof kind !== 'string') return { key, isRequired: false, says: 'an object', check: null, table: kind };
    const [says, check] = KINDS[kind.replace('!', '')] as (typeof KINDS)[string];
    return { key, isRequired: kind.endsWith('!'), says, check, table: {} };
  });
  rulesOf.set(table, rules);
  return rules;
}

function checkKeys(table: KindTable, object: Record<string, unknown>, prefix: string): Problem[] {
  const problems: Problem[] = [];
  for (const { key, isRequired, says, check, table: inner } of readTable(table)) {
    // No key of the vocabulary is one of Object.prototype's: what is found is the object's own.
    const value = object[key];
    if (value === undefined || value === null) {
      if (isRequired) problems.push({ key: prefix + key, message: `${prefix}${key} is missing` });
    } else if (check === null && isRecord(value)) {
      problems.push(...checkKeys(inner, value, `${prefix}${key}.`));
    } else if (check === null || !check(value)) {
      problems.push({ key: prefix + key, message: `${prefix}${key} must be ${says}, not ${show(value)}` });
    }
  }
  return problems;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
