// runlog errors: faults that come again across runs, or the faults of one run and what became of them elsewhere. Reading only.
import { parseInstant } from '../events/instant.js';
import { faultObject, faultTitle, patternObject, resolutionText } from '../formats/faults.js';
import { ageText, counted } from '../formats/quantities.js';
import { toVisibleLine } from '../formats/visible-text.js';
import { nowMicros } from '../journal/clock.js';
import { readFacts, type RunFacts } from '../runs/facts.js';
import { pricesOf } from '../runs/pricing.js';
import { resolveRun } from '../runs/resolve.js';
import { loadPriceLists } from '../sources/price-lists.js';
import { painter, type Painter } from '../terminal/colors.js';
import { wrapTo } from '../terminal/columns.js';
import { screenWidth } from '../terminal/screen.js';
import { patternsOf, type FaultPattern } from '../views/fault-patterns.js';
import { faultKey, type Fault } from '../views/faults.js';
import { answer, remark, warn, type Input } from './input.js';
import { runFilter } from './run-filter.js';

const SHOWN = 20;
const INDENT = '  ';

export async function errors(input: Input): Promise<void> {
  const [text] = input.args;
  const runId = text === undefined ? null : resolveRun(input.store, text, input.context.env);
  const fits = runFilter(input);
  const found = await readFacts(
    input.store,
    'faults',
    (row) => row.run_id === runId || fits(row),
    pricesOf(input.store, loadPriceLists),
  );
  const agent = input.text('agent');
  const isOfAgent = ({ agents }: Fault): boolean => agent === undefined || agents.includes(agent);
  const runs = found.runs.map(({ row, facts }) => ({ row, facts: facts.filter(isOfAgent) }));
  if (runId === null) answerPatterns(input, runs);
  else answerRun(input, runId, runs);
  if (found.damaged.length > 0) {
    warn(`damaged, counted as far as they can be read: ${found.damaged.join(', ')}; runlog verify says where`);
    process.exitCode = 3;
  }
}

function answerPatterns(input: Input, runs: readonly RunFacts<Fault[]>[]): void {
  const all = patternsOf(runs.map(({ row, facts }) => ({ runId: row.run_id, faults: facts })));
  const patterns = all.slice(0, input.count('limit') ?? (input.context.isJson ? Infinity : SHOWN));
  const faulty = runs.filter(({ facts }) => facts.length > 0).length;
  const json = { runs: runs.length, faulty_runs: faulty, patterns: patterns.map(patternObject) };
  answer(
    input.context,
    json,
    input.context.isJson ? '' : lines(input, (paint) => patterns.map((one) => patternLines(one, paint))),
  );
  if (input.context.isJson) return;
  const more = all.length > patterns.length ? `, ${patterns.length} shown (--limit)` : '';
  const found = `${counted(all.length, 'fault')} in ${faulty} of ${counted(runs.length, 'run')}${more}`;
  remark(input.context, all.length === 0 ? `no errors in ${counted(runs.length, 'run')}` : found);
}

/** What a run met, and what is known of it from others. */
function answerRun(input: Input, runId: string, runs: readonly RunFacts<Fault[]>[]): void {
  const faults = runs.find(({ row }) => row.run_id === runId)?.facts ?? [];
  const others = runs.filter(({ row }) => row.run_id !== runId);
  const patterns = new Map(
    patternsOf(others.map(({ row, facts }) => ({ runId: row.run_id, faults: facts }))).map((pattern) => [
      faultKey(pattern.type, pattern.signature),
      pattern,
    ]),
  );
  const elsewhere = (fault: Fault): FaultPattern | undefined => patterns.get(faultKey(fault.type, fault.signature));
  const objects = faults.map((fault) => {
    const known = elsewhere(fault);
    return { ...faultObject(fault), elsewhere: known === undefined ? null : patternObject(known) };
  });
  const textOf = (paint: Painter): string[][] => faults.map((fault) => faultLines(fault, elsewhere(fault), paint));
  answer(input.context, { run_id: runId, errors: objects }, input.context.isJson ? '' : lines(input, textOf));
  if (faults.length === 0) remark(input.context, `${runId} has no errors on record`);
}

/** Blocks of lines, an empty line between them; what is too long goes on below, indented. */
function lines(input: Input, blocksOf: (paint: Painter) => string[][]): string {
  const { env, isColorless } = input.context;
  const width = screenWidth(env);
  const blocks = blocksOf(painter(isColorless, env)).map((block) =>
    block.flatMap((line, index) => {
      const indent = index === 0 ? '' : INDENT;
      const [first = '', ...rest] = wrapTo(line, width - 2 * INDENT.length);
      return [indent + first, ...rest.map((more) => indent + INDENT + more)];
    }),
  );
  return blocks.map((block) => block.map((line) => `${line}\n`).join('')).join('\n');
}

function patternLines(pattern: FaultPattern, paint: Painter): string[] {
  const { count, runIds, agents, last, first } = pattern;
  const times = count === runIds.length ? '' : `${counted(count, 'time')} `;
  const who = agents.length === 0 ? '' : `, by ${agents.map(toVisibleLine).join(', ')}`;
  const isOld = first !== last && first !== null;
  return [
    paint.bold(faultTitle(pattern)),
    `${times}in ${counted(runIds.length, 'run')}${who}; last ${agoText(last)}${isOld ? `, first ${agoText(first)}` : ''}`,
    paint.paint(toneOf(pattern), resolutionText(pattern)),
    paint.faint(`e.g. ${toVisibleLine(runIds[0] as string)}: ${toVisibleLine(pattern.message).slice(0, 200)}`),
  ];
}

function faultLines(fault: Fault, elsewhere: FaultPattern | undefined, paint: Painter): string[] {
  const { count, agents, resolved, resolution } = fault;
  const who = agents.length === 0 ? '' : `, by ${agents.map(toVisibleLine).join(', ')}`;
  const times = count === 1 ? 'once' : counted(count, 'time');
  const how = resolution === null ? '' : `: ${toVisibleLine(resolution)}`;
  const here = resolved === null ? '' : resolved ? `; resolved${how}` : '; not resolved';
  return [
    paint.bold(toVisibleLine(`${fault.type}  ${fault.message}`).slice(0, 400)),
    paint.paint(resolved === true ? 'good' : resolved === false ? 'bad' : 'plain', `${times}${who}${here}`),
    ...(elsewhere === undefined
      ? ['never met in another run']
      : [
          `met in ${counted(elsewhere.runIds.length, 'other run')}, last ${agoText(elsewhere.last)} in ${toVisibleLine(elsewhere.runIds[0] as string)}`,
          paint.paint(toneOf(elsewhere), `there ${resolutionText(elsewhere)}`),
        ]),
    ...(elsewhere?.resolutions[0] === undefined
      ? []
      : [`see: runlog summary ${toVisibleLine(elsewhere.resolutions[0].runId)}`]),
  ];
}

function toneOf({ judgedRuns, resolvedRuns }: FaultPattern): 'good' | 'warning' | 'bad' | 'plain' {
  if (judgedRuns === 0) return 'plain';
  return resolvedRuns === judgedRuns ? 'good' : resolvedRuns === 0 ? 'bad' : 'warning';
}

function agoText(at: string | null): string {
  return at === null ? 'at an unknown time' : ageText((nowMicros() - (parseInstant(at) as number)) / 1e6);
}
