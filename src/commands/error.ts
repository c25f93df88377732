// runlog error: something went wrong, in its own words.
import { type Input } from './input.js';
import { recordOne } from './recording.js';

export function error(input: Input): void {
  const [type = '', message = ''] = input.args;
  recordOne(input, {
    type: 'error.raised',
    error_type: type,
    message,
    severity: input.text('severity') ?? null,
    agent: input.text('agent') ?? null,
    issue: input.text('issue') ?? null,
    resolved: input.has('resolved'),
  });
}
