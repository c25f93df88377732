// What is wrong with a design-experiment log, by which rule, and where? Text -> findings. Pure.
import { readLog } from './read-log.js';
import { RULES, RULE_NAMES, type RuleName } from './rules.js';
import type { Severities } from './severities.js';

/** Its keys are those of `runlog lint --json`. */
export interface LintFinding {
  line: number;
  rule: RuleName;
  severity: 'warning' | 'error';
  message: string;
}

export interface Linted {
  /** How many entries there are, or were meant: with none it is no such log. */
  entries: number;
  /** By line, then in the order of the rules. */
  findings: LintFinding[];
}

export function lintLog(text: string, severities: Severities): Linted {
  const log = readLog(text);
  const findings: LintFinding[] = [];
  for (const rule of RULE_NAMES) {
    const severity = severities[rule];
    if (severity === 'off') continue;
    for (const { line, message } of RULES[rule](log)) findings.push({ line, rule, severity, message });
  }
  // Sorting is stable.
  return { entries: log.entries.length, findings: findings.sort((one, other) => one.line - other.line) };
}
