// What the index keeps of a finalized run: a line each, and how it is taken from what finalize wrote.
import { parseInstant } from '../events/instant.js';
import type { RunRow } from './run-json.js';
import type { Seal } from './run-files.js';

export interface IndexEntry {
  row: RunRow;
  traceId: string | null;
  /** Something of its journal could not be read. */
  isDamaged: boolean;
  /** A call of a model has no price on record: what it costs is asked of the price lists each time. */
  isUnpriced: boolean;
  /** How its files looked: while they look the same, the run is the same. */
  stamp: Stamp;
}

/** Numbers that change with a run's files, then name, length and time of each segment. */
export type Stamp = (string | number)[];

/** One line, with its line feed. The id comes first, then the start: both are found without parsing. */
export function encodeEntry({ row, traceId, isDamaged, isUnpriced, stamp }: IndexEntry): string {
  const { run_id: id, start_time: start, status, llm, tags } = row;
  return `${JSON.stringify([
    id,
    start,
    stamp,
    traceId,
    Number(isDamaged) + 2 * Number(isUnpriced),
    status,
    row.end_time,
    row.duration_seconds,
    row.project_id,
    row.execution_mode,
    row.intent_type,
    llm.provider,
    llm.model,
    llm.temperature,
    row.total_steps,
    row.failed_steps,
    row.total_errors,
    row.total_tokens,
    row.estimated_cost_usd,
    tags,
  ])}\n`;
}

/** The entries of some lines. */
export function decodeEntries(lines: string): IndexEntry[] {
  const rows = JSON.parse(`[${lines.slice(0, -1).replaceAll('\n', ',')}]`) as unknown[][];
  return rows.map(decodeEntry);
}

function decodeEntry(values: unknown[]): IndexEntry {
  const [id, start, stamp, traceId, flags, status, end, duration, project, mode, intent, provider, ...rest] = values;
  const [model, temperature, steps, failed, errors, tokens, cost, tags] = rest;
  const row = {
    run_id: id,
    status,
    start_time: start,
    end_time: end,
    duration_seconds: duration,
    project_id: project,
    execution_mode: mode,
    intent_type: intent,
    llm: { provider, model, temperature },
    total_steps: steps,
    failed_steps: failed,
    total_errors: errors,
    total_tokens: tokens,
    estimated_cost_usd: cost,
    tags,
  } as RunRow;
  return {
    row,
    traceId: traceId as string | null,
    isDamaged: ((flags as number) & 1) !== 0,
    isUnpriced: ((flags as number) & 2) !== 0,
    stamp: stamp as Stamp,
  };
}

/** Where a run stands among others. */
export interface Place {
  id: string;
  /** '' where nobody knows it. */
  start: string;
}

export function placeOf({ run_id: id, start_time: start }: RunRow): Place {
  return { id, start: start ?? '' };
}

/** The place of a line. */
export function placeOfLine(line: string): Place {
  const end = line.indexOf('"', 2);
  const isKnown = line[end + 2] === '"';
  // Neither an id nor a time holds a quote.
  return { id: line.slice(2, end), start: isKnown ? line.slice(end + 3, line.indexOf('"', end + 3)) : '' };
}

/** The stamp of a line, of which nothing else is parsed. */
export function stampOfLine(line: string): Stamp {
  const from = line.indexOf('[', 1);
  try {
    return JSON.parse(line.slice(from, line.indexOf(']', from) + 1)) as Stamp;
  } catch {
    // A segment has a bracket in its name.
    return (decodeEntries(line)[0] as IndexEntry).stamp;
  }
}

/** Newest first; of two that began at once the later id. For sorting. */
export function comparePlaces(one: Place, other: Place): number {
  const [a, b] = one.start === other.start ? [one.id, other.id] : [one.start, other.start];
  return a === b ? 0 : a > b ? -1 : 1;
}

/** A `_final.json` that says all that a row needs. Those of earlier versions do not. */
export interface FinalFile {
  [key: string]: unknown;
  cost_metrics: Record<string, unknown>;
  llm_configuration: RunRow['llm'];
  damage_count: number;
  seal: Seal;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isNumber = (value: unknown): boolean => value === null || Number.isFinite(value);
const isText = (value: unknown): boolean => value === null || typeof value === 'string';
const isTime = (value: unknown): boolean =>
  value === null || (typeof value === 'string' && parseInstant(value) !== null);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const STATUSES = new Set<unknown>(['completed', 'failed', 'partial', 'interrupted', 'cancelled']);
const IS_SOUND: Record<string, (value: unknown) => boolean> = {
  status: (value) => STATUSES.has(value),
  start_time: isTime,
  end_time: isTime,
  duration_seconds: isNumber,
  project_id: isText,
  execution_mode: isText,
  intent_type: isText,
  total_steps: isCount,
  failed_steps: isCount,
  total_errors: isCount,
  damage_count: isCount,
  seal: isObject,
  tags: (value) => isObject(value) && Object.values(value).every((tag) => typeof tag === 'string'),
  llm_configuration: (value) =>
    isObject(value) && isText(value['provider']) && isText(value['model']) && isNumber(value['temperature']),
  cost_metrics: (value) => isObject(value) && isNumber(value['total_tokens']) && isNumber(value['estimated_cost_usd']),
};
const KEYS = Object.entries(IS_SOUND);

/** What is of another kind than finalize writes would be shown as it stands, or be no time to sort by: the journal then says it. */
export function isWholeFinal(value: unknown): value is FinalFile {
  return isObject(value) && KEYS.every(([key, isSound]) => isSound(value[key])) && isText(value['trace_id'] ?? null);
}

/** The entry of a run from its `_final.json`. */
export function entryOfFinal(runId: string, final: FinalFile, stamp: Stamp): IndexEntry {
  const { llm_configuration: llm, cost_metrics: cost } = final;
  const row = {
    run_id: runId,
    status: final['status'],
    start_time: final['start_time'],
    end_time: final['end_time'],
    duration_seconds: final['duration_seconds'],
    project_id: final['project_id'],
    execution_mode: final['execution_mode'],
    intent_type: final['intent_type'],
    llm: { provider: llm.provider, model: llm.model, temperature: llm.temperature },
    total_steps: final['total_steps'],
    failed_steps: final['failed_steps'],
    total_errors: final['total_errors'],
    total_tokens: cost['total_tokens'],
    estimated_cost_usd: cost['estimated_cost_usd'],
    tags: final['tags'],
  } as RunRow;
  return {
    row,
    traceId: (final['trace_id'] ?? null) as string | null,
    isDamaged: final.damage_count > 0,
    isUnpriced: cost['unpriced_calls'] !== 0,
    stamp,
  };
}
