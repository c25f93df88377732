// runlog plan: the method chosen, why, and what to try where it fails.
import type { Json } from '../events/vocabulary.js';
import { messageOf } from '../events/errors.js';
import { usage, type Input } from './input.js';
import { recordOne } from './recording.js';

export function plan(input: Input): void {
  const choice = input.text('choice');
  if (choice === undefined) throw usage('plan needs --choice', 'For example: runlog plan --choice gc --backup ctgan');
  recordOne(input, {
    type: 'plan.made',
    choice,
    rationale: input.text('rationale') ?? null,
    backups: input.list('backup'),
    hyperparams: parseHyperparams(input.text('hyperparams')),
  });
}

function parseHyperparams(text: string | undefined): Json {
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw usage(`--hyperparams takes JSON: ${messageOf(error)}`, `For example: --hyperparams '{"epochs": 300}'`);
  }
}
