// Damage is data: a bad stretch of a journal is reported with file and offset, skipped and kept, and never hides its neighbours.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeLine } from '../../src/journal/line.js';
import { tempStore, treeOf, type TempStore } from '../support/runlog.js';

async function withEvents(): Promise<TempStore> {
  const store = tempStore();
  await store.start('--id', 'run');
  await store.ok('append', 'BEFORE', '--run', 'run');
  return store;
}

const names = async (store: TempStore): Promise<unknown[]> =>
  (await store.events('run')).map((event) => ('action' in event ? event.action : event.type));

const line = encodeLine({ v: 1, id: 'x', at: '2025-10-03T18:19:52.000000Z', type: 'action.logged', action: 'HURT' });
const DAMAGES: [kind: string, bytes: Buffer][] = [
  ['torn', line.subarray(0, line.length - 30)],
  ['checksum', Buffer.from(line.toString().replace('HURT', 'HUNT'))],
  ['garbled', Buffer.from('\nnot JSON at all\n')],
  ['encoding', Buffer.concat([Buffer.from('\n{"v":1,"id":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n')])],
  ['invalid', encodeLine({ v: 1, id: 'x', at: 'yesterday', type: 'action.logged', action: 'HURT' })],
  ['version', encodeLine({ v: 2, id: 'x', at: '2025-10-03T18:19:52.000000Z', type: 'action.logged', action: 'HURT' })],
  ['garbled', Buffer.alloc(4096)],
];

describe('each kind of damage is named with its place, and the neighbours are whole:', () => {
  test.for(DAMAGES)('%s', async ([kind, bytes]) => {
    const store = await withEvents();
    const segment = store.segment('run');
    const offset = fs.statSync(segment).size;
    fs.appendFileSync(segment, bytes);
    const name = `journal/${path.basename(segment)}`;
    const atEnd = await store.json('summary', 'run');
    expect(atEnd.damage).toHaveLength(1);
    expect(atEnd.damage[0]).toMatchObject({ segment: name });

    await store.ok('append', 'AFTER', '--run', 'run');
    expect(await names(store)).toEqual(['run.started', 'BEFORE', 'AFTER']);
    const { damage } = await store.json('show', 'run');
    expect(damage).toHaveLength(1);
    expect(damage[0].segment).toBe(name);
    expect(damage[0].kind).toBe(kind === 'torn' ? 'garbled' : kind);
    // An encoded line begins with the line feed that ends whatever stood before it.
    expect([offset, offset + 1]).toContain(damage[0].offset);
    for (const command of ['show', 'summary', 'export log', 'export trace', 'list', 'export csv', 'finalize']) {
      const needsRun = !['list', 'export csv'].includes(command);
      const { exitCode, stderr } = await store.runlog([...command.split(' '), ...(needsRun ? ['run'] : [])]);
      expect({ command, exitCode, stderr }).toEqual({ command, exitCode: 3, stderr: expect.any(String) });
    }
    expect(fs.readFileSync(segment).includes(bytes)).toBe(true);
  });
});

test('a fragment at the end reads as torn, and the next writer is not swallowed by it', async () => {
  const store = await withEvents();
  fs.appendFileSync(store.segment('run'), '\n{"v":1,"id":"0199","at":"2025-10-');
  const { damage } = await store.json('show', 'run');
  expect(damage).toMatchObject([{ kind: 'torn' }]);
  const { exitCode, stdout } = await store.runlog(['summary', 'run']);
  expect(exitCode).toBe(3);
  expect(stdout).toContain('BEFORE');
  await store.ok('append', 'AFTER', '--run', 'run');
  expect(await names(store)).toEqual(['run.started', 'BEFORE', 'AFTER']);
});

test('one damaged run does not hide the others', async () => {
  const store = await withEvents();
  fs.appendFileSync(store.segment('run'), '\ngarbage\n');
  await store.start('--id', 'sound');
  const { stdout, stderr, exitCode } = await store.runlog(['list', '--json']);
  expect(exitCode).toBe(3);
  expect(stderr).toContain('one run is damaged');
  const { runs } = JSON.parse(stdout) as { runs: { run_id: string }[] };
  expect(runs.map(({ run_id }) => run_id)).toEqual(['sound', 'run']);
  expect((await store.runlog(['summary', 'sound'])).exitCode).toBe(0);
});

test('a second line of the same id is the same event', async () => {
  const store = await withEvents();
  const lines = fs.readFileSync(store.segment('run'), 'utf8').split('\n').filter(Boolean);
  fs.appendFileSync(store.segment('run'), `\n${lines.at(-1)}\n`);
  expect(await names(store)).toEqual(['run.started', 'BEFORE']);
  expect((await store.runlog(['summary', 'run'])).exitCode).toBe(0);
});

test('a run folder without a journal is reported and hides nothing', async () => {
  const store = await withEvents();
  fs.mkdirSync(store.path('runs', 'bare'));
  const { stdout, stderr, exitCode } = await store.runlog(['list', '--json']);
  expect(exitCode).toBe(3);
  expect(stderr).toContain('one run is damaged');
  expect((JSON.parse(stdout) as { runs: unknown[] }).runs).toHaveLength(2);
  for (const command of ['summary', 'show']) {
    const outcome = await store.runlog([command, 'bare']);
    expect(outcome.exitCode).toBe(3);
    expect(outcome.stdout + outcome.stderr).toContain('the run has no journal');
  }
  const named = await store.runlog(['finalize', 'bare']);
  expect(named.exitCode).toBe(65);
  expect(named.stderr).toContain('error: bare: the run has no journal\nhint: ');
  expect(fs.readdirSync(store.path('runs', 'bare'))).toEqual([]);
  await store.ok('append', 'FIRST', '--run', 'bare');
  expect(await store.events('bare')).toMatchObject([{ type: 'action.logged', action: 'FIRST' }]);
});

test('what stands in a segment’s place without being a file is reported, not followed', async () => {
  const store = await withEvents();
  const folder = path.dirname(store.segment('run'));
  fs.writeFileSync(path.join(store.cwd, 'outside.jsonl'), line);
  fs.symlinkSync(path.join(store.cwd, 'outside.jsonl'), path.join(folder, 'link.jsonl'));
  fs.mkdirSync(path.join(folder, 'folder.jsonl'));
  const { events, damage } = await store.json('show', 'run');
  expect(events).toHaveLength(2);
  expect(damage.map(({ kind, message }: Record<string, string>) => [kind, message])).toEqual([
    ['not_a_file', 'the segment is a folder'],
    ['not_a_file', 'the segment is a symbolic link'],
  ]);
});

test('a blob that is gone leaves the start of its text and a word about it', async () => {
  const store = await withEvents();
  await store.runlog(['append', 'LARGE', '--run', 'run', '--result', '-'], { input: 'x'.repeat(100_000) });
  fs.rmSync(store.path('runs', 'run', 'blobs'), { recursive: true });
  const { stdout, exitCode } = await store.runlog(['show', 'run', '--json']);
  expect(exitCode).toBe(3);
  const { events, damage } = JSON.parse(stdout) as { events: { fields?: string[][] }[]; damage: unknown[] };
  expect(events[2]?.fields?.[0]?.[1]).toBe('x'.repeat(1024));
  expect(damage).toMatchObject([{ kind: 'missing', message: expect.stringContaining('/fields/0/1') }]);
});

test('a run whose first event was lost is still shown, finalized and exported', async () => {
  const store = await withEvents();
  const segment = store.segment('run');
  fs.writeFileSync(segment, fs.readFileSync(segment, 'utf8').replace('run.started', 'run.stXrted'));
  const summary = await store.runlog(['summary', 'run']);
  expect(summary.exitCode).toBe(3);
  expect(summary.stdout).toContain('BEFORE');
  expect((await store.runlog(['finalize', 'run', '--force'])).exitCode).toBe(3);
  const tree = treeOf(store.dir);
  await store.runlog(['finalize', 'run']);
  expect(treeOf(store.dir)).toEqual(tree);
  await store.runlog(['append', 'LATE', '--run', 'run']);
  await store.runlog(['finalize', 'run']);
  const rows = store.read('csv', 'runs.csv').trimEnd().split('\r\n').slice(1);
  expect(rows).toEqual([expect.stringMatching(/^run,/)]);
});
