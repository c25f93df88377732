// What runlog verify says of a sound journal that tells what cannot have been, or what was never done. Each kind, with its honest
// counterpart, is in src/views/plausibility.test.ts; here is what the command makes of them.
import fs from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeLine } from '../../src/journal/line.js';
import { vantage } from '../../src/runs/verdict.js';
import { verifyRun } from '../../src/runs/verify.js';
import { rowsUnder, readPage } from '../docs/pages.js';
import { ROOT, TempStore, sealedEnv } from '../support/runlog.js';

type Body = Record<string, unknown>;

const at = (seconds: number): string =>
  new Date(Date.UTC(2025, 9, 3, 18, 0, 0) + Math.floor(seconds) * 1000).toISOString().slice(0, 20) +
  `${String(Math.round((seconds % 1) * 1e6)).padStart(6, '0')}Z`;

/** A run as somebody writes it who never did the work. */
const MADE_UP: Body[] = [
  { at: at(0.118_203), type: 'run.started', run_id: 'run', name: 'x' },
  ...[1, 2, 3, 4].flatMap((step): Body[] => [
    { at: at(60 * step), type: 'step.started', step, agent: 'training', task: `method=${step}` },
    { at: at(60 * step + 30), type: 'step.noted', step, title: 'metrics', metrics: { KS: 0.32, MIA: 0.974 } },
    { at: at(60 * step + 45), type: 'step.ended', step, status: 'FAIL', error: 'x' },
  ]),
  { at: at(330), type: 'step.started', step: 5, agent: 'report' },
  { at: at(360.5), type: 'run.ended', status: 'completed' },
];

async function sealed(bodies: readonly Body[]): Promise<TempStore> {
  const store = new TempStore();
  store.write('run', bodies);
  await store.ok('finalize', 'run', '--quiet');
  return store;
}

describe('a run that was made up', () => {
  it('is ok, but to be looked at; only --strict fails', async () => {
    const store = await sealed(MADE_UP);
    const { exitCode, stdout } = await store.runlog(['verify']);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(stdout).toMatchInlineSnapshot(`
      "ok, but look  run
        suspicion: unended_steps at byte 1837 of journal/here.jsonl
          step 5 never ended, though the run says that it was completed
        suspicion: same_metrics at byte 1705 of journal/here.jsonl
          steps 1, 2, 3 and 4 report the same KS=0.32, MIA=0.974: attempts that differ
          give values that differ
        suspicion: equal_intervals at byte 1705 of journal/here.jsonl
          4 of 4 steps take exactly 45 s, to the microsecond: what is measured differs
          from time to time
        suspicion: rounded_times at byte 1705 of journal/here.jsonl
          all 4 steps take whole seconds, though the run's clock counts microseconds:
          such times are made by hand
      "
    `);
    expect(await store.runlog(['verify', '--strict', '--quiet'])).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/^NOT OK {2}run\n/),
    });
  });

  it('is told of in JSON with the place of the event concerned', async () => {
    const store = await sealed(MADE_UP);
    const { ok, runs } = await store.json('verify');
    expect(ok).toBe(true);
    expect(Object.keys(runs[0].findings[0])).toEqual(['kind', 'segment', 'offset', 'message', 'severity']);
    for (const { severity, segment, offset } of runs[0].findings) {
      expect({ severity, segment }).toEqual({ severity: 'suspicion', segment: 'journal/here.jsonl' });
      const line = store.read('runs', 'run', segment).slice(offset).split('\n', 1)[0] as string;
      expect(JSON.parse(line)).toMatchObject({ type: expect.stringMatching(/^step\./) });
    }
  });

  it('says nothing of what may stand in lines that are damaged', async () => {
    const store = await sealed(MADE_UP);
    const file = store.path('runs', 'run', 'journal', 'here.jsonl');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"report"', '"rep0rt"'));
    const { runs } = await store.json('verify');
    const kinds = runs[0].findings.map(({ kind }: { kind: string }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['checksum', 'seal_broken', 'same_metrics']));
    expect(kinds).not.toContain('unended_steps');
  });

  it('cannot forge a line of the answer by the names that it gives', async () => {
    const name = `a\u001b[2J\nok  run\u202e${'x'.repeat(500)}`;
    const store = await sealed([
      { at: at(0), type: 'run.started', run_id: 'run' },
      { at: at(50), type: 'issue.started', issue: name },
      { at: at(45), type: 'issue.ended', issue: name, status: 'failed' },
      { at: at(60), type: 'run.ended', status: 'failed' },
    ]);
    const { stdout } = await store.runlog(['verify']);
    expect(stdout).toMatch(
      /^ok, but look {2}run\n {2}suspicion: end_before_start at byte \d+ of journal\/here.jsonl\n/,
    );
    expect(stdout).toMatch(/^[ -~\n…]+$/);
    expect(stdout.length).toBeLessThan(500);
  });
});

describe('an honest run gives no finding, even under --strict:', () => {
  const findings = async (store: TempStore): Promise<unknown> => {
    const { runs } = await store.json('verify', '--strict');
    return runs.map(({ ok, findings }: Body) => ({ ok, findings }));
  };

  it('the script of the README', async () => {
    const store = new TempStore();
    const env = sealedEnv(store.home, { SECONDS_PER_EPOCH: '0' });
    await execa(path.join(ROOT, 'examples/training.sh'), { cwd: store.cwd, env, extendEnv: false });
    expect(await findings(store)).toEqual([{ ok: true, findings: [] }]);
  });

  it('a script of bare steps that last milliseconds', async () => {
    const store = new TempStore();
    await store.start('--id', 'run', '--owner-pid', 'none');
    for (const name of ['fetch', 'build', 'test']) {
      await store.ok('step', 'start', name, '--run', 'run');
      await store.ok('step', 'end', name, '--status', name === 'test' ? 'FAIL' : 'SUCCESS', '--run', 'run');
    }
    await store.ok('finalize', 'run', '--exit-code', '1', '--quiet');
    expect(await findings(store)).toEqual([{ ok: true, findings: [] }]);
  });

  it('one that was cut off in a step', async () => {
    const store = new TempStore();
    await store.start('--id', 'run', '--owner-pid', 'none');
    await store.ok('step', 'start', 'build', '--run', 'run');
    await store.ok('finalize', 'run', '--status', 'interrupted', '--quiet');
    expect(await findings(store)).toEqual([{ ok: true, findings: [] }]);
  });

  it('an imported log, whose times are whole seconds', async () => {
    const store = new TempStore();
    await store.ok('import', path.join(ROOT, 'fixtures/design-experiment.log'), '--quiet');
    await store.runlog(['finalize', '--all', '--quiet']);
    expect(await findings(store)).toEqual([{ ok: true, findings: [] }]);
  });

  it('entries that were given an earlier time', async () => {
    const store = new TempStore();
    await store.start('--id', 'run', '--owner-pid', 'none');
    for (const age of ['2h', '1d', '3h']) await store.ok('append', 'NOTE', 'remembered', '--at', age, '--run', 'run');
    await store.ok('finalize', 'run', '--status', 'completed', '--quiet');
    expect(await findings(store)).toEqual([{ ok: true, findings: [] }]);
  });
});

it('the order in which segments are met changes nothing', () => {
  const step = fc.integer({ min: 1, max: 3 });
  const body = fc.oneof(
    fc.record({ type: fc.constant('step.started'), step, agent: fc.constantFrom('a', 'b') }),
    fc.record({ type: fc.constant('step.ended'), step, status: fc.constantFrom('SUCCESS', 'FAIL') }),
    fc.record({ type: fc.constant('metric.measured'), step, name: fc.constant('KS'), value: fc.constant(0.123_456) }),
    fc.record({ type: fc.constant('issue.started'), issue: fc.constantFrom('1', '2') }),
    fc.record({ type: fc.constant('issue.ended'), issue: fc.constantFrom('1', '2'), status: fc.constant('failed') }),
    fc.record({ type: fc.constant('run.ended'), status: fc.constant('completed') }),
  );
  const second = fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), { minLength: 12, maxLength: 12 });
  const temp = new TempStore();
  const store = { dir: temp.dir };
  const judge = (names: readonly [string, string], segments: readonly Body[][]): string[] => {
    const folder = temp.path('runs', 'run', 'journal');
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    for (const [index, name] of names.entries())
      fs.writeFileSync(path.join(folder, `${name}.jsonl`), Buffer.concat((segments[index] ?? []).map(encodeLine)));
    return verifyRun(store, 'run', vantage()).map(
      ({ kind, segment, offsetBytes, message }) =>
        `${kind} ${segment.replace(names[0], 'first').replace(names[1], 'second')} ${offsetBytes} ${message}`,
    );
  };
  fc.assert(
    fc.property(fc.array(body, { minLength: 12, maxLength: 12 }), second, (bodies, seconds) => {
      const events = bodies.map((one, index) => ({ v: 1, id: `${index}`, at: at(seconds[index] as number), ...one }));
      const segments = [events.slice(0, 6), events.slice(6)];
      expect(judge(['a-host', 'b-host'], segments)).toEqual(judge(['b-host', 'a-host'], segments));
    }),
    { numRuns: 200 },
  );
});

it('docs/verify.md has every kind that verify can find, with what it means and what to do', () => {
  const source = fs.readFileSync(path.join(ROOT, 'src/views/suspicions.ts'), 'utf8');
  const union = /export type SuspicionKind =([^;]+);/.exec(source)?.[1] ?? '';
  const kinds = [...union.matchAll(/'(\w+)'/g)].map(({ 1: kind }) => kind);
  const rows = [
    '## Damage',
    '## What is not as it should be',
    '## Times that no clock gives',
    '## Steps that look made up',
  ].flatMap((heading) => rowsUnder('docs/verify.md', heading).slice(1));
  expect(kinds.length).toBeGreaterThan(10);
  expect(kinds.filter((kind) => !rows.some(([cell]) => cell === `\`${kind}\``))).toEqual([]);
  expect(rows.filter((cells) => cells.length !== 4 || cells.some((cell) => cell === ''))).toEqual([]);
  expect(readPage('README.md')).toContain('docs/verify.md');
});
