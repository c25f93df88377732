// runlog step start|note|end: one agent's execution of one task.
import type { Measure } from '../events/vocabulary.js';
import { reserveStepNumber } from '../runs/step-numbers.js';
import { answer, parseCount, splitPair, usage, type Input } from './input.js';
import { keptId, recordEnding, recordInto, recordOne, targetRun } from './recording.js';

/** Prints the step's number; the agent's name where no number could be had, for `step end` takes either. */
export function stepStart(input: Input): void {
  const [agent = ''] = input.args;
  if (/^\d*$/.test(agent))
    throw usage('an agent needs a name that is not a number', 'For example: runlog step start coding');
  const attempt = input.count('attempt') ?? null;
  const runId = targetRun(input);
  const number = reserveStepNumber(input.store, runId, input.context.env);
  const body = { agent, task: input.text('task') ?? null, attempt, issue: input.text('issue') ?? null };
  const recorded = recordInto(input, runId, [{ type: 'step.started', step: number, ...body }]);
  answer(input.context, { run_id: runId, id: keptId(recorded), step_number: number }, `${number ?? agent}\n`);
}

export function stepNote(input: Input): void {
  const [number = '', title = ''] = input.args;
  if (title === '') throw usage('a note needs a title', 'planned, training, metrics, error, cancelled, or any other');
  const metrics = input.list('metric').map((text): [string, Measure] => {
    const [name, value] = splitPair(text, '--metric');
    return [name, parseMeasure(value, `--metric ${name}`)];
  });
  recordOne(input, {
    type: 'step.noted',
    step: parseCount(number, 'the step number'),
    title,
    detail: input.text('detail') ?? null,
    metrics: Object.fromEntries(metrics),
  });
}

export function stepEnd(input: Input): void {
  const [which = ''] = input.args;
  if (which === '')
    throw usage('which step? The argument is empty', 'Give the number that step start printed, or the agent.');
  const status = input.choice('status', ['SUCCESS', 'FAIL', 'BLOCKED']);
  if (status === undefined) throw usage('step end needs --status SUCCESS, FAIL or BLOCKED');
  const isNumber = /^\d+$/.test(which);
  recordEnding(input, {
    type: 'step.ended',
    step: isNumber ? parseCount(which, 'the step number') : null,
    agent: isNumber ? null : which,
    status,
    output_summary: input.text('summary') ?? null,
    error: input.text('error') ?? null,
  });
}

/** A number; NaN and infinities are real results of training, and are kept as words. */
export function parseMeasure(text: string, what: string): Measure {
  const special = /^([+-]?)(nan|inf|infinity)$/i.exec(text.trim());
  if (special !== null) {
    if ((special[2] as string).toLowerCase() === 'nan') return 'NaN';
    return special[1] === '-' ? '-Infinity' : 'Infinity';
  }
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number))
    throw usage(`${what} takes a number, not ${JSON.stringify(text)}`);
  return number;
}
