// How many tokens were used, and what was it reported to cost? Sums of tokens.used events; pure.
import type { RunlogEvent } from '../events/vocabulary.js';

/** Sums; null where no event told. A missing count is unknown, not 0. */
export interface TokenSums {
  input: number | null;
  output: number | null;
  costUsd: number | null;
}

export function noTokens(): TokenSums {
  return { input: null, output: null, costUsd: null };
}

export function addTokens(sums: TokenSums, event: RunlogEvent<'tokens.used'>): void {
  sums.input = sum(sums.input, event.input);
  sums.output = sum(sums.output, event.output);
  sums.costUsd = sum(sums.costUsd, event.cost_usd);
}

/** Input and output together; null where neither is known. */
export function totalTokens(sums: TokenSums): number | null {
  return sum(sums.input, sums.output);
}

function sum(known: number | null, more: number | null | undefined): number | null {
  if (more === null || more === undefined) return known;
  return (known ?? 0) + more;
}
