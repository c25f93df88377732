// runlog code: what was changed in the code since the run started, or between two revisions, and how much of it tests cover.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError, errnoOf, messageOf } from '../events/errors.js';
import { coveragePercent, parseCoverage } from '../formats/coverage.js';
import { readStart } from '../runs/start-event.js';
import { isRepository, measureCode, type CodeMeasure } from '../sources/code.js';
import { asCaller, remark, usage, warn, type Input } from './input.js';
import { recordOne, targetRun } from './recording.js';

export function code(input: Input): void {
  const runId = targetRun(input);
  const coverage = input.text('coverage');
  const covered = coverage === undefined ? null : readCoverage(path.resolve(input.context.cwd, coverage), coverage);
  const measure = asCaller(input.context, () => measured(input, runId, coverage !== undefined));
  recordOne(input, {
    type: 'code.measured',
    files_created: measure?.filesCreated ?? null,
    files_modified: measure?.filesModified ?? null,
    files_deleted: measure?.filesDeleted ?? null,
    lines_added: measure?.linesAdded ?? null,
    lines_deleted: measure?.linesDeleted ?? null,
    commits: measure?.commits ?? null,
    test_coverage: covered,
    issue: input.text('issue') ?? null,
  });
}

/** Null where only the coverage is wanted: nothing of git's was named, and there is no repository here. */
function measured(input: Input, runId: string, hasCoverage: boolean): CodeMeasure | null {
  const [repo, base, head] = [input.text('repo'), input.text('base'), input.text('head')];
  const folder = path.resolve(input.context.cwd, repo ?? '.');
  if (hasCoverage && repo === undefined && base === undefined && head === undefined && !isRepository(folder)) {
    remark(input.context, `${folder} is not in a git repository: only the coverage is recorded`);
    return null;
  }
  return measureCode({ repo: folder, base: base ?? startCommit(input, runId), head: head ?? null });
}

/** The commit that the run started at; null where its repository had none yet. */
function startCommit(input: Input, runId: string): string | null {
  const git = readStart(input.store, runId)?.git ?? null;
  if (git !== null) return git.commit ?? null;
  throw usage(
    `${runId} does not say at which commit it started`,
    'It started outside of a repository. Say from where to measure with --base REV.',
  );
}

function readCoverage(file: string, shown: string): number | null {
  let text: string;
  try {
    text = fs.readFileSync(file).toString('utf8');
  } catch (error) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');
    throw new RunlogError(isMissing ? 'no_such_file' : 'invalid_input', `cannot read ${shown}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const percent = coveragePercent(parseCoverage(text, shown));
  if (percent === null) warn(`${shown} has no lines to cover: the coverage is unknown`);
  return percent;
}
