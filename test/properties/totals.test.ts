// What holds of the tables of any run: the sums of its issues and of what belongs to none are its totals. And other programs read
// what runlog wrote: Python finds the same rows and cells, whatever texts they hold.
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import { encodeCsv } from '../../src/formats/csv.js';
import { TABLE_NAMES, columnsOf, rowsOf } from '../../src/formats/tables.js';
import { foldRun } from '../../src/views/run.js';
import { readTables, sumOf, type Row, type Tables } from '../support/agent-run.js';
import { TempStore, hasProgram } from '../support/runlog.js';

type Body = Record<string, unknown>;

const count = fc.option(fc.nat({ max: 1e9 }));
const agent = fc.constantFrom('coding', 'review', '__proto__');
const step = fc.option(fc.integer({ min: 0, max: 5 }));
const usd = fc.option(fc.integer({ min: 0, max: 1e6 }).map((millionths) => millionths / 1e6));

/** What is summed: events of every kind that a total counts, each with an issue as `issue` gives it. */
function summed(
  issue: fc.Arbitrary<string | null>,
  by: { agent: fc.Arbitrary<string | null>; step: typeof step },
): fc.Arbitrary<Body> {
  return fc.oneof(
    fc.record({
      type: fc.constant('tokens.used'),
      model: fc.constantFrom('gpt-4o', 'acme'),
      input: count,
      cached_read: count,
      input_includes_cached: fc.option(fc.boolean()),
      output: count,
      cost_usd: usd,
      issue,
      ...by,
    }),
    fc.record({
      type: fc.constant('error.raised'),
      error_type: fc.constant('E'),
      message: fc.constant('m'),
      issue,
      ...by,
    }),
    fc.record({
      type: fc.constant('tool.called'),
      tool: fc.constantFrom('read', 'constructor'),
      success: fc.boolean(),
      duration_ms: count,
      issue,
      ...by,
    }),
    fc.record({
      type: fc.constant('pipeline.recorded'),
      pipeline_id: fc.constantFrom('1', '2', '3'),
      retry_attempt: fc.option(fc.nat({ max: 2 })),
      status: fc.constantFrom('running', 'success', 'failed', 'canceled'),
      execution_seconds: count,
      issue,
    }),
    fc.record({ type: fc.constant('debug.started'), agent, error_type: fc.constant('E'), issue }),
    fc.record({ type: fc.constant('debug.attempted'), agent: fc.option(agent), issue }),
    fc.record({ type: fc.constant('debug.ended'), resolved: fc.boolean(), agent: fc.option(agent), issue }),
  );
}

/** Issues and executions around it. */
function around(issue: fc.Arbitrary<string | null>): fc.Arbitrary<Body> {
  const named = fc.constantFrom('1', '2', '3');
  return fc.oneof(
    fc.record({ type: fc.constant('issue.started'), issue: named }),
    fc.record({
      type: fc.constant('issue.ended'),
      issue: named,
      status: fc.constantFrom('completed', 'failed', 'skipped'),
    }),
    fc.record({
      type: fc.constant('outcome.corrected'),
      subject: fc.constant('issue'),
      name: named,
      success: fc.boolean(),
      evidence: fc.constant('e'),
    }),
    fc.record({ type: fc.constant('step.started'), step, agent, issue }),
    fc.record({
      type: fc.constant('step.ended'),
      step,
      agent: fc.option(agent),
      status: fc.constantFrom('SUCCESS', 'FAIL'),
    }),
    fc.record({ type: fc.constant('run.ended'), status: fc.constantFrom('completed', 'interrupted') }),
  );
}

/** A run as its events, in time; `priced` of its calls get a price, in no order. */
function anyRun(bodies: fc.Arbitrary<Body>, specificIssue: string | null): fc.Arbitrary<RunlogEvent[]> {
  return fc
    .tuple(fc.array(bodies, { maxLength: 40 }), fc.array(fc.nat({ max: 1e6 }), { maxLength: 40 }))
    .map(([given, prices]) => {
      const start = { type: 'run.started', run_id: 'run', owner: null, specific_issue: specificIssue };
      const events = [start, ...given].map((body, index) => enveloped(body, index));
      const calls = events.filter(({ type }) => type === 'tokens.used');
      const costs = prices.slice(0, calls.length).map((millionths, index) => [calls[index]?.id, millionths / 1e6]);
      const priced = { type: 'tokens.priced', source: 'a list', costs_usd: Object.fromEntries(costs) as Body };
      return [...events, enveloped(priced, events.length)];
    });
}

function enveloped(body: Body, index: number): RunlogEvent {
  const at = new Date(Date.UTC(2026, 0, 1) + index * 1500).toISOString().replace('Z', '000Z');
  return { v: 1, id: `event-${index}`, at, ...body } as unknown as RunlogEvent;
}

/** The tables of a run, as a CSV reader finds them. */
function tablesOf(events: readonly RunlogEvent[]): Tables {
  const state = foldRun(events);
  const rows = (name: (typeof TABLE_NAMES)[number]): Row[] =>
    parse(encodeCsv([columnsOf(name), ...rowsOf(name, state)]), { columns: true });
  return Object.fromEntries(TABLE_NAMES.map((name) => [name, rows(name)])) as Tables;
}

/** The cells that a total must have as sums; '' where no part is known. */
function textOf(total: number | null): string {
  return total === null ? '' : String(Number(total.toFixed(8)));
}

const TOKENS = ['input_tokens', 'output_tokens', 'total_tokens', 'estimated_cost_usd'];

/** What the tables of a run say of an issue, or of no issue, must add up to what they say of the run. */
function expectRowsToAddUp(tables: Tables): void {
  const [run = {}] = tables.runs;
  const ofNone = (rows: readonly Row[]): Row[] => rows.filter((row) => row['issue_iid'] === '');
  const issues = (column: string): number => sumOf(tables.issues, column) ?? 0;
  const statuses = tables.issues.map((row) => row['status']);
  const withStatus = (status: string): string => String(statuses.filter((one) => one === status).length);
  expect(run).toMatchObject({
    total_errors: String(issues('total_errors') + ofNone(tables.errors).length),
    total_debugging_cycles: String(issues('debugging_cycles') + ofNone(tables.debugging_cycles).length),
    total_issues: String(tables.issues.length),
    successful_issues: withStatus('completed'),
    failed_issues: withStatus('failed'),
    skipped_issues: withStatus('skipped'),
  });
  expect(tables.pipelines.length).toBe(issues('total_pipeline_attempts') + ofNone(tables.pipelines).length);
  expect(tables.errors.length).toBe(Number(run['total_errors']));
  expect(tables.debugging_cycles.length).toBe(Number(run['total_debugging_cycles']));
  expect(sumOf(tables.tool_usage, 'call_count') ?? 0).toBe(
    issues('total_tool_calls') + (sumOf(ofNone(tables.tool_usage), 'call_count') ?? 0),
  );
  expect(textOf(sumOf(tables.agents, 'duration_seconds'))).toBe(run['total_agent_duration_seconds']);
  expect(textOf(sumOf(tables.pipelines, 'duration_seconds'))).toBe(run['total_pipeline_duration_seconds']);
}

describe('of any run', () => {
  it('whose every event has an issue, the sums of issues.csv are the totals of runs.csv', () => {
    const issue = fc.constantFrom('1', '2', '3');
    const bodies = fc.oneof(summed(issue, { agent: fc.option(agent), step }), around(issue));
    fc.assert(
      fc.property(anyRun(bodies, null), (events) => {
        const tables = tablesOf(events);
        expectRowsToAddUp(tables);
        for (const name of TABLE_NAMES.filter((one) => !['runs', 'issues', 'agents'].includes(one)))
          expect(tables[name].filter((row) => row['issue_iid'] === '')).toEqual([]);
        expect(TOKENS.map((column) => tables.runs[0]?.[column])).toEqual(
          TOKENS.map((column) => textOf(sumOf(tables.issues, column))),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('that is about one issue, the sums are the totals too, whatever its events name', () => {
    const issue = fc.option(fc.constantFrom('1', '2', '3'));
    const bodies = fc.oneof(summed(issue, { agent: fc.option(agent), step }), around(issue));
    fc.assert(
      fc.property(anyRun(bodies, '3'), (events) => {
        const tables = tablesOf(events);
        expectRowsToAddUp(tables);
        expect(TOKENS.map((column) => tables.runs[0]?.[column])).toEqual(
          TOKENS.map((column) => textOf(sumOf(tables.issues, column))),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('the totals are those of its issues and of what belongs to none', () => {
    const issue = fc.option(fc.constantFrom('1', '2', '3'));
    const bodies = fc.oneof(summed(issue, { agent: fc.option(agent), step }), around(issue));
    fc.assert(
      fc.property(anyRun(bodies, null), (events) => expectRowsToAddUp(tablesOf(events))),
      { numRuns: 300 },
    );
  });

  it('the tokens and costs of runs.csv are those of its issues and of the calls that name none', () => {
    const issue = fc.option(fc.constantFrom('1', '2', '3'));
    const nobody = { agent: fc.constant(null), step: fc.constant(null) };
    const bodies = fc.oneof(summed(issue, nobody), around(issue));
    fc.assert(
      fc.property(anyRun(bodies, null), (events) => {
        const { runs, issues } = tablesOf(events);
        const calls = events.filter((event) => event.type === 'tokens.used');
        const ofNone = calls.filter((call) => (call.issue ?? null) === null);
        const [input, output] = [sum(ofNone.map(inputOf)), sum(ofNone.map((call) => call.output ?? null))];
        const known = [input, output, sum([input, output]), sum(ofNone.map((call) => costOf(events, call)))];
        const ofIssues = TOKENS.map((column) => sumOf(issues, column));
        expect(TOKENS.map((column) => runs[0]?.[column])).toEqual(
          TOKENS.map((_, index) => textOf(sum([ofIssues[index] ?? null, known[index] ?? null]))),
        );
      }),
      { numRuns: 300 },
    );
  });
});

/** Every token read: neither model is one whose API reports the tokens of caches apart, unless the call says so. */
function inputOf({
  input,
  cached_read: cached,
  input_includes_cached: includes,
}: RunlogEvent<'tokens.used'>): number | null {
  if (input === null || input === undefined) return null;
  return includes === false ? input + (cached ?? 0) : input;
}

function costOf(events: readonly RunlogEvent[], call: RunlogEvent<'tokens.used'>): number | null {
  const priced = events.find((event) => event.type === 'tokens.priced');
  return call.cost_usd ?? (priced?.costs_usd[call.id] as number | undefined) ?? null;
}

/** Null where nothing is known. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((whole, value) => whole + value, 0);
}

const READ_TABLES = `
import csv, json, sys
tables = {}
for file in sys.argv[1:]:
    with open(file, newline="", encoding="utf-8") as table:
        tables[file.rsplit("/", 1)[1][:-4]] = list(csv.DictReader(table, strict=True))
print(json.dumps(tables))
`;

/** Texts that break readers: what CSV, spreadsheets, terminals and line readers take for their own. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(
      fc.constantFrom(
        '=1+1',
        '+',
        '-',
        '@',
        "'",
        '"',
        '""',
        ',',
        ';',
        '\n',
        '\r',
        '\r\n',
        '\t',
        ' ',
        '\0',
        '\u001b[2J',
        '\u2028',
        '\ufeff',
        '\u0085',
        '<b>',
        '{{',
        '1',
        'é',
        '💥',
      ),
      { minLength: 1, maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);

describe.skipIf(!hasProgram('python3'))("Python's csv.DictReader", () => {
  it('finds the rows and cells of every table, with whatever texts the events hold', async () => {
    const text = hostile.filter((value) => value !== '');
    const runs = fc.array(
      fc.array(
        fc.oneof(
          fc.record({
            type: fc.constant('error.raised'),
            error_type: text,
            message: text,
            severity: text,
            agent: text,
            issue: text,
          }),
          fc.record({ type: fc.constant('tool.called'), tool: text, agent: text, success: fc.boolean(), issue: text }),
          fc.record({
            type: fc.constant('pipeline.recorded'),
            pipeline_id: text,
            status: text,
            failed_jobs: fc.array(text, { maxLength: 3 }),
            issue: text,
          }),
          fc.record({ type: fc.constant('debug.started'), agent: text, error_type: text, message: text, issue: text }),
          fc.record({ type: fc.constant('step.started'), agent: text, task: text, issue: text }),
          fc.record({
            type: fc.constant('outcome.corrected'),
            subject: fc.constant('run'),
            success: fc.boolean(),
            evidence: text,
            by: text,
          }),
        ),
        { minLength: 5, maxLength: 25 },
      ),
      { minLength: 10, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(runs, text, async (given, project) => {
        const store = new TempStore();
        for (const [index, bodies] of given.entries())
          store.write(`run_${index}`, [
            { type: 'run.started', run_id: `run_${index}`, project, tags: { [project]: project } },
            ...bodies,
          ]);
        const { exitCode } = await store.runlog(['export', 'csv']);
        expect(exitCode).toBe(0);
        const folder = store.path('csv');
        const { stdout } = await execa('python3', [
          '-c',
          READ_TABLES,
          ...TABLE_NAMES.map((name) => path.join(folder, `${name}.csv`)),
        ]);
        const found = JSON.parse(stdout) as Tables;
        expect(found).toEqual(readTables(folder));
        const raised = given.flatMap((bodies, index) =>
          bodies
            .filter(({ type }) => type === 'error.raised')
            .map((body) => ({ ...body, run_id: `run_${index}` }) as Body),
        );
        // The tables are in order of run ids, as texts.
        const expected = raised
          .map(errorCells)
          .toSorted(([one = ''], [other = '']) => (one < other ? -1 : one > other ? 1 : 0));
        const cells = found.errors.map((row, index) =>
          ERROR_COLUMNS.map((column, at) => withoutQuote(row[column] as string, expected[index]?.[at])),
        );
        expect(cells).toEqual(expected);
        expect(fs.readdirSync(folder).toSorted()).toEqual(TABLE_NAMES.map((name) => `${name}.csv`).toSorted());
      }),
      // Shrinking would start hundreds of programs.
      { numRuns: 6, endOnFailure: true },
    );
  });
});

const ERROR_COLUMNS = ['run_id', 'error_type', 'error_message', 'severity', 'agent', 'issue_iid'];

function errorCells(event: Body): string[] {
  return ['run_id', 'error_type', 'message', 'severity', 'agent', 'issue'].map((key) => event[key] as string);
}

/** A cell without the quote that keeps a spreadsheet from running its text. */
function withoutQuote(cell: string, text: string | undefined): string {
  return cell === `'${text}` ? cell.slice(1) : cell;
}
