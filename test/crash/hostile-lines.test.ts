// What no writer of runlog would write: values nested without end, keys that name an object's prototype, things that are no files.
// Every command bears with them, and no journal gets shorter.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeLine } from '../../src/journal/line.js';
import { hasProgram, tempStore, treeOf, type Outcome, type TempStore } from '../support/runlog.js';

const AT = '2025-10-03T18:19:52.000000Z';
const event = (id: string, own: string): string => `\n{"v":1,"id":"${id}","at":"${AT}",${own}}\n`;
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** A run with a line between its start and its end. */
function withLine(line: string | Buffer): TempStore {
  const store = tempStore();
  store.write('run', [{ type: 'run.started', run_id: 'run' }]);
  const file = store.segment('run');
  fs.appendFileSync(file, line);
  fs.appendFileSync(file, encodeLine({ v: 1, id: 'after', at: AT, type: 'action.logged', action: 'AFTER' }));
  fs.appendFileSync(file, encodeLine({ v: 1, id: 'end', at: AT, type: 'run.ended', status: 'completed' }));
  return store;
}

const READING = [
  'show run',
  'show run --json',
  'summary run',
  'list',
  'tail run',
  'verify',
  'export log run',
  'export trace run',
];
const ALL = [
  ...READING,
  'finalize run',
  'finalize --all',
  'export csv',
  'rotate --dry-run',
  'append LATE --run run',
  'verify',
];

describe('every command bears with it, keeps the journal and reads the event after it:', () => {
  const cases: [what: string, line: string | Buffer, kind: string][] = [
    ['101 levels', event('deep', `"type":"my.own","data":${deep(100)}`), 'invalid'],
    ['half a million levels', event('deep', `"type":"my.own","data":${deep(500_000)}`), 'invalid'],
    ['a million levels', event('deep', `"type":"my.own","data":${deep(1_000_000)}`), 'oversized'],
    ['brackets that never close', `\n${'['.repeat(1_000_000)}\n`, 'garbled'],
    ['a sector of NUL', Buffer.concat([Buffer.alloc(512), Buffer.from('\n')]), 'garbled'],
    ['a page of NUL in front of an event', Buffer.alloc(4096), 'garbled'],
    ['two fragments glued together', '\n{"v":1,"id":"a","at":"2025{"v":1,"id":"b","at":"20\n', 'garbled'],
    [
      'bad UTF-8 within a text',
      Buffer.concat([Buffer.from('\n{"v":1,"id":"'), Buffer.from([0xc0, 0x80, 0xed, 0xa0, 0x80]), Buffer.from('"}\n')]),
      'encoding',
    ],
    ['escapes for the terminal', '\n\u001b]0;title\u0007\u001b[2J\n', 'garbled'],
  ];
  test.for(cases)('%s', async ([, line, kind]) => {
    const store = withLine(line);
    const file = path.join(store.path('runs', 'run', 'journal'), 'here.jsonl');
    const before = fs.readFileSync(file);
    for (const command of ALL) {
      const { stdout, stderr } = await store.runlog(command.split(' '));
      expect({ command, stderr }).toEqual({
        command,
        stderr: expect.not.stringMatching(/^\s+at |call stack|fault of runlog|\u001b/m),
      });
      expect(stdout).not.toContain('\u001b');
      expect(fs.readFileSync(file).subarray(0, before.length).equals(before)).toBe(true);
    }
    const { events, damage } = await store.json('show', 'run');
    expect(events.map(({ action, type }: Record<string, string>) => action ?? type)).toContain('AFTER');
    expect(damage).toMatchObject([{ kind }]);
    expect((await store.json('verify')).runs[0]).toMatchObject({ ok: false });
  });
});

test.skipIf(!hasProgram('python3'))(
  'a line of 600 MiB is passed over in little memory, and the events after it are read',
  async () => {
    const store = withLine('');
    const file = store.segment('run');
    const mebibyte = Buffer.alloc(1024 * 1024, 'x');
    for (let count = 0; count < 600; count += 1) fs.appendFileSync(file, mebibyte);
    fs.appendFileSync(file, encodeLine({ v: 1, id: 'last', at: AT, type: 'action.logged', action: 'LAST' }));
    for (const command of ['show', 'verify']) {
      const { stdout } = await store.shell(
        'bash',
        `python3 -c '
import resource, subprocess, sys
out = subprocess.run(["runlog", "${command}", "run", "--json"], stdout=subprocess.PIPE).stdout.decode()
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(out)'`,
      );
      const [kibibytes, ...rest] = stdout.split('\n');
      expect(Number(kibibytes)).toBeLessThan(200 * 1024);
      const answer = JSON.parse(rest.join('\n'));
      if (command === 'show') expect(answer.events.at(-1)).toMatchObject({ action: 'LAST' });
      expect(answer.damage ?? answer.runs[0].findings).toMatchObject([
        { kind: 'oversized' },
        ...(answer.damage ? [] : [{}]),
      ]);
    }
  },
);

test('an empty segment is no damage and hides no other', async () => {
  const store = withLine('');
  fs.writeFileSync(store.path('runs', 'run', 'journal', 'another.jsonl'), '');
  const { events, damage } = await store.json('show', 'run');
  expect(damage).toEqual([]);
  expect(events).toHaveLength(3);
  expect(await store.runlog(['finalize', 'run'])).toMatchObject({ exitCode: 0 });
  expect(await store.runlog(['verify'])).toMatchObject({ exitCode: 0 });
});

test('nothing depends on a view: whatever stands in one, the run reads the same and finalize makes it anew', async () => {
  const store = withLine('');
  await store.ok('finalize', 'run', '--quiet');
  const [shown, tree] = [await store.json('summary', 'run'), treeOf(store.dir)];
  for (const view of ['_metadata.json', 'trace.json', 'design-experiment.log'])
    fs.writeFileSync(store.path('runs', 'run', view), '\0garbage');
  fs.writeFileSync(store.path('csv', 'runs.csv'), '"');
  expect(await store.json('summary', 'run')).toEqual(shown);
  expect(await store.status('run')).toBe('completed');
  fs.rmSync(store.path('runs', 'run', '_final.json'));
  await store.ok('finalize', 'run', '--quiet');
  expect(treeOf(store.dir)).toEqual(tree);
});

test.skipIf(process.geteuid?.() !== 0 || !hasProgram('setpriv'))(
  'a segment that the reader may not read is said, finalize writes nothing, and the other runs are read',
  async () => {
    const store = withLine('');
    store.write('sound', [{ type: 'run.started', run_id: 'sound' }]);
    const before = treeOf(store.dir);
    fs.chmodSync(store.segment('run'), 0);
    // Root may read anything: another user looks.
    execFileSync('chown', ['-R', '65534:65534', path.dirname(store.cwd)]);
    fs.chmodSync(path.dirname(path.dirname(store.cwd)), 0o711);
    const asNobody = (command: string): Promise<Outcome> =>
      store.shell('bash', `exec setpriv --reuid=65534 --regid=65534 --clear-groups runlog ${command}`);
    const { stdout, exitCode } = await asNobody('verify --json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      runs: [
        { run_id: 'run', findings: [{ kind: 'unreadable', segment: 'journal/here.jsonl', offset: 0 }] },
        { run_id: 'sound', ok: true },
      ],
    });
    expect(await asNobody('list')).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('sound') });
    expect(await asNobody('finalize run')).toMatchObject({
      exitCode: 74,
      stderr: expect.stringContaining('journal/here.jsonl cannot be read: EACCES'),
    });
    fs.chmodSync(store.segment('run'), 0o644);
    expect(treeOf(store.path('runs'))).toEqual(
      Object.fromEntries(
        Object.entries(before)
          .filter(([name]) => name.startsWith('runs/'))
          .map(([name, content]) => [
            name.slice('runs/'.length),
            name.endsWith('run/journal/here.jsonl') ? content.replace(/^\d+/, '644') : content,
          ]),
      ),
    );
  },
);

test('a log for import may hold anything: what looks like deep JSON in it is text', async () => {
  const store = tempStore();
  const log = `[2025-10-03 18:19:52] RUN: x\nResult: ${deep(500_000)}\n`;
  const { stdout, exitCode } = await store.runlog(['import', '-'], { input: log });
  expect(exitCode).toBe(0);
  expect((await store.runlog(['export', 'log', stdout.trim()])).stdout).toBe(log);
});

test('keys named __proto__ and constructor are data, in every place, and reach no prototype', async () => {
  const own = '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}';
  const lines = [
    `"type":"my.own","__proto__":{"polluted":"yes"},"data":${own}`,
    '"type":"run.started","run_id":"run","tags":{"__proto__":"tag","constructor":"tag"}',
    '"type":"step.noted","step":1,"title":"metrics","metrics":{"__proto__":1,"constructor":2}',
    '"type":"step.started","step":1,"agent":"__proto__"',
    '"type":"tool.called","tool":"constructor","agent":"__proto__","success":true',
    '"type":"metric.measured","name":"__proto__","value":1',
    '"type":"issue.started","issue":"__proto__"',
    '"type":"action.logged","action":"A","blobs":{"/__proto__/polluted":{"sha256":"x"},"/constructor":{"sha256":"y"}}',
  ];
  const store = withLine(lines.map((line, index) => event(`k${index}`, line)).join(''));
  for (const command of ALL) {
    const { stdout, stderr } = await store.runlog(command.split(' '));
    expect({ command, stderr }).toEqual({
      command,
      stderr: expect.not.stringMatching(/fault of runlog|^\s+at /m),
    });
    expect(stdout).not.toContain('[object Object]');
  }
  const shown = (await store.runlog(['show', 'run', '--json'])).stdout;
  expect(shown).toContain('"__proto__":{"polluted":"yes"}');
  expect(shown).toContain('"tags":{"__proto__":"tag","constructor":"tag"}');
  expect(store.read('runs', 'run', 'trace.json')).toContain('__proto__');
});

test('a FIFO, a folder, a socket or a link in the place of a segment, a blob or the seal is waited for by nobody', async () => {
  const store = withLine('');
  const folder = store.path('runs', 'run', 'journal');
  execFileSync('mkfifo', [path.join(folder, 'fifo.jsonl'), store.path('runs', 'run', '_final.json')]);
  fs.mkdirSync(path.join(folder, 'folder.jsonl'));
  fs.symlinkSync('/dev/zero', path.join(folder, 'link.jsonl'));
  const server = createServer().listen(path.join(folder, 'socket.jsonl'));
  const sha256 = 'a'.repeat(64);
  fs.mkdirSync(store.path('runs', 'run', 'blobs'));
  execFileSync('mkfifo', [store.path('runs', 'run', 'blobs', sha256)]);
  const blobs = { '/description': { sha256, bytes: 1 } };
  const named = { v: 1, id: 'named', at: AT, type: 'action.logged', action: 'LONG', description: 'x', blobs };
  fs.appendFileSync(path.join(folder, 'here.jsonl'), encodeLine(named));
  for (const command of READING) {
    const { stderr } = await store.runlog(command.split(' '));
    expect({ command, stderr }).toEqual({ command, stderr: expect.not.stringContaining('fault of runlog') });
  }
  const { findings } = (await store.json('verify', 'run')).runs[0];
  expect(findings.map(({ kind }: { kind: string }) => kind)).toEqual([
    'not_a_file',
    'not_a_file',
    'not_a_file',
    'not_a_file',
    'missing',
    'seal_unreadable',
  ]);
  server.close();
});

test('a writer whose segment is a FIFO does not wait for it: the event goes to the spool', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  const file = store.segment('run');
  fs.rmSync(file);
  execFileSync('mkfifo', [file]);
  const { exitCode, stderr } = await store.runlog(['append', 'WAITS', '--run', 'run']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining('the event waits in') });
});

test('append --stdin names the line that it cannot take, and records the others', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  const lines = [
    '{"action":"FIRST"}',
    `{"type":"my.own","data":${deep(100_000)}}`,
    `{"type":"my.own","data":${deep(1_000_000)}}`,
    `{"action":"AT","at":${deep(100_000)}}`,
    '{"action":"KEYS","fields":{"__proto__":"field"},"__proto__":{"polluted":"yes"}}',
    '{"action":"LONE","description":"\\ud83d"}',
    `{"action":"LONG","description":"${'x'.repeat(100_000_000)}"}`,
    '{"action":"LAST"}',
  ];
  const { exitCode, stderr } = await store.runlog(['append', '--stdin', '--run', 'run'], {
    input: `${lines.join('\n')}\n`,
  });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 3,
    stderr: expect.stringMatching(
      /^warning: line 2: .*100 levels deep.*\nwarning: line 3: .*100 levels deep.*\nwarning: line 4: at must be a time.*\n$/,
    ),
  });
  const { stdout } = await store.runlog(['tail', 'run', '-n', '9']);
  expect(['FIRST', 'KEYS', 'LONE', 'LONG', 'LAST'].filter((action) => !stdout.includes(action))).toEqual([]);
});

test('a damaged run hides no other from list, export csv, verify and finalize --all', async () => {
  const store = withLine(`\n${'['.repeat(1000)}\n`);
  for (const runId of ['a', 'z'])
    store.write(runId, [
      { type: 'run.started', run_id: runId },
      { type: 'run.ended', status: 'completed' },
    ]);
  fs.mkdirSync(store.path('runs', 'bare'));
  fs.mkdirSync(store.path('runs', 'odd'));
  fs.writeFileSync(store.path('runs', 'odd', 'journal'), '');
  expect((await store.json('list')).runs).toHaveLength(5);
  expect(
    (await store.json('verify')).runs.map(({ run_id, ok }: { run_id: string; ok: boolean }) => [run_id, ok]),
  ).toEqual([
    ['a', true],
    ['bare', false],
    ['odd', false],
    ['run', false],
    ['z', true],
  ]);
  await store.runlog(['finalize', '--all']);
  for (const runId of ['a', 'run', 'z']) expect(fs.existsSync(store.path('runs', runId, '_final.json'))).toBe(true);
  await store.runlog(['export', 'csv', '--out', 'tables']);
  const rows = fs.readFileSync(path.join(store.cwd, 'tables', 'runs.csv'), 'utf8');
  for (const runId of ['a', 'run', 'z']) expect(rows).toContain(`\n${runId},`);
});

test('a seal that is empty or garbled is damage everywhere, and finalize says so when it makes it anew', async () => {
  for (const final of ['{', '{"seal":{}}', '{"seal":{"../x":{"bytes":1}}}']) {
    const store = withLine('');
    await store.ok('finalize', 'run', '--quiet');
    fs.writeFileSync(store.path('runs', 'run', '_final.json'), final);
    expect(await store.runlog(['verify'])).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('seal_unreadable'),
    });
    expect(await store.runlog(['summary', 'run'])).toMatchObject({ exitCode: 3 });
    expect(await store.runlog(['finalize', 'run'])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('_final.json at byte 0: seal_unreadable'),
    });
    expect(await store.runlog(['verify'])).toMatchObject({ exitCode: 0 });
    expect(await store.json('finalize', 'run')).toMatchObject({ runs: [{ changed: false }] });
  }
});

test('a broken seal stays broken when events come after it, and the second finalize has nothing to do', async () => {
  const store = withLine('');
  await store.ok('finalize', 'run', '--quiet');
  const file = store.segment('run');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"AFTER"', '"OTHER"'));
  await store.runlog(['append', 'LATE', '--run', 'run']);
  expect(await store.json('finalize', 'run')).toMatchObject({ runs: [{ changed: true }] });
  expect(await store.json('finalize', 'run')).toMatchObject({ runs: [{ changed: false }] });
  expect(await store.json('finalize', '--all')).toEqual({ runs: [] });
  expect(await store.runlog(['verify'])).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('seal_broken') });
  expect(await store.runlog(['rotate', '--max-runs', '0'])).toMatchObject({ exitCode: 0 });
});

test('append --stdin passes over a line that no text can hold, and records what follows', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  const script = `{ printf '{"action":"X","description":"'; head -c 600000000 /dev/zero | tr '\\0' a; echo '"}'; echo '{"action":"AFTER"}'; } |
    runlog append --run run --stdin`;
  const { exitCode, stderr } = await store.shell('bash', script);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 3,
    stderr: 'warning: line 1: it is longer than 256 MiB; not recorded\n',
  });
  expect((await store.events('run')).at(-1)).toMatchObject({ action: 'AFTER' });
});

test.skipIf(!fs.existsSync('/dev/full'))(
  'append --stdin --ack records all where nobody can be told, and then says so',
  async () => {
    const store = tempStore();
    await store.start('--id', 'run');
    const script = `printf '{"action":"A1"}\\n{"action":"A2"}\\n{"action":"A3"}\\n' | runlog append --run run --stdin --ack >/dev/full`;
    expect(await store.shell('bash', script)).toMatchObject({ exitCode: 74 });
    expect((await store.events('run')).map(({ type }) => type)).toEqual([
      'run.started',
      ...Array(3).fill('action.logged'),
    ]);
  },
);
