// All rules over an event: every text in it, and values whose key names a secret.
import { type Named, classifyName } from './names.js';
import { redactArgv, redactText } from './text.js';
import { isSecret, mark } from './values.js';

/** Top-level keys that runlog writes itself and that must stay exact: ids, times, names of types. */
const OWN_KEYS = new Set(['v', 'id', 'at', 'type', 'run_id', 'action']);
/** What these may hold; anything else under such a key is a text of the user's. */
const OWN_VALUE = /^[\w.:+-]{0,200}$/;

/** Copies an event with every text in it masked; the same object where there was nothing to mask. Depth costs no stack. */
export function maskEvent<T extends object>(event: T): T {
  const jobs: { from: object; to: object; named: Named | null; isFields: boolean }[] = [];
  let isChanged = false;
  const text = (value: string, name: string, named: Named | null): string => {
    const masked = named !== null && isSecret(value, name, named) ? mark(named.rule) : redactText(value);
    if (masked !== value) isChanged = true;
    return masked;
  };
  const copy = (value: unknown, key: string, named: Named | null, isFields: boolean): unknown => {
    if (typeof value === 'string') return text(value, key, named);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value) && key === 'argv' && value.every((element) => typeof element === 'string')) {
      const masked = redactArgv(value);
      if (masked.some((element, index) => element !== value[index])) isChanged = true;
      return masked;
    }
    const to = Array.isArray(value) ? [] : {};
    jobs.push({ from: value, to, named, isFields });
    return to;
  };

  const masked = copy(event, '', null, false);
  for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
    const { from, to, named, isFields } = job;
    if (Array.isArray(from)) {
      const [key, value] = from as unknown[];
      const isPair = isFields && from.length === 2 && typeof key === 'string' && typeof value === 'string';
      if (isPair) (to as unknown[]).push(text(key, '', null), text(value, key, classifyName(key, true)));
      else for (const element of from) (to as unknown[]).push(copy(element, '', named, isFields));
      continue;
    }
    const label = 'value' in from ? labelOf(from) : '';
    for (const [key, value] of Object.entries(from)) {
      const isOwn = to === masked && OWN_KEYS.has(key) && typeof value === 'string' && OWN_VALUE.test(value);
      const kept = isOwn
        ? value
        : copy(
            value,
            key,
            named ?? classifyName(key === 'value' && label !== '' ? label : key, true),
            key === 'fields',
          );
      const name = text(key, '', null);
      // Not by assignment: a key may be called __proto__.
      Object.defineProperty(to, name, { value: kept, enumerable: true, writable: true, configurable: true });
    }
  }
  return isChanged ? (masked as T) : event;
}

/** `{name: 'DB_PASSWORD', value: …}`: what the value is called. */
function labelOf(object: object): string {
  const { name, key } = object as { name?: unknown; key?: unknown };
  return typeof name === 'string' ? name : typeof key === 'string' ? key : '';
}
