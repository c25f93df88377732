// What query and export parquet write: files in the formats of others, whole, in their place, for their owner alone.
import fs from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { queryStore } from '../support/query-store.js';
import { ROOT, hasDuckdb, sealedEnv, tempFolder, type TempStore } from '../support/runlog.js';

/** What is in Parquet files, as the engine reads them: by itself, without runlog. */
async function readParquet(pattern: string, select: string = '*'): Promise<unknown[]> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const sql = `SELECT ${select} FROM read_parquet('${pattern}', hive_partitioning = true)`;
  return (await connection.runAndReadAll(sql)).getRowObjectsJson();
}

const modeOf = (file: string): number => fs.statSync(file).mode & 0o777;

describe.skipIf(!hasDuckdb)('files (skipped where the package @duckdb/node-api is not installed)', () => {
  let store: TempStore;
  beforeAll(() => {
    store = queryStore(8);
  });

  test.each([
    ['csv', 'a.csv', 'n,t\r\n1,x\r\n'],
    ['markdown', 'a.md', '| n | t |\n| --- | --- |\n| 1 | x |\n'],
    [
      'json',
      'a.json',
      '{"columns":[{"name":"n","type":"INTEGER"},{"name":"t","type":"VARCHAR"}],"rows":[{"n":1,"t":"x"}]}\n',
    ],
    ['table', 'a.txt', 'n  t\n1  x\n'],
  ])('%s goes to a file as to stdout', async (format, file, text) => {
    const sql = "SELECT 1 AS n, 'x' AS t";
    expect(await store.runlog(['query', sql, '--format', format])).toEqual({ stdout: text, stderr: '', exitCode: 0 });
    expect(await store.ok('query', sql, '--out', file)).toBe(`${path.join(store.cwd, file)}  1 row`);
    expect(fs.readFileSync(path.join(store.cwd, file), 'utf8')).toBe(text);
    expect(modeOf(path.join(store.cwd, file))).toBe(0o600);
  });

  test('parquet holds the rows with their types, replaces what was there, and leaves nothing beside it', async () => {
    const folder = tempFolder();
    const file = path.join(folder, 'a.parquet');
    fs.writeFileSync(file, 'something else');
    const sql = 'SELECT run_id, start_time, total_tokens, tags, [1, 2] AS list FROM runs ORDER BY run_id -- to the end';
    expect(await store.json('query', sql, '--out', file)).toEqual({ file, rows: 9 });
    expect(fs.readdirSync(folder)).toEqual(['a.parquet']);
    expect(modeOf(file)).toBe(0o600);
    const { rows } = await store.json('query', 'SELECT run_id, total_tokens FROM runs ORDER BY run_id');
    expect(await readParquet(file, 'run_id, total_tokens::INT AS total_tokens')).toEqual(rows);
    const types = await readParquet(
      file,
      'DISTINCT typeof(start_time) AS at, typeof(total_tokens) AS tokens, typeof(list) AS list',
    );
    expect(types).toEqual([{ at: 'TIMESTAMP WITH TIME ZONE', tokens: 'BIGINT', list: 'INTEGER[]' }]);
  });

  test('the SQL cannot read or write the file that it goes to, nor does an error leave one', async () => {
    const folder = tempFolder();
    const file = path.join(folder, 'a.parquet');
    for (const sql of [`COPY runs TO '${file}'`, 'DELETE FROM runs', 'SELECT nothing FROM runs', `FROM '${file}'`])
      expect((await store.runlog(['query', sql, '--out', file])).exitCode).toBe(65);
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  test('export parquet writes every table with its rows', async () => {
    const folder = path.join(store.cwd, 'lake');
    const { rows } = await store.json('export', 'parquet', '--out', folder);
    const { tables } = await store.json('query', '--schema');
    expect(Object.keys(rows)).toEqual(tables.map(({ name }: { name: string }) => name));
    for (const [name, count] of Object.entries(rows))
      expect(await readParquet(path.join(folder, `${name}.parquet`), 'count(*)::INT AS n')).toEqual([{ n: count }]);
    expect(rows).toMatchObject({ runs: 9, actions: expect.any(Number) });
  });

  test('partitions are folders by the values of the run, in every table, and are made anew', async () => {
    const folder = path.join(store.cwd, 'parted');
    const args = ['export', 'parquet', '--out', folder, '--partition', 'project', '--partition', 'status'];
    const { rows } = await store.json(...args);
    expect(fs.readdirSync(path.join(folder, 'runs')).sort()).toEqual([
      'project=171',
      'project=__HIVE_DEFAULT_PARTITION__',
      'project=p0',
      'project=p1',
      'project=p2',
    ]);
    for (const name of ['runs', 'steps', 'events']) {
      const files = path.join(folder, name, '**/*.parquet');
      expect(await readParquet(files, 'count(*)::INT AS n')).toEqual([{ n: rows[name] }]);
    }
    const statuses = await readParquet(path.join(folder, 'agents/**/*.parquet'), 'DISTINCT run_status');
    expect(statuses).toContainEqual({ run_status: 'failed' });
    expect(modeOf(path.join(folder, 'runs'))).toBe(0o700);
    await store.ok('export', 'parquet', '--out', folder, '--partition', 'day');
    expect(fs.readdirSync(path.join(folder, 'runs'))).toEqual(['day=2025-10-03']);
  });

  test('a folder with anything else in it is left alone', async () => {
    const folder = path.join(store.cwd, 'mine');
    fs.mkdirSync(path.join(folder, 'runs/day=1'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'runs/day=1/notes.txt'), 'mine');
    const { exitCode, stderr } = await store.runlog(['export', 'parquet', '--out', folder, '--partition', 'day']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 73, stderr: expect.stringContaining('holds other things') });
    expect(fs.readFileSync(path.join(folder, 'runs/day=1/notes.txt'), 'utf8')).toBe('mine');
  });
});

test('where the engine is not installed, query says how to install it and exits with 69, and --schema answers', async () => {
  // A copy of the package beside nothing that it could load.
  const folder = tempFolder();
  for (const name of ['bin', 'dist', 'package.json'])
    fs.cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  const options = { cwd: folder, env: sealedEnv(folder), extendEnv: false, reject: false } as const;
  const call = async (...args: string[]): Promise<{ exitCode: number | undefined; stderr: string }> => {
    const { exitCode, stderr } = await execa(path.join(folder, 'bin/runlog'), args, options);
    return { exitCode, stderr };
  };
  for (const args of [
    ['query', 'FROM runs'],
    ['export', 'parquet'],
  ]) {
    expect(await call(...args)).toEqual({
      exitCode: 69,
      stderr: expect.stringContaining('npm install -g @duckdb/node-api'),
    });
  }
  expect((await call('query', '--schema')).exitCode).toBe(0);
});
