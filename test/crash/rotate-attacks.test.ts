// What rotate, restore and pin meet that is no run of theirs: links, mounts, pipes, others' folders, strange names, forged archives,
// full disks. Nothing outside the store is touched, and no run is lost.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { afterAll, describe, expect, test } from 'vitest';
import { hasProgram, tempStore, treeOf, until, type TempStore } from '../support/runlog.js';
import { exchange } from './campaigns/exchange.js';

interface Planned {
  runs: { run_id: string; action: string; reason: string; bytes: number }[];
  left: number;
}

const mounts: string[] = [];
afterAll(() => {
  for (const folder of mounts) spawnSync('sh', ['-c', `umount --lazy '${folder}'`]);
});

function mount(folder: string, ...how: string[]): boolean {
  fs.mkdirSync(folder, { recursive: true });
  if (spawnSync('sh', ['-c', `mount ${how.join(' ')} '${folder}'`]).status !== 0) return false;
  mounts.push(folder);
  return true;
}

const tmpfs = (folder: string, size: string): boolean => mount(folder, '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs');
const canMount = tmpfs(path.join(tempStore().cwd, 'probe'), '64k');
const isRoot = process.geteuid?.() === 0;
const GONE = ['--max-runs', '0'];

function makePipe(file: string): void {
  execFileSync('sh', ['-c', `mkfifo '${file}'`]);
}

/** Finalized runs of 2025, in the order of their ids. */
async function finalized(store: TempStore, ...runIds: string[]): Promise<void> {
  runIds.forEach((runId, index) => {
    const at = new Date(Date.UTC(2025, 0, index + 1)).toISOString();
    store.write(runId, [
      { type: 'run.started', run_id: runId, owner: null, host: null, at },
      { type: 'action.logged', action: 'ONE', at },
      { type: 'run.ended', status: 'completed', at },
    ]);
  });
  const { exitCode, stderr } = await store.runlog(['finalize', ...runIds]);
  if (exitCode !== 0) throw new Error(stderr);
}

async function rowOf(store: TempStore, runId: string, ...args: string[]): Promise<string> {
  const { runs } = await store.json<Planned>('rotate', ...GONE, ...args);
  const row = runs.find(({ run_id }) => run_id === runId);
  return row === undefined ? 'no row' : `${row.action}: ${row.reason}`;
}

/** Both the plan and the deed say so of run `a`, and its folder stays as it is. */
async function isKept(store: TempStore, reason: RegExp): Promise<void> {
  for (const args of [['--dry-run'], [], ['--delete']]) expect(await rowOf(store, 'a', ...args)).toMatch(reason);
  expect(fs.existsSync(store.path('runs', 'a'))).toBe(true);
  expect(fs.existsSync(store.path('archive', 'a.tar.gz'))).toBe(false);
}

test.skipIf(!hasProgram('python3'))(
  'a rival that exchanges folders for links makes rotate and restore touch nothing outside, and lose no run',
  async () => {
    const { failures } = await exchange({ kills: 0, seconds: 3, stride: 1, progress: () => undefined });
    expect(failures).toEqual([]);
  },
);

describe('a run is kept, and the reason said, where', () => {
  test('a pipe, a socket or a link lies in it', async () => {
    for (const put of [
      (file: string) => makePipe(file),
      (file: string) => fs.symlinkSync('/', file),
      async (file: string) => {
        const server = net.createServer().listen(path.relative(process.cwd(), file));
        await until(() => fs.existsSync(file));
        server.unref();
      },
    ]) {
      const store = tempStore();
      await finalized(store, 'a');
      await put(store.path('runs', 'a', 'odd'));
      await isKept(store, /^keep: could not be put away: odd is neither a file nor a folder$/);
    }
  });

  test('a pipe stands in the place of one of its files, and nothing waits for its other end', async () => {
    for (const name of ['_final.json', 'pinned', 'journal/here.jsonl', 'journal/there.jsonl']) {
      const store = tempStore();
      await finalized(store, 'a');
      fs.rmSync(store.path('runs', 'a', name), { force: true });
      makePipe(store.path('runs', 'a', name));
      await isKept(store, /^keep: could not be put away: .* is neither a file nor a folder$/);
    }
  });

  test.skipIf(!isRoot)('it belongs to another user', async () => {
    const store = tempStore();
    await finalized(store, 'a');
    fs.chownSync(store.path('runs', 'a'), 12345, 12345);
    await isKept(store, /^keep: it belongs to another user \(12345\)$/);
  });

  test.skipIf(!canMount)('it is or holds a mount, also one of the same device', async () => {
    for (const inner of ['', 'issues']) {
      const store = tempStore();
      await finalized(store, 'a');
      const copy = path.join(store.cwd, 'copy');
      fs.cpSync(store.path('runs', 'a'), copy, { recursive: true });
      expect(tmpfs(store.path('runs', 'a', inner), '1m')).toBe(true);
      if (inner === '') fs.cpSync(copy, store.path('runs', 'a'), { recursive: true });
      await isKept(store, /^keep: could not be put away: .* is on another file system$/);
    }
    const store = tempStore();
    await finalized(store, 'a');
    const outside = path.join(store.cwd, 'outside');
    fs.mkdirSync(outside);
    fs.writeFileSync(path.join(outside, 'precious'), 'here');
    expect(mount(store.path('runs', 'a', 'bound'), '--bind', outside)).toBe(true);
    await isKept(store, /^keep: could not be put away: .* is on another file system$/);
    expect(fs.readFileSync(path.join(outside, 'precious'), 'utf8')).toBe('here');
  });

  test('its journal has times in the future; what the file system says of its age counts for nothing', async () => {
    const store = tempStore();
    await finalized(store, 'a', 'b');
    store.write('a', [
      { type: 'run.started', run_id: 'a', owner: null, host: null, at: '2025-01-01T00:00:00Z' },
      { type: 'action.logged', action: 'LATER', at: new Date(Date.now() + 864e5).toISOString() },
      { type: 'run.ended', status: 'completed' },
    ]);
    fs.rmSync(store.path('runs', 'a', '_final.json'));
    await store.runlog(['finalize', 'a']);
    const old = new Date(2020, 0, 1);
    for (const file of ['a', 'a/journal', 'a/journal/here.jsonl']) fs.utimesSync(store.path('runs', file), old, old);
    await isKept(store, /^keep: written less than an hour ago$/);
    expect(fs.existsSync(store.path('runs', 'b'))).toBe(false);
  });
});

test('a run that was silent for long and ended just now is not old', async () => {
  const store = tempStore();
  store.write('a', [{ type: 'run.started', run_id: 'a', owner: null, host: null, at: '2025-01-01T00:00:00Z' }]);
  await store.runlog(['finalize', 'a', '--status', 'completed']);
  await isKept(store, /^keep: written less than an hour ago$/);
});

test('a run with a hard link outside goes, and the file outside stays', async () => {
  const store = tempStore();
  await finalized(store, 'a');
  const other = path.join(store.cwd, 'other');
  fs.linkSync(store.path('runs', 'a', 'journal', 'here.jsonl'), other);
  const bytes = fs.readFileSync(other);
  expect(await rowOf(store, 'a', '--delete')).toMatch(/^delete: /);
  expect(fs.readFileSync(other)).toEqual(bytes);
});

test('a store whose runs/, archive/ or .trash/ is a link is refused, and nothing behind it is touched', async () => {
  for (const name of ['runs', 'archive', '.trash']) {
    const store = tempStore();
    await finalized(store, 'a');
    const outside = path.join(store.cwd, 'outside');
    if (name === 'runs') fs.renameSync(store.path('runs'), outside);
    else fs.mkdirSync(path.join(outside, 'gone-x'), { recursive: true });
    fs.symlinkSync(outside, store.path(name));
    const before = treeOf(outside);
    for (const args of [['--dry-run'], [], ['--delete']]) {
      const { exitCode, stderr } = await store.runlog(['rotate', ...GONE, ...args]);
      expect(exitCode).toBe(73);
      expect(stderr).toContain(`${store.path(name)} is a symbolic link`);
    }
    expect(treeOf(outside)).toEqual(before);
  }
});

test('strange things in the trash are left alone; a run that waits there goes back once its place is free', async () => {
  const store = tempStore();
  await finalized(store, 'a', 'b');
  const outside = path.join(store.cwd, 'outside');
  fs.mkdirSync(outside);
  fs.writeFileSync(path.join(outside, 'precious'), 'here');
  fs.mkdirSync(store.path('.trash', 'held-1'), { recursive: true });
  fs.renameSync(store.path('runs', 'a'), store.path('.trash', 'held-1', 'a'));
  fs.mkdirSync(store.path('.trash', 'held-2', '-rf\n'), { recursive: true });
  fs.mkdirSync(store.path('.trash', 'theirs'));
  for (const name of ['held-link', 'gone-link', 'link']) fs.symlinkSync(outside, store.path('.trash', name));
  fs.mkdirSync(store.path('.trash', 'gone-1'));
  fs.symlinkSync(outside, store.path('.trash', 'gone-1', 'link'));
  fs.writeFileSync(store.path('.trash', 'gone-file'), '');
  fs.writeFileSync(store.path('runs', 'a'), 'in its place');

  const stuck = await store.runlog(['rotate', '--quiet']);
  expect(stuck).toMatchObject({ exitCode: 3, stdout: expect.not.stringContaining('keep') });
  expect(stuck.stderr).toContain(`it is whole in ${store.path('.trash', 'held-1', 'a')}`);
  expect(fs.readFileSync(store.path('runs', 'a'), 'utf8')).toBe('in its place');

  fs.rmSync(store.path('runs', 'a'));
  const planned = await store.json<Planned>('rotate', ...GONE, '--dry-run');
  const done = await store.json<Planned>('rotate', ...GONE);
  expect(done.runs).toEqual(planned.runs);
  expect(fs.readdirSync(store.path('archive')).sort()).toEqual(['a.tar.gz', 'b.tar.gz']);
  const left = ['gone-file', 'gone-link', 'held-2', 'held-link', 'link', 'theirs'];
  expect(fs.readdirSync(store.path('.trash')).sort()).toEqual(left);
  expect(fs.readFileSync(path.join(outside, 'precious'), 'utf8')).toBe('here');
});

describe('names', () => {
  const STRANGE = ['..', '.', 'a/b', '-rf', 'x'.repeat(300), 'ä', 'a\nb', '.hidden', '../outside'];

  test('that are no ids are refused as RUN arguments and by start --id', async () => {
    const store = tempStore();
    await finalized(store, 'a');
    for (const name of STRANGE) {
      for (const command of ['restore', 'pin', 'unpin', 'show', 'summary']) {
        const { exitCode, stderr } = await store.runlog([command, '--', name]);
        expect({ command, name, exitCode }).toEqual({ command, name, exitCode: 66 });
        expect(stderr).toMatch(/^error: /);
      }
      expect((await store.runlog(['start', `--id=${name}`])).exitCode).toBe(2);
    }
    expect((await store.runlog(['pin', '-rf'])).exitCode).toBe(2);
  });

  test('that are no ids are left alone as folders of runs/ and as archives', async () => {
    const store = tempStore();
    await finalized(store, 'a');
    fs.mkdirSync(store.path('archive'));
    const names = STRANGE.filter((name) => name.length < 240 && !name.includes('/') && !/^\.\.?$/.test(name));
    for (const name of [...names, 'x'.repeat(240)]) {
      fs.cpSync(store.path('runs', 'a'), store.path('runs', name), { recursive: true });
      fs.writeFileSync(store.path('archive', `${name}.tar.gz`), 'theirs');
    }
    const before = treeOf(store.path('runs'));
    expect((await store.json('list')).runs).toHaveLength(1);
    expect(await rowOf(store, 'a', '--delete')).toMatch(/^delete: /);
    const after = Object.fromEntries(Object.entries(before).filter(([file]) => file !== 'a' && !file.startsWith('a/')));
    expect(treeOf(store.path('runs'))).toEqual(after);
    expect(fs.readdirSync(store.path('archive'))).toHaveLength(names.length + 1);
  });

  test('of links in runs/ are no runs: nothing is written to where they lead', async () => {
    const store = tempStore();
    await finalized(store, 'a');
    const outside = path.join(store.cwd, 'outside');
    fs.renameSync(store.path('runs', 'a'), outside);
    fs.symlinkSync(outside, store.path('runs', 'a'));
    const before = treeOf(outside);
    for (const command of [
      ['pin', 'a'],
      ['append', 'X', '--run', 'a'],
    ])
      expect((await store.runlog(command)).exitCode).toBe(66);
    expect(await rowOf(store, 'a', '--delete')).toBe('no row');
    expect(treeOf(outside)).toEqual(before);
  });
});

interface Entry {
  path: string;
  type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice';
  content?: string;
  linkpath?: string;
}

function archiveOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ path: name, type = 'File', content = '', linkpath = '' }) => {
    const header = Buffer.alloc(512);
    new Header({
      path: name,
      type,
      size: Buffer.byteLength(content),
      mode: 0o700,
      linkpath,
      mtime: new Date(0),
    }).encode(header);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
    body.write(content);
    return [header, body];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

describe('an archive', () => {
  const top: Entry = { path: 'a/', type: 'Directory' };
  const FORGED: Record<string, readonly Entry[]> = {
    'that climbs out': [top, { path: 'a/../../x', content: 'x' }],
    'that climbs out at once': [{ path: '../x', content: 'x' }],
    'with an absolute path': [top, { path: '/tmp/runlog-forged', content: 'x' }],
    'with a symbolic link': [top, { path: 'a/link', type: 'SymbolicLink', linkpath: '/tmp' }],
    'with a hard link': [top, { path: 'a/link', type: 'Link', linkpath: '/etc/passwd' }],
    'with a device': [top, { path: 'a/null', type: 'CharacterDevice' }],
    'with a file through a link': [
      top,
      { path: 'a/link', type: 'SymbolicLink', linkpath: '../../../outside' },
      { path: 'a/link/x', content: 'x' },
    ],
    'with a file in a file': [top, { path: 'a/f', content: 'x' }, { path: 'a/f/x', content: 'x' }],
    'with one name twice': [top, { path: 'a/x', content: 'one' }, { path: 'a/x', content: 'two' }],
    'with one name in two ways': [top, { path: 'a/x', content: 'one' }, { path: './a/./x', content: 'two' }],
    'of another run': [{ path: 'b/', type: 'Directory' }],
    'that is a mere file': [{ path: 'a', content: 'x' }],
    'that is empty': [],
  };

  test.each(Object.entries(FORGED))('%s is refused, nothing is written, and it stays', async (_, entries) => {
    const store = tempStore();
    await finalized(store, 'b');
    fs.mkdirSync(path.join(store.cwd, 'outside'));
    fs.mkdirSync(store.path('archive'));
    fs.writeFileSync(store.path('archive', 'a.tar.gz'), archiveOf(entries));
    const before = treeOf(store.cwd);
    const { exitCode, stderr } = await store.runlog(['restore', 'a']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 65, stderr: expect.stringContaining('cannot be relied on') });
    expect(treeOf(store.cwd)).toEqual({ ...before, 'logs/.lock': expect.any(String), 'logs/.trash': '700 (folder)' });
    expect(fs.existsSync('/tmp/runlog-forged')).toBe(false);
  });

  test('that is cut or has a flipped byte is refused at every place, or gives the very run', async () => {
    const store = tempStore();
    await finalized(store, 'a');
    const before = treeOf(store.path('runs'));
    await store.runlog(['rotate', ...GONE]);
    const file = store.path('archive', 'a.tar.gz');
    const whole = fs.readFileSync(file);
    for (let step = 1; step < 8; step += 1) {
      const at = Math.floor((whole.length * step) / 8);
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] as number) ^ 0x10;
      for (const bytes of [whole.subarray(0, at), flipped]) {
        fs.writeFileSync(file, bytes);
        const { exitCode } = await store.runlog(['restore', 'a']);
        if (exitCode === 0 && bytes === flipped) {
          // A few bits of a compressed stream mean nothing.
          expect(treeOf(store.path('runs'))).toEqual(before);
          fs.rmSync(store.path('runs', 'a'), { recursive: true });
          continue;
        }
        expect(exitCode).toBe(65);
        expect(fs.readFileSync(file)).toEqual(bytes);
        expect(fs.readdirSync(store.path('runs'))).toEqual([]);
      }
    }
    fs.writeFileSync(file, whole);
    await store.ok('restore', 'a', '--quiet');
    expect(treeOf(store.path('runs'))).toEqual(before);
  });

  test('that lacks its end is refused, also where it was cut between two compressed pieces', async () => {
    const store = tempStore();
    fs.mkdirSync(store.path('archive'), { recursive: true });
    const whole = archiveOf([top, { path: 'a/one', content: 'x' }]);
    fs.writeFileSync(store.path('archive', 'a.tar.gz'), gzipSync(gunzipSync(whole).subarray(0, -1024)));
    expect((await store.runlog(['restore', 'a'])).exitCode).toBe(65);
    const [begun, rest] = [gunzipSync(whole).subarray(0, 700), gunzipSync(whole).subarray(700)];
    fs.writeFileSync(store.path('archive', 'a.tar.gz'), Buffer.concat([gzipSync(begun), gzipSync(rest)]));
    await store.ok('restore', 'a', '--quiet');
    expect(fs.readFileSync(store.path('runs', 'a', 'one'), 'utf8')).toBe('x');
  });

  test('that is a link, a pipe or a folder is refused', async () => {
    const store = tempStore();
    await finalized(store, 'a');
    await store.runlog(['rotate', ...GONE]);
    const file = store.path('archive', 'a.tar.gz');
    fs.renameSync(file, path.join(store.cwd, 'real'));
    for (const put of [
      () => fs.symlinkSync(path.join(store.cwd, 'real'), file),
      () => makePipe(file),
      () => fs.mkdirSync(file),
    ]) {
      put();
      expect((await store.runlog(['restore', 'a'])).exitCode).toBe(65);
      fs.rmSync(file, { recursive: true });
    }
  });

  test('gives the run back with its empty folders, rights and blobs', async () => {
    const store = tempStore();
    await finalized(store, 'a');
    fs.mkdirSync(store.path('runs', 'a', 'empty', 'deeper'), { recursive: true, mode: 0o700 });
    fs.writeFileSync(store.path('runs', 'a', 'empty', 'file'), 'x', { mode: 0o600 });
    fs.mkdirSync(store.path('runs', 'a', 'sealed'), { mode: 0o700 });
    fs.writeFileSync(store.path('runs', 'a', 'sealed', 'file'), 'ä'.repeat(1e6), { mode: 0o400 });
    fs.chmodSync(store.path('runs', 'a', 'sealed'), 0o500);
    const before = treeOf(store.path('runs'));
    await store.runlog(['rotate', ...GONE]);
    expect(fs.readdirSync(store.path('runs'))).toEqual([]);
    await store.ok('restore', 'a', '--quiet');
    expect(treeOf(store.path('runs'))).toEqual(before);
  });
});

test('a run far larger than the memory that Node may have is put away and comes back', async () => {
  const store = tempStore();
  await finalized(store, 'a');
  const file = store.path('runs', 'a', 'large');
  fs.writeFileSync(file, '');
  fs.truncateSync(file, 300 * 1024 * 1024);
  const limited = 'ulimit -v 1400000; runlog "$@"';
  // Address space: Node itself takes 1.1 GB of it.
  for (const args of [
    ['rotate', ...GONE],
    ['restore', 'a'],
  ]) {
    const script = limited.replace('"$@"', args.join(' '));
    const { exitCode, stderr } = await store.shell('bash', script);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  }
  expect(fs.statSync(file).size).toBe(300 * 1024 * 1024);
});

test('--dry-run writes nothing at all, and plans what is then done, whatever the runs', async () => {
  const store = tempStore();
  await finalized(store, 'a', 'b', 'c', 'd', 'e');
  for (const runId of ['a', 'b', 'c', 'd', 'e'])
    fs.cpSync(store.path('runs', runId), store.path('runs', `${runId}_same`), { recursive: true });
  await store.runlog(['pin', 'b']);
  await store.start('--id', 'live');
  store.write('open', [{ type: 'run.started', run_id: 'open', owner: null, host: null }]);
  fs.appendFileSync(store.path('runs', 'c', 'journal', 'here.jsonl'), 'damage\n');
  fs.rmSync(store.path('runs', 'd', '_final.json'));
  makePipe(store.path('runs', 'e', 'pipe'));
  fs.rmSync(store.path('runs', 'e_same', 'journal'), { recursive: true });
  const times = (): string[] =>
    fs
      .readdirSync(store.cwd, { recursive: true, encoding: 'utf8' })
      .map((file) => `${file} ${fs.lstatSync(path.join(store.cwd, file)).mtimeMs}`);
  for (const limits of [
    ['--max-age', '100000d'],
    ['--max-runs', '8', '--max-age', '100000d'],
    ['--max-size', '0'],
    GONE,
  ]) {
    const before = times();
    const planned = await store.json<Planned>('rotate', ...limits, '--dry-run');
    expect(times()).toEqual(before);
    const done = await store.json<Planned>('rotate', ...limits);
    expect(done.runs.map(noAge)).toEqual(planned.runs.map(noAge));
  }
});

const noAge = (row: Planned['runs'][number]): object => ({
  ...row,
  reason: row.reason.replace(/is .* old$/, 'is old'),
});

test('--max-runtime begins no further run once it is over, and says how many are left', async () => {
  const store = tempStore();
  await finalized(store, 'a', 'b');
  const { exitCode, stderr } = await store.runlog(['rotate', ...GONE, '--max-runtime', '0s']);
  expect(exitCode).toBe(0);
  expect(stderr).toContain('2 left for the next time: --max-runtime is over\n');
  expect((await store.json<Planned>('rotate', ...GONE, '--max-runtime', '0s')).left).toBe(2);
  expect((await store.json<Planned>('rotate', ...GONE, '--max-runtime', '1h')).left).toBe(0);
  expect(fs.readdirSync(store.path('runs'))).toEqual([]);
  expect((await store.runlog(['rotate', '--max-runtime', 'long'])).exitCode).toBe(2);
});

test('--quiet says nothing where nothing was done, and what is wrong all the same', async () => {
  const store = tempStore();
  await finalized(store, 'a');
  const quiet = ['rotate', '--max-age', '100000d', '--quiet'];
  expect(await store.runlog(quiet)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  makePipe(store.path('runs', 'a', 'pipe'));
  const { exitCode, stdout, stderr } = await store.runlog(['rotate', '--quiet']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
  expect(stderr).toContain('warning: a could not be put away: pipe is neither');
});

test('a second rotate is refused with 75, or waits for the first', async () => {
  const store = tempStore();
  await finalized(store, 'a');
  const holder = store.live('flock', ['-o', store.path('.lock'), 'sh', '-c', 'echo held; read _']);
  await holder.line();
  expect((await store.runlog(['rotate'])).exitCode).toBe(75);
  const waits = store.runlog(['rotate', '--lock-timeout', '60']);
  holder.say();
  expect((await waits).exitCode).toBe(0);
  expect(fs.readdirSync(store.path('archive'))).toEqual(['a.tar.gz']);
});

test.skipIf(!canMount)('on a full disk the run stays whole, and no half archive is left', async () => {
  const store = tempStore();
  expect(tmpfs(store.dir, '512k')).toBe(true);
  await finalized(store, 'a');
  const random = spawnSync('head', ['-c', '200000', '/dev/urandom']).stdout;
  fs.writeFileSync(store.path('runs', 'a', 'random'), random, { mode: 0o600 });
  fs.writeFileSync(store.path('filler'), Buffer.alloc(150_000));
  const before = treeOf(store.path('runs'));
  const { exitCode, stdout } = await store.runlog(['rotate']);
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/^keep .*could not be put away: .*no space left/im);
  expect(treeOf(store.path('runs'))).toEqual(before);
  expect(fs.readdirSync(store.path('archive'))).toEqual([]);
  fs.rmSync(store.path('filler'));
  expect((await store.runlog(['rotate'])).exitCode).toBe(0);

  fs.writeFileSync(store.path('filler'), Buffer.alloc(150_000));
  expect((await store.runlog(['restore', 'a'])).exitCode).toBe(73);
  expect(fs.readdirSync(store.path('runs'))).toEqual([]);
  fs.rmSync(store.path('filler'));
  await store.ok('restore', 'a', '--quiet');
  expect(treeOf(store.path('runs'))).toEqual(before);
});

test('what killed commands left half made is removed by the next rotate, and what may still be under way is not', async () => {
  const store = tempStore();
  await finalized(store, 'a');
  fs.mkdirSync(store.path('archive'), { mode: 0o700 });
  for (const name of ['.restore-AbCdEf', '.new-1-old', '.new-1-young'])
    fs.mkdirSync(store.path('runs', name, 'journal'), { recursive: true });
  fs.writeFileSync(store.path('archive', '.a.tmp'), 'half');
  const dayAndMore = new Date(Date.now() - 25 * 3_600_000);
  fs.utimesSync(store.path('runs', '.new-1-old'), dayAndMore, dayAndMore);
  await store.runlog(['rotate', '--dry-run']);
  expect(fs.readdirSync(store.path('runs')).sort()).toEqual(['.new-1-old', '.new-1-young', '.restore-AbCdEf', 'a']);
  await store.ok('rotate', '--quiet', '--max-age', '10000d');
  expect(fs.readdirSync(store.path('runs')).sort()).toEqual(['.new-1-young', 'a']);
  expect(fs.readdirSync(store.path('archive'))).toEqual([]);
});
