// Each suspicion, by a run that was made up and by an honest one that looks much the same; and what holds for any events.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant, parseInstant } from '../events/instant.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { applyPlausibility, noPlausibility, suspicionsOf } from './plausibility.js';
import type { PlacedEvent, Suspicion } from './suspicions.js';

type Body = Record<string, unknown>;

const ZERO = parseInstant('2026-01-02T03:00:00.000000Z') as number;
const NOW = ZERO + 86_400e6;
/** What real clocks add to whole seconds. */
const JITTER = [0.118_203, 0.402_117, 0.733_019, 0.250_411, 0.901_377, 0.067_551, 0.518_829, 0.334_903];

/** A time so many seconds after three o'clock. */
const at = (seconds: number): string => formatInstant(ZERO + Math.round(seconds * 1e6));
/** An id that a clock made so many seconds after three o'clock. */
const idAt = (seconds: number, count = 0): string => {
  const time = Math.floor(ZERO / 1000 + seconds * 1000)
    .toString(16)
    .padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${String(count).padStart(12, '0')}`;
};

const START = { at: at(0.000_001), type: 'run.started', run_id: 'run' };
const END = { at: at(5000.123_457), type: 'run.ended', status: 'completed' };

interface Made {
  agent?: string;
  task?: string;
  status?: string;
  error?: string;
  summary?: string | null;
  metrics?: Record<string, number | string>;
  own?: Body;
}

/** A step from one second to another, with a summary unless it is taken away. */
function step(number: number, from: number, to: number, made: Made = {}): Body[] {
  const {
    agent = 'training',
    task = `method=${number}`,
    status = 'SUCCESS',
    error,
    summary = 'done',
    metrics,
    own,
  } = made;
  return [
    { at: at(from), type: 'step.started', step: number, agent, task, ...own },
    ...(metrics === undefined
      ? []
      : [{ at: at((from + to) / 2), type: 'step.noted', step: number, title: 'metrics', metrics }]),
    {
      at: at(to),
      type: 'step.ended',
      step: number,
      status,
      ...(error === undefined ? {} : { error }),
      output_summary: summary,
      ...own,
    },
  ];
}

/** Steps one after the other that last so long, with pauses as a script makes them. */
function steps(seconds: readonly number[], made: (number: number) => Made = () => ({})): Body[] {
  let now = 1.5;
  return seconds.flatMap((length, index) => {
    const from = now + (JITTER[index % JITTER.length] as number) / 10;
    now = from + length;
    return step(index + 1, from, now, made(index + 1));
  });
}

const HONEST_SECONDS = [12.402_118, 3.250_411, 44.067_553, 7.901_376, 19.334_902];

function place(bodies: readonly Body[], segment = 'journal/a.jsonl'): PlacedEvent[] {
  return bodies.map((body, index) => ({
    event: { v: 1, id: `${segment} ${index}`, at: at(index), ...body } as unknown as RunlogEvent,
    segment,
    offsetBytes: index * 100,
  }));
}

function suspect(placed: readonly PlacedEvent[], isWhole = true): Suspicion[] {
  const plausibility = noPlausibility(NOW);
  for (const one of placed) applyPlausibility(plausibility, one);
  return suspicionsOf(plausibility, isWhole);
}

const look = (...bodies: Body[]): Suspicion[] => suspect(place(bodies));
const kinds = (...bodies: Body[]): string[] => look(...bodies).map(({ kind }) => kind);
const messages = (...bodies: Body[]): string[] => look(...bodies).map(({ kind, message }) => `${kind}: ${message}`);

describe('an honest run gives no suspicion:', () => {
  it('steps that a clock measured, one of them failed, one blocked', () => {
    const made = [{}, { status: 'FAIL', error: 'ValueError: x' }, { status: 'BLOCKED' }, {}, {}];
    expect(look(START, ...steps(HONEST_SECONDS, (number) => made[number - 1] as Made), END)).toEqual([]);
  });

  it('a quick script: four steps of milliseconds without a word', () => {
    const quick = steps([0.031_203, 0.028_117, 0.034_019, 0.029_411], () => ({ summary: null }));
    expect(look(START, ...quick, END)).toEqual([]);
  });

  it('nothing but a start and an end', () => {
    expect(look(START, END)).toEqual([]);
    expect(look()).toEqual([]);
  });

  it('a log of whole seconds: short steps take no time or the same by such a clock', () => {
    const whole = [0, 0, 0, 1, 1, 1, 1, 2].flatMap((length, index) =>
      step(index + 1, 10 + index * 3, 10 + index * 3 + length),
    );
    expect(look({ ...START, at: at(0) }, ...whole, { ...END, at: at(100) })).toEqual([]);
  });
});

describe('an end before its start', () => {
  it('is said of runs, issues, steps, pipelines and debugging cycles, at the event that ends', () => {
    const found = look(
      { ...START, at: at(100) },
      { at: at(200), type: 'issue.started', issue: '3' },
      { at: at(150), type: 'issue.ended', issue: '3', status: 'completed' },
      ...step(1, 300, 240),
      { at: at(301), type: 'pipeline.recorded', pipeline_id: '9', status: 'running', started_at: at(90) },
      { at: at(302), type: 'pipeline.recorded', pipeline_id: '9', status: 'failed', ended_at: at(80) },
      { at: at(303), type: 'debug.started', agent: 'coding', error_type: 'E' },
      { at: at(290), type: 'debug.ended', resolved: true },
      { at: at(302), type: 'run.ended', status: 'failed', ended_at: at(40) },
    ).filter(({ kind }) => kind === 'end_before_start');
    expect(
      found.map(({ message, offsetBytes }) => `${offsetBytes}: ${message.replace(/ ends at.*, /, ' ends ')}`),
    ).toEqual([
      '200: issue 3 ends 50 s before its start at 2026-01-02T03:03:20.000000Z',
      '600: pipeline 9 ends 10 s before its start at 2026-01-02T03:01:30.000000Z',
      '800: the debugging cycle of coding ends 13 s before its start at 2026-01-02T03:05:03.000000Z',
      '900: the run ends 60 s before its start at 2026-01-02T03:01:40.000000Z',
      '400: step 1 ends 60 s before its start at 2026-01-02T03:05:00.000000Z',
    ]);
  });

  it('is not said within a second, for times given by hand are cut to it', () => {
    expect(kinds(START, ...step(1, 10.7, 10), { ...END, at: at(20) })).toEqual([]);
  });

  it('is not said where the clocks of two hosts may differ by as much, but where they may not', () => {
    const [begin, end] = step(1, 400, 200) as [Body, Body];
    const [far] = step(1, 600, 0) as [Body];
    const other = place([end], 'journal/b.jsonl');
    expect(suspect([...place([START]), ...other, ...place([begin])])).toEqual([]);
    expect(suspect([...place([START]), ...other, ...place([far])])).toMatchObject([
      { kind: 'end_before_start', segment: 'journal/b.jsonl' },
    ]);
  });

  it('is not said of an issue that was taken up again, nor of a time that is not on record', () => {
    const again = ['started', 'ended', 'started'].map((word, index) => ({
      at: at(10 + index),
      type: `issue.${word}`,
      issue: '3',
      status: 'failed',
    }));
    expect(kinds(START, ...again)).toEqual([]);
    expect(kinds(START, ...step(1, 10, -60, { own: { untimed: true } }), END)).toEqual([]);
  });
});

describe('a step outside the run', () => {
  it('is said of what begins before its start or goes on after its end', () => {
    const [begin, end] = step(1, 40, 101) as [Body, Body];
    const given = { ...begin, id: idAt(100) };
    const found = messages({ ...START, at: at(100) }, given, end, ...step(2, 120, 190), { ...END, at: at(180) });
    expect(found).toEqual([
      expect.stringMatching(/^outside_run: step 1 begins at .*, 60 s before the run$/),
      expect.stringMatching(/^outside_run: step 2 ends at .*, 10 s after the end of the run$/),
    ]);
  });

  it('is not said where finalize only guessed the end from the last sign of life', () => {
    const guessed = { ...END, at: at(180), status: 'interrupted', cause: { decided_by: 'finalize' } };
    expect(kinds(START, ...step(1, 120, 190), guessed)).toEqual([]);
  });

  it('is not said of times that are not on record', () => {
    expect(kinds({ ...START, at: at(100) }, ...step(1, 40, 50, { own: { untimed: true } }))).toEqual([]);
  });
});

describe('a clock that was set back', () => {
  it('is seen by the ids, once for each time', () => {
    const beats = [0, 60, 120, 30, 90, 150].map((seconds) => ({
      id: idAt(seconds),
      at: at(seconds),
      type: 'run.beat',
    }));
    expect(messages(...beats)).toEqual([
      "clock_set_back: the writer's clock went back by 90 s, from 2026-01-02T03:02:00.000000Z to 2026-01-02T03:00:30.000000Z: what lies across has no true duration",
    ]);
  });

  it('is seen by the times where ids hold none', () => {
    expect(kinds({ at: at(60), type: 'run.beat' }, { at: at(0), type: 'run.beat' })).toEqual(['clock_set_back']);
  });

  it('is not seen in an event that was given an earlier time, nor where two processes wrote at once', () => {
    const given = { id: idAt(61), at: at(0), type: 'action.logged', action: 'X' };
    expect(kinds({ id: idAt(60), at: at(60), type: 'run.beat' }, given)).toEqual([]);
    const held = { id: idAt(52), at: at(52), type: 'run.beat' };
    expect(kinds({ id: idAt(60), at: at(60), type: 'run.beat' }, held)).toEqual([]);
  });

  it('is not seen between the segments of two hosts, nor in what has no time', () => {
    const late = place([{ at: at(600), type: 'run.beat' }]);
    expect(suspect([...late, ...place([{ at: at(0), type: 'run.beat' }], 'journal/b.jsonl')])).toEqual([]);
    expect(kinds({ at: at(600), type: 'run.beat' }, { at: at(0), type: 'run.beat', untimed: true })).toEqual([]);
  });
});

describe('times that cannot have been', () => {
  it('lie more than a day ahead of the clock of whoever looks; one line tells of all', () => {
    const ahead = [172_801, 172_802, 172_803].map((seconds) => ({ at: at(seconds), type: 'run.beat' }));
    expect(messages(START, ...ahead)).toEqual([
      "in_the_future: dated 2026-01-04T03:00:01.000000Z, 24 h ahead of this machine's clock; and 2 more",
    ]);
    expect(kinds(START, { at: at(86_400 + 80_000), type: 'run.beat' })).toEqual([]);
  });

  it('were written down before they happened', () => {
    expect(messages({ id: idAt(0), at: at(3600), type: 'run.beat' })).toEqual([
      'recorded_early: written down at 2026-01-02T03:00:00.000000Z, but dated 2026-01-02T04:00:00.000000Z, 60 min later: nothing is recorded before it happens',
    ]);
    expect(kinds({ id: idAt(0), at: at(200), type: 'run.beat' })).toEqual([]);
  });

  it('make a run of thousands of years, or a length below zero', () => {
    const end = { type: 'run.ended', status: 'completed', ended_at: '9999-12-31T23:59:59.000000Z' };
    expect(kinds(START, end)).toEqual(['in_the_future', 'impossible_duration']);
    expect(messages({ type: 'tool.called', tool: 't', success: true, duration_ms: -3 })).toEqual([
      'impossible_duration: tool.called says duration_ms -3: nothing takes less than no time',
    ]);
  });

  it('were given to most steps long after they had passed', () => {
    const late = (count: number): Body[] =>
      steps(HONEST_SECONDS).map((body, index) => ({ id: index < count * 2 ? idAt(9000, index) : idAt(0), ...body }));
    expect(kinds(START, ...late(5), END)).toEqual(['recorded_afterwards']);
    expect(kinds(START, ...late(2), END)).not.toContain('recorded_afterwards');
  });
});

describe('steps that never ended', () => {
  const open = { at: at(10), type: 'step.started', step: 2, agent: 'coding' };

  it('are said where the run says that it was completed', () => {
    expect(messages(START, ...step(1, 2, 3), open, END)).toEqual([
      'unended_steps: step 2 never ended, though the run says that it was completed',
    ]);
  });

  it.each(['failed', 'partial', 'interrupted', 'cancelled'])('are as they should be in a run that was %s', (status) => {
    expect(look(START, open, { ...END, status })).toEqual([]);
  });

  it('are no steps of a run that goes on, and may have ended in what was lost', () => {
    expect(look(START, open)).toEqual([]);
    expect(suspect(place([START, open, END]), false)).toEqual([]);
  });

  it('are found by number, or as the latest open one of the agent', () => {
    const byAgent = { at: at(20), type: 'step.ended', agent: 'coding', status: 'SUCCESS' };
    expect(look(START, open, byAgent, END)).toEqual([]);
    const twice = [open, { ...open, at: at(11) }, { ...byAgent, agent: null, step: 2 }, { ...byAgent, step: 2 }];
    expect(look(START, ...twice, END)).toEqual([]);
  });
});

describe('the same metrics in attempts that differ', () => {
  const measured = { KS: 0.32, Corr: 0.112, MIA: 0.974 };
  const run = (made: (number: number) => Made, count = 3): Body[] => [
    START,
    ...steps(HONEST_SECONDS.slice(0, count), (number) => ({
      status: 'FAIL',
      error: 'KS 0.32 > 0.10',
      ...made(number),
    })),
  ];

  it('are made up', () => {
    expect(messages(...run(() => ({ metrics: measured })))).toEqual([
      'same_metrics: steps 1, 2 and 3 report the same KS=0.32, Corr=0.112, MIA=0.974: attempts that differ give values that differ',
    ]);
    expect(kinds(...run(() => ({ metrics: measured }), 2))).toEqual(['same_metrics']);
  });

  it('are seen where each is measured by itself, with the step or in the only one that is open', () => {
    const metric = (number: number, seconds: number): Body[] => [
      { at: at(seconds), type: 'metric.measured', name: 'loss', value: 0.4375, step: number },
      { at: at(seconds), type: 'metric.measured', name: 'KS', value: 0.312 },
    ];
    const bodies = [step(1, 2.1, 9.2), step(2, 12.3, 18.4)].flatMap(([begin, end], index) => [
      begin as Body,
      ...metric(index + 1, index === 0 ? 5 : 15),
      end as Body,
    ]);
    expect(kinds(START, ...bodies)).toEqual(['same_metrics']);
  });

  it('are honest where one of them differs, or the issue, or the agent', () => {
    expect(look(...run((number) => ({ metrics: { ...measured, KS: 0.32 + number / 1000 } })))).toEqual([]);
    expect(look(...run((number) => ({ metrics: measured, own: { issue: `${number}` } })))).toEqual([]);
    expect(look(...run((number) => ({ metrics: measured, agent: `agent ${number}` })))).toEqual([]);
  });

  it('are honest where they are counts, flags or not numbers, or have few digits', () => {
    expect(look(...run(() => ({ metrics: { rows: 8000, passed: 1, loss: 'NaN' } })))).toEqual([]);
    expect(look(...run(() => ({ metrics: { KS: 0.32 } })))).toEqual([]);
  });

  it('may be so once where a task is done again in the same way', () => {
    const again = (): Made => ({ metrics: measured, task: 'method=gc' });
    expect(look(...run(again, 2))).toEqual([]);
    expect(kinds(...run(again, 3))).toEqual(['same_metrics']);
  });

  it('count by the latest value of each name', () => {
    const epochs = steps(HONEST_SECONDS.slice(0, 2), () => ({ metrics: measured }));
    const last = { at: at(30), type: 'metric.measured', name: 'KS', value: 0.111, step: 2 };
    expect(look(START, ...epochs, last)).toEqual([]);
  });
});

describe('intervals that repeat to the last digit', () => {
  it('of durations', () => {
    expect(messages(START, ...steps([4.25, 4.25, 4.25, 4.25, 4.25]), END)).toEqual([
      'equal_intervals: 5 of 5 steps take exactly 4.25 s, to the microsecond: what is measured differs from time to time',
    ]);
  });

  it('of pauses, and of beginnings', () => {
    const paused = [3.1, 4.2, 5.3, 6.4].flatMap((length, index) => {
      const from = 10 + [0, 3.1, 7.3, 12.6][index]! + index * 2.5;
      return step(index + 1, from, from + length + 0);
    });
    expect(messages(START, ...paused, END)[0]).toContain('3 of 3 pauses between steps are exactly 2.5 s');
    const timed = [3.101, 4.202, 5.303, 6.404].flatMap((length, index) => {
      const from = 10.000_001 + index * 300;
      return step(index + 1, from, from + length);
    });
    expect(messages(START, ...timed, END)[0]).toContain('3 of 3 steps begin after the one before by exactly 5 min');
  });

  it('are honest in three steps, among many that differ, and by a clock that counts too coarsely', () => {
    expect(look(START, ...steps([4.25, 4.25, 4.25]), END)).toEqual([]);
    expect(look(START, ...steps([...HONEST_SECONDS, 4.25, 4.25, 4.25]), END)).toEqual([]);
    const coarse = [1, 2, 3, 4, 5].flatMap((number) => step(number, number * 17, number * 17 + 7));
    expect(look({ ...START, at: at(0) }, ...coarse, { ...END, at: at(100) })).toEqual([]);
  });
});

describe('times that are rounded', () => {
  it('to seconds, where the clock of the run counts microseconds', () => {
    expect(messages(START, ...steps([3, 5, 4, 9]), END)).toEqual([
      "rounded_times: all 4 steps take whole seconds, though the run's clock counts microseconds: such times are made by hand",
    ]);
  });

  it('to minutes, where it counts seconds', () => {
    const minutes = [120, 300, 60, 180].flatMap((length, index) =>
      step(index + 1, 301 * index + 7, 301 * index + 7 + length),
    );
    expect(kinds({ ...START, at: at(0) }, ...minutes, { ...END, at: at(2000) })).toEqual(['rounded_times']);
  });

  it('are honest in three steps, and where one step has a fraction', () => {
    expect(look(START, ...steps([3, 5, 4]), END)).toEqual([]);
    expect(look(START, ...steps([3, 5, 4, 9.25, 7]), END)).toEqual([]);
  });
});

describe('steps that take no time', () => {
  it('are made up where most do', () => {
    expect(messages(START, ...steps([0, 0, 4.123_457, 0]), END)).toEqual([
      'zero_durations: steps 1, 2 and 4, of 4, end in the moment in which they begin: work takes time',
    ]);
    const said = steps([0, 0, 0], () => ({ own: { untimed: true, duration_seconds: 0 } }));
    expect(kinds(START, ...said, END)).toEqual(['zero_durations']);
  });

  it('are honest where they are few, where their end says how long it took, or where that is not on record', () => {
    expect(look(START, ...steps([0, 0, ...HONEST_SECONDS]), END)).toEqual([]);
    expect(look(START, ...steps([0, 0, 0], () => ({ own: { duration_seconds: 4.2 } })), END)).toEqual([]);
    expect(look(START, ...steps([0, 0, 0], () => ({ own: { untimed: true } })), END)).toEqual([]);
  });
});

describe('errors without words of their own', () => {
  const failing = (...errors: (string | undefined)[]): Body[] => [
    START,
    ...steps(HONEST_SECONDS.slice(0, errors.length), (number) => ({
      status: 'FAIL',
      summary: null,
      ...(errors[number - 1] === undefined ? {} : { error: errors[number - 1] as string }),
    })),
  ];

  it('are made up where there are two, or three failures that nobody explains', () => {
    expect(messages(...failing('Something went wrong', 'An unexpected error occurred.'))).toEqual([
      'vague_errors: steps 1 and 2 failed, but no error says what failed: one that was met has words of its own',
    ]);
    expect(kinds(...failing('', 'Error'))).toEqual(['vague_errors']);
    expect(kinds(...failing(undefined, undefined, undefined))).toEqual(['vague_errors']);
  });

  it.each([
    'ValueError: discrete columns must be present',
    'FileNotFoundError',
    'exit status 1',
    'killed by SIGTERM',
    'Permission denied',
    'changes requested: no changelog',
    'Timeout',
    'KS is above its limit',
    'der Datensatz fehlt',
  ])('are honest where they say what it was: %s', (error) => {
    expect(look(...failing(error, error, error))).toEqual([]);
  });

  it('are honest where failures were only counted, without a time or a word', () => {
    const counted = steps([1, 1, 1], () => ({ status: 'FAIL', summary: null, own: { untimed: true } }));
    expect(look(START, ...counted)).toEqual([]);
  });

  it('are honest where there is one, or two of five', () => {
    expect(look(...failing('failed'))).toEqual([]);
    expect(look(...failing(undefined, undefined))).toEqual([]);
    expect(look(...failing('failed', 'error', 'exit status 1', 'exit status 2', 'exit status 3'))).toEqual([]);
  });

  it('are honest where a note, a metric, an error or a tool tells what it was', () => {
    const [start, ...rest] = failing('failed', 'failed') as [Body, ...Body[]];
    const told = [
      { type: 'step.noted', step: 1, title: 'error', detail: 'AssertionError: discrete columns must be present' },
      { type: 'metric.measured', name: 'KS', value: 0.3, limit: 0.1, step: 1 },
      { type: 'error.raised', error_type: 'Timeout', message: 'no answer', step: 1 },
      { type: 'tool.called', tool: 'run_tests', success: false, error: '3 of 4 tests fail', step: 1 },
    ];
    for (const word of told) expect(look(start, ...rest, { at: at(100), ...word })).toEqual([]);
  });
});

describe('success of which nothing came', () => {
  const silent = (): Made => ({ summary: null });

  it('is said once, where no step that succeeded has anything to show', () => {
    expect(messages(START, ...steps(HONEST_SECONDS, silent), END)).toEqual([
      'no_output: none of the 5 steps that succeeded has a summary, a note, a metric, a tool call, tokens or anything else recorded in it: nothing shows that it was done',
    ]);
  });

  it('is honest where one of them has a summary, or something was recorded while it went on', () => {
    const one = steps(HONEST_SECONDS, (number) => (number === 3 ? {} : silent()));
    expect(look(START, ...one, END)).toEqual([]);
    const [begin, ...rest] = steps(HONEST_SECONDS, silent) as [Body, ...Body[]];
    for (const work of [
      { type: 'action.logged', action: 'RUN_TESTS' },
      { type: 'tokens.used', input: 5 },
      { type: 'lunar.eclipsed' },
    ])
      expect(look(START, begin, { at: at(3), ...work }, ...rest, END)).toEqual([]);
  });

  it('is not said of what was lost', () => {
    expect(suspect(place([START, ...steps(HONEST_SECONDS, silent), END]), false)).toEqual([]);
  });
});

it('of a kind only the first few are listed; the last of them counts the rest', () => {
  const issues = Array.from({ length: 12 }, (_, index) => [
    { at: at(100), type: 'issue.started', issue: `${index}` },
    { at: at(95), type: 'issue.ended', issue: `${index}`, status: 'failed' },
  ]).flat();
  const found = look(...issues);
  expect(found.map(({ kind }) => kind)).toEqual(Array.from({ length: 5 }, () => 'end_before_start'));
  expect(found.at(-1)?.message).toMatch(/^issue 4 .*; and 7 more$/);
});

const anyTime = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: -1e6, max: 1e6 }));
const anyStep = fc.option(fc.integer({ min: 0, max: 3 }));
const anyText = fc.option(fc.constantFrom('', 'Error', 'ValueError: x', 'coding', '__proto__', 'constructor'));
const anyEvent = fc
  .record({
    type: fc.constantFrom(
      'run.started',
      'run.ended',
      'run.beat',
      'step.started',
      'step.noted',
      'step.ended',
      'issue.started',
      'issue.ended',
      'metric.measured',
      'debug.started',
      'debug.ended',
      'pipeline.recorded',
      'error.raised',
      'tool.called',
      'lunar.eclipsed',
    ),
    seconds: anyTime,
    written: fc.option(anyTime),
    untimed: fc.option(fc.boolean()),
    step: anyStep,
    text: anyText,
    status: fc.constantFrom('SUCCESS', 'FAIL', 'completed'),
    value: fc.constantFrom(0.123_456, 1, 'NaN'),
    said: fc.option(fc.constantFrom(-1, 0, 2.5)),
  })
  .map(({ type, seconds, written, untimed, step, text, status, value, said }): Body => ({
    ...(written === null ? {} : { id: idAt(written) }),
    at: at(seconds),
    type,
    ...(untimed === null ? {} : { untimed }),
    run_id: 'run',
    // What an event must have is there, what it may have may be null.
    step: type === 'step.noted' ? (step ?? 0) : step,
    agent: type === 'step.started' || type === 'debug.started' ? (text ?? 'coding') : text,
    issue: type.startsWith('issue.') ? (text ?? '3') : text,
    pipeline_id: '9',
    started_at: text === null ? null : at(seconds - 5),
    ended_at: text === '' ? at(seconds + 5) : null,
    task: text,
    status,
    error: text,
    error_type: 'E',
    message: text ?? '',
    output_summary: text,
    title: 'metrics',
    detail: text,
    metrics: { KS: value },
    name: text ?? 'KS',
    value,
    duration_seconds: said,
    tool: 't',
    success: true,
    resolved: true,
  }));

describe('for any events', () => {
  it('looking never fails, changes nothing, and every suspicion says what and where', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), fc.boolean(), (bodies, isWhole) => {
        const placed = place(bodies);
        const before = structuredClone(placed);
        for (const { kind, message, segment } of suspect(placed, isWhole)) {
          expect(kind).toMatch(/^[a-z_]+$/);
          expect(message).toMatch(/^[^\n]{10,}$/);
          expect(segment).toMatch(/^journal(\/a\.jsonl)?$/);
        }
        expect(placed).toEqual(before);
      }),
      { numRuns: 2000 },
    );
  });

  it('times that are not on record give no suspicion about times', () => {
    const ABOUT_TIMES =
      /^(end_before_start|outside_run|in_the_future|recorded_early|recorded_afterwards|equal_intervals|rounded_times)$/;
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (bodies) => {
        const found = kinds(...bodies.map((body) => ({ ...body, id: 'x', untimed: true })));
        expect(found.filter((kind) => ABOUT_TIMES.test(kind) || kind === 'clock_set_back')).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
