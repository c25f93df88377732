// How severe is each rule? All are errors, but for what `lint` of a runlog.config.json says; its shape, checked. Pure.
import { RunlogError } from '../../events/errors.js';
import { nearestOf } from '../nearest.js';
import { RULE_NAMES, type RuleName } from './rules.js';

export type Severity = 'off' | 'warning' | 'error';
export type Severities = Readonly<Record<RuleName, Severity>>;

const SEVERITIES: readonly Severity[] = ['off', 'warning', 'error'];

/** `file` is for the errors: `usage`, naming the nearest rule or value, where something in it is none. */
export function readSeverities(lint: unknown, file: string): Severities {
  const severities = Object.fromEntries(RULE_NAMES.map((name) => [name, 'error'])) as Record<RuleName, Severity>;
  for (const [key, rules] of entriesOf(lint, 'lint', file)) {
    if (key !== 'rules') throw wrong(file, `lint has ${shown(key)}, which means nothing`, 'rules');
    for (const [name, value] of entriesOf(rules, 'lint.rules', file)) {
      const rule = RULE_NAMES.find((known) => known === name);
      if (rule === undefined)
        throw wrong(file, `lint.rules has ${shown(name)}, which is no rule`, nearestOf(name, RULE_NAMES));
      const severity = SEVERITIES.find((known) => known === value);
      if (severity === undefined)
        throw wrong(
          file,
          `lint.rules[${shown(name)}] must be ${SEVERITIES.map(shown).join(', ')}; not ${shown(value)}`,
          nearestOf(String(value), SEVERITIES),
        );
      severities[rule] = severity;
    }
  }
  return severities;
}

/** What is not there has none. */
function entriesOf(value: unknown, where: string, file: string): [key: string, value: unknown][] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(file, `${where} must be an object`);
  return Object.entries(value);
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

function wrong(file: string, message: string, nearest?: string): RunlogError {
  const example = 'For example: {"lint": {"rules": {"complete-missing": "off"}}}';
  return new RunlogError('usage', `${file}: ${message}`, {
    hint: nearest === undefined ? example : `Did you mean ${shown(nearest)}? ${example}`,
  });
}
