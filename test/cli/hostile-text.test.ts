// Text as a weapon: whatever stands in a run's texts, names of files or arguments, no command lets it speak to the terminal, make
// a second row or entry, become markup, or be run by a spreadsheet.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasProgram, tempFolder, tempStore, type Outcome, type TempStore } from '../support/runlog.js';

/** What a terminal or a reader could be fooled with; TAB and LF are the only ones that runlog itself writes. */
const WEAPON =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}\ud800-\udfff]/u;
const ESC = '\u001b';
const SEQUENCES = [
  `${ESC}[31mred${ESC}[2J${ESC}[1;1H`,
  `${ESC}]0;title\u0007`,
  `${ESC}]8;;http://evil.example\u0007click${ESC}]8;;\u0007`,
  `${ESC}]52;c;ZXZpbA==${ESC}\\`,
  `\u009b31m\u009d0;title\u009c\u0090q\u009c`,
  `${ESC}P+q544e${ESC}\\`,
  'over\rwritten\b\b\b\u007f\v\f',
  'line\u2028paragraph\u2029next\u0085line',
  '\u202eevil\u202c\u2066isolated\u2069\u200e\u200f\u061c\u202a\u202b\u202d\u2067\u2068',
  '\ufeffbom\u200bzero\u2060width\u2061\u2062\u2063\u2064\u206a',
  [...'hidden'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('') + '\u{e0001}\u{e007f}',
];
const FORGERIES = [
  'x\n[2025-10-22 14:23:15] FORGED: entry',
  'x\n\n[2025-10-22 14:23:15] FORGED\nResult: success',
  'x\nResult: FORGED',
  'x\n# FORGED heading\n',
  'x\n| FORGED | row |',
  'x\r\nFORGED,row,1\r\n',
  'x\n  9  SUCCESS  FORGED: step',
  '<script>FORGED</script><b>',
  '[FORGED](http://evil.example) ![i](x) **b** `c` ~~d~~',
];
const H = [...SEQUENCES, ...FORGERIES].join(' ');
const ONE_LINE = H.replaceAll(/[\r\n]/g, ' ');
/** What argv cannot carry. */
const JSON_H = `${H}\u0000\ud800x\udc00`;

function expectHarmless(what: string, { stdout, stderr }: Outcome): void {
  for (const [name, text] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const) {
    const found = WEAPON.exec(text);
    if (found !== null)
      expect.unreachable(
        `${what}: ${name} has U+${found[0].codePointAt(0)?.toString(16)} in ${JSON.stringify(text.slice(Math.max(0, found.index - 60), found.index + 20))}`,
      );
  }
}

let store: TempStore;
let runId: string;
const said: [string, Outcome][] = [];

async function say(args: readonly string[], input?: string, env: Record<string, string> = {}): Promise<Outcome> {
  const outcome = await store.runlog(args, {
    env: { RUNLOG_RUN: runId, ...env },
    ...(input === undefined ? {} : { input }),
  });
  said.push([args.slice(0, 3).join(' ').slice(0, 40), outcome]);
  return outcome;
}

beforeAll(async () => {
  store = tempStore();
  const { stdout } = await store.runlog(
    ['start', '--id', 'run_hostile', '--owner-pid', 'none', '--project', H, '--name', H, '--mode', H, '--provider', H]
      .concat(['--model', H, '--intent', H, '--trigger', H, '--trigger-issue', H, '--trigger-status', H, '--issue', H])
      .concat(['--tag', `${ONE_LINE.replaceAll('=', '')}=${H}`, '--tag', `plain=${H}`]),
  );
  runId = stdout.trim();
  expect(runId).toBe('run_hostile');
  await say(
    ['append', 'FIRST', H].concat(
      ['command', 'result', 'explanation', 'input', 'calculation', 'decision', 'reasoning', 'status']
        .concat(['next-steps', 'details', 'error'])
        .flatMap((name) => [`--${name}`, H]),
      ['--field', `Ke${ONE_LINE.replaceAll(/[=:]/g, '')}=${H}`],
    ),
  );
  await say(['append', 'SECOND', '-'], H);
  await say(['append', 'THIRD', '--', 'sh', '-c', 'exit 1', H]);
  await say(['plan', '--choice', H, '--rationale', H, '--backup', H, '--hyperparams', JSON.stringify({ [H]: H })]);
  await say(['step', 'start', H, '--task', H, '--issue', H]);
  await say(['step', 'note', '1', H, '--detail', H, '--metric', `${ONE_LINE.replaceAll('=', '')}=1`]);
  await say(['step', 'end', '1', '--status', 'FAIL', '--summary', H, '--error', H]);
  await say(['issue', 'start', H]);
  await say(['issue', 'end', H, '--status', 'failed', '--error', H]);
  await say(['metric', H, '1', '--unit', H, '--max', '0', '--issue', H]);
  await say(['error', H, H, '--severity', H, '--agent', H, '--issue', H]);
  const events = [
    { action: 'FOURTH', description: JSON_H, fields: { [JSON_H]: JSON_H } },
    { type: 'tool.called', tool: JSON_H, agent: JSON_H, success: false, error: JSON_H },
    { type: 'tokens.used', model: JSON_H, provider: JSON_H, agent: JSON_H, input: 1, output: 2 },
    {
      type: 'pipeline.recorded',
      pipeline_id: JSON_H,
      status: JSON_H,
      commit_sha: JSON_H,
      triggered_by: JSON_H,
      failed_jobs: [JSON_H],
      error_type: JSON_H,
      error_message: JSON_H,
      issue: JSON_H,
    },
    { type: 'debug.started', agent: JSON_H, error_type: JSON_H, message: JSON_H },
    { type: 'debug.ended', resolved: true, method: JSON_H },
    { type: 'item.recorded', item_type: JSON_H, content: JSON_H, file: JSON_H, metadata: { [JSON_H]: [JSON_H] } },
    { type: 'outcome.corrected', subject: 'run', name: JSON_H, success: false, evidence: JSON_H, by: JSON_H },
    { type: 'text.kept', text: JSON_H },
    { type: 'not.known', [JSON_H]: { [JSON_H]: JSON_H }, fields: [[JSON_H, JSON_H]] },
    { type: 'step.noted', step: 1, title: JSON_H, detail: JSON_H, metrics: { [JSON_H]: 'NaN' } },
    { type: JSON_H },
    { action: JSON_H },
    { type: 'run.ended', status: JSON_H },
    { type: 'metric.measured', name: 'x', value: JSON_H },
    { at: JSON_H, action: 'X' },
  ];
  await say(['append', '--stdin'], [...events.map((event) => JSON.stringify(event)), `{${H}`].join('\n'));
});

describe('a run whose every text is hostile', () => {
  it('is recorded without a word of it reaching the terminal', () => {
    for (const [what, outcome] of said) expectHarmless(what, outcome);
    // Five lines of the stream are no events; H itself was torn into lines, of which none is.
    const [, stream] = said.at(-1) as [string, Outcome];
    expect(stream.exitCode).toBe(3);
    for (const line of stream.stderr.trimEnd().split('\n')) expect(line).toMatch(/^warning: line \d+: /);
  });

  it.each([
    ['show'],
    ['show', '--json'],
    ['tail', '-n', '1000'],
    ['tail', '-n', '1000', '--json'],
    ['tail', '-f', '-n', '3', '--grep', 'FORGED('],
    ['summary'],
    ['summary', '--json'],
    ['summary', '--format', 'markdown'],
    ['summary', '--format', 'trace'],
    ['list'],
    ['list', '--json'],
    ['export', 'log', 'run_hostile'],
    ['export', 'trace', 'run_hostile'],
    ['commands', 'run_hostile'],
    ['commands', 'run_hostile', '--json'],
  ])('is shown harmlessly by %s %s %s', async (...args: string[]) => {
    const outcome = await say(args);
    expectHarmless(args.join(' '), outcome);
    if (args.includes('--json') && args[0] !== 'tail')
      expect(() => JSON.parse(outcome.stdout) as unknown).not.toThrow();
  });

  it('gives back under --json exactly what was said', async () => {
    const { events } = JSON.parse((await say(['show', '--json'])).stdout) as { events: Record<string, unknown>[] };
    expect(events.find(({ action }) => action === 'FIRST')?.['description']).toBe(H);
    expect(events.find(({ type }) => type === 'text.kept')?.['text']).toBe(JSON_H);
  });

  it('has as many lines in tail as it has events, and as many rows in list as there are runs', async () => {
    const { events } = JSON.parse((await say(['show', '--json'])).stdout) as { events: unknown[] };
    const lines = (await say(['tail', '-n', '1000'])).stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(events.length);
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}/);
    expect((await say(['list'])).stdout.trimEnd().split('\n')).toHaveLength(2);
  });

  it('has as many entries in its log as it has actions, and no field of its own making', async () => {
    const log = store.read('runs', runId, 'design-experiment.log');
    expectHarmless('design-experiment.log', { stdout: log, stderr: '', exitCode: 0 });
    const headers = log.split('\n').filter((line) => /^\[\d{4}-/.test(line));
    expect(headers.map((line) => line.split(' ')[2]?.replace(':', ''))).toEqual(['FIRST', 'SECOND', 'THIRD', 'FOURTH']);
    // Kept text stands in paragraphs of its own; an entry has no line but fields that were given and what is indented below them.
    for (const entry of log.split('\n\n').filter((block) => block.startsWith('[')))
      expect(
        entry.split('\n').filter((line) => /^(?:Result: )?FORGED|^[|#<[](?!\d{4}-)|^\[.*FORGED: /.test(line)),
      ).toEqual([]);
    expect((await say(['export', 'log', runId])).stdout).toBe(log);
  });

  it('makes no heading, row, link, image, emphasis or HTML in Markdown', async () => {
    const { stdout } = await say(['summary', '--format', 'markdown']);
    const lines = stdout.split('\n');
    const structure = lines.filter((line) => !line.startsWith('|') && !line.startsWith('**') && line !== '');
    for (const line of structure) expect(line).toMatch(/^#{1,2} [\w ()]+$|^# run\\_hostile$/);
    // A table's rows have its heading's number of cells.
    let width = 0;
    for (const [index, line] of lines.entries()) {
      if (!line.startsWith('|')) continue;
      const cells = line.split(/(?<!\\)\|/).length;
      if (!lines[index - 1]?.startsWith('|')) width = cells;
      expect(cells).toBe(width);
    }
    const free = stdout
      .replaceAll(/\\./g, '')
      .replaceAll('<br>', '')
      .replaceAll(/&(?:lt|gt|amp);/g, '');
    expect(free).not.toMatch(/[<>`[\]~]/);
    expect(free.replaceAll(/^\*\*[a-z]+\*\*/gm, '')).not.toMatch(/[*_]/);
  });

  it('is finalized, exported and put away without a word of it either, and its files of JSON are as harmless', async () => {
    for (const args of [
      ['finalize', runId, '--status', 'failed', '--error', H, '--cause', H],
      ['finalize', runId, '--status', 'failed', '--error', H],
      ['summary'],
      ['export', 'csv'],
      ['export', 'csv', '--out', `out${ONE_LINE.replaceAll('/', '')}`.slice(0, 60)],
      ['append', 'LATE', H],
      ['rotate', '--max-runs', '0', '--dry-run', '--keep-tag', `plain=${H}`],
    ])
      expectHarmless(args.join(' ').slice(0, 60), await say(args));
    for (const name of fs.readdirSync(store.path('runs', runId), { recursive: true }) as string[])
      if (/\.(?:json|log)$/.test(name))
        expectHarmless(name, { stdout: store.read('runs', runId, name), stderr: '', exitCode: 0 });
  });
});

describe('an error that repeats what it was given', () => {
  const BAD: readonly (readonly string[])[] = [
    [H],
    ['append', H],
    ['append', 'A', `--${ONE_LINE}`],
    ['append', 'A', `--${ONE_LINE}=x`],
    ['append', 'A', '--run', H],
    ['append', 'A', '--at', H],
    ['append', 'A', '--field', ONE_LINE.replaceAll('=', '')],
    ['append', 'A', '--field', `${H}=x`],
    ['append', 'A', '--log', `no/${ONE_LINE}`],
    ['append', 'A', '--', H],
    ['append', 'A', 'b', H],
    ['run', '--', H],
    ['run', '--id', H, '--', 'true'],
    ['start', '--id', H],
    ['start', '--temperature', H],
    ['start', '--owner-pid', H],
    ['start', '--tag', H.replaceAll('=', '')],
    ['plan', '--choice', 'x', '--hyperparams', H],
    ['step', 'start', 'a', '--attempt', H],
    ['step', 'note', H, 'x'],
    ['step', 'end', '1', '--status', H],
    ['metric', 'x', H],
    ['metric', 'x', '1', '--max', H],
    ['beat', '--within', H],
    ['show', H],
    ['show', 'r', '--dir', H],
    ['append', 'A', '--dir', `/dev/null/${H}`],
    ['start', '--dir', `/dev/null/${H}`],
    ['list', '--dir', H],
    ['list', '--status', H],
    ['list', '--since', H],
    ['tail', '--grep', `(${H}`],
    ['tail', '--lines', H],
    ['summary', '--format', H],
    ['finalize', H],
    ['finalize', '--dir', H],
    ['commands', H],
    ['commands', 'r', '--set', H],
    ['import', H],
    ['import', '.', '--timezone', H],
    ['rotate', '--max-age', H],
    ['rotate', '--dir', H],
    ['restore', H],
    ['restore', 'x', '--dir', H],
    ['pin', H],
    ['help', H],
    ['step', H],
  ];

  it.each(BAD.map((args) => [args.map((arg) => (arg === H ? 'H' : arg.slice(0, 20))).join(' '), args] as const))(
    'keeps one line an error, one a hint, and nothing for the terminal: %s',
    async (_name, args) => {
      for (const json of [[], ['--json']]) {
        const words = args.indexOf('--') === -1 ? [...args, ...json] : [...json, ...args];
        const outcome = await store.runlog(words, { env: { RUNLOG_RUN: 'run_hostile', RUNLOG_STRICT: '1' } });
        expectHarmless(args.join(' ').slice(0, 60), outcome);
        for (const line of outcome.stderr.trimEnd().split('\n'))
          if (line !== '') expect(line).toMatch(/^(?:error|hint|warning|runlog): |^no runs|^nothing to|^passed over/);
        expect(outcome.stderr.match(/^error: /gm)?.length ?? 0).toBeLessThan(2);
        expect(outcome.stderr.match(/^hint: /gm)?.length ?? 0).toBeLessThan(2);
      }
    },
  );

  it('holds for files with hostile names, and for what stands in them', async () => {
    const other = tempStore();
    const name = `a${ONE_LINE.replaceAll('/', '').slice(0, 60)}.log`;
    fs.writeFileSync(path.join(other.cwd, name), `[2025-13-22 14:23:15] X: y\n[2025-10-22 14:23:15] X: ${H}\n`);
    fs.writeFileSync(path.join(other.cwd, `bad${name}`), H);
    for (const args of [
      ['import', name],
      ['import', `bad${name}`],
      ['import', '*.log'],
      ['import', '*.log', '--json'],
    ])
      expectHarmless(args.join(' '), await other.runlog(args));
    const run = await other.start('--owner-pid', 'none');
    const journal = other.path('runs', run, 'journal');
    fs.writeFileSync(path.join(journal, `seg${ONE_LINE.replaceAll('/', '').slice(0, 60)}.jsonl`), `${H}\n{"v":1`);
    for (const args of [
      ['show', run],
      ['summary', run],
      ['list'],
      ['finalize', run],
      ['export', 'log', run],
      ['export', 'csv'],
    ])
      for (const json of [[], ['--json']]) expectHarmless(args.join(' '), await other.runlog([...args, ...json]));
  });

  it('holds for a store and a config file with hostile names', async () => {
    const cwd = path.join(tempFolder(), `w${ONE_LINE.replaceAll('/', '').slice(0, 80)}`);
    fs.mkdirSync(cwd);
    const other = tempStore();
    for (const args of [
      ['list'],
      ['rotate'],
      ['export', 'csv'],
      ['start', '--id', 'a'],
      ['start', '--json', '--id', 'b'],
      ['list'],
      ['show', 'none'],
      ['export', 'csv'],
      ['finalize', 'a'],
      ['append', 'A', '--run', 'zzz'],
    ])
      expectHarmless(args.join(' '), await other.runlog(args, { cwd }));
    fs.writeFileSync(path.join(cwd, 'runlog.config.json'), H);
    expectHarmless('list', await other.runlog(['list'], { cwd }));
    expectHarmless('list', await other.runlog(['append', 'A'], { cwd, env: { RUNLOG_DEBUG: '1' } }));
  });
});

const FORMULAS = [
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(A1)',
  "=cmd|' /C calc'!A0",
  '=HYPERLINK("http://evil.example")',
  '＝1+1',
  '＋1+1',
]
  .concat(['－1+1', '＠SUM(A1)', '-cmd', '+cmd'])
  .flatMap((formula) =>
    [
      '',
      '\t',
      '\r',
      '\n',
      ' ',
      '\u00a0',
      '\u200b',
      '\ufeff',
      '\u2060',
      '\u202e',
      '\u3000',
      "'",
      "''",
      '\u00ad',
      '\u0000',
    ].map((before) => before + formula),
  );

describe('a spreadsheet', () => {
  let tables: TempStore;
  beforeAll(async () => {
    tables = tempStore();
    const lines: object[] = [];
    for (const text of FORMULAS) {
      const issue = text;
      lines.push(
        { type: 'issue.started', issue },
        { type: 'issue.ended', issue, status: 'failed', error: text },
        { type: 'step.started', agent: text, task: text, issue },
        { type: 'step.ended', agent: text, status: 'FAIL', error: text, output_summary: text },
        {
          type: 'pipeline.recorded',
          pipeline_id: text,
          status: text,
          commit_sha: text,
          triggered_by: text,
          failed_jobs: [text],
          error_type: text,
          error_message: text,
          issue,
        },
        { type: 'debug.started', agent: text, error_type: text, message: text, issue },
        { type: 'debug.ended', resolved: true, method: text, agent: text },
        { type: 'error.raised', error_type: text, message: text, severity: text, agent: text, issue },
        { type: 'tool.called', tool: text, agent: text, success: true, issue },
      );
    }
    for (const id of ['-5', '1e-5', '+7', '-.5'])
      lines.push({ type: 'issue.started', issue: id }, { type: 'issue.ended', issue: id, status: 'completed' });
    const start = ['start', '--id', 'r', '--owner-pid', 'none', '--temperature', '-1e-5', '--issue', '-5'];
    const formula = ['project', 'mode', 'provider', 'model', 'intent', 'trigger', 'trigger-issue'].flatMap((name) => [
      `--${name}`,
      '=1+1',
    ]);
    await tables.ok(...start, ...formula, '--tag', 'k==1+1');
    const { exitCode, stderr } = await tables.runlog(['append', '--stdin', '--run', 'r'], {
      input: lines.map((line) => JSON.stringify(line)).join('\n'),
    });
    expect([exitCode, stderr]).toEqual([0, '']);
    await tables.runlog(['finalize', 'r', '--status', 'failed', '--cause', '=1+1']);
  });

  it.skipIf(!hasProgram('python3'))('runs no cell of any table, and sees numbers as numbers', () => {
    const script = `
import csv, json, sys, pathlib
print(json.dumps({p.stem: list(csv.reader(open(p, encoding='utf-8', newline=''))) for p in pathlib.Path(sys.argv[1]).glob('*.csv')}))`;
    const read = JSON.parse(
      execFileSync('python3', ['-c', script, tables.path('csv')], { encoding: 'utf8', maxBuffer: 1e9 }),
    ) as Record<string, string[][]>;
    expect(Object.keys(read)).toHaveLength(7);
    const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
    for (const [header = [], ...rows] of Object.values(read)) {
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) {
        expect(row).toHaveLength(header.length);
        for (const cell of row)
          if (!number.test(cell)) expect(cell).not.toMatch(/^[\s\p{Cc}\p{Cf}\u3000]*[=+\-@＝＋－＠]|^[\t\r]/u);
      }
    }
    const column = (table: string, name: string): (string | undefined)[] => {
      const [header = [], ...rows] = read[table] ?? [];
      return rows.map((row) => row[header.indexOf(name)]);
    };
    expect(column('runs', 'llm_temperature')).toEqual(['-0.00001']);
    expect(column('runs', 'specific_issue')).toEqual(['-5']);
    for (const id of ['-5', '1e-5', '+7', '-.5']) expect(column('issues', 'issue_iid')).toContain(id);
    // A quote in front undoes it: what was recorded can be had back.
    const undone = column('errors', 'error_message').map((cell) => cell?.replace(/^'/, ''));
    for (const text of FORMULAS) expect(undone).toContain(text);
  });
});
