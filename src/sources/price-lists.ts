// Prices of models: one's own, and the list's. Loaded only when somebody asks: the list is half a megabyte.
import type { OwnPrices } from './own-prices.js';
import type { Call, Price } from './prices.js';

/**
 * Which price a call has, own prices (`prices` of a runlog.config.json, `file`) before those of the list. Throws `usage` where
 * own prices are none.
 */
export async function loadPriceLists(prices: unknown, file: string): Promise<(call: Call) => Price | null> {
  const [{ readOwnPrices }, { priceOf }] = await Promise.all([import('./own-prices.js'), import('./prices.js')]);
  const own: OwnPrices = readOwnPrices(prices, file);
  return (call) => priceOf(call, own);
}
