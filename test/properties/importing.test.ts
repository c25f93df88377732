// What holds of every source that is imported and exported again: it comes out as it went in.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, RunlogEvent } from '../../src/events/vocabulary.js';
import { asciiJson } from '../../src/formats/json.js';
import { JsonSplitter } from '../../src/formats/json-splitter.js';
import { LINES_FORMAT } from '../../src/formats/lines-import.js';
import { parsePython } from '../../src/formats/python-literal.js';
import { fromLine, toLine } from '../../src/formats/step-lines.js';
import { stepLines } from '../../src/formats/step-rows.js';
import { TRACE_FORMAT } from '../../src/formats/trace-import.js';
import { encodeTrace } from '../../src/formats/trace.js';
import { foldRun, traceId } from '../../src/views/run.js';
import { traceOf } from '../../src/views/trace.js';
import { essence, importText } from '../support/importing.js';

const pieceLength = fc.integer({ min: 1, max: 300 });
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const someText = fc.option(text);
const second = fc.integer({ min: 0, max: 4e9 });
const time = fc
  .tuple(second, fc.nat({ max: 999_999 }))
  .map(
    ([seconds, micros]) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}`,
  );
const anyJson = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;

const step = fc.record({
  step_number: fc.oneof(fc.nat({ max: 5 }), anyJson),
  agent_name: fc.oneof(text, anyJson),
  agent_task: someText,
  status: fc.oneof(fc.constantFrom('STARTED', 'SUCCESS', 'FAIL', 'BLOCKED'), anyJson),
  started_at: fc.oneof(fc.option(time), anyJson),
  completed_at: fc.option(time),
  success: fc.option(fc.boolean()),
  error_message: someText,
  output_summary: fc.oneof(someText, anyJson),
});

const trace = fc.record({
  trace_id: fc.oneof(fc.uuid(), text),
  trigger: fc.record({
    source: someText,
    issue_key: someText,
    issue_status: someText,
    intent_type: someText,
    timestamp: fc.option(time),
  }),
  intent_type: someText,
  pipeline_status: fc.oneof(fc.constantFrom('RUNNING', 'SUCCESS', 'PARTIAL', 'FAILED'), anyJson),
  started_at: fc.option(time),
  completed_at: fc.option(time),
  steps: fc.array(step, { maxLength: 6 }),
  final_error: someText,
  execution_plan_summary: someText,
});

function traceOfEvents(events: readonly RunlogEvent[]): string {
  return encodeTrace(traceOf(foldRun(events)));
}

describe('a trace', () => {
  it('in its canonical form comes out byte for byte, whatever it says', () => {
    fc.assert(
      fc.property(trace, pieceLength, (original, length) => {
        const canonical = asciiJson(original);
        const { runs } = importText(TRACE_FORMAT, canonical, { pieceLength: length });
        expect(runs.map(({ events }) => traceOfEvents(events))).toEqual([canonical]);
      }),
    );
  });

  it('with other keys, other spaces or in a list means the same when it comes out', () => {
    const odd = fc.tuple(trace, fc.dictionary(text, anyJson)).map(([known, more]) => ({ ...more, ...known }));
    const form = fc.constantFrom(
      (all: object[]) => JSON.stringify(all),
      (all: object[]) => JSON.stringify(all, null, 4),
      (all: object[]) => all.map((one) => JSON.stringify(one)).join('\n'),
    );
    fc.assert(
      fc.property(fc.array(odd, { minLength: 1, maxLength: 4 }), form, pieceLength, (originals, write, length) => {
        const { runs } = importText(TRACE_FORMAT, write(originals), { pieceLength: length });
        expect(runs.map(({ events }) => JSON.parse(traceOfEvents(events)) as unknown)).toEqual(
          JSON.parse(JSON.stringify(originals)),
        );
      }),
    );
  });

  it('comes in again as the same events', () => {
    fc.assert(
      fc.property(trace, (original) => {
        const [first] = importText(TRACE_FORMAT, asciiJson(original)).runs;
        const events = first?.events ?? [];
        const [second_] = importText(TRACE_FORMAT, traceOfEvents(events)).runs;
        expect(second_?.events.map(essence)).toEqual(events.map(essence));
      }),
    );
  });
});

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/);
const printable = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map((said) => said.replaceAll(/[\n\r]/g, ' ').trim() || 'x');
const number = fc.double({ min: 0, max: 10, noNaN: true }).map((value) => value.toFixed(3));
const metric = fc
  .tuple(word, number, fc.constantFrom('>', '≤', '<', '≥'), number, fc.constantFrom('ok', 'fail'))
  .map(([name, value, sign, limit, said]) => `${name} ${value} ${sign} ${limit} (${said})`);
const message = fc.oneof(
  fc
    .tuple(fc.nat({ max: 5 }), word)
    .map(([n, method]) => `[step] INSERTING step ${n}: training - attempt ${n}: method=${method}`),
  fc
    .tuple(fc.nat({ max: 5 }), fc.array(metric, { minLength: 1, maxLength: 3 }))
    .map(([n, all]) => `[step] INSERTING step ${n}: metrics - ${all.join('; ')}`),
  fc.tuple(fc.nat({ max: 5 }), printable).map(([n, said]) => `[step] INSERTING step ${n}: error - ValueError: ${said}`),
  fc.tuple(fc.nat({ max: 5 }), word).map(([n, title]) => `[step] INSERTING step ${n}: ${title}`),
  fc.nat({ max: 5 }).map((n) => `[step] SUCCESS: step ${n} inserted`),
  fc
    .tuple(fc.nat({ max: 5 }), printable)
    .map(([n, said]) => `[step] ERROR inserting training step ${n}: ConnectionError: ${said}`),
  word.map((method) => `[agent] Plan choice: {'method': '${method}'}`),
  fc
    .array(word, { minLength: 1, maxLength: 4 })
    .map((all) => `[agent] Will attempt ${all.length} methods: [${all.map((one) => `'${one}'`).join(', ')}]`),
  printable.map((said) => `[agent] Plan rationale: ${said}`),
  fc
    .tuple(fc.nat({ max: 5 }), word, number)
    .map(([n, name, value]) => `[metrics] Run abc123 attempt ${n}: ${name}=${value}`),
  printable.map((said) => ` ${said}`),
);
const prefix = fc.constantFrom(
  '',
  'synth-worker-1  | ',
  '2026-01-26T18:17:04.962150Z ',
  'a_1 | 2026-01-26 18:17:04,962 INFO ',
);
const line = fc.oneof(
  fc
    .tuple(prefix, fc.constantFrom('worker', 'api'), message)
    .map(([before, component, said]) => `${before}[${component}]${said}`),
  printable,
);
const lines = fc
  .array(line, { maxLength: 20 })
  .map((all) =>
    ['[worker][agent] EXECUTING agent plan for run abc123', ...all].map((one) =>
      one.replaceAll(/\brun \S+/g, 'run abc123'),
    ),
  );

/** Text may hold characters that no terminal should get. */
const visible = (said: string): string => toLine(fromLine(said));

function linesOf(events: readonly RunlogEvent[]): string {
  return [...stepLines(events, traceId(foldRun(events)) ?? '')].map((one) => `${one}\n`).join('');
}

describe('step lines', () => {
  it('of one run come out byte for byte, but for blank lines', () => {
    fc.assert(
      fc.property(lines, pieceLength, (all, length) => {
        const source = all.map((one) => `${one}\n`).join('');
        const { runs } = importText(LINES_FORMAT, source, { pieceLength: length });
        expect(runs.length).toBe(1);
        const kept = all.filter((one) => one.trim() !== '').map((one) => `${visible(one)}\n`);
        expect(linesOf(runs[0]?.events ?? [])).toBe(kept.join(''));
      }),
    );
  });

  it('come in again as the same events', () => {
    fc.assert(
      fc.property(lines, (all) => {
        const [first] = importText(LINES_FORMAT, all.map((one) => `${one}\n`).join('')).runs;
        const events = first?.events ?? [];
        const [again] = importText(LINES_FORMAT, linesOf(events)).runs;
        expect(again?.events.map(essence)).toEqual(events.map(essence));
      }),
    );
  });

  it('of several runs, each in a container of its own, are parted', () => {
    const run = fc
      .array(message, { minLength: 1, maxLength: 8 })
      .map((all) => all.map((one) => one.replaceAll(/\b[Rr]un \S+/g, 'it')));
    fc.assert(
      fc.property(
        fc.array(run, { minLength: 2, maxLength: 4 }),
        fc.infiniteStream(fc.nat({ max: 1000 })),
        (runs, picks) => {
          const queues = runs.map((all, index) =>
            [`EXECUTING agent plan for run r${index}`, ...all].map(
              (one, place) => `c${index}-1 | [worker]${place === 0 ? '[agent] ' : ''}${one}`,
            ),
          );
          const mixed: string[] = [];
          const left = queues.map((all) => [...all]);
          while (left.some((all) => all.length > 0)) {
            const open = left.filter((all) => all.length > 0);
            mixed.push((open[(picks.next().value as number) % open.length] as string[]).shift() as string);
          }
          const imported = importText(LINES_FORMAT, `${mixed.join('\n')}\n`).runs;
          const byName = Object.fromEntries(imported.map(({ draft, events }) => [draft.name, linesOf(events)]));
          expect(byName).toEqual(
            Object.fromEntries(
              queues.map((all, index) => [`r${index}`, all.map((one) => `${visible(one)}\n`).join('')]),
            ),
          );
        },
      ),
    );
  });
});

describe('JSON that is cut into the elements of a list', () => {
  it('gives each of them, and the rest without them, wherever its text is cut', () => {
    const indent = fc.constantFrom(undefined, 2);
    fc.assert(
      fc.property(
        fc.dictionary(text, anyJson),
        fc.array(anyJson),
        indent,
        pieceLength,
        (rest, items, spaces, length) => {
          const { items: _, ...others } = rest;
          for (const whole of [
            { ...others, items },
            { items, ...others },
          ]) {
            const parts: unknown[] = [];
            const splitter = new JsonSplitter('items', ({ text: part }) => parts.push(JSON.parse(part)));
            const source = JSON.stringify(whole, null, spaces);
            for (let from = 0; from < source.length; from += length) splitter.push(source.slice(from, from + length));
            const end = splitter.end();
            expect(parts).toEqual(JSON.parse(JSON.stringify(items)));
            expect(JSON.parse(end.rest)).toEqual({ ...(JSON.parse(JSON.stringify(others)) as object), items: [] });
            expect(end.isTruncated).toBe(false);
          }
        },
      ),
    );
  });
});

describe('a Python literal', () => {
  it('is read as the value that Python printed', () => {
    const plain = fc.string({ unit: fc.constantFrom('a', "'", '"', '\\', '\n', 'é', ' ') });
    const python = (value: unknown): string => {
      if (value === null) return 'None';
      if (typeof value === 'boolean') return value ? 'True' : 'False';
      if (typeof value === 'string') {
        const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
        return `${quote}${value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replaceAll('\n', '\\n')}${quote}`;
      }
      if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
      if (typeof value === 'object')
        return `{${Object.entries(value as object)
          .map(([key, one]) => `${python(key)}: ${python(one)}`)
          .join(', ')}}`;
      return String(value);
    };
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        plain,
        fc.boolean(),
        fc.constant(null),
        fc.integer(),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(plain, tie('any'), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).any;
    fc.assert(
      fc.property(value, (one) => {
        expect(parsePython(python(one))).toEqual(one);
      }),
    );
  });
});
