// The story of fixtures/agent-run.sh, killed before each of its commands and finalized: the tables hold what was recorded so far, what
// was open is interrupted, and no number is made up. What must be in them is counted here from the journal's lines, without runlog.
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { TABLE_NAMES } from '../../src/formats/tables.js';
import { STORY, readTables, type Row, type Tables } from '../support/agent-run.js';
import { TempStore, tempFolder } from '../support/runlog.js';

/**
 * Before each command of the script: its store is copied aside. Once the script is over, its process is gone, and a copy is what a
 * kill at that command leaves. KILL_AT has the script kill itself instead, to show that both are the same.
 */
const BEFORE_EACH_COMMAND = `
unset BASH_ENV
command_number=0
before_each_command() {
  command_number=$((command_number + 1))
  if [ "$command_number" = "\${KILL_AT:-}" ]; then kill -9 $$; fi
  if [ -n "\${COPIES:-}" ] && [ -d "\${RUNLOG_DIR:-}" ]; then cp -a "$RUNLOG_DIR" "$COPIES/$command_number"; fi
}
trap before_each_command DEBUG
`;

type Event = Record<string, any>;

interface Cut {
  /** Which command of the script was about to run. */
  command: number;
  store: string;
  /** The journal as the kill left it. */
  events: Event[];
  tables: Tables;
}

async function tell(store: TempStore, env: Record<string, string>): Promise<number> {
  const hook = path.join(tempFolder(), 'before-each-command.bash');
  fs.writeFileSync(hook, BEFORE_EACH_COMMAND);
  return (await store.shell('bash', STORY, { env: { BASH_ENV: hook, ...env } })).exitCode;
}

function journalOf(store: string): Event[] {
  const [runId = ''] = fs.readdirSync(path.join(store, 'runs'));
  const folder = path.join(store, 'runs', runId, 'journal');
  const lines = fs.readdirSync(folder).flatMap((name) => fs.readFileSync(path.join(folder, name), 'utf8').split('\n'));
  return lines.filter(Boolean).map((line) => JSON.parse(line) as Event);
}

async function finalizedCut(teller: TempStore, command: number, store: string): Promise<Cut> {
  const events = journalOf(store);
  const { exitCode, stderr } = await teller.runlog(['finalize', '--quiet', '--dir', store]);
  if (exitCode !== 0 || stderr !== '') throw new Error(`before command ${command}: ${exitCode} ${stderr}`);
  return { command, store, events, tables: readTables(path.join(store, 'csv')) };
}

/** The cuts before all commands; of those between which nothing was recorded, the first. */
async function cutsOfStory(): Promise<Cut[]> {
  const teller = new TempStore();
  const copies = tempFolder();
  expect(await tell(teller, { COPIES: copies })).toBe(0);
  const numbers = fs
    .readdirSync(copies)
    .map(Number)
    .toSorted((a, b) => a - b);
  const sizes = new Set<number>();
  const distinct = numbers.filter((number) => {
    const size = journalOf(path.join(copies, String(number))).length;
    return sizes.size !== sizes.add(size).size;
  });
  return inParallel(distinct, (number) => finalizedCut(teller, number, path.join(copies, String(number))));
}

async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all([worker(), worker(), worker()]);
  return results;
}

let cuts: Cut[] = [];
beforeAll(async () => {
  cuts = await cutsOfStory();
});

/** What must hold at every cut, as the cuts where it does not. */
function failing(holds: (cut: Cut) => void): string[] {
  return cuts.flatMap((cut) => {
    try {
      holds(cut);
      return [];
    } catch (error) {
      return [`before command ${cut.command}: ${(error as Error).message}`];
    }
  });
}

describe('the story of an agent pipeline, killed before each of its commands and finalized', () => {
  it('is cut at each of its calls of runlog: no two leave the same', () => {
    const calls = STORY.match(/^(\w+=\$\()?runlog /gm) ?? [];
    // Before the first there is no run, and after the last there is no command left.
    expect(calls.length).toBeGreaterThan(50);
    expect(cuts.length).toBe(calls.length - 1);
  });

  it('is interrupted until its own finalize, and then as it was finalized and corrected', () => {
    expect(
      failing(({ events, tables }) => {
        const isOver = events.some(({ type }) => type === 'run.ended');
        const isCorrected = events.some(({ type, subject }) => type === 'outcome.corrected' && subject === 'run');
        const status = isOver ? (isCorrected ? 'completed' : 'partial') : 'interrupted';
        expect(tables.runs).toMatchObject([{ status, end_time: endOf(events), exit_code: isOver ? '1' : '' }]);
      }),
    ).toEqual([]);
  });

  it('holds every issue that was begun, the open one interrupted', () => {
    expect(
      failing(({ events, tables }) => {
        const rows = ofType(events, 'issue.started').map(({ issue, at, complexity }) => {
          const end = events.find((event) => event['type'] === 'issue.ended' && event['issue'] === issue);
          const correction = events.find((event) => event['subject'] === 'issue' && event['name'] === issue);
          const corrected = correction?.['success'] === false ? 'failed' : undefined;
          return {
            issue_iid: issue,
            status: corrected ?? end?.['status'] ?? 'interrupted',
            start_time: at,
            end_time: end?.['at'] ?? endOf(events),
            complexity_score: String(complexity),
          };
        });
        expect(tables.issues.map((row) => pick(row, Object.keys(rows[0] ?? {})))).toEqual(rows);
      }),
    ).toEqual([]);
  });

  it('holds every execution that was begun, the open one interrupted and no success', () => {
    expect(
      failing(({ events, tables }) => {
        const rows = ofType(events, 'step.started').map(({ step, agent, task, issue, at }, index, all) => {
          const end = events.find((event) => event['type'] === 'step.ended' && event['step'] === step);
          const before = all.slice(0, index).filter((other) => other['agent'] === agent && other['task'] === task);
          return {
            issue_iid: issue,
            agent_name: agent,
            attempt_number: String(before.length + 1),
            start_time: at,
            end_time: end?.['at'] ?? endOf(events),
            success: String(end?.['status'] === 'SUCCESS'),
            step_number: String(step),
            status: end?.['status'] ?? 'INTERRUPTED',
            error_message: end?.['error'] ?? '',
          };
        });
        expect(tables.agents.map((row) => pick(row, Object.keys(rows[0] ?? {})))).toEqual(rows);
      }),
    ).toEqual([]);
  });

  it('holds every pipeline as CI last told of it: one under way has no end', () => {
    expect(
      failing(({ events, tables }) => {
        const told = ofType(events, 'pipeline.recorded');
        const rows = [...new Set(told.map((event) => event['pipeline_id'] as string))].map((id) => {
          const own = told.filter((event) => event['pipeline_id'] === id);
          const last = own.at(-1) as Event;
          const isOpen = last['status'] === 'running';
          return {
            pipeline_id: id,
            status: last['status'],
            start_time: own[0]?.['started_at'] ?? own[0]?.['at'],
            end_time: isOpen ? '' : (last['ended_at'] ?? last['at']),
            execution_time: isOpen ? '' : String(last['execution_seconds']),
            failed_jobs: (last['failed_jobs'] ?? []).join('; '),
          };
        });
        expect(tables.pipelines.map((row) => pick(row, Object.keys(rows[0] ?? {})))).toEqual(rows);
        expect(tables.pipelines.filter((row) => row['end_time'] === '' && row['duration_seconds'] !== '')).toEqual([]);
      }),
    ).toEqual([]);
  });

  it('holds the debugging so far; whether it was resolved stays empty until it is said', () => {
    expect(
      failing(({ events, tables }) => {
        const end = events.find(({ type }) => type === 'debug.ended');
        const rows = ofType(events, 'debug.started').map(({ at }) => ({
          start_time: at,
          end_time: end?.['at'] ?? endOf(events),
          attempts: String(ofType(events, 'debug.attempted').length),
          resolved: end === undefined ? '' : 'true',
          resolution_method: end?.['method'] ?? '',
        }));
        expect(tables.debugging_cycles.map((row) => pick(row, Object.keys(rows[0] ?? {})))).toEqual(rows);
      }),
    ).toEqual([]);
  });

  it('holds every error that was raised', () => {
    expect(
      failing(({ events, tables }) => {
        const raised = withIssues(events).filter(({ type }) => type === 'error.raised');
        expect(tables.errors.map(({ issue_iid: issue, timestamp }) => [issue, timestamp])).toEqual(
          raised.map(({ belongsTo, at }) => [belongsTo, at]),
        );
      }),
    ).toEqual([]);
  });

  it('counts the tool calls that were made, and their milliseconds', () => {
    expect(
      failing(({ events, tables }) => {
        const calls = withIssues(events).filter(({ type }) => type === 'tool.called');
        const key = ({ belongsTo, agent, tool }: Event): string => [belongsTo, agent, tool].join();
        const rows = [...new Set(calls.map(key))].map((group) => {
          const own = calls.filter((call) => key(call) === group);
          const failures = own.filter(({ success }) => success === false).length;
          const milliseconds = own.reduce((sum, call) => sum + (call['duration_ms'] as number), 0);
          return [group, own.length, own.length - failures, failures, milliseconds / own.length, milliseconds];
        });
        const columns = ['call_count', 'success_count', 'failure_count', 'avg_duration_ms', 'total_duration_ms'];
        expect(
          tables.tool_usage.map((row) => [
            [row['issue_iid'], row['agent'], row['tool_name']].join(),
            ...columns.map((column) => Number(row[column])),
          ]),
        ).toEqual(rows);
      }),
    ).toEqual([]);
  });

  it('sums what was recorded, for the run and for each issue', () => {
    expect(
      failing(({ events, tables }) => {
        const told = withIssues(events);
        const [run = {}] = tables.runs;
        const types = (type: string, issue?: string): Event[] =>
          told.filter((event) => event['type'] === type && (issue === undefined || event['belongsTo'] === issue));
        for (const row of [run, ...tables.issues]) {
          const issue = row['issue_iid'];
          const calls = types('tokens.used', issue);
          const [input, output] = [sum(calls, 'input'), sum(calls, 'output')];
          expect(pick(row, ['input_tokens', 'output_tokens', 'total_tokens', 'total_errors'])).toEqual({
            input_tokens: String(input ?? ''),
            output_tokens: String(output ?? ''),
            total_tokens: String(input === null ? '' : input + (output as number)),
            total_errors: String(types('error.raised', issue).length),
          });
        }
        for (const row of tables.issues) {
          const issue = row['issue_iid'] as string;
          const last = new Map(
            types('pipeline.recorded', issue).map((event) => [event['pipeline_id'], event['status']]),
          );
          const ended = [...last.values()];
          expect(
            pick(row, ['total_pipeline_attempts', 'succeeded_pipelines', 'failed_pipelines', 'total_tool_calls']),
          ).toEqual({
            total_pipeline_attempts: String(last.size),
            succeeded_pipelines: String(ended.filter((status) => status === 'success').length),
            failed_pipelines: String(ended.filter((status) => status === 'failed').length),
            total_tool_calls: String(types('tool.called', issue).length),
          });
          expect(pick(row, ['debugging_cycles', 'resolved_cycles'])).toEqual({
            debugging_cycles: String(types('debug.started', issue).length),
            resolved_cycles: String(types('debug.ended', issue).length),
          });
        }
        expect(pick(run, ['total_issues', 'total_debugging_cycles'])).toEqual({
          total_issues: String(types('issue.started').length),
          total_debugging_cycles: String(types('debug.started').length),
        });
      }),
    ).toEqual([]);
  });

  it('holds what was measured of the code, once it was', () => {
    expect(
      failing(({ events, tables }) => {
        const measured = ofType(events, 'code.measured').at(-1) ?? {};
        const issue = tables.issues.find((row) => row['issue_iid'] === '3');
        const expected = Object.fromEntries(CODE.map((column) => [column, String(measured[column] ?? '')]));
        expect(pick(issue ?? expected, CODE)).toEqual(expected);
        const others = tables.issues.filter((row) => row['issue_iid'] !== '3');
        expect(others.flatMap((row) => CODE.map((column) => row[column])).filter((cell) => cell !== '')).toEqual([]);
      }),
    ).toEqual([]);
  });

  it('works out rates, retries, durations and costs from what was recorded', () => {
    expect(
      failing(({ events, tables }) => {
        const told = withIssues(events);
        const [run = {}] = tables.runs;
        const statuses = tables.issues.map((row) => row['status']);
        const count = (status: string): number => statuses.filter((one) => one === status).length;
        expect(pick(run, ['successful_issues', 'failed_issues', 'skipped_issues', 'success_rate'])).toEqual({
          successful_issues: String(count('completed')),
          failed_issues: String(count('failed')),
          skipped_issues: String(count('skipped')),
          success_rate: percentText(count('completed'), statuses.length),
        });
        for (const row of TABLE_NAMES.flatMap((name) => tables[name]).filter((one) => 'duration_seconds' in one)) {
          // CI's word on how long it executed beats when it was seen.
          const isSeen = row['pipeline_id'] === '9002' && row['execution_time'] !== '';
          const seconds = isSeen ? Number(row['execution_time']) : row['end_time'] === '' ? null : secondsOf(row);
          expect(row['duration_seconds'] === '' ? null : Number(row['duration_seconds'])).toEqual(
            seconds === null ? null : expect.closeTo(seconds, 6),
          );
        }
        expect(Number(run['total_agent_duration_seconds'])).toBeCloseTo(total(tables.agents, 'duration_seconds'), 6);
        expect(Number(run['total_pipeline_duration_seconds'])).toBeCloseTo(
          total(tables.pipelines, 'duration_seconds'),
          6,
        );
        for (const row of tables.issues) {
          const own = tables.agents.filter((step) => step['issue_iid'] === row['issue_iid']);
          expect(pick(row, ['pipeline_success_rate', 'debugging_success_rate', 'total_agent_retries'])).toEqual({
            pipeline_success_rate: percentText(
              Number(row['succeeded_pipelines']),
              Number(row['total_pipeline_attempts']),
            ),
            debugging_success_rate: percentText(Number(row['resolved_cycles']), Number(row['debugging_cycles'])),
            total_agent_retries: String(own.filter((step) => step['attempt_number'] !== '1').length),
          });
          // No issue of the story is right the first time but the third, until it is reopened.
          expect(row['first_time_right']).toBe(String(row['issue_iid'] === '5' && row['status'] === 'completed'));
          expect(row['estimated_cost_usd']).toBe(
            costText(told.filter(({ belongsTo }) => belongsTo === row['issue_iid'])),
          );
        }
        expect(run['estimated_cost_usd']).toBe(costText(told));
        for (const step of tables.agents) {
          const own = during(events, step);
          const calls = ofType(own, 'tokens.used');
          const [input, output] = [sum(calls, 'input'), sum(calls, 'output')];
          expect(
            pick(step, ['retries', 'tool_calls', 'tokens_used', 'input_tokens', 'output_tokens', 'estimated_cost_usd']),
          ).toEqual({
            retries: String(Number(step['attempt_number']) - 1),
            tool_calls: String(ofType(own, 'tool.called').length),
            tokens_used: String(input === null ? '' : input + (output as number)),
            input_tokens: String(input ?? ''),
            output_tokens: String(output ?? ''),
            estimated_cost_usd: costText(own),
          });
        }
      }),
    ).toEqual([]);
  });

  it('says nothing else that no event says', () => {
    expect(
      failing(({ store, tables }) => {
        const events = journalOf(store);
        const corrections = ofType(events, 'outcome.corrected').map(
          ({ success, evidence, by }) => `${success === true ? 'success' : 'failure'}: ${evidence} (${by})`,
        );
        const said = new Set([...events.flatMap(leaves), ...corrections, 'env=test; team=parsers']);
        const made = TABLE_NAMES.flatMap((name) =>
          tables[name].flatMap((row) =>
            Object.entries(row)
              .filter(([column, cell]) => cell !== '' && !WORKED_OUT.test(column) && !said.has(cell))
              .map(([column, cell]) => `${name}.${column}: ${cell}`),
          ),
        );
        expect(made).toEqual([]);
      }),
    ).toEqual([]);
  });

  it('reports each issue as the tables do', () => {
    expect(
      failing(({ store, tables }) => {
        for (const row of tables.issues) {
          const folder = path.join(store, 'runs', row['run_id'] as string, 'issues');
          const file = fs.readFileSync(path.join(folder, `issue_${row['issue_iid']}_report.json`), 'utf8');
          const report = JSON.parse(file) as Record<string, any>;
          const flat = { ...report, ...report['cost_metrics'], ...report['code_metrics'], ...asInTable(report) };
          const columns = Object.keys(row).filter((column) => column in flat && column !== 'correction');
          expect(columns.length).toBeGreaterThan(25);
          expect(pick(row, columns)).toEqual(
            Object.fromEntries(columns.map((column) => [column, String(flat[column] ?? '')])),
          );
        }
      }),
    ).toEqual([]);
  });

  it('has no file of an issue under way, and a report of each that was begun', () => {
    expect(
      failing(({ store, events, tables }) => {
        const folder = path.join(store, 'runs', tables.runs[0]?.['run_id'] ?? '', 'issues');
        const begun = ofType(events, 'issue.started').map(({ issue }) => `issue_${issue}_report.json`);
        expect(fs.existsSync(folder) ? fs.readdirSync(folder).toSorted() : []).toEqual(begun.toSorted());
      }),
    ).toEqual([]);
  });
});

describe('a real kill -9 of the script', () => {
  it('leaves what the copies show, but for ids, times and durations', async () => {
    const chosen = cuts.filter((_, index) => index % 9 === 4);
    const killed = await inParallel(chosen, async ({ command }) => {
      const store = new TempStore();
      expect(await tell(store, { KILL_AT: String(command) })).toBe(137);
      return finalizedCut(store, command, store.dir);
    });
    expect(chosen.length).toBeGreaterThan(5);
    expect(killed.map(({ tables }) => lasting(tables))).toEqual(chosen.map(({ tables }) => lasting(tables)));
  });
});

const CODE = [
  'files_created',
  'files_modified',
  'files_deleted',
  'lines_added',
  'lines_deleted',
  'commits',
  'test_coverage',
];

function ofType(events: readonly Event[], type: string): Event[] {
  return events.filter((event) => event['type'] === type);
}

/** The end that the run must have: as its own finalize said, else the last sign of life. */
function endOf(events: readonly Event[]): string {
  const end = events.find(({ type }) => type === 'run.ended');
  return (end?.['ended_at'] ?? events.at(-1)?.['at']) as string;
}

/** The story is told in order: an event belongs to the issue that it names, else to the one under way, else to the run's own. */
function withIssues(events: readonly Event[]): Event[] {
  let underWay: string | null = null;
  return events.map((event) => {
    if (event['type'] === 'issue.started') underWay = event['issue'] as string;
    if (event['type'] === 'issue.ended') underWay = null;
    return { ...event, belongsTo: event['issue'] ?? underWay ?? '3' };
  });
}

function sum(events: readonly Event[], key: string): number | null {
  return events.length === 0 ? null : events.reduce((total, event) => total + (event[key] as number), 0);
}

/** What a report calls otherwise than the table. */
function asInTable(report: Record<string, any>): Record<string, unknown> {
  return { total_pipeline_attempts: report['pipeline_attempts'] };
}

/** What the tests above work out; every other cell repeats what an event says. */
const WORKED_OUT =
  /^(status|success|end_time|attempt_number|retries|tool_calls|tokens_used|attempts|failed_jobs|first_time_right|.*_(seconds|ms|count|rate|pipelines|retries|tokens|usd|issues|calls|errors|cycles|attempts))$/;

/** Every value in an event, as a text. */
function leaves(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.values(value).flatMap(leaves);
}

/** What an agent recorded while its execution was open. */
function during(events: readonly Event[], step: Row): Event[] {
  return events.filter(
    (event) =>
      event['agent'] === step['agent_name'] &&
      event['at'] >= (step['start_time'] as string) &&
      event['at'] <= (step['end_time'] as string),
  );
}

/** As reported, else by the published prices of gpt-4o, see fixtures/agent-run/README.md; empty where no call has either. */
function costText(events: readonly Event[]): string {
  const costs = ofType(events, 'tokens.used')
    .filter(({ model }) => model === 'gpt-4o')
    .map(({ cost_usd: reported, input, cached_read: cached, output }) => {
      const read = (cached ?? 0) as number;
      return reported ?? ((input - read) * 2.5 + read * 1.25 + output * 10) / 1e6;
    });
  return costs.length === 0 ? '' : String(Number(costs.reduce((whole, cost) => whole + cost, 0).toFixed(10)));
}

function percentText(part: number, whole: number): string {
  return whole === 0 ? '' : String((part / whole) * 100);
}

function secondsOf(row: Row): number {
  const instant = (text: string): number => Date.parse(`${text.slice(0, 19)}Z`) / 1000 + Number(text.slice(19, -1));
  return instant(row['end_time'] as string) - instant(row['start_time'] as string);
}

function total(rows: readonly Row[], column: string): number {
  return rows.reduce((whole, row) => whole + Number(row[column]), 0);
}

function pick(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? '(no such column)']));
}

/** Tables without what differs from run to run; what is empty shows. */
function lasting(tables: Tables): Row[][] {
  const varies = (column: string): boolean =>
    /^(run_id|start_time|end_time|timestamp|git_commit|commit_sha|cause)$|duration/.test(column);
  return TABLE_NAMES.map((name) =>
    tables[name].map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([column, cell]) => [column, varies(column) && cell !== '' ? '(varies)' : cell]),
      ),
    ),
  );
}
