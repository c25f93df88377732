// Help that teaches: a bare `runlog` tells of the last runs and what to do next, `--help` gives all commands by groups.
import { describe, expect, it, test } from 'vitest';
import { COMMAND_HELP } from '../../src/cli/command-help.js';
import { COMMANDS } from '../../src/cli/command-table.js';
import { runlog, stable, tempStore, treeOf } from '../support/runlog.js';

/** What stands before the commands, whose names are in a test of their own. */
const told = (text: string): string => text.slice(0, text.indexOf('\nCommands:\n'));
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('runlog alone', () => {
  it('says how to begin where nothing is recorded yet, and makes nothing', async () => {
    const store = tempStore();
    const { stdout, stderr, exitCode } = await store.runlog([]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stable(told(stdout), store)).toMatchInlineSnapshot(`
      "Nothing is recorded in CWD/logs yet. First steps:
        export RUNLOG_RUN=$(runlog start)  start a run
        runlog append HELLO "first entry"  say what happens in it
        runlog finalize                    end it
        runlog summary                     and see what happened
      "
    `);
    expect(treeOf(store.cwd)).toEqual({});
  });

  it('tells after a bad night of the last runs, of why and of what to do', async () => {
    const store = tempStore();
    await store.runlog(['run', '--name', 'good', '--', 'true']);
    await store.runlog(['run', '--name', 'bad', '--', 'false']);
    await store.shell('dash', 'export RUNLOG_RUN=$(runlog start --name dead); runlog step start train; kill -9 $$');
    await store.start('--name', 'live');
    const { stdout, stderr, exitCode } = await store.runlog([]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(widest(stdout)).toBeLessThanOrEqual(80);
    const { runs } = await store.json<{ runs: { run_id: string }[] }>('list');
    for (const { run_id: id } of runs) expect(stdout).toContain(id);
    expect(
      stable(told(stdout), store)
        .replaceAll(/\d+(\.\d+)?s /g, 'Ns ')
        .replaceAll(/ +/g, ' ')
        .replaceAll(/just now|\d+ s ago/g, 'AGE'),
    ).toMatchInlineSnapshot(`
      "The last runs in CWD/logs:
       STATUS STARTED TOOK STEPS RUN
       running AGE - run_DATE_TIME_live
       interrupted AGE Ns 1 run_DATE_TIME_dead
       failed AGE Ns run_DATE_TIME_bad
       completed AGE Ns run_DATE_TIME_good

      Next:
       runlog summary run_DATE_TIME_dead why it is interrupted
       runlog finalize end what has died
       runlog tail -f run_DATE_TIME_live watch it
       runlog list --failed all that ended badly
      "
    `);
    const [, next = ''] = /(?:Next:\n {2})(runlog summary \S+)/.exec(stdout) ?? [];
    expect((await store.shell('dash', next)).stdout).toContain('interrupted');
  });

  it('shows five runs, and says what the last one did where none went wrong', async () => {
    const store = tempStore();
    for (let run = 1; run <= 6; run += 1) await store.start('--id', `run_${run}`, '--owner-pid', 'none');
    await store.runlog([
      'finalize',
      ...Array.from({ length: 6 }, (_, run) => `run_${run + 1}`),
      '--status',
      'completed',
    ]);
    const { stdout } = await store.runlog([]);
    expect(stdout.match(/^ {2}completed/gm)).toHaveLength(5);
    expect(stdout).toContain('Next:\n  runlog summary  what the last one did\n\n');
  });

  it('proposes to compare with the last run of the same project that went well', async () => {
    const store = tempStore();
    await store.runlog(['run', '--project', '171', '--id', 'good', '--', 'true']);
    await store.runlog(['run', '--project', '171', '--id', 'bad', '--', 'false']);
    const { stdout } = await store.runlog([]);
    const [, next = ''] = /^ {2}(runlog compare --last-good bad) {2}/m.exec(stdout) ?? [];
    expect((await store.shell('dash', next)).stdout).toContain('good');
    await store.runlog(['run', '--project', '172', '--id', 'other', '--', 'false']);
    expect((await store.runlog([])).stdout).not.toContain('compare --last-good');
  });

  it('names the store in what it proposes, where it was given one', async () => {
    const store = tempStore();
    await store.start('--id', 'one', '--dir', 'my runs');
    await store.runlog(['finalize', 'one', '--force', '--status', 'failed', '--dir', 'my runs']);
    const { stdout } = await store.runlog(['--dir', 'my runs']);
    const [, next = ''] = /Next:\n {2}(.*one) {2}/.exec(stdout) ?? [];
    expect((await store.shell('dash', next)).stdout).toContain('one  failed');
  });

  it('is a question without an answer for a program', async () => {
    const { stdout, exitCode } = await runlog(['--json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage', exit: 2 } });
  });
});

describe('runlog --help', () => {
  it('has every command in its group, a line each, within 80 columns', async () => {
    const { stdout, stderr, exitCode } = await runlog(['--help']);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(widest(stdout)).toBeLessThanOrEqual(80);
    for (const { name } of COMMANDS) {
      const [first = '', second = ''] = name.split(' ');
      const group = COMMAND_HELP[name]?.group;
      expect(stdout).toMatch(new RegExp(`^${group}:\n(?: {2}.*\n)*? {2}${first} .*${second}`, 'm'));
    }
    for (const same of [['-h'], ['help'], ['--no-color', '--help']]) expect((await runlog(same)).stdout).toBe(stdout);
  });
});

test('help of a command is what its --help says, of both words of it too', async () => {
  for (const name of ['append', 'export csv', 'step']) {
    const { stdout, exitCode } = await runlog(['help', ...name.split(' ')]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Usage: runlog ${name} [options]`);
    expect(stdout).toContain('\nExamples:\n  ');
    expect((await runlog([...name.split(' '), '--help'])).stdout).toBe(stdout);
  }
});

test('help of what is no command names the nearest one', async () => {
  expect(await runlog(['help', 'apend'])).toMatchObject({ stdout: '', exitCode: 2 });
  expect((await runlog(['help', 'apend'])).stderr).toContain('Did you mean append?');
  expect((await runlog(['help', 'step', 'strat'])).stderr).toContain('Did you mean start?');
});

test('half a command, or a wrong argument, leads to the help of just that command', async () => {
  expect((await runlog(['step'])).stderr).toBe('error: which command?\nhint: See: runlog help step\n');
  expect((await runlog(['metric', 'KS'])).stderr).toContain('hint: See: runlog help metric\n');
});
