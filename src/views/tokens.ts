// How many tokens were used, by whom and with which model, and what did that cost? Folds calls of models and their prices; pure.
import { formatInstant, parseInstant } from '../events/instant.js';
import type { EventBody, RunlogEvent } from '../events/vocabulary.js';

/** Sums over calls; null where no call told. A missing count is unknown, not 0. */
export interface TokenSums {
  calls: number;
  /** All tokens read, those of caches included, whichever way the provider reports them. */
  input: number | null;
  /** All tokens written, those of reasoning included. */
  output: number | null;
  /** Of the input: read from a cache, and written to one. */
  cachedRead: number | null;
  cachedWrite: number | null;
  /** Of the output. */
  reasoning: number | null;
  /** US dollars: as whoever called reported it; as a price list has it; the first where there is one, else the second. */
  reportedUsd: number | null;
  computedUsd: number | null;
  costUsd: number | null;
  /** Calls whose cost nobody knows: no report, no price. */
  unpricedCalls: number;
}

/** Sums of the calls that one agent made of one model for one issue on one day. */
export interface TokenGroup {
  agent: string | null;
  issue: string | null;
  provider: string | null;
  model: string | null;
  /** YYYY-MM-DD where the run was, by its own offset from UTC. */
  day: string;
  sums: TokenSums;
}

/** One call, as a price list wants to know it. */
export interface ModelCall {
  at: string;
  provider: string | null;
  model: string | null;
  input: number | null;
  output: number | null;
  cachedRead: number | null;
  cachedWrite: number | null;
  reportedUsd: number | null;
  /** The sums that it is part of. */
  partOf: TokenSums[];
}

export interface TokenUsage {
  groups: Map<string, TokenGroup>;
  /** Calls without a price so far, by the id of their event. */
  unpriced: Map<string, ModelCall>;
  /** Every price by its call's id: some come before their call, as events of two hosts may. */
  prices: Map<string, number>;
  /** Which price lists gave prices. */
  sources: string[];
}

export function noTokens(): TokenSums {
  return {
    calls: 0,
    input: null,
    output: null,
    cachedRead: null,
    cachedWrite: null,
    reasoning: null,
    reportedUsd: null,
    computedUsd: null,
    costUsd: null,
    unpricedCalls: 0,
  };
}

export function noUsage(): TokenUsage {
  return { groups: new Map(), unpriced: new Map(), prices: new Map(), sources: [] };
}

/** Counts a call into the sums given and into those of its group. */
export function applyCall(
  usage: TokenUsage,
  event: RunlogEvent<'tokens.used'>,
  issue: string | null,
  utcOffsetMinutes: number,
  sums: readonly TokenSums[],
): void {
  const call: ModelCall = {
    at: event.at,
    provider: event.provider ?? null,
    model: event.model ?? null,
    input: wholeInput(event),
    output: event.output ?? null,
    cachedRead: event.cached_read ?? null,
    cachedWrite: event.cached_write ?? null,
    reportedUsd: event.cost_usd ?? null,
    partOf: [...sums, groupOf(usage, event, issue, utcOffsetMinutes).sums],
  };
  for (const part of call.partOf) {
    part.calls += 1;
    part.input = sum(part.input, call.input);
    part.output = sum(part.output, call.output);
    part.cachedRead = sum(part.cachedRead, call.cachedRead);
    part.cachedWrite = sum(part.cachedWrite, call.cachedWrite);
    part.reasoning = sum(part.reasoning, event.reasoning ?? null);
    part.reportedUsd = sum(part.reportedUsd, call.reportedUsd);
    part.costUsd = sum(part.costUsd, call.reportedUsd);
    if (call.reportedUsd === null) part.unpricedCalls += 1;
  }
  usage.unpriced.set(event.id, call);
  const price = usage.prices.get(event.id);
  if (price !== undefined) priceCall(usage, event.id, price);
}

export function applyPrices(usage: TokenUsage, event: EventBody<'tokens.priced'>): void {
  if (!usage.sources.includes(event.source)) usage.sources.push(event.source);
  for (const [id, cost] of Object.entries(event.costs_usd))
    // The first price of a call stands: two that price it at once count once.
    if (typeof cost === 'number' && !usage.prices.has(id)) {
      usage.prices.set(id, cost);
      priceCall(usage, id, cost);
    }
}

function priceCall(usage: TokenUsage, id: string, cost: number): void {
  const call = usage.unpriced.get(id);
  if (call === undefined) return;
  usage.unpriced.delete(id);
  for (const part of call.partOf) {
    part.computedUsd = sum(part.computedUsd, cost);
    if (call.reportedUsd !== null) continue;
    part.costUsd = sum(part.costUsd, cost);
    part.unpricedCalls -= 1;
  }
}

/** Sums of the groups that have the same key, in the order in which the keys appear. */
export function sumGroups<Key extends readonly (string | null)[]>(
  groups: Iterable<TokenGroup>,
  keyOf: (group: TokenGroup) => Key,
): { key: Key; sums: TokenSums }[] {
  const found = new Map<string, { key: Key; sums: TokenSums }>();
  for (const group of groups) {
    const key = keyOf(group);
    const text = JSON.stringify(key);
    const known = found.get(text) ?? { key, sums: noTokens() };
    found.set(text, known);
    addSums(known.sums, group.sums);
  }
  return [...found.values()];
}

/** Adds sums to others. */
export function addSums(sums: TokenSums, more: TokenSums): void {
  for (const key of ['calls', 'unpricedCalls'] as const) sums[key] += more[key];
  for (const key of ['input', 'output', 'cachedRead', 'cachedWrite', 'reasoning'] as const)
    sums[key] = sum(sums[key], more[key]);
  for (const key of ['reportedUsd', 'computedUsd', 'costUsd'] as const) sums[key] = sum(sums[key], more[key]);
}

/** Input and output together; null where neither is known. */
export function totalTokens({ input, output }: Pick<TokenSums, 'input' | 'output'>): number | null {
  return sum(input, output);
}

/** A model that nobody knows the cost of, and what went to it. */
export interface UnpricedModel {
  provider: string | null;
  model: string | null;
  calls: number;
  tokens: number | null;
}

export function unpricedModels({ unpriced }: TokenUsage): UnpricedModel[] {
  const calls = [...unpriced.values()].filter(({ reportedUsd }) => reportedUsd === null);
  return sumUnpriced(
    calls.map(({ provider, model, input, output }) => ({
      provider,
      model,
      calls: 1,
      tokens: totalTokens({ input, output }),
    })),
  );
}

/** Each model once. */
export function sumUnpriced(parts: Iterable<UnpricedModel>): UnpricedModel[] {
  const models = new Map<string, UnpricedModel>();
  for (const { provider, model, calls, tokens } of parts) {
    const key = JSON.stringify([provider, model]);
    const known = models.get(key) ?? { provider, model, calls: 0, tokens: null };
    known.calls += calls;
    known.tokens = sum(known.tokens, tokens);
    models.set(key, known);
  }
  return [...models.values()];
}

/** Dollars as they are written: sums of binary fractions end in noise far below any price. */
export function roundUsd(usd: number | null): number | null {
  return usd === null ? null : Number(usd.toFixed(10));
}

function wholeInput(event: RunlogEvent<'tokens.used'>): number | null {
  const { input = null, cached_read: read = null, cached_write: write = null, provider = null, model = null } = event;
  const includesCached = event.input_includes_cached ?? !reportsWithoutCached(provider ?? '', model ?? '');
  return includesCached || input === null ? input : input + (read ?? 0) + (write ?? 0);
}

/**
 * APIs that report the tokens of caches beside the input, not within it: Anthropic's, wherever Claude is served by it, and
 * Bedrock's Converse (`inputTokens` without `cacheReadInputTokens`). OpenAI, Google, xAI, DeepSeek, Mistral and Groq count them
 * in, and so do gateways that speak OpenAI's language.
 */
function reportsWithoutCached(provider: string, model: string): boolean {
  if (/anthropic|bedrock|amazon|^\s*aws\b/i.test(provider)) return true;
  if (/^\s*(?:openrouter|litellm)\//i.test(model)) return false;
  if (provider === '' && /^\s*(?:bedrock\/|(?:[a-z]{2,6}\.)?amazon\.)/i.test(model)) return true;
  return /claude/i.test(model) && /^$|vertex|google|gemini|gcp|azure/i.test(provider);
}

function groupOf(
  { groups }: TokenUsage,
  event: RunlogEvent<'tokens.used'>,
  issue: string | null,
  utcOffsetMinutes: number,
): TokenGroup {
  const { agent = null, provider = null, model = null } = event;
  const day = dayOf(event.at, utcOffsetMinutes);
  const key = JSON.stringify([agent, issue, provider, model, day]);
  const known = groups.get(key);
  if (known !== undefined) return known;
  const group = { agent, issue, provider, model, day, sums: noTokens() };
  groups.set(key, group);
  return group;
}

function dayOf(at: string, utcOffsetMinutes: number): string {
  // Nowhere is further from UTC than this; a journal may say anything.
  const offset = Math.abs(utcOffsetMinutes) <= 14 * 60 ? utcOffsetMinutes : 0;
  const local = formatInstant((parseInstant(at) as number) + offset * 60e6);
  return local.slice(0, local.indexOf('T'));
}

function sum(known: number | null, more: number | null): number | null {
  return more === null ? known : (known ?? 0) + more;
}
