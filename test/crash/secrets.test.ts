// Secrets of every kind in every place that a command can record: none reaches a file of the store, the spool or the archive, nor what is
// shown of them. What only looks like a secret stays as it is.
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { LOOK_ALIKES, PLANTED, body, hex, pass, pem, random } from '../../src/events/redaction/samples.js';
import { tempFolder, tempStore, type TempStore } from '../support/runlog.js';

/** The samples' secrets are made of these; eight characters of one in a row are a leak. */
const ALPHABETS = [random(40), hex(24), pass, 'bWU6aHVudGVyaHVudGVy', 'abcdefghij'];
const LEAKS = new Set(
  ALPHABETS.flatMap((text) => Array.from({ length: text.length - 7 }, (_, at) => text.slice(at, at + 8).toLowerCase())),
);

function leakIn(text: string): string | null {
  const lower = text.toLowerCase();
  for (const leak of LEAKS) {
    const at = lower.indexOf(leak);
    if (at >= 0) return JSON.stringify(text.slice(Math.max(0, at - 80), at + 40));
  }
  return null;
}

function leaksBelow(folder: string): string[] {
  const found: string[] = [];
  for (const name of fs.readdirSync(folder, { recursive: true }) as string[]) {
    if (leakIn(name) !== null) found.push(`the name ${name}`);
    const file = path.join(folder, name);
    if (!fs.lstatSync(file).isFile()) continue;
    const bytes = fs.readFileSync(file);
    const leak = leakIn((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1'));
    if (leak !== null) found.push(`${name}: ${leak}`);
  }
  return found;
}

const texts = PLANTED.map(([, before, secret, after]) => before + secret + after);
/** Every kind in one text; a block that was cut off would hide what stands beside it. */
const ALL = PLANTED.filter(([name]) => !name.includes('without'))
  .map(([, before, secret, after]) => before + secret + after)
  .join('\n');
const KEY = `${pem('RSA ', 'BEGIN')}\n${Array.from({ length: 40 }, () => random(64)).join('\n')}\n${pem('RSA ', 'END')}`;

/** An event of each type with a text in each of its places. */
const eventsWith = (text: string, index: number): object[] => [
  { action: 'PLANTED', description: text, fields: { Result: text, 'Next Steps': `then ${text}`, [text]: 'key' } },
  {
    type: 'plan.made',
    choice: text,
    rationale: text,
    backups: [text],
    summary: text,
    hyperparams: { a: [{ b: text }] },
  },
  { type: 'issue.started', issue: `i${index}` },
  { type: 'issue.ended', issue: `i${index}`, status: 'failed', error: text },
  { type: 'step.started', agent: text, task: text, issue: text },
  { type: 'step.noted', step: 1, title: text, detail: text, metrics: { [text]: 1 } },
  { type: 'step.ended', agent: text, status: 'FAIL', output_summary: text, error: text },
  {
    type: 'item.recorded',
    item_type: 'x',
    content: text,
    file: text,
    config: text,
    metadata: { deep: [[{ x: [text] }]] },
  },
  { type: 'metric.measured', name: text, value: 1, unit: text, issue: text },
  { type: 'tokens.used', model: text, provider: text, agent: text, input: 1 },
  { type: 'tool.called', tool: text, agent: text, success: false, error: text },
  {
    type: 'pipeline.recorded',
    pipeline_id: text,
    status: text,
    triggered_by: text,
    failed_jobs: [text],
    error_message: text,
  },
  { type: 'debug.started', agent: text, error_type: text, message: text },
  { type: 'debug.ended', resolved: false, method: text, agent: text },
  { type: 'outcome.corrected', subject: 'run', success: false, evidence: text, by: text, name: text },
  { type: 'text.kept', text },
  { type: 'un.known', git: { remote: text }, source: text, owner: text, trace_id: text, [text]: { [text]: [text] } },
];

let store: TempStore;
let runId: string;

beforeAll(async () => {
  store = tempStore();
  runId = await store.start('--id', 'run_planted', '--owner-pid', 'none');
});

const record = (args: string[], input?: string, env: Record<string, string> = {}): ReturnType<TempStore['runlog']> =>
  store.runlog(args, { env: { RUNLOG_RUN: runId, ...env }, ...(input === undefined ? {} : { input }) });

it('plants more than a hundred kinds', () => {
  expect(PLANTED.length).toBeGreaterThan(100);
  expect(LOOK_ALIKES.length).toBeGreaterThan(100);
  for (const [name, , secret] of PLANTED)
    if (secret.length > 30 && !name.includes('HRKU')) expect([name, leakIn(secret)]).not.toEqual([name, null]);
});

it('masks every kind in every key of every event', async () => {
  const lines = texts.flatMap((text, index) => eventsWith(text, index)).map((event) => JSON.stringify(event));
  const { exitCode, stderr } = await record(['append', '--stdin'], lines.join('\n'));
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(leaksBelow(store.dir)).toEqual([]);
});

it('masks every kind in arguments and in the standard input', async () => {
  for (const args of [
    ['append', 'ARGS', ALL, '--command', ALL, '--result', ALL, '--error', ALL, '--field', `Other=${ALL}`],
    ['append', 'FIELD', '--field', `Password=${pass}`, '--field', `API Key=${pass}`, '--field', `Token=${pass}`],
    ['append', 'LOG', ALL, '--log', path.join(store.dir, 'own.log')],
    [
      'plan',
      '--choice',
      ALL,
      '--rationale',
      ALL,
      '--backup',
      ALL,
      '--hyperparams',
      JSON.stringify({ api_key: pass, x: [ALL] }),
    ],
    ['step', 'start', ALL, '--task', ALL, '--issue', ALL],
    ['step', 'note', '1', ALL, '--detail', ALL],
    ['step', 'end', '1', '--status', 'FAIL', '--summary', ALL, '--error', ALL],
    ['issue', 'start', ALL],
    ['issue', 'end', ALL, '--status', 'failed', '--error', ALL],
    ['metric', ALL, '1', '--unit', ALL],
    ['error', ALL, ALL, '--severity', ALL, '--agent', ALL],
    [
      'start',
      '--id',
      'run_start',
      '--owner-pid',
      'none',
      '--project',
      ALL,
      '--name',
      ALL,
      '--mode',
      ALL,
      '--provider',
      ALL,
    ].concat(['--model', ALL, '--intent', ALL, '--trigger', ALL, '--tag', `x=${ALL}`, '--tag', `db_password=${pass}`]),
    ['start', '--owner-pid', 'none', '--project', `gh${'p_'}${random(36)}`],
    ['start', '--owner-pid', 'none', '--name', `password=${pass}`],
  ])
    await record(args);
  await record(['append', 'STDIN', '--result', '-'], ALL);
  const env = { LLM_MODEL: `token=${pass}`, LLM_PROVIDER: `https://me:${pass}@llm.example` };
  await record(['start', '--owner-pid', 'none', '--name', 'env'], undefined, env);
  const cwd = path.join(tempFolder(), `password=${pass}`);
  fs.mkdirSync(cwd);
  await store.runlog(['--dir', store.dir, 'start', '--owner-pid', 'none', '--name', 'cwd'], { cwd });
  expect(leaksBelow(store.dir)).toEqual([]);
});

it('masks what a script is called with, where it owns a run or is run', async () => {
  const argv = ['--password', pass, `--api-key=${pass}`, '-u', 'x', `https://me:${pass}@h/x`, ALL];
  await record(['run', '--name', 'argv', '--', 'true', ...argv]);
  await record(['append', 'ARGV', '--', 'true', ...argv]);
  await record(['append', 'QUOTES', '--', 'true', '--password', `it's ${pass} "${pass}"`]);
  await record(['append', 'GONE', '--', `/none/password=${pass}`]);
  const script = path.join(tempFolder(), 'owner.sh');
  fs.writeFileSync(script, 'runlog start --name owner\nrunlog append X\n');
  await store.live('bash', [script, ...argv]).ended();
  expect(leaksBelow(store.dir)).toEqual([]);
});

it('masks what a command prints, however it comes: in pieces, among much else, cut by what is kept', async () => {
  const folder = tempFolder();
  const files = { all: ALL, key: KEY, open: KEY.slice(0, -200), body: `${body}\n` };
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  const half = pass.length >> 1;
  for (const script of [
    `cat ${folder}/all`,
    `tail -n 9 ${folder}/all`,
    `printf 'password=${pass.slice(0, half)}'; sleep 0.2; printf '${pass.slice(half)}\\n'`,
    `printf -- '--passw'; sleep 0.2; printf 'ord ${pass}\\n' >&2`,
    `cat ${folder}/key`,
    `cat ${folder}/key; seq 5`,
    `cat ${folder}/open`,
    `sed 's/^/  | /' ${folder}/open`,
    `cat ${folder}/open; exit 3`,
    // The kept tail begins with every byte of this line once, or after it.
    ...[0, 3, 8, 12, 20].map(
      (less) => `echo password=${pass}; head -c ${64 * 1024 - 20 - less} /dev/zero | tr '\\0' 'x'`,
    ),
    `head -c 70000 /dev/zero | tr '\\0' 'x'; echo ' password=${pass}'; echo end`,
    `printf 'password=\\033[31m${pass}\\033[0m\\n'`,
    `printf '10%%\\rpassword=${pass}\\r\\n'`,
  ]) {
    // From a file: no rule could put a secret together that a script's own text has in pieces.
    fs.writeFileSync(path.join(folder, 'script'), script);
    await record(['append', 'OUTPUT', '--', 'sh', path.join(folder, 'script')]);
  }
  expect(leaksBelow(store.dir)).toEqual([]);
});

it('masks in values that go to blobs, in the middle and across the cut of what stays in the line', async () => {
  const fill = 'lorem ipsum '.repeat(6000);
  const around = [1000, 1010, 1024 - pass.length, 1023, 1024].map(
    (at) => `${fill.slice(0, at)} password=${pass} ${fill}`,
  );
  const lines = [`${fill}${ALL}${fill}`, `${fill}${KEY}${fill}`, ...around].flatMap((text) => [
    { action: 'LONG', description: text },
    { type: 'un.known', deep: { list: [{ x: text }, text] } },
  ]);
  expect((await record(['append', '--stdin'], lines.map((line) => JSON.stringify(line)).join('\n'))).exitCode).toBe(0);
  expect(fs.readdirSync(store.path('runs', runId, 'blobs')).length).toBeGreaterThan(5);
  expect(leaksBelow(store.dir)).toEqual([]);
});

it('masks in logs that are imported, in what waits in the spool, in ends and in archives', async () => {
  const log = path.join(store.cwd, 'old.log');
  const entries = texts.map((text) => `[2025-10-22 14:23:15] OLD: x\nResult: ${text.replaceAll('\n', '\n  ')}\n`);
  fs.writeFileSync(log, [...entries, `${ALL}\n`, '[2025-10-22 14:23:15] COMPLETE\n'].join('\n'));
  const imported = (await store.runlog(['import', log])).stdout.trim();
  expect(imported).toMatch(/^run_20251022/);
  const gone = { RUNLOG_DIR: '/dev/null/none', RUNLOG_RUN: 'run_gone' };
  const spooled = texts.flatMap((text, index) => eventsWith(text, index).filter((_, place) => place === index % 17));
  await record(['append', '--stdin'], spooled.map((event) => JSON.stringify(event)).join('\n'), gone);
  await record(['start', '--name', ALL, '--owner-pid', 'none', '--tag', `password=${pass}`], undefined, gone);
  expect(leaksBelow(store.home)).toEqual([]);
  expect(fs.readdirSync(path.join(store.home, '.local/state/runlog/spool')).length).toBeGreaterThan(0);

  const end = await record(['finalize', runId, '--status', 'failed', '--error', ALL, '--cause', ALL]);
  await store.runlog(['finalize', imported]);
  await store.runlog(['export', 'csv', '--rebuild']);
  for (const args of [
    ['summary', runId],
    ['summary', runId, '--json'],
    ['summary', runId, '--format', 'markdown'],
    ['show', runId],
    ['list'],
  ].concat([
    ['export', 'log', runId],
    ['export', 'trace', runId],
    ['tail', runId, '-n', '100000'],
  ]))
    expect([args, leakIn((await store.runlog(args)).stdout)]).toEqual([args, null]);
  expect(leakIn(end.stdout)).toBeNull();
  const { stdout } = await store.runlog(['rotate', '--max-runs', '0']);
  expect(stdout).toContain(`archive  ${imported}`);
  expect(leaksBelow(store.dir)).toEqual([]);
});

it('leaves alone what only looks like a secret', async () => {
  const other = tempStore();
  const run = await other.start('--owner-pid', 'none');
  const events = LOOK_ALIKES.map((text) => ({
    action: 'LOOK',
    description: text,
    fields: [['Result', text]],
    deep: { x: [text] },
  }));
  await other.runlog(['append', '--stdin', '--run', run], {
    input: events.map((event) => JSON.stringify(event)).join('\n'),
  });
  const kept = (await other.events(run)).slice(1) as unknown as typeof events;
  expect(kept.map(({ description }) => description)).toEqual(LOOK_ALIKES);
  expect(kept.map(({ fields }) => fields[0]?.[1])).toEqual(LOOK_ALIKES);
  expect(kept.map(({ deep }) => deep.x[0])).toEqual(LOOK_ALIKES);
});

it('keeps secrets for those who say --no-redact, and only then', async () => {
  const other = tempStore();
  const run = await other.start('--owner-pid', 'none');
  await other.ok('append', 'A', `password=${pass}`, '--run', run, '--no-redact');
  await other.runlog(['append', 'B', '--run', run, '--no-redact', '--', 'echo', `password=${pass}`]);
  const [, first, second] = await other.events(run);
  expect(JSON.stringify(first)).toContain(pass);
  expect(JSON.stringify(second).split(pass)).toHaveLength(3);
});
