// Where commands get prices from: the store's own, and the list, which is loaded only where a call has no price.
import { readConfig } from '../runs/config.js';
import type { Store } from '../runs/paths.js';
import type { LoadPricer, Pricer } from '../runs/pricing.js';

/** Loads at the first question, and once. What is wrong with own prices is thrown then, as `usage`. */
export function pricesOf(store: Store): LoadPricer {
  let loaded: Promise<Pricer> | undefined;
  return () => (loaded ??= loadPricer(store));
}

async function loadPricer(store: Store): Promise<Pricer> {
  const { file = '', prices } = readConfig(store.dir) ?? {};
  const [{ readOwnPrices }, { priceOf }] = await Promise.all([
    import('../sources/own-prices.js'),
    import('../sources/prices.js'),
  ]);
  const own = readOwnPrices(prices, file);
  return (call) => priceOf(call, own);
}
