// What is published works where nothing but the tarball is: its types, checked by tsc, and its code, imported and required.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile, installedFolder } from '../support/program.js';
import { ROOT, tempStore, type Outcome, type TempStore } from '../support/runlog.js';

/** A store's folder in which the package, and nothing else, is installed. */
function consumer(): TempStore {
  const store = tempStore();
  fs.mkdirSync(path.join(store.cwd, 'node_modules'));
  const home = path.join('node_modules', 'runlog');
  fs.symlinkSync(path.join(installedFolder(), home), path.join(store.cwd, home));
  return store;
}

/** What tsc says of a program; empty where it is sound. The compiled program lies beside it. */
function compileProgram(store: TempStore, source: string): string {
  fs.writeFileSync(path.join(store.cwd, 'program.mts'), source);
  const options = {
    target: 'es2022',
    lib: ['es2022', 'esnext.disposable'],
    module: 'nodenext',
    exactOptionalPropertyTypes: true,
  };
  return compile(store.cwd, options, ['program.mts']).stdout;
}

function node(store: TempStore, file: string): Promise<Outcome> {
  return store.shell('bash', `exec node ${file}`);
}

const PROGRAM = `
import { openRun, recordRun, startRun, type Run, type StartOptions, type Step } from 'runlog';

const options: StartOptions = { id: 'run', project: 171, issue: 3, tags: { team: 'ml' }, onError: (error: Error) => console.log(error.message) };
{
  await using run: Run = startRun(options);
  const id: string | null = run.action('VERIFY_MODEL', 'Checking', { Result: 'ok', Files: 15 });
  run.plan({ choice: 'gc', backups: ['ctgan'], hyperparams: { rank: [4, 8] } });
  const answer: number = await run.issue(3, async (issue) => {
    const written: string[] = await issue.step('coding', { task: 'write', attempt: 1 }, async (step: Step) => {
      step.usage({ model: 'gpt-4o', provider: 'openai', input: 1200, output: 300, cachedRead: 800 });
      const text: string = await step.tool('read_file', async () => 'text');
      step.note('metrics', { metrics: { KS: 0.3, loss: NaN } });
      step.metric('KS', 0.3, { max: 0.5 });
      step.summarize('it parses');
      return [text];
    });
    const review: Step = issue.startStep('review');
    review.error(new TypeError('no'));
    review.end('BLOCKED', { error: 'needs a second reader' });
    const debugging = issue.debug({ agent: 'coding', type: 'TypeError' });
    debugging.attempt();
    debugging.end(true, { method: 'tried again' });
    issue.pipeline(4711, { status: 'failed', failedJobs: ['unit'], startedAt: new Date(0), queueSeconds: 3 });
    issue.code({ linesAdded: 12, testCoverage: 87.5 });
    return written.length;
  });
  run.stage(2, { iteration: 1, loop: 3 });
  run.item('output_image', { media: 'image', file: 'a.png', seconds: 4.2 });
  run.stage(3);
  run.item('output_text', { content: 'b' });
  run.event({ type: 'metric.measured', name: 'later', value: 1 }, new Date('2030-01-01T00:00:00Z'));
  run.correct('agent', 'review', { success: true, evidence: '!12 was merged', by: 'gitlab', issue: '3' });
  console.log(typeof id, answer, run.env.RUNLOG_RUN);
  const status: 'completed' | 'failed' | 'partial' | 'interrupted' | 'cancelled' | null = await run.finalize();
  console.log(status);
}
const seven: number = await recordRun({ id: 'other' }, () => 7);
console.log(seven, openRun('other').isRecording);

// What must not compile.
// @ts-expect-error a status that there is not
void ((step: Step) => step.end('DONE'));
// @ts-expect-error a call of a model without its model
void ((run: Run) => run.usage({ input: 1, output: 1 }));
// @ts-expect-error an option that there is not
void (() => startRun({ projekt: 1 }));
// @ts-expect-error an event without what it must say
void ((run: Run) => run.event({ type: 'issue.ended', issue: '3' }));
// @ts-expect-error a tag that is no text
void (() => startRun({ tags: { a: 1 } }));
// @ts-expect-error what a step gives back is what its work gives back
void ((run: Run): number => run.step('a', () => 'text'));
`;

describe('the published package', () => {
  it('compiles with strict types, refuses what is wrong, and does what it says', async () => {
    const store = consumer();
    expect(compileProgram(store, PROGRAM)).toBe('');
    const { stdout, stderr, exitCode } = await node(store, 'program.mjs');
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: 'string 1 run\ncompleted\n7 true\n',
      stderr: '',
      exitCode: 0,
    });
    const events = await store.events('run');
    const said = (type: string): Record<string, unknown>[] => events.filter((event) => event.type === type) as never;
    expect(said('action.logged')[0]).toMatchObject({
      fields: [
        ['Result', 'ok'],
        ['Files', '15'],
      ],
    });
    expect(said('tokens.used')[0]).toMatchObject({ agent: 'coding', issue: '3', step: 1, cached_read: 800 });
    expect(said('tool.called')[0]).toMatchObject({ tool: 'read_file', agent: 'coding', step: 1, success: true });
    expect(said('step.ended')).toMatchObject([
      { step: 1, status: 'SUCCESS', output_summary: 'it parses' },
      { step: 2, status: 'BLOCKED', error: 'needs a second reader' },
    ]);
    expect(said('step.noted')[0]).toMatchObject({ metrics: { KS: 0.3, loss: 'NaN' } });
    expect(said('error.raised')[0]).toMatchObject({ error_type: 'TypeError', agent: 'review', step: 2, issue: '3' });
    expect(said('item.recorded')).toMatchObject([
      { stage: 2, stage_iteration: 1, loop_iteration: 3 },
      { stage: 3, stage_iteration: null, loop_iteration: null },
    ]);
    expect(said('metric.measured').at(-1)).toMatchObject({ name: 'later', at: '2030-01-01T00:00:00.000000Z' });
    const [report] = fs.readdirSync(store.path('runs', 'run', 'issues'));
    expect(store.readJson('runs', 'run', 'issues', report as string)).toMatchObject({
      status: 'completed',
      cost_metrics: { input_tokens: 1200, estimated_cost_usd: 0.005 },
      agent_metrics: { review: { outcome: 'success' } },
    });
  });

  it('is used by its page as it can be used: every example compiles and runs', async () => {
    const page = fs.readFileSync(path.join(ROOT, 'docs', 'library.md'), 'utf8');
    const examples = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, source = '']) => source);
    expect(examples.length).toBeGreaterThan(2);
    const store = consumer();
    await store.start('--id', 'outer');
    for (const source of examples) {
      expect(compileProgram(store, source)).toBe('');
      const script = 'RUNLOG_RUN=outer exec node program.mjs';
      expect(await store.shell('bash', script)).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    }
    expect((await store.json('list', '--status', 'completed')).runs).toHaveLength(3);
  });

  it('can be required from CommonJS', async () => {
    const store = consumer();
    fs.writeFileSync(
      path.join(store.cwd, 'program.cjs'),
      "const { startRun } = require('runlog'); const run = startRun({ id: 'run' }); run.action('A'); run.finalize().then(console.log);",
    );
    expect(await node(store, 'program.cjs')).toMatchObject({ stdout: 'completed\n', exitCode: 0 });
  });

  it('brings the types of the library, and nothing of how it is made', () => {
    const home = path.join(installedFolder(), 'node_modules', 'runlog');
    const files = fs.readdirSync(home, { recursive: true, encoding: 'utf8' });
    const types = files.filter((file) => file.endsWith('.d.ts'));
    expect(types).toContain('dist/types/index.d.ts');
    expect(types.filter((file) => !/\/types\/(index|library\/|events\/(vocabulary|errors))/.test(file))).toEqual([]);
  });
});

it('an action stands in the live log within a moment, while the program goes on', async () => {
  const store = consumer();
  fs.writeFileSync(
    path.join(store.cwd, 'program.mjs'),
    `import { startRun } from 'runlog';
    import fs from 'node:fs';
    const run = startRun({ id: 'run' });
    run.action('FIRST');
    await new Promise((resolve) => setTimeout(resolve, 400));
    console.log(fs.readFileSync(run.dir + '/design-experiment.log', 'utf8'));
    await run.finalize();`,
  );
  expect((await node(store, 'program.mjs')).stdout).toContain('] FIRST');
});
