// The rules for design-experiment logs, one small function each. Their names are a contract: configurations and scripts use them. Pure.
import { isJobPoll } from './job-poll.js';
import { hasField, millisOf, type Fault, type LintEntry, type LintLog } from './read-log.js';

export type RuleName =
  | 'unknown-layout'
  | 'action-case'
  | 'missing-result'
  | 'failure-without-error'
  | 'submit-without-job-id'
  | 'logged-poll'
  | 'time-backwards'
  | 'complete-missing'
  | 'complete-not-last'
  | 'commitment-before-checks';

type Rule = (log: LintLog) => Iterable<Fault>;

/** In the order in which the findings of one line are given. */
export const RULES: Readonly<Record<RuleName, Rule>> = {
  'unknown-layout': ({ layoutFaults }) => layoutFaults,
  'action-case': ({ actionFaults }) => actionFaults,
  'missing-result': missingResult,
  'failure-without-error': failureWithoutError,
  'submit-without-job-id': submitWithoutJobId,
  'logged-poll': loggedPoll,
  'time-backwards': timeBackwards,
  'complete-missing': completeMissing,
  'complete-not-last': completeNotLast,
  'commitment-before-checks': commitmentBeforeChecks,
};

export const RULE_NAMES: readonly RuleName[] = Object.keys(RULES) as RuleName[];

const FINDS_OUT = /^(?:VERIFY|CHECK|SEARCH|EXTRACT|CALCULATE|COUNT)_/;
const SUBMITS = /^SUBMIT_(?:JOB|EVAL)$/;
const COMPLETES = /^COMPLETE(?:_|$)/;

function* missingResult({ entries }: LintLog): Generator<Fault> {
  for (const entry of entries) {
    const why = whyResult(entry);
    if (why !== null && !hasField(entry, 'Result'))
      yield { line: entry.line, message: `${nameOf(entry)} has no Result: ${why}` };
  }
}

/** Why an entry needs a Result; null where it needs none, or another field says what came of it. */
function whyResult(entry: LintEntry): string | null {
  if (isDialectB(entry)) return 'an entry with Details says success, failure or warning';
  if (hasField(entry, 'Decision') || hasField(entry, 'Error') || entry.action.startsWith('USER_')) return null;
  if (COMPLETES.test(entry.action) && hasField(entry, 'Status')) return null;
  if (hasField(entry, 'Command')) return 'what came of its Command?';
  if (hasField(entry, 'Calculation')) return 'what came of its Calculation?';
  return FINDS_OUT.test(entry.action) ? 'what was found?' : null;
}

function isDialectB(entry: LintEntry): boolean {
  return (entry.description ?? '') === '' && hasField(entry, 'Details');
}

function* failureWithoutError({ entries }: LintLog): Generator<Fault> {
  for (const entry of entries) {
    const said = entry.fields.find(({ key, value }) => key === 'Result' && /^\s*(?:failure|warning)\s*$/i.test(value));
    if (said !== undefined && !hasField(entry, 'Error'))
      yield { line: said.line, message: `Result is ${said.value.trim().toLowerCase()}, and no Error says why` };
  }
}

function* submitWithoutJobId({ entries }: LintLog): Generator<Fault> {
  for (const entry of entries)
    if (SUBMITS.test(entry.action) && !hasField(entry, 'Job ID'))
      yield { line: entry.line, message: `${entry.action} has no Job ID (where there is none, say so: Job ID: none)` };
}

function* loggedPoll({ entries }: LintLog): Generator<Fault> {
  for (const { fields } of entries)
    for (const { key, value, line } of fields)
      if (key === 'Command' && isJobPoll(value))
        yield { line, message: 'polls of job status are not to be logged: log what changed, when it did' };
}

function* timeBackwards({ entries }: LintLog): Generator<Fault> {
  let before: LintEntry | undefined;
  for (const entry of entries) {
    const [millis, past] = [millisOf(entry), before === undefined ? null : millisOf(before)];
    if (millis !== null && past !== null && millis < past)
      yield {
        line: entry.line,
        message: `${entry.localTime} is earlier than the entry before it, of ${before?.localTime}`,
      };
    if (millis !== null) before = entry;
  }
}

function* completeMissing({ entries }: LintLog): Generator<Fault> {
  const last = entries.at(-1);
  if (last !== undefined && !entries.some(isComplete))
    yield { line: last.line, message: 'the log does not end with COMPLETE or COMPLETE_…' };
}

function* completeNotLast({ entries }: LintLog): Generator<Fault> {
  const lastWork = entries.findLastIndex((entry) => !isComplete(entry));
  for (const { action, line } of entries.slice(0, Math.max(0, lastWork)).filter(isComplete))
    yield {
      line,
      message: `${action} is not the end: entries follow, the last of them on line ${entries[lastWork]?.line}`,
    };
}

function isComplete({ action }: LintEntry): boolean {
  return COMPLETES.test(action);
}

const CHECKS: readonly { form: RegExp; name: string }[] = [
  { form: /^VERIFY_/, name: 'VERIFY_…' },
  { form: /^CHECK_DISK/, name: 'CHECK_DISK…' },
];

/**
 * A summary commits to a design, so both kinds of checks stand before it. A submission needs those that its log has at all: a log of
 * submissions alone has its checks in the log of the design.
 */
function* commitmentBeforeChecks({ entries }: LintLog): Generator<Fault> {
  const firsts = CHECKS.map(({ form, name }) => ({ name, at: entries.findIndex(({ action }) => form.test(action)) }));
  for (const [index, { action, line }] of entries.entries()) {
    const isSummary = action === 'CREATE_SUMMARY';
    if (!isSummary && !SUBMITS.test(action)) continue;
    const missing = firsts.filter(({ at }) => at > index || (at === -1 && isSummary)).map(({ name }) => name);
    if (missing.length > 0) yield { line, message: `${action} stands before any ${missing.join(' and any ')}` };
  }
}

function nameOf({ action }: LintEntry): string {
  return action === '' ? 'the entry' : action;
}
