// The conditions of `compare --fail-on`, as people write them.
import { SUBJECTS, type Condition } from '../views/conditions.js';
import { quote, usage } from './input.js';
import { parseDuration } from './values.js';

const HINT = `Write WHAT>LIMIT or WHAT<LIMIT. WHAT: ${SUBJECTS.join(', ')} or metric:NAME. LIMIT: +20% or -20% of the first run's value, or a value such as 0.5.`;

/** `cost>+20%`, `duration>5m`, `metric:accuracy<0.9`. Throws `usage`. */
export function parseCondition(text: string): Condition {
  // The last sign counts: a metric may have one in its name.
  const [, name = '', sign, written = ''] = /^(.*)([<>])([^<>]*)$/s.exec(text) ?? [];
  const subject = SUBJECTS.find((known) => known === name.trim());
  const metric = name.startsWith('metric:') ? name.slice('metric:'.length).trim() : '';
  if (sign === undefined || (subject === undefined && metric === ''))
    throw usage(`--fail-on: ${quote(text)} is no condition`, HINT);
  const limit = written.trim();
  const isRelative = /^[+-]\d+(\.\d+)?%$/.test(limit);
  const isNumber = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(limit);
  const isDuration = subject === 'duration' && /^\d+(\.\d+)?[smhdw]$/.test(limit);
  if (!isRelative && !isNumber && !isDuration)
    throw usage(`--fail-on: ${quote(limit)} in ${quote(text)} is no limit`, HINT);
  return {
    text,
    subject: subject ?? 'metric',
    metric: subject === undefined ? metric : null,
    isAbove: sign === '>',
    limit: isDuration ? parseDuration(limit, '--fail-on') : Number(isRelative ? limit.slice(0, -1) : limit),
    isRelative,
  };
}
