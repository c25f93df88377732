// runlog stats, errors and cost over a store of many runs: what they say is what SQL says of the tables, and it stays right when runs
// come, go and change.
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempStore, type TempStore } from '../support/runlog.js';

/** Of `node bench/make-store.js`; the same answers were held against 2,000 of them. */
const RUNS = 400;
type Row = Record<string, unknown>;
interface Pattern {
  error_type: string;
  count: number;
  first_time: string;
  last_time: string;
}
type Database = { runAndReadAll: (sql: string) => Promise<{ getRowObjectsJson: () => Row[] }> };

// An optional dependency: whoever wants to query installs it.
const packageName = '@duckdb/node-api';
const duckdb = await import(packageName).then(
  (module) => module as { DuckDBInstance: { create: () => Promise<{ connect: () => Promise<Database> }> } },
  () => null,
);
const unlessThere = duckdb === null ? ' (skipped: @duckdb/node-api is not installed)' : '';

let store: TempStore;
let database: Database;

beforeAll(async () => {
  store = tempStore();
  // Made without runlog's code; the script has no types.
  const script = '../../bench/lib/make-store.js';
  const { makeStore } = (await import(script)) as {
    makeStore: (folder: string, options: { runs: number }) => string[];
  };
  makeStore(store.dir, { runs: RUNS });
  await store.ok('finalize', '--all', '--quiet');
  await store.ok('export', 'csv');
  if (duckdb === null) return;
  database = await (await duckdb.DuckDBInstance.create()).connect();
  for (const table of ['runs', 'agents', 'errors', 'tool_usage', 'issues', 'debugging_cycles'])
    await database.runAndReadAll(
      `CREATE TABLE ${table} AS FROM read_csv('${path.join(store.dir, 'csv', `${table}.csv`)}', sample_size=-1)`,
    );
}, 120_000);

const sql = async (text: string): Promise<Row[]> => {
  const rows = (await database.runAndReadAll(text)).getRowObjectsJson();
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, numberOf(value)])));
};
/** Large integers come as text. */
const numberOf = (value: unknown): unknown =>
  typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
/** What is shown has fewer digits than binary fractions have noise. */
const rounded = (rows: readonly Row[]): Row[] =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [
        key,
        typeof value === 'number' ? Number(value.toPrecision(12)) : value,
      ]),
    ),
  );
const pick = (rows: readonly Row[], keys: readonly string[]): Row[] =>
  rows.map((row) => Object.fromEntries(keys.map((key) => [key, numberOf(row[key])])));

const OVER = `count(*) AS runs, count(*) FILTER (status = 'completed') AS succeeded,
  count(*) FILTER (status NOT IN ('cancelled', 'running', 'stale')) AS judged,
  avg(duration_seconds) AS mean_seconds, quantile_cont(duration_seconds, 0.5) AS median_seconds,
  quantile_cont(duration_seconds, 0.95) AS p95_seconds, sum(total_tokens) AS total_tokens,
  round(sum(estimated_cost_usd), 8) AS estimated_cost_usd`;
const RUN_KEYS = ['runs', 'succeeded', 'judged', 'mean_seconds', 'median_seconds', 'p95_seconds', 'total_tokens'];

describe.skipIf(duckdb === null)(`the answers over many runs${unlessThere}`, () => {
  it.each([
    ['intent', 'intent_type', 'intent_type'],
    ['model', 'model', 'llm_model'],
    ['project', 'project_id', 'project_id'],
    ['status', 'status', 'status'],
    ['day', 'day', "strftime(start_time, '%Y-%m-%d')"],
    ['tag:team', 'tag:team', "regexp_extract(tags, 'team=(\\w+)', 1)"],
  ])('stats --by %s are what SQL finds in the tables', async (by, column, expression) => {
    const { groups } = await store.json<{ groups: Row[] }>('stats', '--by', by);
    const order = by === 'day' ? '1' : 'runs DESC, 1';
    const expected = await sql(`SELECT ${expression} AS "${column}", ${OVER} FROM runs GROUP BY 1 ORDER BY ${order}`);
    const keys = [column, ...RUN_KEYS];
    expect(rounded(pick(groups, keys))).toEqual(rounded(pick(expected, keys)));
    const costs = (rows: Row[]): unknown[] =>
      rows.map((row) => Number(Number(row['estimated_cost_usd'] ?? 0).toFixed(7)));
    expect(costs(groups)).toEqual(costs(expected));
  });

  it('retries are what SQL finds in the executions', async () => {
    const { groups } = await store.json<{ groups: Row[] }>('stats');
    const expected = await sql(
      `SELECT intent_type, count(*) FILTER (retries > 0) AS retries FROM agents JOIN runs USING (run_id) GROUP BY 1 ORDER BY 1`,
    );
    const keys = ['intent_type', 'retries'];
    const byName = (rows: Row[]): Row[] =>
      rows.toSorted((a, b) => (String(a['intent_type']) < String(b['intent_type']) ? -1 : 1));
    expect(pick(byName(groups), keys)).toEqual(pick(expected, keys));
  });

  it('stats --by agent are what SQL finds in the executions', async () => {
    const { groups } = await store.json<{ groups: Row[] }>('stats', '--by', 'agent');
    const expected =
      await sql(`SELECT agent_name AS agent, count(*) AS executions, count(*) FILTER (success) AS succeeded,
      count(success) AS judged, avg(duration_seconds) AS mean_seconds, quantile_cont(duration_seconds, 0.5) AS median_seconds,
      quantile_cont(duration_seconds, 0.95) AS p95_seconds, count(*) FILTER (attempt_number > 1) AS retries
      FROM agents GROUP BY 1 ORDER BY 2 DESC, 1`);
    const keys = [
      'agent',
      'executions',
      'succeeded',
      'judged',
      'mean_seconds',
      'median_seconds',
      'p95_seconds',
      'retries',
    ];
    expect(rounded(pick(groups, keys))).toEqual(rounded(pick(expected, keys)));
  });

  it('stats --by tool are what SQL finds in the calls', async () => {
    const { groups } = await store.json<{ groups: Row[] }>('stats', '--by', 'tool');
    const expected = await sql(`SELECT tool_name AS tool, sum(call_count) AS calls, sum(success_count) AS succeeded,
      sum(total_duration_ms) / sum(call_count) / 1000 AS mean_seconds FROM tool_usage GROUP BY 1 ORDER BY 2 DESC, 1`);
    const keys = ['tool', 'calls', 'succeeded', 'mean_seconds'];
    expect(rounded(pick(groups, keys))).toEqual(rounded(pick(expected, keys)));
  });

  it('errors are what SQL finds, by type', async () => {
    const { patterns, faulty_runs: faulty } = await store.json<{ patterns: Pattern[]; faulty_runs: number }>('errors');
    const expected =
      await sql(`SELECT error_type, count(*) AS count, min(timestamp)::VARCHAR AS first_time, max(timestamp)::VARCHAR AS last_time
      FROM errors GROUP BY 1 ORDER BY 1`);
    const byType = new Map<string, { count: number; first: string; last: string }>();
    for (const { error_type: type, count, first_time: first, last_time: last } of patterns) {
      const known = byType.get(type) ?? { count: 0, first: '9', last: '' };
      known.count += count;
      known.first = first < known.first ? first : known.first;
      known.last = last > known.last ? last : known.last;
      byType.set(type, known);
    }
    const seconds = (text: string): number => Math.floor(Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`) / 1000);
    expect(
      [...byType]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([type, { count, first, last }]) => [type, count, seconds(first), seconds(last)]),
    ).toEqual(
      expected.map((row) => [
        row['error_type'],
        row['count'],
        seconds(String(row['first_time'])),
        seconds(String(row['last_time'])),
      ]),
    );
    const [runs] = await sql('SELECT count(DISTINCT run_id) AS count FROM errors');
    expect(faulty).toBe(runs?.['count']);
  });

  it('cost is what SQL finds, by project and by agent', async () => {
    const cents = (rows: readonly Row[], key: string): unknown[] =>
      rows
        .map((row) => [row[key], Number(Number(row['cost_usd']).toFixed(7))])
        .toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
    const project = await store.json<{ rows: Row[] }>('cost', '--by', 'project');
    expect(cents(pick(project.rows, ['project', 'cost_usd']), 'project')).toEqual(
      cents(
        await sql('SELECT project_id AS project, sum(estimated_cost_usd) AS cost_usd FROM runs GROUP BY 1'),
        'project',
      ),
    );
    const total = await store.json<{ total: Row }>('cost');
    const [all] =
      await sql(`SELECT count(DISTINCT (project_id, issue_iid)) AS issues FROM issues JOIN runs USING (run_id)
      WHERE issues.status = 'completed'`);
    expect(total.total['completed_issues']).toBe(all?.['issues']);
  });
});

describe.skipIf(duckdb === null)(`what compare says of two runs${unlessThere}`, () => {
  interface Compared {
    key: Row;
    facts: { name: string; values: unknown[] }[];
  }
  interface Comparison {
    runs: { run_id: string }[];
    sections: { name: string; different: Compared[]; same: Compared[] }[];
  }
  const thingsOf = ({ sections }: Comparison, name: string): Compared[] => {
    const { different = [], same = [] } = sections.find((section) => section.name === name) ?? {};
    return [...different, ...same];
  };
  const valueOf = ({ facts }: Compared, name: string, run: number): unknown =>
    facts.find((fact) => fact.name === name)?.values[run] ?? null;
  const sorted = (rows: readonly unknown[][]): unknown[][] =>
    rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const usd = (value: unknown): unknown => (value === null ? null : Number(Number(value).toFixed(8)));

  it('and the last good run that it finds, are what SQL finds in the tables', async () => {
    const failed = await sql(
      `SELECT run_id, intent_type, start_time::VARCHAR AS start FROM runs WHERE status = 'failed' ORDER BY hash(run_id) LIMIT 8`,
    );
    expect(failed).toHaveLength(8);
    for (const { run_id: runId, intent_type: intent, start } of failed) {
      const [good] = await sql(
        `SELECT run_id FROM runs WHERE status = 'completed' AND intent_type = '${intent}' AND start_time < '${start}'
        ORDER BY start_time DESC LIMIT 1`,
      );
      const compared = await store.json<Comparison>('compare', '--last-good', String(runId));
      expect(compared.runs.map((one) => one.run_id)).toEqual([good?.['run_id'], runId]);
      for (const [run, { run_id: own }] of compared.runs.entries()) {
        const said = (section: string, name: string, fact = 'value'): unknown => {
          const thing = thingsOf(compared, section).find(({ key }) => key['name'] === name);
          return thing === undefined ? null : valueOf(thing, fact, run);
        };
        const [row] = await sql(`SELECT * FROM runs WHERE run_id = '${own}'`);
        expect([
          ...['status', 'duration', 'errors'].map((name) => said('outcome', name)),
          ...['project', 'model', 'temperature', 'intent'].map((name) => said('configuration', name)),
          usd(said('cost', 'all models', 'cost')),
          ...['tokens', 'input', 'output'].map((name) => said('cost', 'all models', name)),
        ]).toEqual([
          ...[row?.['status'], row?.['duration_seconds'], row?.['total_errors']],
          ...[String(row?.['project_id']), row?.['llm_model'], row?.['llm_temperature'], row?.['intent_type']],
          usd(row?.['estimated_cost_usd'] ?? null),
          ...[row?.['total_tokens'], row?.['input_tokens'], row?.['output_tokens']],
        ]);
        const steps = await sql(
          `SELECT agent_name, agent_task, attempt_number, status, duration_seconds, error_message FROM agents WHERE run_id = '${own}'`,
        );
        const ownSteps = thingsOf(compared, 'steps').filter((thing) => valueOf(thing, 'status', run) !== null);
        expect(
          sorted(
            ownSteps.map((thing) => [
              ...['agent', 'task', 'attempt'].map((part) => thing.key[part]),
              ...['status', 'duration', 'error'].map((name) => valueOf(thing, name, run)),
            ]),
          ),
        ).toEqual(sorted(steps.map((one) => Object.values(one))));
        const errors = await sql(
          `SELECT error_type, count(*) AS count FROM errors WHERE run_id = '${own}' GROUP BY 1 ORDER BY 1`,
        );
        const counts = new Map<unknown, number>();
        for (const thing of thingsOf(compared, 'errors')) {
          const count = Number(valueOf(thing, 'count', run) ?? 0);
          if (count > 0) counts.set(thing.key['error_type'], (counts.get(thing.key['error_type']) ?? 0) + count);
        }
        expect(sorted([...counts])).toEqual(sorted(errors.map((one) => Object.values(one))));
        const tools = await sql(
          `SELECT tool_name, agent, sum(call_count) AS calls, sum(failure_count) AS failed FROM tool_usage WHERE run_id = '${own}' GROUP BY 1, 2`,
        );
        const ownTools = thingsOf(compared, 'tools').filter((thing) => valueOf(thing, 'calls', run) !== null);
        expect(
          sorted(
            ownTools.map((thing) => [
              ...['tool', 'agent'].map((part) => thing.key[part]),
              ...['calls', 'failed'].map((name) => valueOf(thing, name, run)),
            ]),
          ),
        ).toEqual(sorted(tools.map((one) => Object.values(one))));
      }
    }
  });
});

describe('what was found out once', () => {
  const answers = async (): Promise<string[]> =>
    Promise.all(
      [['stats'], ['stats', '--by', 'agent'], ['errors'], ['cost', '--by', 'agent']].map((args) =>
        store.ok(...args, '--json'),
      ),
    );

  it('answers the same without its files, and where these are damaged, of another version, or cannot be written', async () => {
    const before = await answers();
    const files = ['retries', 'work', 'costs', 'faults'].map((name) => path.join(store.dir, `index.${name}`));
    for (const spoil of [
      (file: string): void => fs.rmSync(file),
      (file: string): void => fs.truncateSync(file, 1000),
      (file: string): void => fs.writeFileSync(file, 'nonsense'),
      (file: string): void => {
        fs.rmSync(file);
        fs.mkdirSync(file);
      },
    ]) {
      for (const file of files) spoil(file);
      expect(await answers()).toEqual(before);
    }
    for (const file of files) fs.rmSync(file, { recursive: true });
    expect(await answers()).toEqual(before);
  });

  it('follows runs that come, change and go', async () => {
    const count = async (): Promise<unknown> => (await store.json<{ total: Row }>('stats')).total['runs'];
    const before = (await count()) as number;
    const runId = await store.start('--intent', 'train', '--owner-pid', 'none');
    await store.ok('error', 'OddError', 'odd thing 17', '--run', runId);
    expect(await count()).toBe(before + 1);
    await store.ok('finalize', runId, '--status', 'failed');
    const met = async (): Promise<unknown[]> =>
      (await store.json<{ patterns: Row[] }>('errors')).patterns.filter((one) => one['error_type'] === 'OddError');
    expect(await met()).toMatchObject([{ signature: 'odd thing <n>', count: 1 }]);
    // It stands after the end, which the command says.
    expect((await store.runlog(['error', 'OddError', 'odd thing 18', '--run', runId])).exitCode).toBe(0);
    expect(await met()).toMatchObject([{ count: 2 }]);
    fs.rmSync(path.join(store.dir, 'runs', runId), { recursive: true });
    expect(await count()).toBe(before);
    expect(await met()).toEqual([]);
  });
});

describe('stats and errors', () => {
  it('refuse what they cannot be asked, and answer in the same shape where there is nothing', async () => {
    for (const wrong of ['frobs', 'constructor', '__proto__', 'tag:', ''])
      expect((await store.runlog(['stats', '--by', wrong])).exitCode).toBe(2);
    const { groups } = await store.json<{ groups: Row[] }>('stats', '--by', 'tag:constructor');
    expect(groups).toMatchObject([{ 'tag:constructor': null, runs: RUNS }]);
    const empty = tempStore();
    const stats = await empty.json<Row>('stats');
    expect(Object.keys(stats)).toEqual(Object.keys(await store.json<Row>('stats')));
    expect(stats['groups']).toEqual([]);
    expect(await empty.json<Row>('errors')).toEqual({ runs: 0, faulty_runs: 0, patterns: [] });
  });

  it('say of one run what solved its faults in others', async () => {
    const { patterns } = await store.json<{ patterns: { error_type: string; run_ids: string[]; run_count: number }[] }>(
      'errors',
    );
    const [first] = patterns as [(typeof patterns)[number]];
    const [runId = ''] = first.run_ids;
    const { errors } = await store.json<{ errors: { error_type: string; elsewhere: Row }[] }>('errors', runId);
    const own = errors.find((one) => one.error_type === first.error_type);
    expect(own?.elsewhere).toMatchObject({ run_count: first.run_count - 1 });
    expect((await store.runlog(['errors', runId])).stdout).toMatch(/met in \d+ other runs, last .* in run_/);
  });

  it.each([
    [80, 'without colour', {}],
    [200, 'without colour', {}],
    [80, 'in colour', { NO_COLOR: '', FORCE_COLOR: '1' }],
    [200, 'in colour', { NO_COLOR: '', FORCE_COLOR: '1' }],
  ])('read well at %i columns %s, as list, summary and compare do', async (width, _, colours) => {
    const shown = async (...args: string[]): Promise<string> => {
      const { stdout } = await store.runlog(args, { env: { COLUMNS: String(width), ...colours } });
      return stdout.replaceAll(/\d+ (?:y|mo|d)(?=\s+ago)/g, 'N y').replaceAll('\u001B', '<esc>');
    };
    expect(await shown('stats', '--since', '2025-01-05', '--until', '2025-01-10')).toMatchSnapshot('stats of a period');
    expect(await shown('stats', '--by', 'agent')).toMatchSnapshot('stats by agent');
    expect(await shown('errors', '--limit', '3')).toMatchSnapshot('errors');
    expect(await shown('list', '--until', '2025-01-10', '--limit', '5')).toMatchSnapshot('list');
    const { runs } = await store.json<{ runs: { run_id: string }[] }>('list', '--status', 'failed', '--limit', '1');
    const failed = runs[0]?.run_id as string;
    expect(await shown('summary', failed)).toMatchSnapshot('summary');
    expect(await shown('compare', '--last-good', failed)).toMatchSnapshot('compare');
  });
});
