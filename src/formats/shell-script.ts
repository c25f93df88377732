// The commands of a run as a POSIX shell script, and as JSON. What is live in it are the commands that can be run as they were;
// all else, whatever it says, stands behind a #. It decides what is live; it runs nothing.
import { parseInstant } from '../events/instant.js';
import type { RecordedCommand } from '../views/commands.js';
import { statusOf, startTime, type RunState } from '../views/run.js';
import { formatLocalTime } from './design-log.js';
import { counted, durationText } from './quantities.js';
import { fillPlaceholders, judgeText, type Verdict } from './shell-text.js';
import { liveCommand, readQuoted, shellQuote, shellWord } from './shell-words.js';
import { hasDangerous, toVisible, toVisibleLine } from './visible-text.js';

export interface ScriptCommand {
  recorded: RecordedCommand;
  /** As recorded, with the values that were given for its placeholders. */
  text: string;
  verdict: Verdict;
}

const SHELLS = new Set(['ash', 'bash', 'dash', 'fish', 'ksh', 'mksh', 'sh', 'zsh']);
const MASK = '[REDACTED:';
const RESULT_LINES = 12;
const RESULT_CHARACTERS = 160;

/** Every command with its line for the script, or why it has none. The run's own is one of them where no other can be run. */
export function scriptCommands(
  own: RecordedCommand | null,
  commands: Iterable<RecordedCommand>,
  values: Readonly<Record<string, string>>,
): ScriptCommand[] {
  const judged = Array.from(commands, (recorded) => judge(recorded, values));
  // It would do again what was recorded in it. Of a shell without a script nobody knows what it did.
  const isOf = own !== null && !isBareShell(own.argv ?? []) && judged.every(({ verdict }) => verdict.line === null);
  return isOf ? [judge(own, {}), ...judged] : judged;
}

function judge(recorded: RecordedCommand, values: Readonly<Record<string, string>>): ScriptCommand {
  const argv = recorded.argv ?? (recorded.wasRun ? readQuoted(recorded.text ?? '') : null);
  const text = argv === null ? fillPlaceholders(recorded.text ?? '', values) : (recorded.text ?? shellQuote(argv));
  return { recorded, text, verdict: verdictOf(recorded, argv, text) };
}

function verdictOf({ isCut, hasFailed }: RecordedCommand, argv: readonly string[] | null, text: string): Verdict {
  if (isCut) return no('its end is lost');
  if (text.includes(MASK)) return no('masked: put the secret in yourself');
  // Bytes that are no UTF-8 were replaced when they were read.
  if (text.includes('\ufffd')) return no('it holds bytes that are no text, and they are lost');
  if (argv === null)
    return hasDangerous(text) ? no('it holds characters that cannot be seen') : judgeText(text, hasFailed);
  const line = liveCommand(argv);
  return line === null ? no('no shell can pass such arguments') : { line, whyNot: null };
}

function no(whyNot: string): Verdict {
  return { line: null, whyNot };
}

/** A shell without a script: interactive, or fed through a pipe. */
function isBareShell([program = '', ...args]: readonly string[]): boolean {
  const name = program.slice(program.lastIndexOf('/') + 1).replace(/^-/, '');
  return SHELLS.has(name) && args.every((arg) => /^[-+]/.test(arg));
}

export function commandsJson(runId: string, state: RunState, commands: readonly ScriptCommand[]): object {
  return {
    run_id: runId,
    cwd: state.started?.cwd ?? null,
    commands: commands.map(({ recorded, text, verdict }) => ({
      action: recorded.action,
      description: recorded.description,
      at: recorded.at,
      command: text,
      is_runnable: verdict.line !== null,
      why_not: verdict.whyNot,
      exit_code: recorded.exitCode,
      failed: recorded.hasFailed,
      duration_seconds: recorded.durationSeconds,
    })),
  };
}

export function shellScript(
  runId: string,
  state: RunState,
  reason: string | null,
  commands: readonly ScriptCommand[],
): string {
  const live = commands.filter(({ verdict }) => verdict.line !== null).length;
  const entries = commands.map(entryText);
  const body =
    live === 0
      ? entries
      : // The shell reads the block to its end before it runs any of it: a command that reads the standard input cannot eat the script
        // that comes that way, and a script that was cut off does nothing.
        ['{\n', ...surroundings(state), ...entries, '}\n'];
  return [headText(runId, state, reason, commands.length, live), ...body].join('\n');
}

function headText(runId: string, state: RunState, reason: string | null, total: number, live: number): string {
  const { started } = state;
  const begin = startTime(state);
  const facts: [string, string | null][] = [
    ['status', statusOf(state) + (reason === null ? '' : `: ${reason}`)],
    ['started', begin === null ? null : timeText(begin, started?.utc_offset_minutes ?? 0)],
    ['run as', (started?.argv ?? []).length === 0 ? null : shellQuote(started?.argv ?? [])],
    ['host', started?.host ?? null],
    ['folder', started?.cwd ?? 'not recorded: be in the right one'],
    ['commit', started?.git?.commit ?? null],
    ['', started?.git?.dirty === true ? 'the work tree was not clean' : null],
    ['import', started?.source?.file ?? null],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === null ? [] : [`#   ${name.padEnd(8)} ${toVisibleLine(value)}`],
  );
  const title = comment(`The commands of ${runId}, as they were recorded.`);
  return `${['#!/bin/sh', title, ...lines, ...countLines(total, live)].join('\n')}\n`;
}

function countLines(total: number, live: number): string[] {
  if (total === 0) return ['# No commands were recorded.'];
  const look = 'Look through them before you run them.';
  if (live === total) return [`# ${counted(total, 'command')}. ${look}`];
  const rest = '# What is commented out says why.';
  if (live === 0) return [`# ${counted(total, 'command')}, none that can be run as recorded.`, rest];
  return [`# ${counted(total, 'command')}, of which ${live} can be run. ${look}`, rest];
}

/** The folder and what is known of the environment. Where the folder is not there any more, nothing is run elsewhere. */
function surroundings({ started }: RunState): string[] {
  const { cwd, llm } = started ?? {};
  const lines: string[] = [];
  if (typeof cwd === 'string' && cwd !== '') {
    if (cwd.includes(MASK)) lines.push('# masked: put the folder in yourself');
    lines.push(`cd -- ${shellWord(wellFormed(cwd.startsWith('/') ? cwd : `./${cwd}`))} || exit`);
  }
  const variables: [string, string | number | null | undefined][] = [
    ['LLM_PROVIDER', llm?.provider],
    ['LLM_MODEL', llm?.model],
    ['LLM_TEMPERATURE', llm?.temperature],
  ];
  for (const [name, value] of variables) {
    if (value === null || value === undefined) continue;
    const line = `export ${name}=${shellWord(wellFormed(String(value)))}`;
    lines.push(line.includes(MASK) ? comment(`masked: ${line}`) : line);
  }
  return lines.length === 0 ? [] : [`${lines.join('\n')}\n`];
}

/** What no shell can pass becomes what no folder is called. */
function wellFormed(text: string): string {
  return text.replaceAll(/[\0\p{Surrogate}]/gu, '\ufffd');
}

function entryText({ recorded, text, verdict }: ScriptCommand): string {
  const { action, description, at, utcOffsetMinutes } = recorded;
  const label = [action, description].filter((part) => part !== null && part !== '').join(': ');
  const lines = [comment(`${timeText(at, utcOffsetMinutes).slice(0, 19)}  ${label}`), ...outcomeLines(recorded)];
  if (verdict.line !== null) lines.push(verdict.line);
  else lines.push(comment(`not run, ${verdict.whyNot}`), ...text.split('\n').map(comment));
  return `${lines.join('\n')}\n`;
}

/** `recorded: FAILED, exit status 2 after 0.31 s`, and what it said. */
function outcomeLines(recorded: RecordedCommand): string[] {
  const { hasFailed, exitCode, signal, durationSeconds, error, wasRun } = recorded;
  const how = signal !== null ? `killed by ${signal}` : exitCode !== null ? `exit status ${exitCode}` : null;
  const took = durationSeconds === null ? null : durationText(durationSeconds);
  const said = (recorded.result ?? '').split('\n');
  // What `append … -- CMD` writes in front of the output says how it ended, once more.
  const result = wasRun && /^(?:exit status \d+|killed by \w+) after /.test(said[0] ?? '') ? said.slice(1) : said;
  const why = error !== null && error !== how ? [error] : [];
  const outcome = [hasFailed ? 'FAILED' : null, how, ...why].filter((part) => part !== null).join(', ');
  const words = took === null ? outcome : outcome === '' ? `took ${took}` : `${outcome} after ${took}`;
  const output = result.filter((line, index) => line !== '' || index > 0);
  // What somebody said of it stands on the line, what it printed below.
  const inLine = words === '' ? output.splice(0, 1) : [];
  const shown = output.slice(0, RESULT_LINES).map((line) => comment(`  ${shortened(line)}`));
  if (output.length > RESULT_LINES) shown.push(comment('  …'));
  if (words === '' && inLine.length === 0) return shown;
  return [comment(`recorded: ${words}${inLine.map(shortened).join('')}`), ...shown];
}

function shortened(line: string): string {
  const characters = Array.from(line);
  return characters.length > RESULT_CHARACTERS ? `${characters.slice(0, RESULT_CHARACTERS).join('')}…` : line;
}

/** `YYYY-MM-DD HH:MM:SS +02:00`: the time where it was recorded. */
function timeText(instant: string, utcOffsetMinutes: number): string {
  const offset = Math.abs(utcOffsetMinutes) > 14 * 60 ? 0 : Math.trunc(utcOffsetMinutes);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${formatLocalTime(parseInstant(instant) ?? 0, offset)} ${offset < 0 ? '-' : '+'}${hours}:${minutes}`;
}

/** One line that no shell reads on, whatever the text. */
function comment(text: string): string {
  return `# ${toVisible(text).replaceAll('\n', ' ⏎ ')}`.trimEnd();
}
