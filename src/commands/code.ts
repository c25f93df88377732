// runlog code: what a run changed in a repository, as git counts it, and the coverage of its tests.
import fs from 'node:fs';
import path from 'node:path';
import type { EventBody } from '../events/vocabulary.js';
import { readStart } from '../runs/start-event.js';
import { isRepository, measureCode, workTreeOf, type CodeFacts } from '../sources/code.js';
import { readCoverage } from '../sources/coverage-report.js';
import { RunlogError } from '../events/errors.js';
import { asCaller, remark, usage, warn, type Input } from './input.js';
import { recordOne, targetRun } from './recording.js';

export function code(input: Input): void {
  for (const name of ['base', 'head', 'repo', 'coverage'])
    if (input.text(name) === '') throw usage(`--${name} is empty`, 'Is a variable of the script not set?');
  const report = input.text('coverage');
  const coverage = report === undefined ? null : readCoverage(path.resolve(input.context.cwd, report));
  if (report !== undefined && coverage === null)
    warn(`${report} counts no lines: the coverage is unknown, and none is recorded`);
  const facts = asCaller(input.context, () => measure(input));
  if (facts === null && coverage === null)
    throw new RunlogError('invalid_input', 'there is nothing to record: no repository, and a report of no lines', {
      hint: 'Name a repository with --repo, or another report.',
    });
  recordOne(input, { ...bodyOf(facts), test_coverage: coverage, issue: input.text('issue') ?? null });
}

/** Null where coverage alone was asked for, outside any repository. */
function measure(input: Input): CodeFacts | null {
  const repo = path.resolve(input.context.cwd, input.text('repo') ?? '.');
  const asksOfGit = ['base', 'head', 'repo'].some((name) => input.has(name));
  if (input.has('coverage') && !asksOfGit && !isRepository(repo)) {
    remark(input.context, `${repo} is in no git repository: the coverage alone is recorded`);
    return null;
  }
  const head = input.text('head') ?? null;
  const base = input.text('base') ?? startOf(input, repo);
  return measureCode({ repo, base, head, except: input.store.dir });
}

/** The commit that the run started at; null where it started before there was any. */
function startOf(input: Input, repo: string): string | null {
  if (!isRepository(repo))
    throw new RunlogError('invalid_input', `${repo} is in no git repository`, {
      hint: 'Go there, or name it with --repo. Coverage alone: --coverage without --repo.',
    });
  const runId = targetRun(input);
  const start = readStart(input.store, runId);
  const hint = 'Name the commit to compare with, e.g. --base main';
  if (!start?.git) throw usage(`${runId} did not start in a git repository, so there is no base to measure from`, hint);
  const { commit = null, dirty } = start.git;
  if (commit === null && !isWithin(start.cwd ?? '/', repo))
    throw usage(`${runId} started in another repository, before its first commit`, hint);
  if (dirty === true && !input.has('head'))
    remark(input.context, 'files were already changed when the run started; those changes are counted too');
  return commit;
}

function isWithin(folder: string, repo: string): boolean {
  const top = workTreeOf(repo);
  if (top === null || !fs.existsSync(folder)) return false;
  const relative = path.relative(fs.realpathSync(top), fs.realpathSync(folder));
  return relative !== '..' && !relative.startsWith('../') && !path.isAbsolute(relative);
}

function bodyOf(facts: CodeFacts | null): EventBody<'code.measured'> {
  return {
    type: 'code.measured',
    files_created: facts?.filesCreated ?? null,
    files_modified: facts?.filesModified ?? null,
    files_deleted: facts?.filesDeleted ?? null,
    lines_added: facts?.linesAdded ?? null,
    lines_deleted: facts?.linesDeleted ?? null,
    commits: facts?.commits ?? null,
  };
}
