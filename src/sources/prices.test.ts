import fs from 'node:fs';
import { calcPrice } from '@pydantic/genai-prices';
import { describe, expect, test } from 'vitest';
import type { OwnPrice, OwnPrices } from './own-prices.js';
import { LIST_SOURCE, OWN_SOURCE, priceOf, type Call } from './prices.js';

const NONE: OwnPrices = new Map();

function call(provider: string | null, model: string | null, more: Partial<Call> = {}): Call {
  return {
    at: '2026-09-20T12:00:00.000000Z',
    provider,
    model,
    input: 120_000,
    output: 3_000,
    cachedRead: null,
    cachedWrite: null,
    ...more,
  };
}

function costOf(provider: string | null, model: string | null, more: Partial<Call> = {}): number | null {
  return priceOf(call(provider, model, more), NONE)?.costUsd ?? null;
}

test('the source names the list and the version that is installed', () => {
  const file = new URL('../../node_modules/@pydantic/genai-prices/package.json', import.meta.url);
  const { version } = JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string };
  expect(LIST_SOURCE).toBe(`genai-prices ${version}`);
  expect(priceOf(call('openai', 'gpt-5'), NONE)?.source).toBe(LIST_SOURCE);
});

describe('what a call costs is what the list computes, at the prices of its time', () => {
  // The id of the provider in the list, and how the model is called there.
  const MODELS: [provider: string, model: string][] = [
    ['openai', 'gpt-5'],
    ['openai', 'gpt-4o-2024-08-06'],
    ['openai', 'gpt-4.1-mini'],
    ['openai', 'o3'],
    ['anthropic', 'claude-sonnet-4-5-20250929'],
    ['anthropic', 'claude-haiku-4-5'],
    ['anthropic', 'claude-opus-4-6'],
    ['google', 'gemini-2.5-pro'],
    ['google', 'gemini-2.5-flash'],
    ['google', 'gemini-3.6-flash'],
    ['deepseek', 'deepseek-chat'],
    ['deepseek', 'deepseek-v4-flash'],
    ['mistral', 'mistral-medium-latest'],
    ['mistral', 'ministral-8b-latest'],
    ['x-ai', 'grok-3-mini'],
    ['groq', 'llama-3.3-70b-versatile'],
    ['aws', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['azure', 'gpt-4o'],
    ['openrouter', 'openai/gpt-5'],
  ];
  const TIMES = ['2025-06-09T23:59:59Z', '2025-06-10T00:00:01Z', '2026-08-20T02:00:00Z', '2027-01-02T20:00:00Z'];
  test.each(MODELS)('%s %s', (providerId, model) => {
    for (const at of TIMES)
      for (const cached of [
        { cachedRead: 0, cachedWrite: 0 },
        { cachedRead: 100_000, cachedWrite: 5_000 },
      ]) {
        const usage = {
          input_tokens: 250_000,
          output_tokens: 3_000,
          cache_read_tokens: cached.cachedRead,
          cache_write_tokens: cached.cachedWrite,
        };
        const expected = calcPrice(usage, model, { providerId, timestamp: new Date(at) });
        expect(expected?.total_price).toBeGreaterThan(0);
        expect(costOf(providerId, model, { at, input: 250_000, ...cached })).toBe(expected?.total_price);
      }
  });

  test('a price that changed: o3 cost 10 and 40 dollars a million until 10 June 2025, then 2 and 8', () => {
    const million = { input: 1_000_000, output: 1_000_000 };
    expect(costOf('openai', 'o3', { ...million, at: '2025-06-09T23:59:59.999999Z' })).toBeCloseTo(10 + 40, 12);
    expect(costOf('openai', 'o3', { ...million, at: '2025-06-10T00:00:00.000000Z' })).toBeCloseTo(2 + 8, 12);
  });

  test('a price of the hour: deepseek-chat is cheaper after 16:30 UTC', () => {
    const million = { input: 1_000_000, output: 1_000_000 };
    expect(costOf('deepseek', 'deepseek-chat', { ...million, at: '2025-09-01T16:29:59Z' })).toBeCloseTo(0.27 + 1.1, 12);
    expect(costOf('deepseek', 'deepseek-chat', { ...million, at: '2025-09-01T16:30:00Z' })).toBeCloseTo(
      0.135 + 0.55,
      12,
    );
  });
});

describe('cached tokens, worked out by hand: fresh + read + written + output, dollars per million', () => {
  const counts: Partial<Call> = { input: 100_000, cachedRead: 60_000, cachedWrite: 10_000, output: 2_000 };
  test.each<[provider: string, model: string, counts: Partial<Call>, usd: number]>([
    // 30,000 x 3 + 60,000 x 0.30 + 10,000 x 3.75 + 2,000 x 15 = 90,000 + 18,000 + 37,500 + 30,000
    ['anthropic', 'claude-sonnet-4-5', counts, 0.1755],
    // 40,000 x 1.25 + 60,000 x 0.125 + 2,000 x 10 = 50,000 + 7,500 + 20,000
    ['openai', 'gpt-5', { ...counts, cachedWrite: null }, 0.0775],
    // 40,000 x 1.25 + 60,000 x 0.125 + 2,000 x 10; below 200,000 tokens
    ['google', 'gemini-2.5-pro', { ...counts, cachedWrite: null }, 0.0775],
    // 140,000 x 2.50 + 60,001 x 0.25 + 2,000 x 15: one token above 200,000, so all are at the higher price
    ['google', 'gemini-2.5-pro', { input: 200_001, cachedRead: 60_001, output: 2_000 }, 0.39500025],
    // 40,000 x 0.27 + 60,000 x 0.07 + 2,000 x 1.1 = 10,800 + 4,200 + 2,200; at noon
    ['deepseek', 'deepseek-chat', { ...counts, cachedWrite: null }, 0.0172],
    // 40,000 x 1.5 + 60,000 x 0.15 + 2,000 x 7.5 = 60,000 + 9,000 + 15,000; since June 2026
    ['mistral', 'mistral-medium-latest', { ...counts, cachedWrite: null }, 0.084],
    // 40,000 x 0.3 + 60,000 x 0.075 + 2,000 x 0.5 = 12,000 + 4,500 + 1,000
    ['xai', 'grok-3-mini', { ...counts, cachedWrite: null }, 0.0175],
    // 30,000 x 3.3 + 60,000 x 0.33 + 10,000 x 4.125 + 2,000 x 16.5 = 99,000 + 19,800 + 41,250 + 33,000
    ['bedrock', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0', counts, 0.19305],
    // 40,000 x 2.5 + 60,000 x 1.25 + 2,000 x 10 = 100,000 + 75,000 + 20,000
    ['Azure OpenAI', 'gpt-4o', { ...counts, cachedWrite: null }, 0.195],
    // Groq has no price for cached tokens of this model: 100,000 x 0.59 + 2,000 x 0.79
    ['groq', 'llama-3.3-70b-versatile', { ...counts, cachedWrite: null }, 0.06058],
  ])('%s %s %o', (provider, model, more, usd) => {
    expect(costOf(provider, model, more)).toBeCloseTo(usd, 12);
  });
});

describe('providers and models as people write them', () => {
  test.each<[provider: string | null, model: string, as: [provider: string, model: string]]>([
    ['OpenAI', 'GPT-5', ['openai', 'gpt-5']],
    [' openai ', ' gpt-5 ', ['openai', 'gpt-5']],
    ['openai', 'openai/gpt-5', ['openai', 'gpt-5']],
    [null, 'gpt-5', ['openai', 'gpt-5']],
    [null, 'openai/gpt-5', ['openai', 'gpt-5']],
    [null, 'openai:gpt-5', ['openai', 'gpt-5']],
    [null, 'o4-mini', ['openai', 'o4-mini']],
    ['Azure OpenAI', 'gpt-4o', ['azure', 'gpt-4o']],
    ['azure.ai.openai', 'gpt-4o', ['azure', 'gpt-4o']],
    [null, 'azure/gpt-4o', ['azure', 'gpt-4o']],
    ['openai.responses', 'gpt-5', ['openai', 'gpt-5']],
    ['Amazon Bedrock Converse', 'amazon.nova-pro-v1:0', ['aws', 'amazon.nova-pro-v1:0']],
    ['Google Cloud', 'gemini-2.5-pro', ['google', 'gemini-2.5-pro']],
    ['x_ai', 'grok-3-mini', ['x-ai', 'grok-3-mini']],
    ['together.ai', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', ['together', 'meta-llama/Llama-3.3-70B-Instruct-Turbo']],
    ['Anthropic', 'claude-sonnet-4-5-20250929', ['anthropic', 'claude-sonnet-4-5']],
    [null, 'anthropic/claude-sonnet-4-5', ['anthropic', 'claude-sonnet-4-5']],
    [null, 'claude-haiku-4-5', ['anthropic', 'claude-haiku-4-5']],
    ['Vertex AI', 'claude-sonnet-4-5@20250929', ['google', 'claude-sonnet-4-5']],
    ['gemini', 'models/gemini-2.5-pro', ['google', 'gemini-2.5-pro']],
    ['gcp.vertex_ai', 'publishers/google/models/gemini-2.5-pro', ['google', 'gemini-2.5-pro']],
    [null, 'vertex_ai/gemini-2.5-pro', ['google', 'gemini-2.5-pro']],
    ['google', 'gemini-2.0-flash-001', ['google', 'gemini-2.0-flash']],
    ['google', 'gemini-2.5-pro-preview-06-05', ['google', 'gemini-2.5-pro']],
    ['anthropic', 'claude-3-5-sonnet-v2@20241022', ['anthropic', 'claude-3-5-sonnet']],
    ['anthropic', 'claude-sonnet-4-20250514', ['anthropic', 'claude-sonnet-4-0']],
    ['bedrock', 'anthropic.claude-3-5-sonnet-20240620-v1:0:200k', ['aws', 'anthropic.claude-3-5-sonnet-20240620-v1:0']],
    [null, 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', ['aws', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0']],
    [
      'anthropic',
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      ['aws', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ],
    [null, 'bedrock/amazon.nova-pro-v1:0', ['aws', 'amazon.nova-pro-v1:0']],
    [null, 'openrouter/openai/gpt-5', ['openrouter', 'openai/gpt-5']],
    ['OpenRouter', 'anthropic/claude-sonnet-4.5', ['openrouter', 'anthropic/claude-sonnet-4.5']],
    ['litellm', 'anthropic/claude-sonnet-4-5', ['anthropic', 'claude-sonnet-4-5']],
    ['LiteLLM', 'gpt-4o', ['openai', 'gpt-4o']],
    [null, 'litellm/openai/gpt-5', ['openai', 'gpt-5']],
    ['grok', 'grok-3-mini', ['x-ai', 'grok-3-mini']],
    ['Mistral AI', 'mistral-large-latest', ['mistral', 'mistral-large-latest']],
    ['groq', 'openai/gpt-oss-120b', ['groq', 'openai/gpt-oss-120b']],
  ])('%s, %s', (provider, model, [providerId, listed]) => {
    const usage = { input_tokens: 120_000, output_tokens: 3_000 };
    const timestamp = new Date('2026-09-20T12:00:00Z');
    const expected = calcPrice(usage, listed, { providerId, timestamp });
    expect(expected?.provider.id).toBe(providerId);
    expect(costOf(provider, model)).toBe(expected?.total_price);
  });
});

describe('a price that nobody can tell is none', () => {
  test.each([
    ['openai', 'acme-7b'],
    ['openai', null],
    ['openai', ''],
    // Whose own machine serves a model pays no cloud's price, whatever the model is called.
    ['ollama', 'gpt-oss-20b'],
    ['ollama', 'llama3'],
    ['lmstudio', 'qwen3'],
    ['vllm', 'deepseek-chat'],
    ['local', 'gpt-4o'],
    ['acme', 'gpt-4o'],
    ['my-openai-proxy', 'gpt-4o'],
    ['openai-compatible', 'gpt-4o'],
    ['ai', 'gpt-4o'],
    ['cloud-ai', 'gpt-4o'],
    // Open models: anybody may serve them.
    [null, 'gpt-oss-20b'],
    [null, 'llama3:8b'],
    [null, 'mistral:7b'],
    [null, 'mistral-7b-instruct'],
    [null, 'deepseek-r1:7b'],
    [null, 'ollama/llama3'],
    [null, 'meta-llama/Llama-3.1-8B'],
    [null, '__proto__'],
    ['constructor', 'toString'],
    // The SDK of one, pointed at another.
    ['openai', 'anthropic/claude-sonnet-4-5'],
    // Another model, though its name begins as one that the list knows.
    ['anthropic', 'claude-sonnet-5-5'],
    ['anthropic', 'claude-sonnet-50'],
    ['deepseek', 'deepseek-r1-distill-qwen-7b'],
    // In the list without a price for tokens.
    ['github-copilot', 'gpt-4o'],
    ['openai', 'whisper-1'],
  ] as const)('%s, %s', (provider: string | null, model: string | null) => {
    expect(priceOf(call(provider, model), NONE)).toBeNull();
  });

  test('counts that are missing or contradict each other have no cost', () => {
    expect(costOf('openai', 'gpt-5', { input: null })).toBeNull();
    expect(costOf('openai', 'gpt-5', { output: null })).toBeNull();
    expect(costOf('openai', 'gpt-5', { input: 10, cachedRead: 11 })).toBeNull();
    expect(costOf('anthropic', 'claude-sonnet-4-5', { input: 10, cachedRead: 6, cachedWrite: 6 })).toBeNull();
  });

  test('a name of a megabyte, however it goes on, takes no longer than it is long', () => {
    expect(priceOf(call(`openai${'-ai'.repeat(300_000)}`, 'gpt-5'), NONE)).toBeNull();
    for (const part of ['0', '20250101', '-v1:0', '-2025', 'a/', ':'])
      expect(costOf('anthropic', `claude-sonnet-4-5-${part.repeat(1_000_000 / part.length)}x`)).toBeNull();
  });

  test('what is free costs 0, which is not unknown', () => {
    expect(costOf('openrouter', 'deepseek/deepseek-r1:free')).toBe(0);
    expect(costOf('openai', 'gpt-5', { input: 0, output: 0 })).toBe(0);
  });
});

describe('own prices', () => {
  const price = { input: 0.5, output: 1.5, cachedRead: 0.05, cachedWrite: 0.6 };
  const own = new Map<string, OwnPrice>([
    ['acme-7b', price],
    ['openai/gpt-5', { input: 1, output: 1, cachedRead: null, cachedWrite: null }],
    ['gpt-5', { input: 7, output: 7, cachedRead: null, cachedWrite: null }],
  ]);

  test('a model that no list has: 30,000 x 0.5 + 60,000 x 0.05 + 10,000 x 0.6 + 2,000 x 1.5 a million', () => {
    const counts = { input: 100_000, cachedRead: 60_000, cachedWrite: 10_000, output: 2_000 };
    const found = priceOf(call('ollama', 'Acme-7B', counts), own);
    expect(found?.costUsd).toBeCloseTo(0.027, 12);
    expect(found?.source).toBe(OWN_SOURCE);
  });

  test('they beat the list, and a price for one provider beats one for all', () => {
    const million = { input: 1_000_000, output: 0 };
    expect(priceOf(call('OpenAI', 'gpt-5', million), own)?.costUsd).toBe(1);
    expect(priceOf(call(null, 'openai/gpt-5', million), own)?.costUsd).toBe(1);
    expect(priceOf(call('azure', 'gpt-5', million), own)?.costUsd).toBe(7);
    expect(priceOf(call('nobody', 'gpt-5', million), own)?.costUsd).toBe(7);
  });

  test('cached tokens without a price of their own cost what any input does; too many of them are refused', () => {
    expect(priceOf(call('openai', 'gpt-5', { input: 1_000_000, cachedRead: 400_000, output: 0 }), own)?.costUsd).toBe(
      1,
    );
    expect(priceOf(call('openai', 'gpt-5', { input: 10, cachedRead: 11 }), own)).toBeNull();
  });
});
