// What does a call of a model cost by a price list? @pydantic/genai-prices' one home: half a megabyte, so this file is only ever
// imported where a price is needed. Where the list does not know the model, the answer is null: no price is better than a wrong one.
import { calcPrice, findProvider, type MatchLogic, type ModelPrice } from '@pydantic/genai-prices';
import { parseInstant } from '../events/instant.js';
import { nameModel, type NamedModel } from './model-names.js';
import type { OwnPrice, OwnPrices } from './own-prices.js';

/** One call, tokens as counts. `input` has those of caches in it, whichever way the provider reports them. */
export interface Call {
  /** When: prices change. */
  at: string;
  provider: string | null;
  model: string | null;
  input: number | null;
  output: number | null;
  cachedRead: number | null;
  cachedWrite: number | null;
}

export interface Price {
  costUsd: number;
  /** Which list says so, in which version. */
  source: string;
}

export const LIST_SOURCE = 'genai-prices 0.1.8';
export const OWN_SOURCE = 'runlog.config.json';

const PER = 1e6;

/**
 * The cost of a call at the prices of its time; own prices beat the list. Null where the model or a count is not known, and where
 * the counts contradict each other, as with more cached tokens than input.
 */
export function priceOf(call: Call, own: OwnPrices): Price | null {
  if (call.input === null || call.output === null) return null;
  const named = nameModel(call.provider, call.model);
  const ownPrice = findOwn(call, named, own);
  if (ownPrice !== null) return priced(costByOwn(call, ownPrice), OWN_SOURCE);
  return named === null ? null : priced(costByList(call, named), LIST_SOURCE);
}

function priced(costUsd: number | null, source: string): Price | null {
  return costUsd === null || !Number.isFinite(costUsd) || costUsd < 0 ? null : { costUsd, source };
}

/** Names as written come before what is made of them, and a price for one provider before one for all. */
function findOwn({ provider, model }: Call, named: NamedModel | null, own: OwnPrices): OwnPrice | null {
  if (own.size === 0 || model === null) return null;
  const written = model.trim().toLowerCase();
  const by = (provider ?? '').trim().toLowerCase();
  const models = named?.models ?? [];
  const keys = [
    ...(by === '' ? [] : [`${by}/${written}`]),
    ...models.map((name) => `${named?.service}/${name}`),
    written,
    ...models,
  ];
  for (const key of keys) {
    const found = own.get(key);
    if (found !== undefined) return found;
  }
  return null;
}

function costByOwn(call: Call, price: OwnPrice): number | null {
  const [read, write] = [call.cachedRead ?? 0, call.cachedWrite ?? 0];
  const fresh = (call.input as number) - read - write;
  if (fresh < 0) return null;
  const cost =
    fresh * price.input +
    read * (price.cachedRead ?? price.input) +
    write * (price.cachedWrite ?? price.input) +
    (call.output as number) * price.output;
  return cost / PER;
}

function costByList(call: Call, { service, models }: NamedModel): number | null {
  // By its exact id: the list's own search takes anything with "openai" in its name for OpenAI.
  const provider = findProvider({ providerId: service });
  if (provider?.id !== service) return null;
  const micros = parseInstant(call.at);
  if (micros === null) return null;
  const usage = {
    input_tokens: call.input as number,
    output_tokens: call.output as number,
    ...(call.cachedRead === null ? {} : { cache_read_tokens: call.cachedRead }),
    ...(call.cachedWrite === null ? {} : { cache_write_tokens: call.cachedWrite }),
  };
  for (const name of models) {
    try {
      const found = calcPrice(usage, name, { providerId: service, timestamp: new Date(micros / 1000) });
      if (found === null || isOtherVersion(found.model.match, name)) continue;
      return isPricedByToken(usage, found.model_price) || isFree(service, name) ? found.total_price : null;
    } catch {
      // It throws where the counts contradict each other.
      return null;
    }
  }
  return null;
}

/** The list has models without a price, or with one an hour or a page; their tokens would count for nothing. */
function isPricedByToken(usage: { input_tokens: number; output_tokens: number }, price: ModelPrice): boolean {
  return (
    (usage.input_tokens === 0 || price['input_mtok'] !== undefined) &&
    (usage.output_tokens === 0 || price['output_mtok'] !== undefined) &&
    (price['input_mtok'] !== undefined || price['output_mtok'] !== undefined)
  );
}

/** OpenRouter says so in the name; elsewhere no price means that nobody knows it. */
function isFree(service: string, name: string): boolean {
  return service === 'openrouter' && name.endsWith(':free');
}

/** What may follow a model's name, part by part, and is still that model: dates, revisions, and words for its state. */
const SAME_MODEL = /^(?:|20\d{6}|\d{6}|\d{4}|0\d\d|[0-3]\d|latest|preview|exp|default|thinking|instruct|chat)$/;
/** Bedrock's and Vertex's: `-v1:0`, `-v2`, `-v1:0:200k`. */
const REVISION = /-v\d+(?::\d+(?::\d+k)?)?(?=@|$)/;

function isSameModel(end: string): boolean {
  return end
    .replace(REVISION, '')
    .split(/[-@:._]/)
    .every((part) => SAME_MODEL.test(part));
}

/**
 * Whether the list knows a name only by how it begins, and it goes on as another model's would: `claude-sonnet-5` is no price for a
 * `claude-sonnet-5-5` that came later, nor `deepseek-r1` one for `deepseek-r1-distill-qwen-7b`.
 */
function isOtherVersion(match: MatchLogic, name: string): boolean {
  // A fine-tuned model has its maker's name and its owner's in its own, at one price.
  if (name.startsWith('ft:')) return false;
  const literals = literalsOf(match);
  if (literals.some(([kind, text]) => kind === 'whole' && text === name)) return false;
  const ends = literals
    .filter(([kind, text]) => kind === 'part' && name.includes(text))
    .map(([, text]) => name.slice(name.indexOf(text) + text.length));
  return ends.length > 0 && !ends.some(isSameModel);
}

function literalsOf(match: MatchLogic): ['whole' | 'part', string][] {
  if ('or' in match) return match.or.flatMap(literalsOf);
  if ('and' in match) return match.and.flatMap(literalsOf);
  if ('equals' in match) return [['whole', match.equals.toLowerCase()]];
  if ('starts_with' in match) return [['part', match.starts_with.toLowerCase()]];
  if ('contains' in match) return [['part', match.contains.toLowerCase()]];
  return [];
}
