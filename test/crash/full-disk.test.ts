// A real disk that is full, below scripts that give up at the first error: recording is none.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fillUp, mount, unmountAll } from '../support/mounts.js';
import { hasProgram, tempStore, type TempStore } from '../support/runlog.js';

afterAll(unmountAll);

const canMount = mount(path.join(tempStore().cwd, 'probe'), 'size=64k');
const onDisk = test.skipIf(!canMount);
const unlessMountable = canMount ? '' : ' (skipped: only root may mount a tmpfs)';

/** Longer than what may be left of the last page. */
const TEXT = 'x'.repeat(6000);
/** Each command's stderr goes to a file of its own in `said`. */
const SCRIPT = `set -euo pipefail
export RUNLOG_RUN=run
runlog append ONE --result ${TEXT} 2>"$SAID/1"
printf ${TEXT} | runlog append TWO --result - 2>"$SAID/2"
runlog error Boom ${TEXT} 2>"$SAID/3"
printf '{"action":"THREE","fields":{"Result":"${TEXT}"}}\\n' | runlog append --stdin 2>"$SAID/4"
text=$(runlog append FOUR --durable -- printf %s ${TEXT} 2>"$SAID/5")
test "$text" = ${TEXT}
echo the end`;

async function runScript(
  store: TempStore,
  env: Record<string, string>,
): Promise<{ exitCode: number; stdout: string; said: string[] }> {
  const folder = path.join(store.cwd, 'said');
  fs.mkdirSync(folder, { recursive: true });
  const { exitCode, stdout, stderr } = await store.shell('bash', SCRIPT, { env: { ...env, SAID: folder } });
  expect(stderr).toBe('');
  return {
    exitCode,
    stdout,
    said: fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name), 'utf8')),
  };
}

async function actions(store: TempStore): Promise<string[]> {
  const { events } = await store.json<{ events: { type: string; action?: string }[] }>('show', 'run');
  return events.slice(1).map(({ type, action }) => action ?? type);
}

onDisk(
  `a script under set -euo pipefail goes on over a full disk, is warned once a command, and loses nothing${unlessMountable}`,
  async () => {
    const store = tempStore();
    mount(store.dir, 'size=256k');
    await store.start('--id', 'run', '--owner-pid', 'none');
    const free = fillUp(store.dir);

    const { exitCode, stdout, said } = await runScript(store, {});

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'the end\n' });
    expect(said).toHaveLength(5);
    for (const text of said) expect(text).toMatch(/^warning: cannot write to .*; the event waits in .*\n$/);
    free();
    await store.ok('append', 'LAST', '--run', 'run');
    expect(await actions(store)).toEqual(['ONE', 'TWO', 'error.raised', 'THREE', 'FOUR', 'LAST']);
  },
);

onDisk(
  `where the spool is on the full disk too each command says that its event was NOT recorded, and fails only under --strict${unlessMountable}`,
  async () => {
    const store = tempStore();
    const disk = path.dirname(store.cwd);
    mount(disk, 'size=512k');
    for (const folder of [store.cwd, store.home]) fs.mkdirSync(folder);
    await store.start('--id', 'run', '--owner-pid', 'none');
    await store.ok('append', 'BEFORE', '--run', 'run');
    const said = path.join(store.cwd, 'said');
    // What the commands say must find a place.
    fs.mkdirSync(said);
    mount(said, 'size=256k');
    const free = fillUp(disk);

    const lenient = await runScript(store, {});
    expect({ exitCode: lenient.exitCode, stdout: lenient.stdout }).toEqual({ exitCode: 0, stdout: 'the end\n' });
    for (const text of lenient.said)
      expect(text).toMatch(/^warning: cannot write to .*: the event was NOT recorded\n$/);
    const strict = await runScript(store, { RUNLOG_STRICT: '1' });
    expect({ exitCode: strict.exitCode, stdout: strict.stdout }).toEqual({ exitCode: 74, stdout: '' });

    free();
    await store.ok('append', 'LAST', '--run', 'run');
    expect(await actions(store)).toEqual(['BEFORE', 'LAST']);
  },
);

/** So many entries fill more than what may be left of the last page. */
const ENTRIES = 12;
const SHELL_SCRIPT = `set -eu
eval "$(runlog shell-init SHELL)"
export RUNLOG_RUN=$(runlog start --id run)
command runlog append BEFORE
runlog append BY_THE_SHELL
cat /dev/zero >"$RUNLOG_DIR/filler" 2>/dev/null || :
i=0
while [ "$i" -lt ${ENTRIES} ]; do
  i=$((i + 1))
  runlog append "ENTRY_$i" ${'y'.repeat(900)} 2>>"$SAID/$i"
done
FREE
echo the end`;

for (const shell of (['bash', 'zsh'] as const).filter(hasProgram)) {
  onDisk(
    `the functions of ${shell} go on over a full disk, and what they could write in part is no damage`,
    async () => {
      const store = tempStore();
      mount(store.dir, 'size=256k');
      const [said, env] = [path.join(store.cwd, 'said'), { RUNLOG_DIR: store.dir }];
      fs.mkdirSync(said);
      const script = SHELL_SCRIPT.replace('SHELL', shell).replace('FREE', 'rm "$RUNLOG_DIR/filler"');
      const { exitCode, stdout, stderr } = await store.shell(shell, script, { env: { ...env, SAID: said } });
      expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: 'the end\n', stderr: '' });
      const entries = Array.from({ length: ENTRIES }, (_, index) => `ENTRY_${index + 1}`);
      const recorded = (await actions(store)).slice(0, -1);
      expect(recorded.toSorted()).toEqual(['BEFORE', 'BY_THE_SHELL', ...entries].toSorted());
      expect(await store.status('run')).toBe('completed');
      const { ok } = await store.json<{ ok: boolean }>('verify', 'run');
      expect(ok).toBe(true);
    },
  );

  onDisk(`what the functions of ${shell} could write nowhere is counted, and said where the shell ends`, async () => {
    const store = tempStore();
    const disk = path.dirname(store.cwd);
    mount(disk, 'size=512k');
    for (const folder of [store.cwd, store.home]) fs.mkdirSync(folder);
    const said = path.join(store.cwd, 'said');
    fs.mkdirSync(said);
    mount(said, 'size=256k');
    const script = SHELL_SCRIPT.replace('SHELL', shell).replace('FREE', 'rm "$RUNLOG_DIR/filler"');
    const env = { RUNLOG_DIR: store.dir, SAID: said };
    const { exitCode, stdout, stderr } = await store.shell(shell, script, { env });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'the end\n' });
    const lost = Number(/^warning: run: (\d+) entries were NOT recorded$/m.exec(stderr)?.[1]);
    expect(lost).toBeGreaterThan(0);
    const recorded = await actions(store);
    expect(recorded.filter((action) => action.startsWith('ENTRY_'))).toHaveLength(ENTRIES - lost);
    expect(recorded).toContain('error.raised');
  });
}

test('where stderr takes nothing, for it lies on the same disk, a command does and ends as it would have', async () => {
  const store = tempStore();
  await store.start('--id', 'run', '--owner-pid', 'none');
  fs.renameSync(store.path('runs', 'run', 'journal'), store.path('away'));
  fs.writeFileSync(store.path('runs', 'run', 'journal'), 'in the way');
  const script = `exec 2>/dev/full; export RUNLOG_RUN=run
    status() { "$@"; echo "$?"; }
    status runlog append ONE
    status runlog append TWO -- sh -c 'exit 7'
    status runlog append THREE -- no-such-command
    status runlog append 'no action'
    status runlog list --quiet --limit many`;
  expect(await store.shell('bash', script)).toEqual({ stdout: '0\n7\n127\n2\n2\n', stderr: '', exitCode: 0 });
  fs.rmSync(store.path('runs', 'run', 'journal'));
  fs.renameSync(store.path('away'), store.path('runs', 'run', 'journal'));
  await store.ok('append', 'LAST', '--run', 'run');
  expect(await actions(store)).toEqual(['ONE', 'TWO', 'THREE', 'LAST']);
});

test('where stdout takes nothing the answer is an error in one line, and the event is recorded all the same', async () => {
  const store = tempStore();
  await store.start('--id', 'run', '--owner-pid', 'none');
  const error = /^error: the answer could not be written to stdout: ENOSPC.*\n$/;
  for (const command of ['append ONE --run run --json', 'list', 'list --json', 'show run']) {
    const { exitCode, stderr } = await store.shell('bash', `exec runlog ${command} >/dev/full`);
    expect({ command, exitCode, stderr }).toEqual({ command, exitCode: 74, stderr: expect.stringMatching(error) });
  }
  const stream = `printf '{"action":"TWO"}\\n' | runlog append --stdin --ack --run run >/dev/full`;
  expect(await store.shell('bash', stream)).toMatchObject({ exitCode: 74, stderr: expect.stringMatching(error) });
  expect(await actions(store)).toEqual(['ONE', 'TWO']);
});
