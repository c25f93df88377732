// runlog debug start|attempt|end: a debugging cycle: an error, the attempts to mend it, and whether one did.
import { usage, type Input } from './input.js';
import { recordEnding, recordOne } from './recording.js';

export function debugStart(input: Input): void {
  const [agent, type] = [input.text('agent'), input.text('type')];
  if (!agent || !type) throw usage('debug start needs --agent and --type', 'Who debugs, and the type of the error.');
  recordOne(input, {
    type: 'debug.started',
    error_type: type,
    message: input.text('message') ?? null,
    ...whose(input),
    agent,
  });
}

export function debugAttempt(input: Input): void {
  recordOne(input, { type: 'debug.attempted', ...whose(input) });
}

export function debugEnd(input: Input): void {
  const resolved = input.has('resolved');
  if (resolved === input.has('unresolved')) throw usage('debug end needs --resolved or --unresolved, one of them');
  recordEnding(input, { type: 'debug.ended', resolved, method: input.text('method') ?? null, ...whose(input) });
}

/** Without either, attempts and ends belong to the latest cycle that is open. */
function whose(input: Input): { agent: string | null; issue: string | null } {
  return { agent: input.text('agent') ?? null, issue: input.text('issue') ?? null };
}
