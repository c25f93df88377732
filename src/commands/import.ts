// runlog import: runs from logs that were written by hand or by other tools. Prints the run ids.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError, errnoOf, messageOf } from '../events/errors.js';
import { importLog, type Imported } from '../runs/import-log.js';
import { offsetFinder } from '../sources/time-zone.js';
import { answer, usage, warn, type Input } from './input.js';

export async function importRuns(input: Input): Promise<void> {
  input.choice('format', ['log', 'auto']);
  const offsetMinutesAt = offsetFinder(input.text('timezone'));
  const files = await findFiles(input);
  const runs: Imported[] = [];
  const errors: RunlogError[] = [];
  for (const file of files) {
    try {
      runs.push(
        await importLog(input.store, {
          file,
          bytes: readInput(file),
          offsetMinutesAt,
          isUnredacted: input.has('no-redact'),
        }),
      );
    } catch (error) {
      if (!(error instanceof RunlogError)) throw error;
      errors.push(error);
    }
  }
  const [first] = errors;
  if (first !== undefined && runs.length === 0) throw first;
  const rows = runs.map(({ runId, source, events, warnings }) => ({ run_id: runId, source, events, warnings }));
  answer(input.context, { runs: rows }, runs.map(({ runId }) => `${runId}\n`).join(''));
  for (const { source, warnings } of runs) for (const text of warnings) warn(`${source}: ${text}`);
  for (const { message } of errors) warn(message);
  if (errors.length > 0) process.exitCode = 3;
}

async function findFiles({ args, context }: Input): Promise<string[]> {
  const found: string[] = [];
  for (const text of args) {
    if (text === '-' || fs.existsSync(path.resolve(context.cwd, text))) {
      found.push(text);
      continue;
    }
    // A pattern that the shell did not expand, because it was quoted or matched nothing there.
    const { default: fastGlob } = await import('fast-glob');
    const matched = fastGlob.isDynamicPattern(text) ? await fastGlob(text, { cwd: context.cwd, onlyFiles: true }) : [];
    if (matched.length === 0)
      throw new RunlogError('no_such_file', `no such file: ${text}`, {
        hint: 'Check the name; quote patterns such as "logs/*.log".',
      });
    found.push(...matched.sort());
  }
  return found;
}

function readInput(file: string): Buffer {
  if (file !== '-' && fs.statSync(file).isDirectory())
    throw usage(`${file} is a folder`, `Name the logs in it, e.g. "${path.join(file, '**/design-experiment.log')}".`);
  try {
    return fs.readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw new RunlogError('io', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}
