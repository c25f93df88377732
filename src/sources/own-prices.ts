// Which prices does a runlog.config.json give? The shape of its `prices`, checked. Pure.
import { RunlogError } from '../events/errors.js';

/** US dollars per million tokens; null where the tokens of caches cost what any input does. */
export interface OwnPrice {
  input: number;
  output: number;
  cachedRead: number | null;
  cachedWrite: number | null;
}

/** By `model` or `provider/model`, in lower case. */
export type OwnPrices = ReadonlyMap<string, OwnPrice>;

const KEYS = new Set(['input', 'output', 'cached_read', 'cached_write']);

/**
 * What `prices` of a config file says; `file` is for its errors. Throws `usage`, naming the file and the key, where something in
 * it is no price.
 */
export function readOwnPrices(prices: unknown, file: string): OwnPrices {
  if (prices === undefined || prices === null) return new Map();
  if (!isTable(prices)) throw wrong(file, 'prices must be an object of models and their prices');
  return new Map(
    Object.entries(prices).map(([model, price]) => [model.trim().toLowerCase(), ownPrice(file, model, price)]),
  );
}

function ownPrice(file: string, model: string, price: unknown): OwnPrice {
  const where = `prices[${JSON.stringify(model)}]`;
  if (!isTable(price)) throw wrong(file, `${where} must be an object`);
  const stranger = Object.keys(price).find((key) => !KEYS.has(key));
  if (stranger !== undefined) throw wrong(file, `${where} has ${JSON.stringify(stranger)}, which is no price`);
  const usdOf = (key: string): number | null => {
    const usd = price[key];
    if (usd === undefined || usd === null) return null;
    if (typeof usd !== 'number' || !Number.isFinite(usd) || usd < 0)
      throw wrong(file, `${where}.${key} must be a number, 0 or more; not ${JSON.stringify(usd)}`);
    return usd;
  };
  const [input, output] = [usdOf('input'), usdOf('output')];
  if (input === null || output === null) throw wrong(file, `${where} needs ${input === null ? 'input' : 'output'}`);
  return { input, output, cachedRead: usdOf('cached_read'), cachedWrite: usdOf('cached_write') };
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(file: string, message: string): RunlogError {
  return new RunlogError('usage', `${file}: ${message}`, {
    hint: 'Prices are US dollars per million tokens: {"prices": {"acme-7b": {"input": 0.5, "output": 1.5}}}',
  });
}
