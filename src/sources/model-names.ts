// Which service and model is meant by the names that people write? Where that cannot be told the answer is null: a price for the
// wrong service would be an invented one. Pure.

/** A service by its id in the price list, and the names that it may list the model under, the likeliest first. */
export interface NamedModel {
  service: string;
  models: string[];
}

/** What services are also called, by their ids in the price list. Names are compared in lower case, any punctuation as `-`. */
const ALSO_CALLED: Readonly<Record<string, string>> = {
  openai: '',
  azure: 'azure-openai azureopenai azure-ai-openai azure-ai-foundry azure-foundry microsoft-azure',
  anthropic: 'claude',
  google:
    'gemini google-gemini google-ai-studio google-genai google-generative-ai google-gla gcp gcp-gemini gcp-gen-ai vertex vertexai google-vertex google-vertex-anthropic gcp-vertex',
  aws: 'bedrock aws-bedrock amazon-bedrock amazon',
  'x-ai': 'xai grok',
  deepseek: '',
  mistral: 'mistralai',
  cohere: '',
  groq: 'groqcloud',
  cerebras: '',
  fireworks: '',
  together: 'togetherai',
  openrouter: 'open-router',
  perplexity: 'perplexityai',
  moonshotai: 'moonshot',
  zai: 'z-ai',
  zhipuai: 'zhipu bigmodel',
  minimax: '',
  novita: '',
  ovhcloud: 'ovh',
  voyageai: 'voyage',
  cloudflare: 'workers-ai cloudflare-workers',
  'github-copilot': 'copilot',
};

/** Words behind a service's name that say how it is spoken to: `openai.chat`, `Mistral AI`, `bedrock_converse`. */
const MANNER = /-(?:ai|api|chat|cloud|completions|converse|inference|messages|responses|service)$/;

const SERVICES: ReadonlyMap<string, string> = new Map(
  Object.entries(ALSO_CALLED).flatMap(([id, names]) =>
    [id, ...names.split(' ').filter(Boolean)].map((name) => [name, id] as const),
  ),
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

/** No service or model has a longer name; a text that is longer is not looked at, whatever it costs to look. */
const LONGEST = 300;

/** Null where the names do not tell which service it is. */
export function nameModel(provider: string | null, model: string | null): NamedModel | null {
  const name = (model ?? '').trim().toLowerCase();
  if (name === '' || name.length > LONGEST || (provider ?? '').length > LONGEST) return null;
  const said = plain(provider ?? '');
  if (said === '' || GATEWAYS.has(said)) return byModel(name);
  const service = serviceCalled(said) ?? (provider as string).trim().toLowerCase();
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
  const service = serviceCalled(before);
  if (service !== undefined) return { service, models: namesWithin(service, rest) };
  // Somebody else's: `ollama/llama3`, `meta-llama/Llama-3.1-8B`.
  if (name.includes('/')) return null;
  const maker = MAKERS.find(([pattern]) => pattern.test(name))?.[1];
  return maker === undefined ? null : { service: maker, models: [name] };
}

function namesWithin(service: string, name: string): string[] {
  const bare = service === 'google' ? name.replace(/^(?:publishers\/[a-z-]+\/)?models\//, '') : name;
  const at = bare.indexOf('/');
  const before = serviceCalled(plain(bare.slice(0, Math.max(at, 0))));
  const isNamedInFront = before === service || (before !== undefined && RESELLERS.has(service));
  return isNamedInFront ? [bare, bare.slice(at + 1)] : [bare];
}

function serviceCalled(name: string): string | undefined {
  for (let rest = name; ; rest = rest.replace(MANNER, '')) {
    const service = SERVICES.get(rest);
    if (service !== undefined || !MANNER.test(rest)) return service;
  }
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
