// Which service and model is meant by the names that people write? Where that cannot be told the answer is null: a price for the
// wrong service would be an invented one. Pure.

/** A service by its id in the price list, and the names that it may list the model under, the likeliest first. */
export interface NamedModel {
  service: string;
  models: string[];
}

/** What services are also called, by their ids in the price list. Names are compared in lower case, any punctuation as `-`. */
const ALSO_CALLED: Readonly<Record<string, string>> = {
  openai: 'openai-api openai-chat openai-responses openai-completions',
  azure:
    'azure-openai azureopenai azure-openai-service azure-ai azure-ai-openai azure-ai-inference azure-ai-foundry azure-foundry microsoft-azure',
  anthropic: 'anthropic-api anthropic-messages claude',
  google:
    'gemini google-gemini google-ai google-ai-studio google-genai google-generative-ai google-gla google-cloud gcp gcp-gemini vertex vertex-ai vertexai google-vertex google-vertex-ai google-vertex-anthropic gcp-vertex-ai gcp-gen-ai gcp-vertex-agent',
  aws: 'bedrock aws-bedrock amazon-bedrock amazon bedrock-converse aws-bedrock-converse',
  'x-ai': 'xai grok',
  deepseek: 'deepseek-api',
  mistral: 'mistralai mistral-ai',
  cohere: 'cohere-api cohere-chat',
  groq: 'groqcloud groq-cloud',
  cerebras: 'cerebras-ai',
  fireworks: 'fireworks-ai',
  together: 'together-ai togetherai',
  openrouter: 'open-router openrouter-ai',
  perplexity: 'perplexity-ai perplexityai',
  moonshotai: 'moonshot moonshot-ai',
  zai: 'z-ai',
  zhipuai: 'zhipu zhipu-ai bigmodel',
  minimax: 'minimax-ai',
  novita: 'novita-ai',
  ovhcloud: 'ovh',
  voyageai: 'voyage voyage-ai',
  cloudflare: 'workers-ai cloudflare-workers-ai',
  'github-copilot': 'copilot',
};

const SERVICES: ReadonlyMap<string, string> = new Map(
  Object.entries(ALSO_CALLED).flatMap(([id, names]) => [id, ...names.split(' ')].map((name) => [name, id] as const)),
);

/** They pass a call on at its own price: what the model is called says where it went. */
const GATEWAYS = new Set([
  'litellm',
  'litellm-proxy',
  'portkey',
  'helicone',
  'vercel',
  'vercel-ai-gateway',
  'ai-gateway',
]);

/** Services that sell the models of others, and may be told a model with its maker's name in front. */
const RESELLERS = new Set(['azure', 'google', 'aws']);

/** What Bedrock calls its models, and nobody else: `anthropic.claude-…`, `us.amazon.nova-…`. */
const BEDROCK_ID =
  /^(?:[a-z]{2,6}(?:-gov)?\.)?(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral|moonshot|moonshotai|nvidia|openai|qwen|writer|zai)\.[a-z]/;

/**
 * Models that only their maker sells under that bare name. Open models are not among them: anybody may serve them, at any price or
 * at none, so `llama3`, `gpt-oss-20b` or `mistral-7b` without a provider says nothing of a cost.
 */
const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/^claude-[^:]*$/, 'anthropic'],
  [/^(?:gpt-(?!oss)|chatgpt-|o[134](?:-|$)|ft:gpt-|text-embedding-(?:3-|ada-))/, 'openai'],
  [/^gemini-/, 'google'],
  [/^grok-[^:]*$/, 'x-ai'],
  [/^deepseek-(?:chat|reasoner)$/, 'deepseek'],
  [/^(?:mi|code|dev|magi|mini)stral-[a-z0-9-]*latest$/, 'mistral'],
];

/** Null where the names do not tell which service it is. */
export function nameModel(provider: string | null, model: string | null): NamedModel | null {
  const name = (model ?? '').trim().toLowerCase();
  if (name === '') return null;
  const said = plain(provider ?? '');
  if (said === '' || GATEWAYS.has(said)) return byModel(name);
  const service = SERVICES.get(said) ?? (provider as string).trim().toLowerCase();
  // An SDK for Anthropic's own language that talks to Bedrock says "anthropic"; the id says where the call went.
  if (service === 'anthropic' && BEDROCK_ID.test(name)) return { service: 'aws', models: [name] };
  return { service, models: namesWithin(service, name) };
}

/** The service where the model's name alone tells it: by its form, by the service in front of it, or by its maker. */
function byModel(name: string): NamedModel | null {
  if (BEDROCK_ID.test(name)) return { service: 'aws', models: [name] };
  if (name.startsWith('accounts/fireworks/')) return { service: 'fireworks', models: [name] };
  if (name.startsWith('@cf/')) return { service: 'cloudflare', models: [name] };
  if (/^(?:models|publishers\/[a-z-]+\/models)\//.test(name))
    return { service: 'google', models: namesWithin('google', name) };
  const at = name.search(/[/:]/);
  const before = plain(name.slice(0, Math.max(at, 0)));
  const rest = name.slice(at + 1);
  if (GATEWAYS.has(before)) return byModel(rest);
  const service = SERVICES.get(before);
  if (service !== undefined) return { service, models: namesWithin(service, rest) };
  // Somebody else's: `ollama/llama3`, `meta-llama/Llama-3.1-8B`.
  if (name.includes('/')) return null;
  const maker = MAKERS.find(([pattern]) => pattern.test(name))?.[1];
  return maker === undefined ? null : { service: maker, models: [name] };
}

function namesWithin(service: string, name: string): string[] {
  const bare = service === 'google' ? name.replace(/^(?:publishers\/[a-z-]+\/)?models\//, '') : name;
  const at = bare.indexOf('/');
  const before = SERVICES.get(plain(bare.slice(0, Math.max(at, 0))));
  const isNamedInFront = before === service || (before !== undefined && RESELLERS.has(service));
  return isNamedInFront ? [bare, bare.slice(at + 1)] : [bare];
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
