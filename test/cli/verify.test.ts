// runlog verify: what it proves, what it only suspects, and what it says of it. How each damage looks is in test/crash.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeLine } from '../../src/journal/line.js';
import { tempStore, treeOf, type TempStore } from '../support/runlog.js';

const AT = '2025-10-03T18:19:52.000000Z';
const START = { type: 'run.started', run_id: 'run', name: 'x' };
const END = { type: 'run.ended', status: 'completed' };
const actions = (count: number): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, index) => ({ type: 'action.logged', action: 'WORK', description: `${index}` }));

async function sealed(runId = 'run', store: TempStore = tempStore()): Promise<TempStore> {
  store.write(runId, [{ ...START, run_id: runId }, ...actions(3), END]);
  await store.ok('finalize', runId, '--quiet');
  return store;
}

const file = (store: TempStore, runId = 'run'): string => store.path('runs', runId, 'journal', 'here.jsonl');
const change = (name: string, how: (bytes: Buffer) => Buffer): void =>
  fs.writeFileSync(name, how(fs.readFileSync(name)));
const findings = async (store: TempStore, ...more: string[]): Promise<unknown[]> =>
  (await store.json('verify', 'run', ...more)).runs[0].findings;

describe('a run as it was recorded', () => {
  test('is ok: exit status 0, and one JSON document', async () => {
    const store = await sealed();
    const { exitCode, stdout, stderr } = await store.runlog(['verify', '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ ok: true, runs: [{ run_id: 'run', ok: true, findings: [] }] });
    expect((await store.runlog(['verify'])).stdout).toBe('ok  run\n');
    expect(await store.runlog(['verify', '--quiet', '--strict'])).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
  });

  test('is left as it is by verify, and so is a damaged one', async () => {
    const store = await sealed();
    await sealed('other', store);
    change(file(store), (bytes) => bytes.subarray(0, 300));
    const before = treeOf(store.dir);
    await store.runlog(['verify', '--strict']);
    expect(treeOf(store.dir)).toEqual(before);
  });

  test('needs no checksums: other writers may leave them out', async () => {
    const store = tempStore();
    store.write('run', []);
    const lines = [START, END].map((event, index) => JSON.stringify({ v: 1, id: `${index}`, at: AT, ...event }));
    fs.writeFileSync(file(store), `\n${lines.join('\n\n')}\n`);
    await store.runlog(['finalize', 'run']);
    expect(await findings(store)).toEqual([]);
  });

  test('while it goes on there is nothing to say of it', async () => {
    const store = tempStore();
    await store.start('--id', 'run', '--owner-pid', String(process.pid));
    expect(await findings(store, '--strict')).toEqual([]);
  });
});

describe('damage is proven, exit status 1:', () => {
  const cases: [what: string, harm: (store: TempStore) => void, kinds: string[]][] = [
    [
      'a changed byte',
      (store) => change(file(store), (bytes) => Buffer.from(bytes.toString().replace('WORK', 'WURK'))),
      ['checksum', 'seal_broken'],
    ],
    // With its checksum made anew a line is sound: only the seal knows.
    [
      'a line written anew',
      (store) => store.write('run', [START, ...actions(2), { ...actions(1)[0], description: 'X' }, END]),
      ['seal_broken'],
    ],
    ['a cut', (store) => change(file(store), (bytes) => bytes.subarray(0, bytes.length - 1)), ['seal_broken']],
    ['an emptied segment', (store) => fs.truncateSync(file(store)), ['seal_broken', 'no_start']],
    ['a segment that is gone', (store) => fs.rmSync(file(store)), ['seal_broken', 'no_start']],
    [
      'a journal that is gone',
      (store) => fs.rmSync(path.dirname(file(store)), { recursive: true }),
      ['missing', 'seal_broken'],
    ],
    [
      'a folder in the place of a segment',
      (store) => (fs.rmSync(file(store)), fs.mkdirSync(file(store))),
      ['not_a_file', 'seal_broken', 'no_start'],
    ],
    [
      'a _final.json that is no JSON',
      (store) => fs.writeFileSync(store.path('runs', 'run', '_final.json'), '{'),
      ['seal_unreadable'],
    ],
    [
      'a _final.json without a seal',
      (store) => fs.writeFileSync(store.path('runs', 'run', '_final.json'), '{"seal":null}'),
      ['seal_unreadable'],
    ],
    [
      'a seal that names a file outside',
      (store) =>
        change(store.path('runs', 'run', '_final.json'), (bytes) =>
          Buffer.from(bytes.toString().replace('journal/', 'journal/../')),
        ),
      ['seal_unreadable'],
    ],
    [
      'another number of events',
      (store) =>
        change(store.path('runs', 'run', '_final.json'), (bytes) =>
          Buffer.from(bytes.toString().replace('"events": 5', '"events": 6')),
        ),
      ['seal_broken'],
    ],
  ];
  test.for(cases)('%s', async ([, harm, kinds]) => {
    const store = await sealed();
    harm(store);
    const { exitCode, stdout } = await store.runlog(['verify', 'run', '--json']);
    const answer = JSON.parse(stdout);
    expect({ exitCode, ok: answer.ok, run: answer.runs[0].ok }).toEqual({ exitCode: 1, ok: false, run: false });
    expect(answer.runs[0].findings.map(({ kind }: { kind: string }) => kind)).toEqual(kinds);
  });

  test('a blob that is gone, changed, or no regular file', async () => {
    const store = tempStore();
    await store.start('--id', 'run');
    await store.runlog(['append', 'LARGE', '--run', 'run', '--result', '-'], { input: 'x'.repeat(100_000) });
    const [name = ''] = fs.readdirSync(store.path('runs', 'run', 'blobs'));
    const blob = store.path('runs', 'run', 'blobs', name);
    expect(await findings(store)).toEqual([]);
    change(blob, (bytes) => bytes.fill('y', 50_000, 50_001));
    expect(await findings(store)).toMatchObject([
      { kind: 'changed', severity: 'damage', segment: expect.stringMatching(/^journal\//) },
    ]);
    fs.rmSync(blob);
    expect(await findings(store)).toMatchObject([{ kind: 'missing' }]);
    fs.symlinkSync('/etc/hostname', blob);
    expect(await findings(store)).toMatchObject([{ kind: 'missing' }]);
  });
});

describe('a suspicion is said, and fails only under --strict:', () => {
  const cases: [what: string, harm: (store: TempStore) => void, kind: string][] = [
    [
      'events after the seal',
      (store) => fs.appendFileSync(file(store), encodeLine({ v: 1, id: 'late', at: AT, ...actions(1)[0] })),
      'late_events',
    ],
    [
      'a segment that the seal does not name',
      (store) =>
        fs.writeFileSync(
          `${path.dirname(file(store))}/b.jsonl`,
          encodeLine({ v: 1, id: 'late', at: AT, ...actions(1)[0] }),
        ),
      'late_events',
    ],
    ['an ended run without a seal', (store) => fs.rmSync(store.path('runs', 'run', '_final.json')), 'unsealed'],
  ];
  test.for(cases)('%s', async ([, harm, kind]) => {
    const store = await sealed();
    harm(store);
    expect(await findings(store)).toMatchObject([
      { kind, severity: 'suspicion', message: expect.stringContaining('runlog finalize run') },
    ]);
    expect((await store.runlog(['verify'])).exitCode).toBe(0);
    expect((await store.runlog(['verify', '--strict'])).exitCode).toBe(1);
    await store.runlog(['finalize', 'run']);
    expect(await findings(store, '--strict')).toEqual([]);
  });

  test('the torn last line of a run that lives may be a write under way; that of a dead one is damage', async () => {
    const store = tempStore();
    await store.start('--id', 'run', '--owner-pid', String(process.pid));
    fs.appendFileSync(store.segment('run'), '\n{"v":1,"id":"0199');
    expect(await findings(store)).toMatchObject([{ kind: 'torn', severity: 'suspicion' }]);
    await store.ok('finalize', 'run', '--force', '--quiet').catch(() => undefined);
    expect(await findings(store)).toMatchObject([{ kind: 'garbled', severity: 'damage' }]);
  });
});

test('a broken seal is never replaced: finalize keeps what it says of the broken segment', async () => {
  const store = await sealed();
  change(file(store), (bytes) => bytes.subarray(0, 300));
  const seal = store.readJson('runs', 'run', '_final.json').seal;
  fs.appendFileSync(file(store), encodeLine({ v: 1, id: 'late', at: AT, type: 'text.kept', text: 'x'.repeat(5000) }));
  await store.runlog(['finalize', 'run']);
  expect(store.readJson('runs', 'run', '_final.json').seal).toMatchObject(seal);
  expect((await store.runlog(['verify'])).exitCode).toBe(1);
  const before = treeOf(store.dir);
  await store.runlog(['finalize', 'run']);
  expect(treeOf(store.dir)).toEqual(before);
});

test('the seal is the SHA-256 that other tools compute', async () => {
  const store = await sealed();
  const bytes = fs.readFileSync(file(store));
  expect(store.readJson('runs', 'run', '_final.json').seal).toEqual({
    'journal/here.jsonl': { bytes: bytes.length, events: 5, sha256: createHash('sha256').update(bytes).digest('hex') },
  });
});

test('summary and list see that a sealed segment is shorter or gone, without reading it twice', async () => {
  const store = await sealed();
  await sealed('sound', store);
  change(file(store), (bytes) => bytes.subarray(0, bytes.length - 1));
  const cut = await store.runlog(['summary', 'run']);
  expect(cut.exitCode).toBe(3);
  expect(cut.stderr).toMatch(
    /^warning: journal\/here\.jsonl at byte \d+: truncated: the segment was sealed with \d+ bytes and has \d+ left\n$/,
  );
  const listed = await store.runlog(['list']);
  expect(listed).toMatchObject({ exitCode: 3, stderr: 'warning: one run is damaged: run; runlog verify says where\n' });
  fs.rmSync(file(store));
  expect((await store.json('summary', 'run')).damage).toMatchObject([
    { kind: 'missing', segment: 'journal/here.jsonl' },
  ]);
});

test('for people: a line a run, what is wrong below it, within 80 columns; --quiet leaves out what is well', async () => {
  const store = await sealed('a');
  await sealed('run', store);
  change(file(store), (bytes) => Buffer.from(bytes.toString().replace('WORK', 'W\u001b[K')));
  const all = await store.runlog(['verify']);
  expect(all.stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
  expect(all.stdout).toMatchInlineSnapshot(`
    "ok  a
    NOT OK  run
      damage: checksum at byte 122 of journal/here.jsonl
        checksum 8bd54506, but the line says 0ee53568
      damage: seal_broken at byte 0 of journal/here.jsonl
        the first 628 bytes were changed after they were sealed
    "
  `);
  expect((await store.runlog(['verify', '--quiet'])).stdout).toBe(all.stdout.replace('ok  a\n', ''));
});

test('which run is not there or in the archive is said with 66, and a store that is not there is no store without fault', async () => {
  const store = await sealed();
  expect(await store.runlog(['verify', 'nobody'])).toMatchObject({ exitCode: 66, stdout: '' });
  expect(await store.json('verify', 'nobody')).toMatchObject({ error: { code: 'no_such_run', exit: 66 } });
  fs.mkdirSync(store.path('archive'));
  fs.writeFileSync(store.path('archive', 'old.tar.gz'), '');
  const archived = await store.runlog(['verify', 'old']);
  expect(archived).toMatchObject({
    exitCode: 66,
    stderr: expect.stringContaining('hint: Bring it back with: runlog restore old'),
  });
  expect((await store.runlog(['verify', '--dir', 'nowhere'])).exitCode).toBe(66);
  const empty = tempStore();
  expect(await empty.runlog(['verify', '--json'])).toMatchObject({ exitCode: 0, stdout: '{"ok":true,"runs":[]}\n' });
});
