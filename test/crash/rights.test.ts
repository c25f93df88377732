// Rights: what runlog makes is its owner's alone under any umask, or readable by the group where the store says so; commands that it
// runs keep their caller's umask. Symbolic links inside a store are never written or read through.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder, tempStore, type TempStore } from '../support/runlog.js';

/** Every way of making a file, in one script. */
const EVERYTHING = `
run=$(runlog start --project 171 --owner-pid none)
export RUNLOG_RUN=$run
long=$(head -c 100000 /dev/zero | tr '\\0' x)
printf '%s' "$long" | runlog append LONG --result -
runlog append VERIFY "Checking" --result ok
runlog append MINE --log own.log
n=$(runlog step start coding)
runlog step end $n --status SUCCESS
runlog issue start 3
runlog issue end 3 --status completed
runlog append CHILD -- sh -c 'umask > child-umask; echo x > child-file'
runlog pin $run
runlog finalize $run --status completed
runlog export csv
runlog export csv --out out
runlog run --name whole -- sh -c 'umask >> child-umask; runlog append IN'
printf '[2025-10-22 14:23:15] A: b\\n\\n[2025-10-22 14:23:15] COMPLETE\\n' > old.txt
runlog import old.txt
runlog finalize run_20251022_142315_old
runlog rotate --max-runs 0
runlog restore run_20251022_142315_old
runlog finalize --all
runlog rotate --max-runs 0
RUNLOG_DIR=/dev/null/none runlog start --name spooled --owner-pid none
RUNLOG_DIR=/dev/null/none RUNLOG_RUN=gone runlog step start x
`;

/** The modes below a folder that are not the ones wanted. */
function others(folder: string, file: number, dir: number, skip: RegExp = /^$/): string[] {
  const found: string[] = [];
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const full = path.join(entry.parentPath, entry.name);
    const mode = fs.lstatSync(full).mode & 0o7777;
    const name = path.relative(folder, full);
    if (!skip.test(name) && mode !== (entry.isDirectory() ? dir : file)) found.push(`${name} ${mode.toString(8)}`);
  }
  return found;
}

const KINDS = ['journal/', 'blobs/', 'steps/1', 'issues/', 'trace.json', '_final.json', '_metadata.json', 'pinned'];

async function everything(store: TempStore, umask: string): Promise<void> {
  const { stderr } = await store.shell('bash', `umask ${umask}\n${EVERYTHING}`);
  expect(stderr).not.toMatch(/^error/m);
  const names = fs.readdirSync(store.dir, { recursive: true }) as string[];
  for (const kind of [...KINDS, 'csv/runs.csv', 'archive/run_2025', '.lock', 'design-experiment.log'])
    expect(names.some((name) => name.includes(kind))).toBe(true);
}

describe.each(['0000', '0022', '0077', '0277', '0777'])('under umask %s', (umask) => {
  it('files are 0600, folders 0700, and children have the umask of the caller', async () => {
    const store = tempStore();
    await everything(store, umask);
    expect(others(store.dir, 0o600, 0o700)).toEqual([]);
    expect(others(path.join(store.home, '.local/state/runlog'), 0o600, 0o700)).toEqual([]);
    expect(others(path.join(store.cwd, 'out'), 0o600, 0o700)).toEqual([]);
    for (const file of [store.dir, path.join(store.cwd, 'own.log')])
      expect((fs.statSync(file).mode & 0o777).toString(8)).toBe(file === store.dir ? '700' : '600');
    expect(fs.readFileSync(path.join(store.cwd, 'child-umask'), 'utf8')).toBe(`${umask}\n${umask}\n`);
    const child = fs.statSync(path.join(store.cwd, 'child-file')).mode & 0o777;
    expect(child).toBe(0o666 & ~Number.parseInt(umask, 8));
  });

  it('files are 0640 and folders 0750 in a store that its group may read', async () => {
    const store = tempStore();
    fs.writeFileSync(path.join(store.cwd, 'runlog.config.json'), '{"group_readable": true}');
    await everything(store, umask);
    expect(others(store.dir, 0o640, 0o750, /^\.(?:lock|trash)/)).toEqual([]);
    expect(others(path.join(store.home, '.local/state/runlog'), 0o600, 0o700)).toEqual([]);
    expect(others(path.join(store.cwd, 'out'), 0o600, 0o700)).toEqual([]);
    expect(fs.statSync(path.join(store.cwd, 'own.log')).mode & 0o777).toBe(0o600);
    expect(fs.statSync(store.dir).mode & 0o777).toBe(0o750);
  });
});

describe('group_readable', () => {
  it('is the store’s: it holds from any folder, and a config beside the caller does not count', async () => {
    const store = tempStore();
    fs.writeFileSync(path.join(store.cwd, 'runlog.config.json'), '{"group_readable": true}');
    const elsewhere = tempFolder();
    fs.writeFileSync(path.join(elsewhere, 'runlog.config.json'), '{"group_readable": false}');
    const { stdout } = await store.runlog(['--dir', store.dir, 'start', '--owner-pid', 'none'], { cwd: elsewhere });
    expect(fs.statSync(store.path('runs', stdout.trim())).mode & 0o777).toBe(0o750);
    const other = tempStore();
    const mine = await other.runlog(['--dir', other.dir, 'start', '--owner-pid', 'none'], { cwd: store.cwd });
    expect(fs.statSync(other.path('runs', mine.stdout.trim())).mode & 0o777).toBe(0o700);
  });

  it('lies in the store itself, too', async () => {
    const store = tempStore();
    fs.mkdirSync(store.dir);
    fs.writeFileSync(store.path('runlog.config.json'), '{"group_readable": true}');
    const run = await store.start('--owner-pid', 'none');
    expect(others(store.path('runs', run), 0o640, 0o750)).toEqual([]);
  });

  it('must be true or false', async () => {
    const store = tempStore();
    fs.writeFileSync(path.join(store.cwd, 'runlog.config.json'), '{"group_readable": "yes"}');
    const { exitCode, stderr } = await store.runlog(['--dir', store.dir, 'start', '--owner-pid', 'none']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('group_readable must be true or false')]);
  });
});

describe('a restored run', () => {
  it('has the rights of the store, whatever the archive says', async () => {
    const store = tempStore();
    const { stdout } = await store.shell(
      'bash',
      `printf '[2025-10-22 14:23:15] A: b\\n\\n[2025-10-22 14:23:15] COMPLETE\\n' > old.txt
      run=$(runlog import old.txt); runlog finalize $run >&2; runlog rotate --max-runs 0 >&2
      tar -C logs/archive -xzf logs/archive/$run.tar.gz; chmod -R 0777 logs/archive/$run; chmod 4777 logs/archive/$run/*.json
      tar -C logs/archive -czf logs/archive/$run.tar.gz $run; rm -r logs/archive/$run; umask 0; runlog restore $run`,
    );
    expect(others(store.path('runs'), 0o600, 0o700)).toEqual([]);
    expect(fs.existsSync(store.path('runs', stdout.trim(), '_final.json'))).toBe(true);
  });
});

describe('a symbolic link', () => {
  const outside = (): string => {
    const file = path.join(tempFolder(), 'outside');
    fs.writeFileSync(file, 'untouched');
    return file;
  };
  const replace = (place: string, target: string): void => {
    fs.rmSync(place, { recursive: true, force: true });
    fs.symlinkSync(target, place);
  };

  it.each([
    'journal/SEGMENT',
    'design-experiment.log',
    '_final.json',
    '_metadata.json',
    'trace.json',
    'pinned',
    '../../.lock',
  ])('in the place of %s is not written through', async (name) => {
    const store = tempStore();
    const run = await store.start('--owner-pid', 'none');
    const file = outside();
    const place = name.endsWith('SEGMENT') ? store.segment(run) : store.path('runs', run, name);
    replace(place, file);
    for (const args of [
      ['append', 'A', 'text', '--run', run],
      ['pin', run],
      ['finalize', run, '--status', 'completed'],
    ])
      await store.runlog(args);
    expect(fs.readFileSync(file, 'utf8')).toBe('untouched');
    expect(fs.statSync(file).mode & 0o777).toBe(fs.statSync(outside()).mode & 0o777);
  });

  it.each(['journal', 'blobs', 'steps', 'issues'])(
    'in the place of the folder %s is not written into',
    async (name) => {
      const store = tempStore();
      const run = await store.start('--owner-pid', 'none');
      const folder = tempFolder();
      replace(store.path('runs', run, name), folder);
      await store.runlog(['append', 'A', '--result', '-', '--run', run], { input: 'x'.repeat(100_000) });
      await store.runlog(['step', 'start', 'a', '--run', run]);
      await store.runlog(['issue', 'start', '3', '--run', run]);
      await store.runlog(['finalize', run, '--status', 'completed']);
      expect(fs.readdirSync(folder)).toEqual([]);
    },
  );

  it('in the place of a run’s folder is no run', async () => {
    const store = tempStore();
    await store.start('--owner-pid', 'none');
    const other = tempStore();
    const run = await other.start('--owner-pid', 'none', '--id', 'elsewhere');
    const before = fs.readFileSync(other.segment(run), 'utf8');
    fs.symlinkSync(other.path('runs', run), store.path('runs', 'linked'));
    for (const args of [
      ['append', 'A', '--run', 'linked'],
      ['show', 'linked'],
      ['finalize', 'linked'],
      ['pin', 'linked'],
    ])
      expect((await store.runlog(args)).exitCode).toBe(66);
    expect((await store.runlog(['append', 'A'], { env: { RUNLOG_RUN: 'linked' } })).exitCode).toBe(66);
    expect(fs.readFileSync(other.segment(run), 'utf8')).toBe(before);
    expect((await store.runlog(['list'])).stdout).not.toContain('linked');
  });

  it('in the place of a journal’s folder is damage, not a journal', async () => {
    const store = tempStore();
    const run = await store.start('--owner-pid', 'none');
    const other = tempStore();
    const secret = await other.start('--owner-pid', 'none', '--name', 'outsider');
    replace(store.path('runs', run, 'journal'), other.path('runs', secret, 'journal'));
    const { stdout, exitCode } = await store.runlog(['show', run, '--json']);
    expect(exitCode).toBe(3);
    expect(stdout).not.toContain('outsider');
    expect(stdout).toContain('symbolic link');
  });

  it('in the place of a blob or of _final.json is not read through', async () => {
    const store = tempStore();
    const run = await store.start('--owner-pid', 'none');
    await store.runlog(['append', 'A', '--result', '-', '--run', run], { input: 'x'.repeat(100_000) });
    await store.ok('finalize', run, '--status', 'completed');
    const [blob = ''] = fs.readdirSync(store.path('runs', run, 'blobs'));
    const copy = outside();
    fs.copyFileSync(store.path('runs', run, 'blobs', blob), copy);
    replace(store.path('runs', run, 'blobs', blob), copy);
    const shown = await store.runlog(['show', run]);
    expect([shown.exitCode, shown.stdout.includes('x'.repeat(5000))]).toEqual([3, false]);
    // Recorded again, the blob is there again.
    await store.runlog(['append', 'B', '--result', '-', '--run', run], { input: 'x'.repeat(100_000) });
    expect(fs.lstatSync(store.path('runs', run, 'blobs', blob)).isFile()).toBe(true);

    const seal = outside();
    fs.copyFileSync(store.path('runs', run, '_final.json'), seal);
    replace(store.path('runs', run, '_final.json'), seal);
    await store.runlog(['finalize', run]);
    expect(fs.lstatSync(store.path('runs', run, '_final.json')).isFile()).toBe(true);
  });

  it('in the place of a log of one’s own is followed', async () => {
    const store = tempStore();
    const file = path.join(tempFolder(), 'target.log');
    fs.writeFileSync(file, '');
    fs.symlinkSync(file, path.join(store.cwd, 'own.log'));
    await store.ok('append', 'A', 'text', '--log', 'own.log');
    expect(fs.readFileSync(file, 'utf8')).toContain('A: text');
  });
});
