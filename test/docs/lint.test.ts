// docs/lint.md: every rule stands there, with a log that breaks it and one that does not.
import { describe, expect, it } from 'vitest';
import { lintLog } from '../../src/formats/lint/lint.js';
import { RULE_NAMES } from '../../src/formats/lint/rules.js';
import { readSeverities } from '../../src/formats/lint/severities.js';
import { fencesOf, readPage } from './pages.js';

const PAGE = 'docs/lint.md';
const text = readPage(PAGE);
const headings = [...text.matchAll(/^### (.+)$/gm)].map(({ 1: rule = '', index }) => ({
  rule,
  line: text.slice(0, index).split('\n').length,
}));

function examplesOf(rule: string): string[] {
  const at = headings.findIndex((heading) => heading.rule === rule);
  const [from, to] = [headings[at]?.line ?? 0, headings[at + 1]?.line ?? Infinity];
  return fencesOf(PAGE)
    .filter(({ line }) => line > from && line < to)
    .map(({ code }) => code);
}

/** An example shows a few entries, not a finished log. */
function rulesBroken(log: string, rule: string): Set<string> {
  const others = rule.startsWith('complete-') ? {} : { 'complete-missing': 'off' };
  return new Set(lintLog(log, readSeverities({ rules: others }, 'x')).findings.map((finding) => finding.rule));
}

describe('docs/lint.md', () => {
  it('has the rules, in their order', () => {
    expect(headings.map(({ rule }) => rule)).toEqual(RULE_NAMES);
  });

  it.each(RULE_NAMES)('shows a log that breaks %s alone, and one that breaks nothing', (rule) => {
    const [bad = '', good = '', ...more] = examplesOf(rule);
    expect(more).toEqual([]);
    expect(rulesBroken(bad, rule)).toEqual(new Set([rule]));
    expect(rulesBroken(good, rule === 'complete-missing' ? rule : '')).toEqual(new Set());
  });
});
