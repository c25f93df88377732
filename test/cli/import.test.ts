// runlog import: a log that was written by hand becomes a run, and comes out the same.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, tempStore, treeOf, type TempStore } from '../support/runlog.js';

const SAMPLE = path.join(ROOT, 'fixtures', 'design-experiment.log');

const DIALECT_B = `[2025-10-22 14:30:06] DESIGN_DECISION
Details: Recording variable_selection decision
Decision: independent variable lora_rank = [4, 8]
Alternatives considered:
  - lora_rank [4, 8, 16]: more comprehensive, but 50% more time
  - lora_rank [8, 16]: no baseline comparison
Result: success

[2025-10-22 14:31:00] SUBMIT_JOB
Details: sbatch train.sh
Job ID: 12345
Result: failure
Error: quota: exceeded
`;
const MIXED = `Notes that stand before the first entry.

${fs.readFileSync(SAMPLE, 'utf8')}
${DIALECT_B}
a paragraph in between
  over two lines

[2025-10-22 15:00:00] COMPLETE_DESIGN: done
`;

async function roundTrip(store: TempStore, text: string): Promise<{ runId: string; text: string; warnings: string[] }> {
  const { stdout } = await store.runlog(['import', '-', '--json'], { input: text });
  const { runs } = JSON.parse(stdout) as { runs: { run_id: string; warnings: string[] }[] };
  const { run_id: runId, warnings } = runs[0] as { run_id: string; warnings: string[] };
  return { runId, text: (await store.runlog(['export', 'log', runId])).stdout, warnings };
}

test('import FILE | xargs export log gives back the file byte for byte', async () => {
  const store = tempStore();
  const { stdout, stderr, exitCode } = await store.shell('bash', `runlog import ${SAMPLE} | xargs runlog export log`);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toBe(fs.readFileSync(SAMPLE, 'utf8'));
});

test('both dialects, text between entries and all of them mixed come back byte for byte', async () => {
  const store = tempStore();
  for (const text of [DIALECT_B, MIXED]) expect(await roundTrip(store, text)).toMatchObject({ text, warnings: [] });
});

test('the entries become actions with their fields in order, and their times are kept', async () => {
  const store = tempStore();
  const { runId } = await roundTrip(store, DIALECT_B);
  expect(runId).toBe('run_20251022_143006_stdin');
  const events = await store.events(runId);
  expect(events).toMatchObject([
    { type: 'run.started', run_id: runId, at: '2025-10-22T14:30:06.000000Z', source: { format: 'log', file: '-' } },
    {
      type: 'action.logged',
      at: '2025-10-22T14:30:06.000000Z',
      action: 'DESIGN_DECISION',
      description: null,
      fields: [
        ['Details', 'Recording variable_selection decision'],
        ['Decision', 'independent variable lora_rank = [4, 8]'],
        [
          'Alternatives considered',
          '\n- lora_rank [4, 8, 16]: more comprehensive, but 50% more time\n- lora_rank [8, 16]: no baseline comparison',
        ],
        ['Result', 'success'],
      ],
    },
    {
      action: 'SUBMIT_JOB',
      at: '2025-10-22T14:31:00.000000Z',
      fields: [
        ['Details', 'sbatch train.sh'],
        ['Job ID', '12345'],
        ['Result', 'failure'],
        ['Error', 'quota: exceeded'],
      ],
    },
  ]);
});

test('--timezone says where the clock of the log hung; the log comes back as it was', async () => {
  const store = tempStore();
  const { stdout } = await store.runlog(['import', SAMPLE, '--timezone', 'America/New_York']);
  const runId = stdout.trimEnd();
  expect((await store.events(runId))[0]?.at).toBe('2025-10-22T18:23:15.000000Z');
  expect((await store.runlog(['export', 'log', runId])).stdout).toBe(fs.readFileSync(SAMPLE, 'utf8'));
  expect((await store.runlog(['import', SAMPLE, '--timezone', 'Mars/Olympus'])).exitCode).toBe(2);
});

test('the same log twice is one run, and nothing is written the second time', async () => {
  const store = tempStore();
  const first = await store.runlog(['import', SAMPLE]);
  const tree = treeOf(store.dir);
  const second = await store.runlog(['import', SAMPLE]);
  expect(second.stdout).toBe(first.stdout);
  expect(treeOf(store.dir)).toEqual(tree);
  const json = await store.json('import', SAMPLE);
  expect(json).toEqual({ runs: [{ run_id: first.stdout.trimEnd(), source: SAMPLE, events: 9, warnings: [] }] });
});

test('another log of the same second and name gets an id of its own', async () => {
  const store = tempStore();
  const one = await roundTrip(store, '[2025-10-22 14:30:06] ONE\n');
  const two = await roundTrip(store, '[2025-10-22 14:30:06] TWO\n');
  expect([one.runId, two.runId]).toEqual(['run_20251022_143006_stdin', 'run_20251022_143006_stdin_2']);
});

test('what is odd is warned of with its line, nothing is dropped, and from then on it stays as it is', async () => {
  const store = tempStore();
  const odd =
    '\ufeff[2025-10-22 14:30:06] ONE: a\r\nResult: b\r\n\r\n\r\n[2025-02-30 10:00:00] NEVER: was\r\n\r\n[2025-10-22 14:31:00] TWO\r\nno field';
  const first = await roundTrip(store, odd);
  expect(first.warnings).toEqual([
    'line 1: the file begins with a byte order mark',
    'line 1: lines end in CR LF',
    'line 4: more than one blank line in a row',
    'line 5: the time of this header does not exist; the line was kept as text',
    'line 8: the last line has no newline',
  ]);
  for (const kept of ['ONE: a', 'Result: b', '[2025-02-30 10:00:00] NEVER: was', 'TWO', 'no field'])
    expect(first.text).toContain(kept);
  const second = await roundTrip(store, first.text);
  expect(second.text).toBe(first.text);
  expect(second.warnings).toEqual(['line 4: the time of this header does not exist; the line was kept as text']);
});

test('what is no log is refused with 65, and leaves no run', async () => {
  const store = tempStore();
  for (const input of [
    '',
    'just text\n',
    '{"json": true}\n',
    '[2025-10-22] DATE_ONLY\n',
    Buffer.from([0xff, 0xfe, 0x00]),
  ]) {
    const { exitCode, stdout, stderr } = await store.runlog(['import', '-'], { input });
    expect({ exitCode, stdout }).toEqual({ exitCode: 65, stdout: '' });
    expect(stderr).toMatch(/^error: stdin cannot be imported: /);
  }
  expect(fs.existsSync(store.path('runs')) ? fs.readdirSync(store.path('runs')) : []).toEqual([]);
  expect((await store.runlog(['import', 'no-such-file.log'])).exitCode).toBe(66);
  expect((await store.runlog(['import', '.'])).exitCode).toBe(65);
  expect((await store.runlog(['import'])).exitCode).toBe(2);
});

test('of several files the good ones are imported and the bad ones named', async () => {
  const store = tempStore();
  fs.writeFileSync(path.join(store.cwd, 'a.log'), '[2025-10-22 14:30:06] ONE\n');
  fs.writeFileSync(path.join(store.cwd, 'b.log'), 'nothing\n');
  fs.writeFileSync(path.join(store.cwd, 'c.log'), '[2025-10-22 14:30:07] TWO\n');
  const { stdout, stderr, exitCode } = await store.runlog(['import', '*.log']);
  expect(stdout).toBe('run_20251022_143006_a\nrun_20251022_143007_c\n');
  expect(stderr).toContain('b.log cannot be imported: it has no entry');
  expect(exitCode).toBe(3);
});

test('secrets in a log are masked on the way in', async () => {
  const store = tempStore();
  const { text } = await roundTrip(
    store,
    '[2025-10-22 14:30:06] LOGIN\nCommand: curl -H "Authorization: Bearer abcdefghijklmnop1234"\n',
  );
  expect(text).not.toContain('abcdefghijklmnop1234');
  expect(text).toContain('[REDACTED:');
});

test('--run makes a run of that id; in one that is there the events join, each once', async () => {
  const store = tempStore();
  const runId = await store.start('--name', 'x');
  await store.ok('append', 'HELLO', 'there', '--run', runId);
  for (const _ of [1, 2]) {
    const { stdout, exitCode } = await store.runlog(['import', SAMPLE, '--run', runId]);
    expect({ stdout, exitCode }).toEqual({ stdout: `${runId}\n`, exitCode: 0 });
  }
  const own = (await store.events(runId)).filter(({ type }) => type !== 'run.started');
  expect(own.length).toBe(10);
  expect((await store.runlog(['list', '--json'])).stdout).toContain('"status":"running"');
  const trace = path.join(ROOT, 'fixtures', 'bad', 'samples', 'trace.json');
  for (const _ of [1, 2]) await store.ok('import', trace, '--run', 'mine');
  expect((await store.events('mine')).filter(({ type }) => type === 'step.started').length).toBe(2);
  expect((await store.runlog(['import', trace, SAMPLE, '--run', 'mine'])).exitCode).toBe(2);
});
