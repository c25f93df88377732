// runlog usage: one call of a model: its tokens, and its cost where the caller was told.
import { usage as refuse, type Input } from './input.js';
import { recordOne } from './recording.js';

export function usage(input: Input): void {
  const model = input.text('model');
  if (model === undefined || model === '') throw refuse('usage needs --model', 'The name as the provider has it.');
  const cost = input.number('cost') ?? null;
  if (cost !== null && cost < 0) throw refuse(`--cost takes US dollars, 0 or more; not ${cost}`);
  recordOne(input, {
    type: 'tokens.used',
    model,
    provider: input.text('provider') ?? null,
    agent: input.text('agent') ?? null,
    issue: input.text('issue') ?? null,
    step: input.count('step') ?? null,
    input: needed(input, 'input'),
    input_includes_cached: includesCached(input),
    output: needed(input, 'output'),
    cached_read: input.count('cached-read') ?? null,
    cached_write: input.count('cached-write') ?? null,
    reasoning: input.count('reasoning') ?? null,
    cost_usd: cost,
  });
}

function needed(input: Input, name: string): number {
  const count = input.count(name);
  if (count === undefined) throw refuse(`usage needs --${name}`, 'The number of tokens; 0 where there were none.');
  return count;
}

/** Null where neither is said: then it is as the provider's API has it. */
function includesCached(input: Input): boolean | null {
  const [includes, excludes] = [input.has('input-includes-cached'), input.has('input-excludes-cached')];
  if (includes && excludes) throw refuse('give --input-includes-cached or --input-excludes-cached, not both');
  return includes || excludes ? includes : null;
}
