// runlog lint: design-experiment logs, files or those of runs, against the rules of their format. Exit status 1 where an error is found.
import fs from 'node:fs';
import path from 'node:path';
import { RunlogError } from '../events/errors.js';
import { encodeLog } from '../formats/design-log.js';
import { lintLog, type LintFinding } from '../formats/lint/lint.js';
import { readSeverities } from '../formats/lint/severities.js';
import { logBlocks } from '../formats/log-events.js';
import { damageText } from '../formats/run-json.js';
import { toVisibleLine } from '../formats/visible-text.js';
import type { Damage } from '../journal/line.js';
import { readConfig } from '../runs/config.js';
import { openSource, walk } from '../runs/import/source.js';
import { readEvents } from '../runs/open-run.js';
import { designLogPath, isRun, isRunId } from '../runs/paths.js';
import { resolveRun } from '../runs/resolve.js';
import { painter } from '../terminal/colors.js';
import { matchFiles } from './input-files.js';
import { answer, print, remark, usage, warn, type Input } from './input.js';

/** Nobody writes so much by hand; all of it is held at once. */
const LARGEST_BYTES = 256 * 1024 * 1024;

interface Log {
  /** As findings name it. */
  file: string;
  text: string;
  isDamaged: boolean;
  /** What to say where it has no entry. */
  whyNone: string;
}

interface LintedFile {
  file: string;
  ok: boolean;
  findings: LintFinding[];
}

export async function lint(input: Input): Promise<void> {
  const { context } = input;
  const config = readConfig(context.cwd);
  const severities = readSeverities(config?.lint, config?.file ?? '');
  const files: LintedFile[] = [];
  const errors: RunlogError[] = [];
  let isIncomplete = false;
  for (const open of (await findLogs(input)).values()) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one log after the other: stdin, and memory
      const { file, text, isDamaged, whyNone } = await open();
      const { entries, findings } = lintLog(text, severities);
      if (entries === 0) throw noLog(file, whyNone);
      files.push({ file, ok: findings.every(({ severity }) => severity === 'warning'), findings });
      isIncomplete ||= isDamaged;
      if (!context.isJson) print(findingLines(input, file, findings));
    } catch (error) {
      if (!(error instanceof RunlogError)) throw error;
      errors.push(error);
    }
  }
  const [first] = errors;
  if (first !== undefined && files.length === 0) throw first;
  for (const { message } of errors) warn(message);
  const isSound = files.every(({ ok }) => ok);
  if (context.isJson) answer(context, { ok: isSound && errors.length === 0, files }, '');
  else remark(context, totalOf(files));
  if (!isSound) process.exitCode = 1;
  else if (isIncomplete || errors.length > 0) process.exitCode = 3;
}

/** How to open what the arguments name, each once, by what they name. A file goes before a run of the same name. */
async function findLogs(input: Input): Promise<Map<string, () => Log | Promise<Log>>> {
  const { cwd } = input.context;
  const found = new Map<string, () => Log | Promise<Log>>();
  for (const text of input.args) {
    // oxlint-disable-next-line no-await-in-loop -- in the order of the arguments
    const files = (await matchFiles(text, cwd)).filter((file) => !isRunFolder(input, file));
    for (const file of files) found.set(`file ${file}`, () => readLogFile(file, cwd));
    if (files.length > 0) continue;
    const runId = findRun(input, text);
    found.set(`run ${runId}`, () => readRunLog(input, runId));
  }
  return found;
}

function findRun(input: Input, text: string): string {
  try {
    return resolveRun(input.store, text, input.context.env);
  } catch (error) {
    if (!(error instanceof RunlogError) || error.code !== 'no_such_run') throw error;
    if (!isRunId(text) || /\.\w+$/.test(text))
      throw new RunlogError('no_such_file', `no such file: ${text}`, {
        hint: 'Check the name; quote patterns such as "logs/*.log".',
        cause: error,
      });
    throw new RunlogError('no_such_run', `no such file, and ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}

/** Where somebody stands in the folder of all runs, an id names a folder too. */
function isRunFolder(input: Input, file: string): boolean {
  return isFolder(file, input.context.cwd) && isRunId(file) && isRun(input.store, file);
}

function isFolder(file: string, cwd: string): boolean {
  return file !== '-' && fs.statSync(path.resolve(cwd, file)).isDirectory();
}

async function readLogFile(file: string, cwd: string): Promise<Log> {
  if (isFolder(file, cwd))
    throw usage(
      `${file || 'the empty name'} is a folder`,
      `Name the logs in it, e.g. "${path.join(file, '**/design-experiment.log')}".`,
    );
  const source = openSource(file, cwd);
  const { name } = source;
  try {
    if (source.sizeBytes > LARGEST_BYTES) throw noLog(name, 'it is larger than 256 MiB');
    const pieces: string[] = [];
    let isText = true;
    await walk(source, { onText: (text) => pieces.push(text), remark: () => (isText = false) });
    if (!isText) throw noLog(name, 'it is not UTF-8 text');
    const whyNone = 'it has no entry such as "[2025-10-22 14:23:15] VERIFY_MODEL: Checking"';
    return { file: name, text: pieces.join(''), isDamaged: false, whyNone };
  } finally {
    source.close();
  }
}

/** The log as `export log` would print it: the file in the run's folder is a view, and may lag behind. */
function readRunLog({ store }: Input, runId: string): Log {
  const damage: Damage[] = [];
  const text = encodeLog(logBlocks(readEvents(store, runId, damage, { withBlobs: true })));
  for (const found of damage) warn(damageText(found));
  return {
    file: designLogPath(store, runId),
    text,
    isDamaged: damage.length > 0,
    whyNone: `${runId} has no actions`,
  };
}

function noLog(file: string, why: string): RunlogError {
  return new RunlogError('invalid_input', `${file} is no design-experiment log: ${why}`, {
    hint: 'See docs/design-log.md for the layout.',
  });
}

/** `file:line: rule: message`, which editors and CI services know; never wrapped. */
function findingLines({ context }: Input, file: string, findings: readonly LintFinding[]): string {
  const { paint } = painter(context.isColorless, context.env);
  return findings
    .map(({ line, rule, severity, message }) => {
      const name = paint(severity === 'error' ? 'bad' : 'warning', rule);
      const mark = severity === 'error' ? '' : ' (warning)';
      return `${toVisibleLine(file)}:${line}: ${name}: ${toVisibleLine(message)}${mark}\n`;
    })
    .join('');
}

function totalOf(files: readonly LintedFile[]): string {
  const all = files.flatMap(({ findings }) => findings);
  const errors = all.filter(({ severity }) => severity === 'error').length;
  const said = [counted(errors, 'error'), counted(all.length - errors, 'warning')].filter((text) => text !== '');
  return `${said.join(' and ') || 'no findings'} in ${counted(files.length, 'log')}`;
}

function counted(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`;
}
