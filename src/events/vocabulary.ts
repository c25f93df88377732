// The vocabulary: every event type, its keys and their kinds. Types and checks both come from the one table below.

/**
 * Kinds of values. A kind that ends in `!` is required; every other key may be absent or null.
 * - `text` string; `texts` list of strings; `map` object of strings; `pairs` ordered list of [key, value] strings
 * - `number` finite; `count` whole, 0 or more; `measure` finite number or "NaN", "Infinity", "-Infinity"; `measures` object of those
 * - `flag` boolean; `time` RFC 3339 with zone; `json` any JSON value
 * - a nested table: an object with those keys
 */
type Primitive =
  | 'text'
  | 'texts'
  | 'map'
  | 'pairs'
  | 'number'
  | 'count'
  | 'measure'
  | 'measures'
  | 'flag'
  | 'time'
  | 'json';
export type Kind = Primitive | `${Primitive}!` | KindTable;
export interface KindTable {
  readonly [key: string]: Kind;
}

/** Keys that every event has, in the order in which they are written. `crc` is not among them: it belongs to the line. */
export const ENVELOPE = { v: 'count!', id: 'text!', at: 'time!', type: 'text!' } as const;

/**
 * Keys that any event may have beside its own; imported ones do.
 * - `untimed`: when it happened is not on record; its `at` only keeps the order
 * - `given`: what its source says beyond what the event's keys carry, in the source's own words
 */
export const SHARED = { untimed: 'flag', given: 'json' } as const;

export const VOCABULARY = {
  'run.started': {
    run_id: 'text!',
    trace_id: 'text',
    project: 'text',
    name: 'text',
    execution_mode: 'text',
    specific_issue: 'text',
    llm: { provider: 'text', model: 'text', temperature: 'number' },
    trigger: { source: 'text', issue_key: 'text', issue_status: 'text' },
    triggered_at: 'time',
    intent_type: 'text',
    owner: { pid: 'count!', process_start: 'text', boot_id: 'text', pid_namespace: 'text', machine: 'text' },
    host: 'text',
    beat_seconds: 'number',
    cwd: 'text',
    argv: 'texts',
    git: { commit: 'text', dirty: 'flag' },
    tags: 'map',
    utc_offset_minutes: 'number',
    source: { format: 'text!', file: 'text', sha256: 'text' },
  },
  'run.beat': { due: 'time' },
  'run.ended': {
    status: 'text!',
    ended_at: 'time',
    error: 'text',
    cause: { exit_code: 'count', signal: 'text', reason: 'text', decided_by: 'text' },
  },
  'action.logged': {
    action: 'text!',
    description: 'text',
    fields: 'pairs',
    exit_code: 'count',
    signal: 'text',
    duration_seconds: 'number',
    utc_offset_minutes: 'number',
  },
  'text.kept': { text: 'text!' },
  'plan.made': { choice: 'text!', rationale: 'text', backups: 'texts', hyperparams: 'json', summary: 'text' },
  'issue.started': { issue: 'text!', complexity: 'number' },
  'issue.ended': { issue: 'text!', status: 'text!', error: 'text' },
  'issue.counted': {
    issue: 'text!',
    pipelines: 'count',
    succeeded_pipelines: 'count',
    failed_pipelines: 'count',
    debugging_cycles: 'count',
    resolved_cycles: 'count',
    errors: 'count',
    tool_calls: 'count',
  },
  'step.started': { step: 'count', agent: 'text!', task: 'text', attempt: 'count', issue: 'text' },
  'step.noted': { step: 'count!', title: 'text!', detail: 'text', metrics: 'measures' },
  'step.ended': {
    step: 'count',
    agent: 'text',
    status: 'text!',
    output_summary: 'text',
    error: 'text',
    duration_seconds: 'number',
    duration_attempts: 'count',
  },
  'stage.entered': { stage: 'count!', stage_iteration: 'count', loop_iteration: 'count' },
  'item.recorded': {
    item_type: 'text!',
    media_type: 'text',
    content: 'text',
    file: 'text',
    config: 'text',
    model: 'text',
    backend: 'text',
    execution_seconds: 'number',
    metadata: 'json',
    stage: 'count',
    stage_iteration: 'count',
    loop_iteration: 'count',
  },
  'metric.measured': {
    name: 'text!',
    value: 'measure!',
    unit: 'text',
    limit: 'number',
    direction: 'text',
    passed: 'flag',
    step: 'count',
    issue: 'text',
  },
  'tokens.used': {
    model: 'text',
    provider: 'text',
    agent: 'text',
    issue: 'text',
    step: 'count',
    input: 'count',
    input_includes_cached: 'flag',
    output: 'count',
    cached_read: 'count',
    cached_write: 'count',
    reasoning: 'count',
    cost_usd: 'number',
  },
  'tokens.priced': { source: 'text!', costs_usd: 'measures!' },
  'tool.called': {
    tool: 'text!',
    agent: 'text',
    issue: 'text',
    step: 'count',
    success: 'flag!',
    duration_ms: 'number',
    error: 'text',
    argv: 'texts',
  },
  'pipeline.recorded': {
    pipeline_id: 'text!',
    status: 'text!',
    commit_sha: 'text',
    triggered_by: 'text',
    retry_attempt: 'count',
    failed_jobs: 'texts',
    error_type: 'text',
    error_message: 'text',
    queue_seconds: 'number',
    execution_seconds: 'number',
    started_at: 'time',
    ended_at: 'time',
    issue: 'text',
  },
  'debug.started': { agent: 'text!', error_type: 'text!', message: 'text', issue: 'text' },
  'debug.attempted': { agent: 'text', issue: 'text' },
  'debug.ended': { resolved: 'flag!', method: 'text', agent: 'text', issue: 'text' },
  'error.raised': {
    error_type: 'text!',
    message: 'text!',
    severity: 'text',
    agent: 'text',
    issue: 'text',
    step: 'count',
    resolved: 'flag',
  },
  'code.measured': {
    files_created: 'count',
    files_modified: 'count',
    files_deleted: 'count',
    lines_added: 'count',
    lines_deleted: 'count',
    commits: 'count',
    test_coverage: 'number',
    issue: 'text',
  },
  'outcome.corrected': {
    subject: 'text!',
    name: 'text',
    issue: 'text',
    success: 'flag!',
    evidence: 'text!',
    by: 'text',
  },
} as const;

/** Closed sets of values, by event type and key. Every other text is open. */
export const ALLOWED: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'run.ended': { status: ['completed', 'failed', 'partial', 'interrupted', 'cancelled'] },
  'issue.ended': { status: ['completed', 'failed', 'skipped'] },
  'step.ended': { status: ['SUCCESS', 'FAIL', 'BLOCKED'] },
  'metric.measured': { direction: ['max', 'min'] },
  'outcome.corrected': { subject: ['run', 'issue', 'agent'] },
};

/** What JSON can carry. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** A measured value; JSON has no NaN and no infinities, so those are words. */
export type Measure = number | 'NaN' | 'Infinity' | '-Infinity';

type ValueOf<K> = K extends 'text' | 'time'
  ? string
  : K extends 'texts'
    ? string[]
    : K extends 'map'
      ? Record<string, string>
      : K extends 'pairs'
        ? [key: string, value: string][]
        : K extends 'number' | 'count'
          ? number
          : K extends 'measure'
            ? Measure
            : K extends 'measures'
              ? Record<string, Measure>
              : K extends 'flag'
                ? boolean
                : K extends 'json'
                  ? Json
                  : K extends object
                    ? Fields<K>
                    : never;

type RequiredKeys<T> = { [K in keyof T]: T[K] extends `${string}!` ? K : never }[keyof T];
type Fields<T> = {
  [K in RequiredKeys<T>]: T[K] extends `${infer B}!` ? ValueOf<B> : never;
} & {
  [K in Exclude<keyof T, RequiredKeys<T>>]?: ValueOf<T[K]> | null;
};

export type EventType = keyof typeof VOCABULARY;
export type RunStatus = 'completed' | 'failed' | 'partial' | 'interrupted' | 'cancelled';

/** What an event says besides its envelope, with `type` to tell which. */
export type EventBody<T extends EventType = EventType> = T extends EventType
  ? { type: T } & Fields<(typeof VOCABULARY)[T]> & Fields<typeof SHARED>
  : never;

/** An event as it stands in a journal. Unknown keys and unknown types survive beside these. */
export type RunlogEvent<T extends EventType = EventType> = T extends EventType
  ? { v: number; id: string; at: string } & EventBody<T>
  : never;

/** The version of the journal's format that this code writes. */
export const FORMAT_VERSION = 1;

/** ACTION_TYPE of the design-experiment log: upper case, digits and underscores. */
export const ACTION_TYPE: RegExp = /^[A-Z][A-Z0-9_]*$/;
