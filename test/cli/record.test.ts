// runlog import and export record: what a pipeline of stages saved becomes a run, and comes out the same.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { GOLDEN_RUN, ROOT, hasProgram, placeGoldenRun, tempStore, type TempStore } from '../support/runlog.js';

const FILE = path.join(ROOT, 'fixtures', 'execution-record.json');
const SAMPLE = fs.readFileSync(FILE, 'utf8');
const EXECUTION_ID = 'exec_20251105_091500_3fa91c07';

interface Imported {
  runId: string;
  warnings: string[];
  exitCode: number;
}

async function importText(store: TempStore, input: string, ...args: string[]): Promise<Imported> {
  const { stdout, exitCode } = await store.runlog(['import', '-', '--json', ...args], { input });
  const { runs } = JSON.parse(stdout) as { runs: { run_id: string; warnings: string[] }[] };
  const { run_id: runId, warnings } = runs[0] as { run_id: string; warnings: string[] };
  return { runId, warnings, exitCode };
}

const exported = async (store: TempStore, run: string): Promise<string> =>
  (await store.runlog(['export', 'record', run])).stdout;

/** The sample with something about it changed, written as Python would have. */
const sampleWith = (from: string, to: string): string => {
  expect(SAMPLE).toContain(from);
  return SAMPLE.replace(from, to);
};

test('import FILE | xargs export record gives back the file byte for byte, in any zone', async () => {
  const store = tempStore();
  for (const zone of ['UTC', 'America/New_York', 'Asia/Kolkata']) {
    const { stdout, stderr, exitCode } = await store.shell(
      'bash',
      `runlog import ${FILE} --timezone ${zone} --dir ${zone.replace('/', '-')} | xargs runlog export record --dir ${zone.replace('/', '-')}`,
    );
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toBe(SAMPLE);
  }
});

test('the execution id names the run, and the run has its items, tags and end', async () => {
  const store = tempStore();
  const { runId, warnings, exitCode } = await importText(store, SAMPLE);
  expect({ runId, warnings, exitCode }).toEqual({ runId: 'run_20251105_091500_bauhaus', warnings: [], exitCode: 0 });
  expect(await exported(store, EXECUTION_ID)).toBe(SAMPLE);
  const { run } = await store.json('summary', EXECUTION_ID);
  expect(run).toMatchObject({
    run_id: runId,
    status: 'completed',
    start_time: '2025-11-05T09:15:00.000017Z',
    execution_mode: 'eco',
    tags: { config_name: 'bauhaus', safety_level: 'kids', used_seed: '2718281828' },
  });
  expect((await store.json('list', '--tag', 'config_name=bauhaus')).runs).toHaveLength(1);
  const second = await importText(store, SAMPLE);
  expect(second.runId).toBe(runId);
});

test('it stays the same bytes after finalize, rotate and restore', async () => {
  const store = tempStore();
  const { runId } = await importText(store, SAMPLE);
  await store.ok('finalize', '--all', '--quiet');
  expect(await exported(store, runId)).toBe(SAMPLE);
  await store.runlog(['rotate', '--max-runs', '0', '--max-age', '1d']);
  await store.runlog(['restore', runId]);
  expect(await exported(store, runId)).toBe(SAMPLE);
});

test('a pipeline that failed or was blocked is a failed run that says why', async () => {
  const store = tempStore();
  const last = '"item_type": "pipeline_complete"';
  const failed = await importText(store, sampleWith(last, '"item_type": "pipeline_error"'));
  const blocked = await importText(store, sampleWith(last, '"item_type": "stage3_blocked"'));
  const { runs } = await store.json<{ runs: { run_id: string; status: string }[] }>('list');
  expect(new Set(runs.map(({ run_id, status }) => `${run_id} ${status}`))).toEqual(
    new Set([`${failed.runId} failed`, `${blocked.runId} failed`]),
  );
  expect((await store.runlog(['summary', blocked.runId])).stdout).toContain('blocked at stage 3');
});

test('a record that says of no end was left unfinished: finalize ends it, and its bytes stay', async () => {
  const store = tempStore();
  const items = (JSON.parse(SAMPLE) as { items: { item_type: string }[] }).items;
  let text = SAMPLE;
  for (const { item_type } of items)
    if (/_blocked$|^pipeline_(error|complete)$/.test(item_type))
      text = text.replace(`"item_type": "${item_type}"`, '"item_type": "interception_final"');
  const { runId } = await importText(store, text);
  expect(await store.status(runId)).toBe('stale');
  const { runs } = await store.json('finalize');
  expect(runs).toMatchObject([{ run_id: runId, old_status: 'stale', status: 'interrupted' }]);
  expect(await exported(store, runId)).toBe(text);
});

test('what is odd is warned of with its place and kept; what cannot be read is a loss and exits with 3', async () => {
  const store = tempStore();
  const odd = sampleWith('"stage": 0', '"stage": "zero"');
  const first = await importText(store, odd);
  expect(first).toMatchObject({
    warnings: ['/items/0/stage: a whole number, 0 or more, is wanted, not "zero"'],
    exitCode: 0,
  });
  expect(await exported(store, first.runId)).toBe(odd);
  const cut = SAMPLE.slice(0, SAMPLE.indexOf('"sequence_number": 4'));
  const second = await importText(store, cut);
  expect(second.exitCode).toBe(3);
  expect(second.warnings).toContainEqual(expect.stringMatching(/^line \d+: the record ends in the middle/));
  const { items } = JSON.parse(await exported(store, second.runId)) as { items: unknown[] };
  expect(items).toEqual((JSON.parse(SAMPLE) as { items: unknown[] }).items.slice(0, 3));
  for (const input of ['{"execution_id', '[{"execution_id": "x"}]', '{"items": []}'])
    expect((await store.runlog(['import', '-', '--format', 'record'], { input })).exitCode).toBe(65);
});

test('values longer than a line of the journal come back whole', async () => {
  const store = tempStore();
  const long = sampleWith('"content": "not this way"', `"content": "${'größe '.repeat(40_000)}"`).replace(
    '"cfg": 7.0,',
    `"cfg": 7.0,\n        "deep": [\n${'          1.0,\n'.repeat(20_000)}          2\n        ],`,
  );
  const { runId, exitCode } = await importText(store, long);
  expect(exitCode).toBe(0);
  expect((await exported(store, runId)) === long).toBe(true);
});

test('a run that runlog recorded comes out with every key, null where nothing is known', async () => {
  const store = tempStore();
  store.write('own', [
    {
      type: 'run.started',
      run_id: 'own',
      id: '0192f3a4-5b6c-7d8e-9f00-112233445566',
      execution_mode: 'eco',
      utc_offset_minutes: 120,
      tags: { config_name: 'c', used_seed: '42' },
    },
    { type: 'stage.entered', stage: 2, stage_iteration: 1 },
    { type: 'item.recorded', item_type: 'output_image', media_type: 'image', file: 'a.png', execution_seconds: 12 },
    {
      type: 'item.recorded',
      item_type: 'note',
      stage: 3,
      metadata: { a: 1 },
      given: { values: { item_type: 'forged' } },
    },
  ]);
  const { stdout, stderr, exitCode } = await store.runlog(['export', 'record', 'own']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toBe(`{
  "config_name": "c",
  "execution_id": "exec_20251003_201952_33445566",
  "execution_mode": "eco",
  "items": [
    {
      "backend_type": null,
      "config_used": null,
      "content": null,
      "execution_time": 12.0,
      "file_path": "a.png",
      "item_type": "output_image",
      "loop_iteration": null,
      "media_type": "image",
      "metadata": {},
      "model_used": null,
      "sequence_number": 1,
      "stage": 2,
      "stage_iteration": 1,
      "timestamp": "2025-10-03T20:19:54.000000"
    },
    {
      "backend_type": null,
      "config_used": null,
      "content": null,
      "execution_time": null,
      "file_path": null,
      "item_type": "note",
      "loop_iteration": null,
      "media_type": null,
      "metadata": {
        "a": 1
      },
      "model_used": null,
      "sequence_number": 2,
      "stage": 3,
      "stage_iteration": null,
      "timestamp": "2025-10-03T20:19:55.000000"
    }
  ],
  "safety_level": null,
  "session_id": "default",
  "taxonomy_version": "1.0",
  "timestamp": "2025-10-03T20:19:52.000000",
  "total_execution_time": null,
  "used_seed": 42,
  "user_id": "anonymous"
}`);
});

test('a run without items is a record without items, and says so', async () => {
  const store = tempStore();
  store.write('bare', [
    { type: 'run.started', run_id: 'bare' },
    { type: 'run.ended', status: 'completed' },
  ]);
  const { stdout, stderr, exitCode } = await store.runlog(['export', 'record', 'bare']);
  expect({ stderr, exitCode }).toEqual({ stderr: 'bare has no items\n', exitCode: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ items: [], total_execution_time: 1 });
  expect((await store.runlog(['export', 'record', 'bare', '--quiet'])).stderr).toBe('');
});

test('damage is told of and costs no more than what it hit', async () => {
  const store = tempStore();
  const { runId } = await importText(store, SAMPLE);
  const journal = fs.readFileSync(store.segment(runId), 'utf8');
  fs.writeFileSync(store.segment(runId), journal.replace('"custom_probe"', '"custom_prob!"'));
  const { stdout, stderr, exitCode } = await store.runlog(['export', 'record', runId]);
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/^warning: .*checksum/);
  expect((JSON.parse(stdout) as { items: unknown[] }).items).toHaveLength(19);
});

test('secrets in a record are masked on the way in, unless told not to', async () => {
  const text = sampleWith('"not this way"', '"Authorization: Bearer abcdefghijklmnop1234"');
  const [masked, kept] = [tempStore(), tempStore()];
  const one = await importText(masked, text);
  expect(await exported(masked, one.runId)).not.toContain('abcdefghijklmnop1234');
  const other = await importText(kept, text, '--no-redact');
  expect(await exported(kept, other.runId)).toBe(text);
});

test.skipIf(!hasProgram('script'))('what JSON leaves raw reaches a file as it is, and a terminal escaped', async () => {
  const store = tempStore();
  const text = sampleWith('"not this way"', '"a\u009b2Jb\u202ec\u007f"');
  const { runId } = await importText(store, text);
  expect(await exported(store, runId)).toBe(text);
  const { stdout } = await store.shell('bash', `script -qec 'runlog export record ${runId}' /dev/null </dev/null`);
  expect(stdout).toContain('"a\\u009b2Jb\\u202ec\\u007f"');
  expect(stdout).not.toMatch(/[\u0080-\u009f\u202e\u007f]/);
});

test.skipIf(!hasProgram('python3'))('Python reads it, and writes it again as it is', async () => {
  const store = tempStore();
  placeGoldenRun(store);
  const { runId } = await importText(store, SAMPLE);
  const script =
    'import json,sys; sys.stdout.buffer.write(json.dumps(json.load(sys.stdin.buffer), indent=2, sort_keys=True, ensure_ascii=False).encode())';
  for (const run of [runId, GOLDEN_RUN]) {
    const text = await exported(store, run);
    expect(execFileSync('python3', ['-c', script], { input: text, encoding: 'utf8' })).toBe(text);
  }
});
