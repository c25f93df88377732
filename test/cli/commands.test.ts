// runlog commands: a script that does again what a run did, and nothing that nobody ran.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, SHELLS, hasProgram, stable, tempStore, type Outcome, type TempStore } from '../support/runlog.js';

const shells = SHELLS.filter((name) => name !== 'zsh' && hasProgram(name));

/** Checks as a release script makes them, and commands that somebody wrote down. */
const RECORDING = `
cd "$(dirname "$0")"; cd "$OLDPWD"
export RUNLOG_RUN=$(runlog start --name check --model 'my model' --temperature 0.2)
printf '1\\n2\\n3\\n' > numbers.txt; mkdir sub; echo inside > sub/file.txt
runlog append COUNT_LINES "How many?" -- wc -l numbers.txt
runlog append CHECK_ODD "it's a
# description
echo forged" -- sh -c 'printf "<%s>" "$@"; echo' sh 'two words' '' -n --json "it's" '$HOME' '*' 'a
line' 'größe' "$(printf 'esc\\033[31m')"
runlog append CHECK_MODEL -- sh -c 'echo "$LLM_MODEL $LLM_TEMPERATURE"'
runlog append CHECK_FAILS "goes on after it" -- sh -c 'echo failing; exit 3' || true
runlog append READ_STDIN "what is there to read?" -- cat < /dev/null
runlog append ECHO -- echo 'back\\slash'
runlog tool count --agent coding -- grep -c 2 numbers.txt
ls numbers.txt; runlog append LIST --command 'ls numbers.txt' --result 'one file'
sort -r numbers.txt | head -n 1; runlog append PIPE --command 'sort -r numbers.txt | head -n 1'
for n in 1 2; do echo "n=$n"; done; runlog append LOOP --command 'for n in 1 2; do echo "n=$n"; done'
runlog append NOTED --command 'Created sub/file.txt, see above'
cd sub; runlog append ENTER --command 'cd sub'
cat file.txt; runlog append READ --command 'cat file.txt'
runlog finalize
`;

async function recorded(): Promise<{ store: TempStore; output: string }> {
  const store = tempStore();
  const env = { RUNLOG_DIR: store.dir, LLM_MODEL: 'my model', LLM_TEMPERATURE: '0.2' };
  const { stdout, stderr, exitCode } = await store.shell('dash', RECORDING, { env });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return { store, output: stdout.replace(/^run_.*\n/m, '') };
}

test.each(shells)('piped to %s, the script repeats what the run printed', async (shell) => {
  const { store, output } = await recorded();
  const elsewhere = path.join(store.cwd, 'sub');
  const piped = `unset LLM_MODEL; runlog commands latest --dir ${store.dir} --quiet | ${shell}`;
  expect(await store.shell('dash', piped, { cwd: elsewhere })).toEqual({ stdout: output, stderr: '', exitCode: 0 });
  const { stdout: script } = await store.runlog(['commands']);
  expect(await store.shell(shell, script, { cwd: elsewhere })).toEqual({ stdout: output, stderr: '', exitCode: 0 });
});

test('the script says of each command what it was for, and how it went', async () => {
  const { store } = await recorded();
  const { stdout, stderr, exitCode } = await store.runlog(['commands', 'latest']);
  expect({ stderr, exitCode }).toEqual({
    stderr: '1 command of 13 commented out; why stands with each\n',
    exitCode: 0,
  });
  expect(stable(stdout, store).replaceAll(/[^ ]*script\.sh/g, 'SCRIPT')).toMatchInlineSnapshot(`
    "#!/bin/sh
    # The commands of run_DATE_TIME_check, as they were recorded.
    #   status   completed: it was finalized, and no step, issue or last action on record failed
    #   started  DATE TIME +00:00
    #   run as   dash SCRIPT
    #   host     HOST
    #   folder   CWD
    # 13 commands, of which 12 can be run. Look through them before you run them.
    # What is commented out says why.

    {

    cd -- CWD || exit
    export LLM_MODEL='my model'
    export LLM_TEMPERATURE=0.2

    # DATE TIME  COUNT_LINES: How many?
    # recorded: exit status 0 after N s
    #   3 numbers.txt
    wc -l numbers.txt

    # DATE TIME  CHECK_ODD: it's a ⏎ # description ⏎ echo forged
    # recorded: exit status 0 after N s
    #   <two words><><-n><--json><it's><$HOME><*><a
    #   line><größe><esc>
    sh -c 'printf "<%s>" "$@"; echo' sh 'two words' '' -n --json 'it'\\''s' '$HOME' '*' 'a
    line' 'größe' 'esc'"$(printf '\\033')"'[31m'

    # DATE TIME  CHECK_MODEL
    # recorded: exit status 0 after N s
    #   my model 0.2
    sh -c 'echo "$LLM_MODEL $LLM_TEMPERATURE"'

    # DATE TIME  CHECK_FAILS: goes on after it
    # recorded: FAILED, exit status 3 after N s
    #   failing
    sh -c 'echo failing; exit 3'

    # DATE TIME  READ_STDIN: what is there to read?
    # recorded: exit status 0 after N s
    cat

    # DATE TIME  ECHO
    # recorded: exit status 0 after N s
    #   back\\slash
    env echo 'back\\slash'

    # DATE TIME  tool: count
    # recorded: exit status 0 after N s
    grep -c 2 numbers.txt

    # DATE TIME  LIST
    # recorded: one file
    ls numbers.txt

    # DATE TIME  PIPE
    sort -r numbers.txt | head -n 1

    # DATE TIME  LOOP
    sh -uc 'for n in 1 2; do echo "n=$n"; done'

    # DATE TIME  NOTED
    # not run, it does not look like a command
    # Created sub/file.txt, see above

    # DATE TIME  ENTER
    cd sub || exit

    # DATE TIME  READ
    cat file.txt

    }
    "
  `);
});

test('the checks of the example that the demo records are made again', async () => {
  const store = tempStore();
  const example = fs.readFileSync(path.join(ROOT, 'examples/check-release.sh'), 'utf8').replaceAll('\\\n', '');
  const checks = example.split('\n').filter((line) => /^runlog append .* -- /.test(line));
  expect(checks).toHaveLength(4);
  fs.writeFileSync(path.join(store.cwd, 'CHANGELOG.md'), '## [0.1.0]\n');
  const lines = checks.map((line) => line.replace(/ \|\|$/, ' || true'));
  const recording = ['version=0.1.0', 'export RUNLOG_RUN=$(runlog start --name demo)', ...lines].join('\n');
  const first = await store.shell('dash', recording);
  const again = await store.shell('dash', 'runlog commands latest --quiet | sh');
  // Somebody else may have written to the disk meanwhile.
  const said = ({ stdout, stderr }: Outcome): string => (stdout + stderr).replaceAll(/\b[\d.]+[KMGT%]?(?= )/g, 'N');
  expect(first.stdout).toContain('1:## [0.1.0]');
  expect(said(again)).toBe(said(first));
});

test('--json gives every command, whether it can be run, and why not', async () => {
  const { store } = await recorded();
  const { run_id, cwd, commands } = await store.json('commands', 'latest');
  expect({ run_id, cwd }).toEqual({ run_id: expect.stringMatching(/_check$/), cwd: store.cwd });
  expect(commands).toHaveLength(13);
  expect(commands[0]).toEqual({
    action: 'COUNT_LINES',
    description: 'How many?',
    at: expect.stringMatching(/Z$/),
    command: 'wc -l numbers.txt',
    is_runnable: true,
    why_not: null,
    exit_code: 0,
    failed: false,
    duration_seconds: expect.any(Number),
  });
  expect(commands[3]).toMatchObject({ action: 'CHECK_FAILS', exit_code: 3, failed: true, is_runnable: true });
  expect(commands[6]).toMatchObject({ action: 'tool', description: 'count', command: 'grep -c 2 numbers.txt' });
  expect(commands[10]).toMatchObject({
    ...{ action: 'NOTED', command: 'Created sub/file.txt, see above', exit_code: null, duration_seconds: null },
    ...{ is_runnable: false, why_not: 'it does not look like a command' },
  });
});

test('of an imported log only what looks like a command is live, and placeholders wait for their values', async () => {
  const store = tempStore();
  const runId = await store.ok('import', path.join(ROOT, 'fixtures/design-experiment.log'));
  const why = async (...args: string[]): Promise<string[]> =>
    (await store.json('commands', runId, ...args)).commands.map(({ why_not }: { why_not: string | null }) => why_not);
  expect(await why()).toEqual([
    'needs values for: models_dir',
    'needs values for: repo_dir',
    ...Array.from({ length: 3 }, () => 'needs values for: scratch_dir'),
    'needs values for: scratch_dir',
  ]);
  const { stdout } = await store.runlog(['commands', runId]);
  expect(stdout.split('\n').filter((line) => !/^(#.*)?$/.test(line))).toEqual([]);
  expect(stdout).toContain('# not run, needs values for: models_dir\n# ls {models_dir}/Llama-3.2-1B-Instruct\n');
  const set = ['models_dir=/m', 'repo_dir=/r', `scratch_dir=/my 'own' $x`].flatMap((pair) => ['--set', pair]);
  expect(await why(...set)).toEqual([null, null, null, null, null, 'it does not look like a command']);
  const filled = (await store.runlog(['commands', runId, ...set])).stdout;
  expect(filled).toContain(`\ndf -h '/my '\\''own'\\'' $x'\n`);
});

test.each([
  ['ls models', 'ls models'],
  ['./train.sh --epochs 3', './train.sh --epochs 3'],
  ['CUDA_VISIBLE_DEVICES=0 python train.py > out.log 2>&1', 'CUDA_VISIBLE_DEVICES=0 python train.py > out.log 2>&1'],
  ['find . -name "*.ts" -exec wc -l {} \\; | sort -n', 'find . -name "*.ts" -exec wc -l {} \\; | sort -n'],
  [`awk '{print $1}' a.txt | sort -u`, `awk '{print $1}' a.txt | sort -u`],
  ['git log --oneline &&\n  git status', 'git log --oneline &&\n  git status'],
  ["grep 'x$' a.txt", "grep 'x$' a.txt"],
  ['rm -r "$SCRATCH/"', `sh -uc 'rm -r "$SCRATCH/"'`],
  ['python3 - <<E\nprint(1)\nE', `sh -uc 'python3 - <<E\nprint(1)\nE'`],
  ['echo $((1 + 2))', `sh -uc 'echo $((1 + 2))'`],
  ['make &> log', `bash -uc 'make &> log'`],
  ['diff <(sort a) <(sort b)', `bash -uc 'diff <(sort a) <(sort b)'`],
  ['make; exit 1', `sh -uc 'make; exit 1'`],
  ['cd build', 'cd build || exit'],
  ['export HF_HOME=/data/hf', 'export HF_HOME=/data/hf'],
])('a text that is a command is live: %j', async (text, line) => {
  const store = tempStore();
  store.write('run', [
    { type: 'run.started', run_id: 'run' },
    { type: 'action.logged', action: 'A', fields: [['Command', text]] },
  ]);
  const { stdout } = await store.runlog(['commands', 'run']);
  expect(stdout).toContain(`\n# 2025-10-03 18:19:53  A\n${line}\n\n}\n`);
});

test.each([
  ['Created the summary', 'does not look like'],
  ['ran the tests again', 'does not look like'],
  ['make it work', 'does not look like'],
  ['find the best model in /data', 'does not look like'],
  ['removed old/checkpoints and logs', 'does not look like'],
  ['training model on /data', 'does not look like'],
  ['for the next run, use lr=1e-4', 'does not look like'],
  ['lr=2e-4', 'does not look like'],
  ["don't run it", 'cannot be read'],
  ['echo "open', 'cannot be read'],
  ['ls (', 'cannot be read'],
  ['cat <run_id>.log', 'needs values for: run_id'],
  ['ls "{a}/{b}" {a}', 'needs values for: a, b'],
  ['curl -u me:hunter2-Tr0ub4dor https://example.org', 'masked'],
  ['ls a\u202eb', 'cannot be seen'],
  ['ls \ufffd', 'they are lost'],
  ['source venv/bin/activate', 'only changes the shell'],
])('a text that might do harm or nonsense is not: %j', async (text, why) => {
  const store = tempStore();
  await store.start('--id', 'run');
  await store.runlog(['append', 'A', '--run', 'run', '--command', '-'], { input: text });
  const { commands } = await store.json('commands', 'run');
  expect(commands.at(-1)).toMatchObject({ is_runnable: false, why_not: expect.stringContaining(why) });
});

test('a masked secret is never part of a line that runs, in whatever command it stood', async () => {
  const store = tempStore();
  const secret = `glpat-${'x1Y2z3W4v5'.repeat(2)}`;
  await store.start('--id', 'run', '--model', `key ${secret}`);
  await store.runlog(['append', 'A', '--run', 'run', '--', 'echo', 'deploy', `--token=${secret}`]);
  await store.runlog(['tool', 'deploy', '--run', 'run', '--', 'echo', '--password', secret]);
  await store.runlog(['append', 'B', '--run', 'run', '--', 'echo', 'live']);
  const { stdout } = await store.runlog(['commands', 'run']);
  expect(stdout).not.toContain(secret);
  expect(stdout.split('\n').filter((line) => line.includes('REDACTED'))).toEqual(
    expect.arrayContaining(["# echo deploy '--token=[REDACTED:token]'", "# echo --password '[REDACTED:password]'"]),
  );
  for (const line of stdout.split('\n')) if (line.includes('REDACTED')) expect(line).toMatch(/^#/);
  expect((await store.shell('dash', stdout)).stdout).toBe('live\n');
});

test('the command of a run is live where nothing that it recorded is', async () => {
  const store = tempStore();
  await store.runlog(['run', '--name', 'whole', '--', 'sh', '-c', 'echo "all of it"; exit 4']);
  const { commands } = await store.json('commands');
  expect(commands).toMatchObject([{ action: 'run', exit_code: 4, failed: true, is_runnable: true }]);
  const { stdout } = await store.runlog(['commands']);
  expect(stdout).toMatch(/\n# recorded: FAILED, exit status 4.*\nsh -c 'echo "all of it"; exit 4'\n/);
  await store.runlog(['run', '--name', 'whole2', '--', 'runlog', 'append', 'PART', '--', 'echo', 'a part']);
  expect((await store.json('commands', 'latest')).commands).toMatchObject([{ action: 'PART' }]);
});

test('a run without commands gives a script that says so and does nothing', async () => {
  const store = tempStore();
  store.write('run', [{ type: 'run.started', run_id: 'run', cwd: '/srv', argv: ['-bash'] }]);
  const { stdout, stderr, exitCode } = await store.runlog(['commands', 'run']);
  expect({ stderr, exitCode }).toEqual({ stderr: 'run has no commands\n', exitCode: 0 });
  expect(stdout).toMatch(/^#!\/bin\/sh\n(# .*\n)+# No commands were recorded\.\n$/);
  expect((await store.json('commands', 'run')).commands).toEqual([]);
});

test('a folder that is gone stops the script before anything runs elsewhere', async () => {
  const store = tempStore();
  store.write('run', [
    { type: 'run.started', run_id: 'run', cwd: `${store.cwd}/gone` },
    { type: 'action.logged', action: 'A', fields: [['Command', 'touch here']], exit_code: 0 },
  ]);
  const { stdout } = await store.runlog(['commands', 'run']);
  expect((await store.shell('dash', stdout)).exitCode).not.toBe(0);
  expect(fs.existsSync(path.join(store.cwd, 'here'))).toBe(false);
});

test('a script that arrives cut off does nothing', async () => {
  const { store } = await recorded();
  const { stdout } = await store.runlog(['commands']);
  const lines = stdout.trimEnd().split('\n');
  const cut = `${lines.slice(0, -1).join('\n')}\n`;
  expect((await store.shell('dash', cut)).stdout).toBe('');
});

test('of a damaged run what can be read is there, with a warning and exit status 3', async () => {
  const { store } = await recorded();
  const runId = (await store.json('list')).runs[0].run_id;
  const file = store.segment(runId);
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const at = lines.findIndex((line) => line.includes('COUNT_LINES'));
  fs.writeFileSync(file, lines.with(at, (lines[at] as string).replace('COUNT', 'c0unt')).join('\n'));
  const { stdout, stderr, exitCode } = await store.runlog(['commands']);
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/^warning: .*checksum/m);
  expect(stdout).not.toContain('wc -l');
  expect(stdout).toContain('\nls numbers.txt\n');
});

test('a command whose end is lost is not run by its beginning', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  const long = Array.from({ length: 9000 }, (_, index) => `word${index}`);
  await store.runlog(['append', 'A', '--run', 'run', '--', 'echo', ...long]);
  expect((await store.json('commands', 'run')).commands).toMatchObject([{ is_runnable: true }]);
  fs.rmSync(store.path('runs', 'run', 'blobs'), { recursive: true });
  const { commands } = await store.json('commands', 'run');
  expect(commands.at(-1)).toMatchObject({ is_runnable: false, why_not: 'its end is lost' });
});

test('what somebody says was run is a text, also where something was run', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  for (const words of ['make it work', 'ls -l'])
    for (const result of [[], ['--result', 'done'], ['--result', 'exit status 0']])
      await store.ok('append', 'A', '--run', 'run', '--command', words, ...result, '--', 'true');
  const { commands } = await store.json('commands', 'run');
  expect(commands.map(({ is_runnable }: { is_runnable: boolean }) => is_runnable)).toEqual([
    false,
    false,
    false,
    true,
    true,
    true,
  ]);
});

test('a text that is longer than any command line is not run either', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  await store.runlog(['append', 'A', '--run', 'run', '--command', '-'], { input: `echo ${'x'.repeat(40_000)}` });
  const { commands } = await store.json('commands', 'run');
  expect(commands.at(-1)).toMatchObject({ is_runnable: false, why_not: 'it is longer than any command line' });
});

test('--set takes names with values that can be seen, and only where they are meant', async () => {
  const store = tempStore();
  await store.start('--id', 'run');
  expect(await store.runlog(['commands', 'run', '--set', 'a'])).toMatchObject({ stdout: '', exitCode: 2 });
  expect(await store.runlog(['commands', 'run', '--set', 'a=b\u001b'])).toMatchObject({ stdout: '', exitCode: 2 });
  await store.ok('append', 'A', '--run', 'run', '--command', 'echo "$(ls {a})"');
  expect((await store.json('commands', 'run', '--set', 'a=b')).commands.at(-1)).toMatchObject({
    why_not: 'needs values for: a',
  });
});
