// What did the calls of models cost that no price is on record for? Finalize puts the answer on record; whoever only reads a run
// applies it in memory. Where prices come from is the caller's: this room knows no list.
import type { EventBody } from '../events/vocabulary.js';
import { readConfig } from './config.js';
import type { Store } from './paths.js';
import { applyPrices, type ModelCall } from '../views/tokens.js';
import type { RunState } from '../views/run.js';

/** A call's cost in US dollars and the price list that says so; null where it knows no price. */
export type Pricer = (call: ModelCall) => { costUsd: number; source: string } | null;
/** Price lists are large: asked only once there is a call without a price. */
export type LoadPricer = () => Promise<Pricer>;

/**
 * The prices of a store, loaded at the first question, and once. `load` makes them of the store's own prices and the file that
 * says them.
 */
export function pricesOf(store: Store, load: (prices: unknown, file: string) => Promise<Pricer>): LoadPricer {
  let loaded: Promise<Pricer> | undefined;
  return () => {
    const { file = '', prices } = readConfig(store.dir) ?? {};
    return (loaded ??= load(prices, file));
  };
}

/** A line of the journal stays under 64 KiB: an id and a cost take some 60 bytes. */
const CALLS_AN_EVENT = 400;

/** The events that say what the calls of a run cost that have no price yet; one kind of source an event. */
export async function priceEvents({ usage }: RunState, load: LoadPricer): Promise<EventBody<'tokens.priced'>[]> {
  if (usage.unpriced.size === 0) return [];
  const priceOf = await load();
  const bySource = new Map<string, [id: string, costUsd: number][]>();
  for (const [id, call] of usage.unpriced) {
    const price = priceOf(call);
    if (price === null) continue;
    const costs = bySource.get(price.source);
    if (costs === undefined) bySource.set(price.source, [[id, price.costUsd]]);
    else costs.push([id, price.costUsd]);
  }
  return [...bySource].flatMap(([source, costs]) =>
    Array.from({ length: Math.ceil(costs.length / CALLS_AN_EVENT) }, (_, part) => ({
      type: 'tokens.priced' as const,
      source,
      costs_usd: Object.fromEntries(costs.slice(part * CALLS_AN_EVENT, (part + 1) * CALLS_AN_EVENT)),
    })),
  );
}

/** Prices a run's calls as finalize would, and records nothing. */
export async function priceCalls(state: RunState, load: LoadPricer): Promise<void> {
  for (const event of await priceEvents(state, load)) applyPrices(state.usage, event);
}
