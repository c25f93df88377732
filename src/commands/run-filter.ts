// Which runs a command is about: the options that list, cost, stats and errors share, as far as each has them.
import { formatInstant } from '../events/instant.js';
import type { RunRow } from '../formats/run-json.js';
import { usage, type Input } from './input.js';
import { parseTime } from './values.js';

const STATUSES = ['running', 'stale', 'completed', 'failed', 'partial', 'interrupted', 'cancelled'];
const FAILED = new Set(['failed', 'partial', 'interrupted']);

/** `isWithoutSince`: whoever asks looks at --since itself. Throws `usage` where an option has a value that there is none of. */
export function runFilter(
  input: Input,
  { isWithoutSince = false }: { isWithoutSince?: boolean } = {},
): (row: RunRow) => boolean {
  const statuses = input.list('status');
  for (const status of statuses)
    if (!STATUSES.includes(status)) throw usage(`--status takes ${STATUSES.join(', ')}; not ${JSON.stringify(status)}`);
  const [since, until] = ['since', 'until'].map((name) => {
    const text = input.text(name);
    return text === undefined ? undefined : formatInstant(parseTime(text, `--${name}`));
  });
  const [project, model, intent] = [input.text('project'), input.text('model'), input.text('intent')];
  const tags = Object.entries(input.pairs('tag'));
  return (row) => {
    const begin = row.start_time ?? '';
    return (
      (statuses.length === 0 || statuses.includes(row.status)) &&
      (!input.has('failed') || FAILED.has(row.status)) &&
      (since === undefined || isWithoutSince || begin >= since) &&
      (until === undefined || begin < until) &&
      (project === undefined || row.project_id === project) &&
      (model === undefined || row.llm.model === model) &&
      (intent === undefined || row.intent_type === intent) &&
      tags.every(([key, value]) => row.tags[key] === value)
    );
  };
}
