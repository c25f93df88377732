// runlog query against the tables of `export csv` and the events of `show`, each read here by plain code: the same answers.
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import { NASTY, idOf, queryStore } from '../support/query-store.js';
import { hasDuckdb, tempFolder, treeOf, until, type TempStore } from '../support/runlog.js';

type Value = string | number | boolean | null;
type Row = Record<string, any>;

/** Columns of the CSV tables that are texts, however they look. */
const TEXTS =
  /(_id|_iid|_name|_task|_model|_provider|_type|_message|_sha|_by|_method|_key|_summary|^agent|^tags|^cause|^host|status)$/;

/** What a cell says: a text without the quote that keeps spreadsheets from running it, a number, a truth, nothing. */
function valueOf(column: string, cell: string): Value {
  if (cell === '') return null;
  if (!TEXTS.test(column)) {
    if (/^-?[\d.]+(e-?\d+)?$/.test(cell)) return Number(cell);
    if (cell === 'true' || cell === 'false') return cell === 'true';
  }
  const unquoted = cell.slice(1);
  return cell.startsWith("'") && NASTY.some((text) => unquoted.startsWith(text)) ? unquoted : cell;
}

let store: TempStore;
let tables: Record<string, Row[]>;
let events: (RunlogEvent & { run_id: string })[];

beforeAll(async () => {
  store = queryStore();
  await store.ok('finalize', idOf(0));
  const folder = tempFolder();
  await store.ok('export', 'csv', '--out', folder);
  tables = Object.fromEntries(
    fs.readdirSync(folder).map((file) => {
      const [header = [], ...rows] = parse(fs.readFileSync(path.join(folder, file), 'utf8')) as string[][];
      const objects = rows.map((row) =>
        Object.fromEntries(header.map((name, at) => [name, valueOf(name, row[at] ?? '')])),
      );
      return [path.basename(file, '.csv'), objects];
    }),
  );
  events = [];
  for (const { run_id: runId } of tables['runs'] as Row[])
    for (const event of (await store.json('show', runId)).events) events.push({ ...event, run_id: runId });
});

const table = (name: string): Row[] => tables[name] as Row[];
const sum = (rows: readonly Row[], column: string): number | null => {
  const known = rows.flatMap((row) => (row[column] === null ? [] : [row[column] as number]));
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
};
const mean = (rows: readonly Row[], column: string): number =>
  (sum(rows, column) as number) / rows.filter((row) => row[column] !== null).length;
const ofType = <T extends RunlogEvent['type']>(type: T): Row[] => events.filter((event) => event.type === type);

/** Rows of groups in the order of their keys, as ORDER BY with NULLS LAST has them. */
function groups(rows: readonly Row[], key: string, fill: (own: Row[]) => Value[]): Value[][] {
  const keys = [...new Set(rows.map((row) => row[key] as Value))];
  keys.sort((one, other) => {
    if (one === null || other === null) return one === other ? 0 : one === null ? 1 : -1;
    return one < other ? -1 : 1;
  });
  return keys.map((value) => [value, ...fill(rows.filter((row) => row[key] === value))]);
}

/** Half a surrogate pair has no bytes in UTF-8. */
const wellFormed = (text: string | null): string | null => text?.replaceAll(/[\ud800-\udfff]/gu, '\ufffd') ?? null;

/** Each with the rows that plain code gives. */
const QUERIES: [sql: string, expected: () => unknown[][]][] = [
  ['SELECT count(*) FROM runs', () => [[table('runs').length]]],
  [
    'SELECT status, count(*) FROM runs GROUP BY 1 ORDER BY 1',
    () => groups(table('runs'), 'status', (own) => [own.length]),
  ],
  [
    'SELECT project_id, avg(duration_seconds) FROM runs GROUP BY 1 ORDER BY 1 NULLS LAST',
    () => groups(table('runs'), 'project_id', (own) => [mean(own, 'duration_seconds')]),
  ],
  [
    'SELECT llm_model, sum(total_tokens), sum(estimated_cost_usd) FROM runs GROUP BY 1 ORDER BY 1 NULLS LAST',
    () => groups(table('runs'), 'llm_model', (own) => [sum(own, 'total_tokens'), sum(own, 'estimated_cost_usd')]),
  ],
  [
    'SELECT run_id, tags, start_time, llm_temperature FROM runs ORDER BY run_id',
    () => table('runs').map((row) => [row['run_id'], row['tags'], row['start_time'], row['llm_temperature']]),
  ],
  [
    'SELECT max(end_time), min(start_time) FROM runs',
    () => [
      [
        table('runs')
          .map((row) => row['end_time'] ?? '')
          .sort()
          .at(-1),
        table('runs')
          .map((row) => row['start_time'])
          .sort()[0],
      ],
    ],
  ],
  [
    "SELECT run_id FROM runs WHERE status = 'failed' AND exit_code = 1 ORDER BY 1",
    () =>
      table('runs')
        .filter((row) => row['status'] === 'failed' && row['exit_code'] === 1)
        .map((row) => [row['run_id']]),
  ],
  [
    'SELECT count(*), count(end_time) FROM issues',
    () => [[table('issues').length, table('issues').filter((row) => row['end_time'] !== null).length]],
  ],
  [
    'SELECT issue_iid, sum(total_tool_calls), count(*) FILTER (first_time_right) FROM issues GROUP BY 1 ORDER BY 1',
    () =>
      groups(table('issues'), 'issue_iid', (own) => [
        sum(own, 'total_tool_calls'),
        own.filter((row) => row['first_time_right'] === true).length,
      ]),
  ],
  [
    'SELECT status, avg(complexity_score) FROM issues GROUP BY 1 ORDER BY 1',
    () =>
      groups(
        table('issues').filter((row) => row['status'] !== null),
        'status',
        (own) => [sum(own, 'complexity_score') === null ? null : mean(own, 'complexity_score')],
      ),
  ],
  [
    'SELECT agent_name, count(*) FROM agents GROUP BY 1 ORDER BY 1',
    () => groups(table('agents'), 'agent_name', (own) => [own.length]),
  ],
  [
    'SELECT run_id, agent_task, error_message FROM agents WHERE NOT success ORDER BY run_id, step_number',
    () =>
      table('agents')
        .filter((row) => row['success'] === false)
        .map((row) => [row['run_id'], row['agent_task'], row['error_message']]),
  ],
  [
    'SELECT status, sum(tokens_used), avg(duration_seconds) FROM agents GROUP BY 1 ORDER BY 1',
    () =>
      groups(table('agents'), 'status', (own) => [
        sum(own, 'tokens_used'),
        sum(own, 'duration_seconds') === null ? null : mean(own, 'duration_seconds'),
      ]),
  ],
  [
    'SELECT output_summary FROM agents WHERE output_summary IS NOT NULL ORDER BY run_id, step_number',
    () =>
      table('agents')
        .filter((row) => row['output_summary'] !== null)
        .map((row) => [row['output_summary']]),
  ],
  [
    'SELECT status, count(*), avg(execution_time) FROM pipelines GROUP BY 1 ORDER BY 1',
    () => groups(table('pipelines'), 'status', (own) => [own.length, mean(own, 'execution_time')]),
  ],
  [
    'SELECT pipeline_id, failed_jobs, retry_attempt FROM pipelines WHERE failed_jobs IS NOT NULL ORDER BY run_id, pipeline_id',
    () =>
      table('pipelines')
        .filter((row) => row['failed_jobs'] !== null)
        .map((row) => [row['pipeline_id'], row['failed_jobs'], row['retry_attempt']]),
  ],
  [
    'SELECT resolved, sum(attempts) FROM debugging_cycles GROUP BY 1 ORDER BY 1 NULLS LAST',
    () => groups(table('debugging_cycles'), 'resolved', (own) => [sum(own, 'attempts')]),
  ],
  [
    'SELECT error_message, count(*) FROM debugging_cycles GROUP BY 1 ORDER BY 2 DESC, 1 NULLS LAST LIMIT 1',
    () =>
      groups(table('debugging_cycles'), 'error_message', (own) => [own.length])
        .sort((a, b) => (b[1] as number) - (a[1] as number))
        .slice(0, 1),
  ],
  [
    'SELECT error_type, severity, count(*) FROM errors GROUP BY ALL ORDER BY ALL',
    () => groups(table('errors'), 'error_type', (own) => [own[0]?.['severity'], own.length]),
  ],
  [
    'SELECT run_id, error_message, timestamp FROM errors ORDER BY run_id, timestamp',
    () => table('errors').map((row) => [row['run_id'], row['error_message'], row['timestamp']]),
  ],
  [
    'SELECT count(*) FROM errors WHERE NOT resolved',
    () => [[table('errors').filter((row) => row['resolved'] === false).length]],
  ],
  [
    'SELECT tool_name, sum(call_count), sum(failure_count), sum(total_duration_ms) FROM tool_usage GROUP BY 1 ORDER BY 1',
    () =>
      groups(table('tool_usage'), 'tool_name', (own) => [
        sum(own, 'call_count'),
        sum(own, 'failure_count'),
        sum(own, 'total_duration_ms'),
      ]),
  ],
  [
    'SELECT r.project_id, sum(t.call_count) FROM tool_usage t JOIN runs r USING (run_id) GROUP BY 1 ORDER BY 1 NULLS LAST',
    () => {
      const projects = new Map(table('runs').map((row) => [row['run_id'], row['project_id']]));
      return groups(
        table('tool_usage').map((row) => ({ ...row, project_id: projects.get(row['run_id']) })),
        'project_id',
        (own) => [sum(own, 'call_count')],
      );
    },
  ],
  [
    'SELECT run_id, step_number, agent_name, status, start_time FROM steps WHERE agent_name IS NOT NULL ORDER BY run_id, step_number, start_time',
    () =>
      table('agents').map((row) => [
        row['run_id'],
        row['step_number'],
        row['agent_name'],
        row['status'],
        row['start_time'],
      ]),
  ],
  [
    "SELECT run_id, notes->0->>'detail' FROM steps WHERE step_number = 0 AND run_id LIKE '%_q' ORDER BY 1",
    () =>
      ofType('step.noted')
        .filter((event) => event['step'] === 0 && event['run_id'].endsWith('_q'))
        .map((event) => [event['run_id'], wellFormed(event['detail'])]),
  ],
  [
    'SELECT name, count(*) FROM metrics GROUP BY 1 ORDER BY 1',
    () => groups(ofType('metric.measured'), 'name', (own) => [own.length]),
  ],
  [
    "SELECT run_id, value, passed, issue_iid FROM metrics WHERE name = 'loss' AND run_id LIKE '%_q' ORDER BY 1",
    () =>
      ofType('metric.measured')
        .filter((event) => event['name'] === 'loss' && event['run_id'].endsWith('_q'))
        .map((event) => [
          event['run_id'],
          event['value'],
          event['value'] <= 0.5,
          `I-${Number(event['run_id'].slice(13, 19)) % 5}`,
        ]),
  ],
  [
    "SELECT run_id, value FROM metrics WHERE name = 'mia' ORDER BY run_id, timestamp",
    () =>
      ofType('metric.measured')
        .filter((event) => event['name'] === 'mia')
        .map((event) => [event['run_id'], event['value']]),
  ],
  [
    'SELECT run_id, timestamp, action, description FROM actions ORDER BY run_id, timestamp',
    () =>
      ofType('action.logged').map((event) => [
        event['run_id'],
        event['at'],
        event['action'],
        wellFormed(event['description']),
      ]),
  ],
  [
    "SELECT count(*) FROM actions WHERE failed AND result = 'failure'",
    () => [
      [
        ofType('action.logged').filter((event) =>
          (event['fields'] ?? []).some(([key, value]: string[]) => key === 'Result' && value === 'failure'),
        ).length,
      ],
    ],
  ],
  ['SELECT type, count(*) FROM events GROUP BY 1 ORDER BY 1', () => groups(events, 'type', (own) => [own.length])],
  [
    "SELECT run_id, data->'$.llm' AS llm FROM events WHERE type = 'run.started' ORDER BY 1",
    () => ofType('run.started').map((event) => [event['run_id'], event['llm'] ?? null]),
  ],
  [
    'SELECT event_id FROM events ORDER BY run_id, timestamp, event_id LIMIT 10',
    () =>
      events
        .toSorted((a, b) => (a.run_id + a.at + a.id < b.run_id + b.at + b.id ? -1 : 1))
        .slice(0, 10)
        .map(({ id }) => [id]),
  ],
];

/** Sums of fractions differ in their last digits by the order of adding. */
const rounded = (value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(12)) : Array.isArray(value) ? value.map(rounded) : value;

describe.skipIf(!hasDuckdb)('query (skipped where the package @duckdb/node-api is not installed)', () => {
  const answerTo = async (sql: string): Promise<unknown[][]> => {
    const { rows } = await store.json<{ rows: Row[] }>('query', sql);
    return rows.map((row) => Object.values(row));
  };

  test.each(QUERIES)('%s', async (sql, expected) => {
    const wanted = expected();
    expect(wanted.length).toBeGreaterThan(0);
    expect(rounded(await answerTo(sql))).toEqual(rounded(wanted));
  });

  test('the store stays as it is, and nothing is left elsewhere', async () => {
    const before = treeOf(store.dir);
    const temp = tempFolder();
    const env = { TMPDIR: temp };
    for (const sql of ['FROM runs', 'FROM events', 'FROM nothing', 'DELETE FROM runs'])
      await store.runlog(['query', sql], { env });
    expect(treeOf(store.dir)).toEqual(before);
    expect([temp, store.cwd, store.home].map((folder) => fs.readdirSync(folder))).toEqual([[], ['logs'], []]);
  });

  test.each([
    'DELETE FROM runs',
    'UPDATE runs SET status = NULL',
    'INSERT INTO runs SELECT * FROM runs',
    'DROP TABLE runs',
    'CREATE TABLE x AS SELECT 1',
    "COPY runs TO 'out.csv'",
    "COPY (SELECT 1) TO 'out.parquet'",
    "EXPORT DATABASE 'out'",
    'INSTALL httpfs',
    'LOAD httpfs',
    "ATTACH 'out.db'",
    'PRAGMA threads = 1',
    'SET enable_external_access = true',
    'EXPLAIN ANALYZE DELETE FROM runs',
    'SELECT 1; SELECT 2',
    'SELECT 1; DELETE FROM runs',
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_json('logs/runs/*/journal/*.jsonl')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '/etc/os-release.csv'",
    "FROM glob('/*')",
    'SELECT',
    '',
  ])('%s is refused, with 65, a reason and no file', async (sql) => {
    const { exitCode, stdout, stderr } = await store.runlog(['query', sql]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 65, stdout: '' });
    expect(stderr).toMatch(/^error: \S.+\n/);
    expect(fs.readdirSync(store.cwd).filter((name) => name.startsWith('out'))).toEqual([]);
  });

  test('--schema is what the engine says of each table, and needs no engine', async () => {
    const { tables: said } = await store.json<{ tables: { name: string; columns: unknown[] }[] }>('query', '--schema');
    const found = await answerTo(
      'SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY table_name, ordinal_position',
    );
    const own = said.flatMap(({ name, columns }) =>
      (columns as { name: string; type: string }[]).map((column) => [name, column.name, column.type]),
    );
    expect(said.map(({ name }) => name)).toEqual([
      'runs',
      'issues',
      'agents',
      'pipelines',
      'debugging_cycles',
      'errors',
      'tool_usage',
      'steps',
      'metrics',
      'actions',
      'events',
    ]);
    expect(found).toEqual(own.toSorted(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0)));
  });

  test('every text comes back as it was, in JSON and, harmless, in CSV', async () => {
    const { rows } = await store.json('query', "SELECT DISTINCT description FROM actions WHERE run_id LIKE '%_q'");
    expect(rows.map((row: Row) => row['description']).sort()).toEqual(NASTY.map(wellFormed).sort());
    await store.ok('query', "SELECT '=1+1' AS a, NULL AS b, 'x,y' AS c, 1.5 AS d", '--out', 'out1.csv');
    expect(fs.readFileSync(path.join(store.cwd, 'out1.csv'), 'utf8')).toBe('a,b,c,d\r\n\'=1+1,,"x,y",1.5\r\n');
  });

  test('values that JSON has no form for are text, all others are what they are', async () => {
    const sql = `SELECT 1.50 AS decimal, 2::HUGEINT AS whole, 9007199254740993 AS large, 'NaN'::DOUBLE AS nan, NULL AS nothing,
      TIMESTAMPTZ '2026-01-02 03:04:05.678901+01' AS at, DATE '2026-01-02' AS day, [1, NULL] AS list, {'a': 1.5} AS struct,
      MAP {'k': true} AS map, 0.1 + 0.2 AS sum, 'x' AS name, 'y' AS name, '{"a":[1]}'::JSON AS json, 1e300 AS big,
      TIMESTAMPTZ '0044-03-15 (BC) 12:00:00+00' AS early`;
    expect((await store.json('query', sql)).rows).toEqual([
      {
        decimal: 1.5,
        whole: 2,
        large: '9007199254740993',
        nan: 'NaN',
        nothing: null,
        at: '2026-01-02T02:04:05.678901Z',
        day: '2026-01-02',
        list: [1, null],
        struct: { a: 1.5 },
        map: [{ key: 'k', value: true }],
        sum: 0.3,
        name: 'x',
        'name:1': 'y',
        json: { a: [1] },
        big: 1e300,
        early: '0044-03-15 (BC) 12:00:00+00',
      },
    ]);
  });

  test('a signal ends it, and its files go with it', async () => {
    const temp = tempFolder();
    const many = queryStore(600);
    const running = many.live('runlog', ['query', 'SELECT count(*) FROM events'], { TMPDIR: temp });
    await until(() => fs.readdirSync(temp).length > 0);
    expect(await running.kill('SIGTERM')).toBe(143);
    expect(fs.readdirSync(temp)).toEqual([]);
  });

  test('an archived run keeps its rows in the tables', async () => {
    const archived = queryStore(3);
    await archived.runlog(['finalize', '--all', '--force']);
    const ask = async (): Promise<unknown> =>
      (await archived.json('query', 'SELECT run_id, status FROM runs ORDER BY 1')).rows;
    const before = await ask();
    await archived.runlog(['rotate', '--max-runs', '0']);
    expect(fs.readdirSync(archived.path('runs'))).toEqual([]);
    expect(await ask()).toEqual(before);
  });

  test('a damaged run is told, its sound rows are there, and the exit status is 3', async () => {
    const damaged = queryStore(2);
    fs.appendFileSync(damaged.segment(idOf(0)), '\n{"v":1,"id":"x","at":\n{"broken\n');
    for (const sql of ['SELECT count(*) FROM runs', 'SELECT count(*) FROM events', 'SELECT count(*) FROM steps']) {
      const { exitCode, stderr } = await damaged.runlog(['query', sql]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: expect.stringContaining(idOf(0)) });
    }
  });

  test('an answer without rows has the same shape, and a store that is not there is no empty one', async () => {
    const { stdout, stderr } = await store.runlog(['query', 'SELECT run_id FROM runs WHERE false', '--json']);
    expect(JSON.parse(stdout)).toEqual({ columns: [{ name: 'run_id', type: 'VARCHAR' }], rows: [] });
    expect(stderr).toBe('no rows\n');
    expect((await store.runlog(['query', 'FROM runs', '--dir', 'nowhere'])).exitCode).toBe(66);
  });
});
