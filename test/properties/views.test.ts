// What holds for any run: a view that is extended equals one that is rebuilt, and CSV gives back what it was given.
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import { comparedTables } from '../../src/formats/comparison.js';
import { encodeCsv } from '../../src/formats/csv.js';
import { decodeCsv } from '../../src/formats/read-csv.js';
import { reportMarkdown } from '../../src/formats/report/markdown.js';
import { reportOf } from '../../src/formats/report/run-report.js';
import { encodeFinal, encodeIssueFile, encodeMetadata } from '../../src/formats/run-files.js';
import { rowsOf, TABLE_NAMES } from '../../src/formats/tables.js';
import { encodeTrace } from '../../src/formats/trace.js';
import { widthOf } from '../../src/terminal/columns.js';
import type { Painter } from '../../src/terminal/colors.js';
import { reportText } from '../../src/terminal/report-text.js';
import { timelineLines } from '../../src/terminal/timeline-text.js';
import { applyEvent, emptyRun, foldRun, type RunState } from '../../src/views/run.js';
import { compareRuns, type ComparedThing, type Comparison } from '../../src/views/comparison.js';
import { sharedIssues } from '../../src/views/comparison-parts.js';
import { judgeConditions, SUBJECTS } from '../../src/views/conditions.js';
import { executions } from '../../src/views/steps.js';
import { traceOf } from '../../src/views/trace.js';

const PLAIN: Painter = { paint: (_, text) => text, bold: (text) => text, faint: (text) => text };

const name = fc.constantFrom('a', 'b', 'constructor', '__proto__', '');
const agent = fc.constantFrom('coding', 'review', '__proto__');
const issue = fc.option(fc.constantFrom('1', '2', '../x'));
const step = fc.option(fc.integer({ min: 0, max: 4 }));
const BODIES = [
  fc.record({
    type: fc.constant('run.started'),
    run_id: name,
    specific_issue: issue,
    beat_seconds: fc.option(fc.integer({ min: 1, max: 99 })),
  }),
  fc.record({ type: fc.constant('run.beat'), due: fc.constant(null) }),
  fc.record({
    type: fc.constant('run.ended'),
    status: fc.constantFrom('completed', 'failed'),
    ended_at: fc.constant(null),
  }),
  fc.record({
    type: fc.constant('action.logged'),
    action: fc.constant('X'),
    fields: fc.array(fc.tuple(name, name), { maxLength: 2 }),
  }),
  fc.record({ type: fc.constant('plan.made'), choice: name, backups: fc.array(name, { maxLength: 2 }) }),
  fc.record({
    type: fc.constant('issue.started'),
    issue: fc.constantFrom('1', '2'),
    complexity: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  }),
  fc.record({
    type: fc.constant('issue.ended'),
    issue: fc.constantFrom('1', '2'),
    status: fc.constantFrom('completed', 'failed', 'skipped'),
  }),
  fc.record({ type: fc.constant('step.started'), step, agent, task: fc.option(name), issue }),
  fc.record({
    type: fc.constant('step.noted'),
    step: fc.integer({ min: 0, max: 4 }),
    title: name,
    metrics: fc.constant({ KS: 1 }),
  }),
  fc.record({
    type: fc.constant('step.ended'),
    step,
    agent: fc.option(agent),
    status: fc.constantFrom('SUCCESS', 'FAIL', 'BLOCKED'),
  }),
  fc.record({
    type: fc.constant('metric.measured'),
    name,
    value: fc.constantFrom(1, -1, 'NaN', 'Infinity'),
    limit: fc.option(fc.constant(0)),
    issue,
  }),
  fc.record({
    type: fc.constant('tokens.used'),
    agent,
    step,
    issue,
    model: fc.option(fc.constantFrom('gpt-5', 'claude-x')),
    input: fc.option(fc.nat()),
    cached_read: fc.option(fc.nat()),
    output: fc.option(fc.nat()),
    cost_usd: fc.option(fc.double({ min: 0, max: 9, noNaN: true })),
  }),
  fc.record({
    type: fc.constant('tool.called'),
    tool: name,
    agent,
    issue,
    success: fc.boolean(),
    duration_ms: fc.option(fc.nat()),
  }),
  fc.record({
    type: fc.constant('pipeline.recorded'),
    pipeline_id: name,
    status: fc.constantFrom('success', 'failed'),
    issue,
  }),
  fc.record({ type: fc.constant('debug.started'), agent, error_type: name, issue }),
  fc.record({ type: fc.constant('debug.attempted'), agent: fc.option(agent), issue }),
  fc.record({ type: fc.constant('debug.ended'), resolved: fc.boolean(), agent: fc.option(agent), issue }),
  fc.record({ type: fc.constant('error.raised'), error_type: name, message: name, agent, issue }),
  fc.record({ type: fc.constant('code.measured'), lines_added: fc.nat(), issue }),
  fc.record({
    type: fc.constant('tokens.priced'),
    source: fc.constant('list 1'),
    costs_usd: fc.dictionary(fc.constantFrom('1', '2'), fc.double({ min: 0, max: 9, noNaN: true })),
  }),
  fc.record({
    type: fc.constant('outcome.corrected'),
    subject: fc.constantFrom('run', 'issue', 'agent'),
    name: fc.option(fc.oneof(agent, fc.constantFrom('1', '2'))),
    issue,
    success: fc.boolean(),
    evidence: name,
  }),
  fc.record({ type: fc.constant('stage.entered'), stage: fc.nat(), loop_iteration: fc.option(fc.nat()) }),
  fc.record({ type: fc.constant('item.recorded'), item_type: name, stage: step }),
  fc.record({ type: fc.constant('lunar.eclipsed'), data: fc.jsonValue() }),
];
const anyEvent = fc
  .tuple(fc.uuid(), fc.integer({ min: 0, max: 4e14 }), fc.oneof(...(BODIES as fc.Arbitrary<Record<string, unknown>>[])))
  .map(([id, micros, body]) => {
    const at = `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, 23)}${String(micros % 1000).padStart(3, '0')}Z`;
    return { v: 1, id, at, ...body } as RunlogEvent;
  });

/** All that is ever made of a state. */
function viewsOf(state: RunState): string[] {
  return [
    encodeMetadata('run', state),
    encodeFinal('run', state, {}, 0),
    encodeTrace(traceOf(state)),
    ...state.issues.map((one) => JSON.stringify(encodeIssueFile('run', state, one))),
    ...TABLE_NAMES.map((table) => encodeCsv(rowsOf(table, state))),
  ];
}

test('folding all events at once equals extending the fold one by one, with looks at it in between', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
      const extended = emptyRun();
      for (const one of events) {
        applyEvent(extended, structuredClone(one));
        viewsOf(extended);
      }
      const rebuilt = foldRun(events);
      expect(extended).toEqual(rebuilt);
      expect(viewsOf(extended)).toEqual(viewsOf(rebuilt));
    }),
    { numRuns: 200 },
  );
});

const anyRun = fc.array(anyEvent, { maxLength: 30 }).map((events) => foldRun(events));
const thingsOf = (comparison: Comparison): ComparedThing[] => comparison.sections.flatMap(({ things }) => things);

test('a run compared with itself has no difference, and keeps what is demanded of it or is not known to', () => {
  fc.assert(
    fc.property(anyRun, fc.integer({ min: 2, max: 4 }), (run, runs) => {
      const comparison = compareRuns(Array.from({ length: runs }, () => run));
      expect(thingsOf(comparison).filter(({ isDifferent }) => isDifferent)).toEqual([]);
      expect(comparedTables(comparison)).toEqual([]);
      const relative = { metric: 'a', isAbove: true, limit: 0, isRelative: true, text: '' };
      const conditions = [...SUBJECTS, 'metric' as const].map((subject) => ({ ...relative, subject }));
      const verdicts = judgeConditions(comparison, conditions, runs).map(({ verdict }) => verdict);
      expect(verdicts.length).toBeGreaterThanOrEqual(conditions.length * (runs - 1));
      expect(verdicts).not.toContain('broken');
    }),
    { numRuns: 200 },
  );
});

test('two runs compared the other way round are the mirror image', () => {
  fc.assert(
    fc.property(anyRun, anyRun, (one, other) => {
      const mirrored = thingsOf(compareRuns([other, one])).map((thing) => ({
        ...thing,
        present: thing.present.toReversed(),
        facts: thing.facts.map((fact) => ({
          ...fact,
          values: fact.values.toReversed(),
          isLeast: fact.isLeast.toReversed(),
        })),
      }));
      const sorted = (things: ComparedThing[]): string[] =>
        things
          .map((thing) =>
            JSON.stringify({ ...thing, facts: thing.facts.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }),
          )
          .toSorted();
      expect(sorted(mirrored)).toEqual(sorted(thingsOf(compareRuns([one, other]))));
    }),
    { numRuns: 200 },
  );
});

test('of each run compared, everything is there once and in its order', () => {
  fc.assert(
    fc.property(fc.array(anyRun, { minLength: 2, maxLength: 4 }), (runs) => {
      const { sections } = compareRuns(runs);
      const compared = sections.find(({ name }) => name === 'steps')?.things ?? [];
      for (const [index, { steps }] of runs.entries()) {
        const own = compared.filter(({ present }) => present[index] === true);
        const shared = sharedIssues(runs);
        const issueOf = (iid: string | null): string | null => (iid !== null && shared.has(iid) ? iid : null);
        const keys = executions(steps).map(({ agent, task, attempt, issue }) => ({
          ...{ agent, task, attempt },
          issue_iid: issueOf(issue),
        }));
        expect(own.map(({ key }) => JSON.stringify(key)).toSorted()).toEqual(
          keys.map((key) => JSON.stringify(key)).toSorted(),
        );
        if (index === 0) expect(own.map(({ key }) => key)).toEqual(keys);
      }
    }),
    { numRuns: 200 },
  );
});

test('a fold changes none of its events', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
      const before = structuredClone(events);
      viewsOf(foldRun(events));
      expect(events).toEqual(before);
    }),
    { numRuns: 100 },
  );
});

test('after the end nothing is open: no step, no issue, no debugging cycle', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
      const end = {
        v: 1,
        id: 'end',
        at: '2030-01-01T00:00:00.000000Z',
        type: 'run.ended',
        status: 'interrupted',
      } as RunlogEvent;
      const state = foldRun([...events.filter(({ type }) => type !== 'run.ended'), end]);
      expect(state.steps.filter((one) => one.agent !== null && one.endedAt === null)).toEqual([]);
      expect(state.issues.filter(({ status }) => status === 'in_progress')).toEqual([]);
      expect(state.cycles.filter(({ endedAt }) => endedAt === null)).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('any run can be drawn in any width, folded or whole, and what is drawn keeps to the width', () => {
  fc.assert(
    fc.property(
      fc.array(anyEvent, { maxLength: 60 }),
      fc.integer({ min: 30, max: 200 }),
      fc.boolean(),
      (events, width, isFull) => {
        const report = reportOf(foldRun(events), {
          runId: 'run',
          status: 'failed',
          reason: null,
          now: null,
          dir: undefined,
          hasEnded: true,
          isOver: false,
          isDamaged: false,
          isFull,
          showTime: (instant) => instant.slice(0, 19).replace('T', ' '),
        });
        reportMarkdown(report);
        const text = reportText(report, PLAIN, width);
        expect(text).not.toMatch(/undefined|\[object/);
        for (const { rows } of isFull ? [] : report.sections) expect(rows.length).toBeLessThanOrEqual(24);
        if (report.timeline === null) return;
        for (const line of timelineLines(report.timeline, PLAIN, width))
          expect(widthOf(line)).toBeLessThanOrEqual(width);
      },
    ),
    { numRuns: 300 },
  );
});

const cellText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc
    .array(
      fc.constantFrom(
        '=',
        '+',
        '-',
        '@',
        "'",
        '"',
        ',',
        '\n',
        '\r',
        '\r\n',
        '\t',
        ' ',
        '1',
        'a',
        '＝',
        '\u00a0',
        '\ufeff',
        '\0',
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join('')),
);

test('CSV gives back every text that it was given', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(cellText, cellText, cellText), { minLength: 1, maxLength: 5 }), (rows) => {
      expect(decodeCsv(encodeCsv([['h1', 'h2', 'h3'], ...rows])).slice(1)).toEqual(rows);
    }),
    { numRuns: 5000 },
  );
});

test('no text cell begins as a formula does, and every number stands as it is', () => {
  fc.assert(
    fc.property(cellText, fc.double({ noNaN: true, noDefaultInfinity: true }), (text, number) => {
      const [, [cell = '', written = ''] = []] = parse(
        encodeCsv([
          ['h', 'h'],
          [text, number],
        ]),
        { relax_column_count: true },
      ) as string[][];
      expect(Number(written)).toBe(number === 0 ? 0 : number);
      if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(cell))
        expect(cell).not.toMatch(/^[\t\r]|^\s*[=+\-@＝＋－＠]/);
    }),
    { numRuns: 3000 },
  );
});
