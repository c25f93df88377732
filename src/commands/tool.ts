// runlog tool: one call of a tool, or, with -- CMD, the call itself: it is run and timed, and its exit status says how it went.
import type { EventBody } from '../events/vocabulary.js';
import { messageOf } from '../events/errors.js';
import { runChild } from './child.js';
import { asCaller, complain, usage, warn, type Input } from './input.js';
import { recordInto, recordOne, targetRun } from './recording.js';

export function tool(input: Input): void | Promise<void> {
  const [name = ''] = input.args;
  if (name === '') throw usage('which tool? The argument is empty');
  const duration = input.number('duration-ms') ?? null;
  if (duration !== null && duration < 0) throw usage(`--duration-ms takes milliseconds, 0 or more; not ${duration}`);
  const body: EventBody<'tool.called'> = {
    type: 'tool.called',
    tool: name,
    agent: input.text('agent') ?? null,
    issue: input.text('issue') ?? null,
    step: input.count('step') ?? null,
    success: !input.has('failed') && !input.has('error'),
    duration_ms: duration,
    error: input.text('error') ?? null,
  };
  if (input.command !== null) return callTool(input, input.command, body);
  recordOne(input, body);
}

/** CMD has our own input and output: nothing stands between it and whoever called us. */
async function callTool(input: Input, command: readonly string[], body: EventBody<'tool.called'>): Promise<void> {
  if (command.length === 0) throw usage('nothing stands after --', 'For example: runlog tool pytest -- pytest -q');
  for (const option of ['failed', 'duration-ms'])
    if (input.has(option)) throw usage(`--${option} cannot be said of a command that is run`, 'It is measured.');
  // Found before the command runs: a mistyped run should not cost an hour's work.
  const runId = targetRun(input);
  const startedAt = performance.now();
  const end = await asCaller(input.context, () => runChild(command, { stdio: 'inherit', env: input.context.env }));
  const duration = Math.round((performance.now() - startedAt) * 1e3) / 1e3;
  if (end.startError !== null) complain(end.startError);
  process.exitCode = end.exitStatus;
  const how = end.signal === null ? `exit status ${end.exitStatus}` : `killed by ${end.signal}`;
  const success = end.exitStatus === 0;
  const error = success ? null : (body.error ?? end.startError ?? how);
  try {
    recordInto(input, runId, [{ ...body, success, duration_ms: duration, error, argv: [...command] }]);
  } catch (cause) {
    warn(`${messageOf(cause)}: the call was NOT recorded`);
  }
}
