// The tables that SQL is asked of: those of `export csv`, and four that the journals tell; each column with its type. Pure.
import { timeOf } from '../events/times.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { failedAction, resultOf } from '../views/actions.js';
import { isWithin } from '../views/metrics.js';
import type { RunState } from '../views/run.js';
import { stepSeconds, type Step } from '../views/steps.js';
import { totalTokens } from '../views/tokens.js';
import { TABLE_NAMES, columnsOf, type Cell, type TableName } from './tables.js';

/** As DuckDB calls them. Times are in UTC, with microseconds. */
export type ColumnType = 'VARCHAR' | 'BIGINT' | 'DOUBLE' | 'BOOLEAN' | 'TIMESTAMP WITH TIME ZONE' | 'JSON';

export interface QueryColumn {
  name: string;
  type: ColumnType;
}

export type JournalTableName = 'steps' | 'metrics' | 'actions' | 'events';
export type QueryTableName = TableName | JournalTableName;

const JOURNAL_TABLES: Readonly<Record<JournalTableName, Readonly<Record<string, ColumnType>>>> = {
  steps: {
    run_id: 'VARCHAR',
    step_number: 'BIGINT',
    agent_name: 'VARCHAR',
    agent_task: 'VARCHAR',
    attempt_number: 'BIGINT',
    issue_iid: 'VARCHAR',
    status: 'VARCHAR',
    start_time: 'TIMESTAMP WITH TIME ZONE',
    end_time: 'TIMESTAMP WITH TIME ZONE',
    duration_seconds: 'DOUBLE',
    tool_calls: 'BIGINT',
    tokens_used: 'BIGINT',
    output_summary: 'VARCHAR',
    error_message: 'VARCHAR',
    notes: 'JSON',
  },
  metrics: {
    run_id: 'VARCHAR',
    issue_iid: 'VARCHAR',
    step_number: 'BIGINT',
    timestamp: 'TIMESTAMP WITH TIME ZONE',
    name: 'VARCHAR',
    value: 'DOUBLE',
    unit: 'VARCHAR',
    limit_value: 'DOUBLE',
    direction: 'VARCHAR',
    passed: 'BOOLEAN',
  },
  actions: {
    run_id: 'VARCHAR',
    timestamp: 'TIMESTAMP WITH TIME ZONE',
    action: 'VARCHAR',
    description: 'VARCHAR',
    result: 'VARCHAR',
    failed: 'BOOLEAN',
    exit_code: 'BIGINT',
    signal: 'VARCHAR',
    duration_seconds: 'DOUBLE',
    fields: 'JSON',
  },
  events: {
    run_id: 'VARCHAR',
    event_id: 'VARCHAR',
    timestamp: 'TIMESTAMP WITH TIME ZONE',
    type: 'VARCHAR',
    data: 'JSON',
  },
};

const JOURNAL_TABLE_NAMES = Object.keys(JOURNAL_TABLES) as JournalTableName[];
export const QUERY_TABLE_NAMES: readonly QueryTableName[] = [...TABLE_NAMES, ...JOURNAL_TABLE_NAMES];

/** The columns of the CSV tables that are no text; one name has one type in all of them. */
const TYPES: ReadonlyMap<string, ColumnType> = new Map(
  Object.entries({
    'TIMESTAMP WITH TIME ZONE': 'start_time end_time timestamp',
    BOOLEAN: 'success first_time_right resolved',
    DOUBLE: `duration_seconds llm_temperature success_rate estimated_cost_usd total_agent_duration_seconds
      total_pipeline_duration_seconds complexity_score pipeline_success_rate debugging_success_rate test_coverage queue_time
      execution_time avg_duration_ms total_duration_ms`,
    BIGINT: `total_issues successful_issues failed_issues total_errors skipped_issues total_tokens input_tokens output_tokens
      total_debugging_cycles exit_code total_pipeline_attempts succeeded_pipelines failed_pipelines debugging_cycles
      resolved_cycles total_agent_retries total_tool_calls files_created files_modified files_deleted lines_added lines_deleted
      commits attempt_number retries tool_calls tokens_used step_number duration_attempts retry_attempt attempts call_count
      success_count failure_count`,
  }).flatMap(([type, names]) => names.split(/\s+/).map((name) => [name, type as ColumnType] as const)),
);

export function queryColumns(name: QueryTableName): QueryColumn[] {
  if (isJournalTable(name))
    return Object.entries(JOURNAL_TABLES[name]).map(([column, type]) => ({ name: column, type }));
  return columnsOf(name).map((column) => ({ name: column, type: TYPES.get(column) ?? 'VARCHAR' }));
}

export function isJournalTable(name: QueryTableName): name is JournalTableName {
  return Object.hasOwn(JOURNAL_TABLES, name);
}

/** Every step, also one that has only notes (step 0 is the plan). */
export function stepCells(runId: string, { steps }: RunState): Cell[][] {
  return steps.map((step) => [
    runId,
    step.number,
    step.agent,
    step.task,
    step.agent === null ? null : step.attempt,
    step.issue,
    stepStatus(step),
    step.startedAt,
    step.endedAt,
    stepSeconds(step),
    step.toolCalls,
    totalTokens(step.tokens),
    step.outputSummary,
    step.error,
    jsonCell(step.notes),
  ]);
}

/** Null where there are only notes. */
function stepStatus({ agent, status, isInterrupted }: Step): string | null {
  if (isInterrupted) return 'INTERRUPTED';
  return agent === null && status === 'STARTED' ? null : status;
}

/** The row of an event; null where it has none in this table. `issue`: the one that it belongs to. */
export function eventCells(
  name: Exclude<JournalTableName, 'steps'>,
  runId: string,
  event: RunlogEvent,
  issue: string | null,
): Cell[] | null {
  if (name === 'events') {
    const { v: _v, id, at: _at, type, ...data } = event;
    return [runId, id, timeOf(event), type, jsonCell(data)];
  }
  if (name === 'metrics') return event.type === 'metric.measured' ? metricCells(runId, event, issue) : null;
  return event.type === 'action.logged' ? actionCells(runId, event) : null;
}

function metricCells(runId: string, event: RunlogEvent<'metric.measured'>, issue: string | null): Cell[] {
  const { step = null, name, value, unit = null, limit = null } = event;
  const direction = limit === null ? null : ((event.direction ?? 'max') as 'max' | 'min');
  const passed = event.passed ?? (limit === null ? null : isWithin(value, limit, direction));
  return [runId, issue, step, timeOf(event), name, Number(value), unit, limit, direction, passed];
}

function actionCells(runId: string, event: RunlogEvent<'action.logged'>): Cell[] {
  const { action, description = null, exit_code = null, signal = null, duration_seconds = null, fields } = event;
  const [result, failed] = [resultOf(event), failedAction(event)];
  return [
    runId,
    timeOf(event),
    action,
    description,
    result,
    failed,
    exit_code,
    signal,
    duration_seconds,
    jsonCell(fields ?? []),
  ];
}

/** JSON that any reader takes: halves of surrogate pairs, which only some do, become the character for what cannot be shown. */
function jsonCell(value: unknown): string {
  const json = JSON.stringify(value);
  return json.includes('\\ud') ? json.replaceAll(/(?<!\\)((?:\\\\)*)\\ud[89a-f][\da-f]{2}/g, '$1\\ufffd') : json;
}
