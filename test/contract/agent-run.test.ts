// Does the story of fixtures/agent-run.sh give what was worked out by hand? All seven tables and both files of its issue, cell by
// cell; fixtures/agent-run/README.md has the arithmetic.
import fs from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { TABLE_NAMES } from '../../src/formats/tables.js';
import {
  PROGRAM,
  STORY,
  differences,
  emptyColumns,
  expectedJson,
  expectedTables,
  readTables,
  runTypeScript,
  sumOf,
  type Row,
  type Tables,
} from '../support/agent-run.js';
import { TempStore, type Outcome } from '../support/runlog.js';

const RECORDERS: Record<string, (store: TempStore) => Promise<Outcome>> = {
  'from a shell script': (store) => store.shell('bash', STORY),
  'from a program': (store) => runTypeScript(store, PROGRAM),
};

describe.each(Object.entries(RECORDERS))('the story of an agent pipeline, %s', (_, record) => {
  let store: TempStore;
  let tables: Tables;
  let runId: string;

  beforeAll(async () => {
    store = new TempStore();
    const { exitCode, stderr } = await record(store);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    tables = readTables(store.path('csv'));
    runId = tables.runs[0]?.['run_id'] ?? '';
  });

  it.each(TABLE_NAMES)('fills %s.csv as worked out by hand, cell by cell', (name) => {
    expect(differences(expectedTables()[name], tables[name], name)).toEqual([]);
  });

  it('leaves no column of any table empty that the story fills', () => {
    // Each attempt of the story was timed by itself; only importing makes a duration that covers several.
    expect(TABLE_NAMES.map((name) => [name, emptyColumns(tables[name])])).toEqual(
      TABLE_NAMES.map((name) => [name, name === 'agents' ? ['duration_attempts'] : []]),
    );
  });

  it('gives the metrics of the issue while it is under way', () => {
    const metrics: unknown = JSON.parse(fs.readFileSync(path.join(store.cwd, 'issue_3_metrics.json'), 'utf8'));
    expect(differences(expectedJson('issue_3_metrics.json'), metrics)).toEqual([]);
  });

  it('gives the report of the issue after its end, and no metrics beside it', () => {
    const report = store.readJson('runs', runId, 'issues', 'issue_3_report.json');
    expect(differences(expectedJson('issue_3_report.json'), report)).toEqual([]);
    expect(fs.readdirSync(store.path('runs', runId, 'issues')).toSorted()).toEqual([
      'issue_3_report.json',
      'issue_4_report.json',
      'issue_5_report.json',
    ]);
  });

  it('has every row under the one run', () => {
    const runIds = TABLE_NAMES.flatMap((name) => tables[name].map((row) => row['run_id']));
    expect(new Set(runIds)).toEqual(new Set([runId]));
  });

  it('makes every duration the time from its start to its end', () => {
    const rows = TABLE_NAMES.flatMap((name) => tables[name]).filter((row) => 'duration_seconds' in row);
    expect(rows.length).toBe(1 + 3 + 8 + 2 + 1);
    // But that of a pipeline of which only CI's word on its execution is known: cell by cell above.
    for (const row of rows.filter((one) => one['pipeline_id'] !== '9002'))
      expect(Number(row['duration_seconds'])).toBeCloseTo(instant(row, 'end_time') - instant(row, 'start_time'), 6);
  });

  it('has issues within the run, and executions, pipelines, debugging and errors within their issue', () => {
    const [run = {}] = tables.runs;
    expect(tables.issues.filter((row) => !isWithin(row, run))).toEqual([]);
    const issueOf = (row: Row): Row => tables.issues.find((issue) => issue['issue_iid'] === row['issue_iid']) ?? {};
    // The first pipeline says its own times.
    const timed = [...tables.agents, ...tables.pipelines.slice(1), ...tables.debugging_cycles];
    expect(timed.filter((row) => !isWithin(row, issueOf(row)))).toEqual([]);
    const raised = tables.errors.map(
      (row) => ({ ...row, start_time: row['timestamp'], end_time: row['timestamp'] }) as Row,
    );
    // The last error comes after the issue that the run is about has ended.
    expect(raised.slice(0, -1).filter((row) => !isWithin(row, issueOf(row)))).toEqual([]);
    expect(raised.filter((row) => !isWithin(row, run))).toEqual([]);
  });

  it('has executions one after another, in the order of their numbers', () => {
    const times = tables.agents.flatMap((row) => [instant(row, 'start_time'), instant(row, 'end_time')]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('makes the totals of the run the sums of its rows', () => {
    const [run = {}] = tables.runs;
    const total = (column: string): number => Number(run[column]);
    expect(total('total_agent_duration_seconds')).toBeCloseTo(sumOf(tables.agents, 'duration_seconds') as number, 6);
    expect(total('total_pipeline_duration_seconds')).toBeCloseTo(
      sumOf(tables.pipelines, 'duration_seconds') as number,
      6,
    );
    for (const column of ['input_tokens', 'output_tokens', 'total_tokens', 'estimated_cost_usd', 'total_errors'])
      expect({ column, sum: total(column) }).toEqual({ column, sum: round(sumOf(tables.issues, column)) });
    expect(total('total_debugging_cycles')).toBe(sumOf(tables.issues, 'debugging_cycles'));
    expect(tables.pipelines.length).toBe(sumOf(tables.issues, 'total_pipeline_attempts'));
    expect(sumOf(tables.tool_usage, 'call_count')).toBe(sumOf(tables.issues, 'total_tool_calls'));
    expect(sumOf(tables.agents, 'tool_calls')).toBe(sumOf(tables.issues, 'total_tool_calls'));
  });

  it('makes every average the total over its calls', () => {
    for (const row of tables.tool_usage)
      expect(Number(row['avg_duration_ms'])).toBeCloseTo(
        Number(row['total_duration_ms']) / Number(row['call_count']),
        9,
      );
  });

  it('gives each agent of the report the seconds of its executions', () => {
    const { agent_metrics: agents } = store.readJson('runs', runId, 'issues', 'issue_3_report.json');
    for (const agent of ['planning', 'coding', 'review']) {
      const own = tables.agents.filter((row) => row['agent_name'] === agent && row['issue_iid'] === '3');
      expect(agents[agent].duration).toBeCloseTo(sumOf(own, 'duration_seconds') as number, 6);
    }
  });

  it('names the commits of the repository: what the run began at, and what each pipeline ran on', async () => {
    const { stdout } = await execa('git', ['-C', path.join(store.cwd, 'project'), 'log', '--format=%H']);
    const [third, , first, before] = stdout.split('\n');
    expect(tables.runs[0]?.['git_commit']).toBe(before);
    expect(tables.pipelines.map((row) => row['commit_sha'])).toEqual([first, third]);
  });

  it('leaves a run that verify finds nothing to say of', async () => {
    expect((await store.runlog(['verify', '--strict'])).exitCode).toBe(0);
  });
});

/** Seconds since 1970, to the microsecond. */
function instant(row: Row, column: string): number {
  const text = row[column] ?? '';
  return Date.parse(`${text.slice(0, 19)}Z`) / 1000 + Number(text.slice(19, -1));
}

function isWithin(row: Row, whole: Row): boolean {
  const [start, end] = ['start_time', 'end_time'] as const;
  return (row[start] as string) >= (whole[start] as string) && (row[end] as string) <= (whole[end] as string);
}

/** Without the noise of binary fractions. */
function round(usd: number | null): number {
  return Number((usd as number).toFixed(10));
}
