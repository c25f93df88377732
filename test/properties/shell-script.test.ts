// The script of a run's commands: what is live in it is what was run, word for word; nothing that a run says gets out of its comment.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import { scriptCommands, shellScript } from '../../src/formats/shell-script.js';
import { fillPlaceholders, placeholdersOf } from '../../src/formats/shell-text.js';
import { canBeWord, readQuoted, shellQuote } from '../../src/formats/shell-words.js';
import { hasDangerous } from '../../src/formats/visible-text.js';
import { ownCommand, recordedCommands } from '../../src/views/commands.js';
import { foldRun } from '../../src/views/run.js';
import { cleanUp, hasProgram, tempFolder } from '../support/runlog.js';

const SHELLS = ['sh', 'dash', 'bash', 'bash --posix'].filter((shell) => hasProgram(shell.split(' ')[0] as string));
/** What a shell, a terminal or a reader of scripts could stumble over. */
const PIECES = [
  ...[
    '\n',
    '\r',
    '\r\n',
    '\t',
    ' ',
    '\\',
    '\\\n',
    "'",
    '"',
    '`',
    '$',
    '$(',
    ')',
    '${',
    '}',
    '$((',
    '))',
    '(',
    '{',
    '[',
    ']',
  ],
  ...[
    '#',
    '!',
    '~',
    '*',
    '?',
    '%',
    '%s',
    '=',
    ';',
    ';;',
    '&',
    '&&',
    '|',
    '||',
    '<',
    '>',
    '<<',
    '<<E',
    '\nE\n',
    '-',
    '--',
    '-n',
  ],
  ...[
    'exit',
    'exec',
    'record',
    'if',
    'fi',
    'done',
    'case',
    'esac',
    'A=B',
    '$HOME',
    '$X',
    "$'",
    '\u001b[31m',
    '\u0007',
    '\u009b',
  ],
  ...[
    '\u0085',
    '\u2028',
    '\u202e',
    '\ufeff',
    '\u{e0041}',
    'ü',
    '😀',
    '\u200d',
    '\u00a0',
    'a',
    'b c',
    '\n# ',
    '\nrecord forged\n',
  ],
];
const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 4 }));
const text = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''));
/** What argv can hold. */
const argument = text.map((value) => value.replaceAll(/[\0\ufffd\p{Surrogate}]/gu, ''));
/** Names that shells would take for something of their own. */
const PROGRAMS = [
  ...[
    'record',
    'A=B',
    'if',
    'time',
    'echo',
    'exit',
    'cd',
    '[[',
    '{',
    '!',
    '%1',
    "it's",
    '-x',
    'new\nline',
    'ü',
    '\u001b[x',
    '#a',
    '*',
  ],
  ...['exec', 'source', 'true', 'test', 'local', 'function'],
];

let programs: string;
beforeAll(() => {
  programs = tempFolder();
  const script = path.join(programs, 'record');
  fs.writeFileSync(script, `#!/bin/sh\nprintf '%s\\0' "\${0##*/}" "$@" end\n`, { mode: 0o755 });
  for (const name of PROGRAMS.slice(1)) fs.symlinkSync(script, path.join(programs, name));
  const which = (name: string): string =>
    spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
  for (const name of ['sh', 'bash', 'env', 'cat']) fs.symlinkSync(which(name), path.join(programs, name));
});
afterAll(cleanUp);

/** Runs a script as `| sh` does; gives what the programs were called with. */
function calls(shell: string, script: string): string[][] {
  const [file = '', ...args] = shell.split(' ');
  const found = spawnSync(spawnSync('sh', ['-c', `command -v ${file}`], { encoding: 'utf8' }).stdout.trim(), args, {
    input: script,
    cwd: tempFolder(),
    env: { PATH: programs },
    encoding: 'utf8',
  });
  return found.stdout
    .split('\0end\0')
    .slice(0, -1)
    .map((call) => call.split('\0'));
}

function scriptOf(...bodies: Record<string, unknown>[]): string {
  const events = bodies.map((body, index) => {
    return { v: 1, id: `e${index}`, at: '2025-10-03T18:19:52.000000Z', ...body };
  }) as unknown as RunlogEvent[];
  const state = foldRun(events);
  return shellScript('run_1', state, null, scriptCommands(ownCommand(state), recordedCommands(events), {}));
}

const ran = (argv: readonly string[]): Record<string, unknown> => ({
  type: 'action.logged',
  action: 'RUN',
  fields: [
    ['Command', shellQuote(argv)],
    ['Result', 'exit status 0 after 0.01 s'],
  ],
  exit_code: 0,
});

describe('a command that runlog ran', () => {
  it('is read back from what was recorded, argument by argument', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (argv) => {
        expect(readQuoted(shellQuote(argv))).toEqual(argv);
      }),
    );
  });

  it.each(SHELLS)('is run again by %s with the very same arguments, and nothing else is', (shell) => {
    const argv = fc.tuple(fc.constantFrom(...PROGRAMS), fc.array(argument, { maxLength: 5 }));
    fc.assert(
      fc.property(fc.array(argv, { minLength: 5, maxLength: 20 }), (list) => {
        const commands = list.map(([program, args]) => [program, ...args]);
        const script = scriptOf({ type: 'run.started', run_id: 'run_1' }, ...commands.map(ran));
        expect(hasDangerous(script)).toBe(false);
        expect(calls(shell, script)).toEqual(commands);
      }),
      { numRuns: 15 },
    );
  });
});

describe('the words of a run', () => {
  const started = fc.record({
    type: fc.constant('run.started'),
    run_id: text,
    host: text,
    name: text,
    llm: fc.record({ provider: argument, model: argument }),
    git: fc.record({ commit: text, dirty: fc.boolean() }),
    source: fc.record({ format: text, file: text }),
  });
  const said = fc.record({
    type: fc.constant('action.logged'),
    action: text,
    description: text,
    fields: fc.tuple(text, text, text).map(([command, result, error]) => [
      ['Command', `${command}[REDACTED:token]`],
      ['Result', result],
      ['Error', error],
    ]),
    signal: fc.option(text),
    duration_seconds: fc.double({ noNaN: true, noDefaultInfinity: true }),
  });
  const ended = fc.record({
    type: fc.constant('run.ended'),
    status: text,
    error: text,
    cause: fc.record({ reason: text }),
  });

  it('stand behind a #, every line of them, and none can be mistaken by a terminal', () => {
    fc.assert(
      fc.property(started, fc.array(said, { maxLength: 5 }), ended, (start, actions, end) => {
        const script = scriptOf(start, ...actions, end);
        expect(script.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
        expect(hasDangerous(script)).toBe(false);
      }),
    );
  });

  it.each(SHELLS)('run nothing under %s, beside what was run', (shell) => {
    fc.assert(
      fc.property(started, fc.array(said, { maxLength: 8 }), (start, actions) => {
        const script = scriptOf(start, ...actions, ran(['record', 'the one']), ...actions);
        expect(calls(shell, script)).toEqual([['record', 'the one']]);
      }),
      { numRuns: 15 },
    );
  });

  it.each(SHELLS)('name a folder to %s, and where it is not there nothing is run', (shell) => {
    fc.assert(
      fc.property(text, (cwd) => {
        fc.pre(cwd !== '');
        const there = tempFolder();
        const folder = `${there}/${cwd.replaceAll(/[\0/\ufffd\p{Surrogate}]/gu, '_')}`.slice(0, 200);
        const script = (name: string): string =>
          scriptOf({ type: 'run.started', run_id: 'r', cwd: name }, ran(['record']));
        expect(calls(shell, script(`${there}/not there/${cwd}`))).toEqual([]);
        fs.mkdirSync(folder, { recursive: true });
        expect(calls(shell, script(folder))).toEqual([['record']]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a text that stands for a command', () => {
  /** All that a shell knows, but what would wait, loop or leave the folder. */
  const shellPiece = fc.constantFrom(
    ...PIECES.filter((one) => !hasDangerous(one)),
    ...[
      'exit 3',
      '; exit',
      '\nexit\n',
      'return',
      'set -e',
      'set -- a',
      'trap exit 0',
      'exec record x',
      'A_B=',
      'UID=1',
      'OPTIND=x',
    ],
    ...[
      'unset PATH',
      '. ./no',
      '${X?}',
      '$((1/0))',
      ': > /no/no',
      'f()',
      'a[',
      'a=(',
      '[[ ',
      'function f',
      'alias record=exit',
      '&>x',
    ],
    ...[
      'for i in 1 2; do',
      'then',
      '; done',
      '{ ',
      ' }',
      'i\\\nf',
      'e""xit',
      "'exit'",
      '$(exit)',
      '> x',
      '< y',
      '2>&1',
      'cat',
      'echo',
    ],
    ...[
      'readonly PATH',
      'export UID=1',
      'export A_B=1',
      'shift 9',
      'break',
      'record -x',
      'while false; do',
      '[ -f a',
      ' ] ',
    ],
  );
  const command = fc.array(shellPiece, { maxLength: 6 }).map((parts) => `record -x ${parts.join(' ')}`);
  const first = fc.array(shellPiece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));

  it.each(SHELLS)('cannot keep %s from what comes after it, whatever its syntax', (shell) => {
    fc.assert(
      fc.property(fc.array(fc.oneof(command, first), { minLength: 5, maxLength: 15 }), (texts) => {
        const script = scriptOf(
          { type: 'run.started', run_id: 'run_1' },
          ...texts.flatMap((one, index) => [
            { type: 'action.logged', action: 'RUN', fields: [['Command', one]] },
            ran(['record', `after ${index}`]),
          ]),
        );
        const after = calls(shell, script).filter(([, word]) => word?.startsWith('after '));
        expect(after.map(([, word]) => word)).toEqual(texts.map((_, index) => `after ${index}`));
      }),
      { numRuns: 25 },
    );
  });

  it.each(SHELLS)('gets its values as they are, in whatever quotes they stand, under %s', (shell) => {
    const value = argument.filter((one) => !hasDangerous(one) && canBeWord(one) && placeholdersOf(one).length === 0);
    fc.assert(
      fc.property(value, (given) => {
        const filled = fillPlaceholders(`record {a_dir}/x "in {a_dir}" 'in {a_dir}' <a_dir> "it's {a_dir}"`, {
          a_dir: given,
        });
        const expected = ['record', `${given}/x`, `in ${given}`, `in ${given}`, given, `it's ${given}`];
        expect(calls(shell, `${filled}\n`)).toEqual([expected]);
      }),
      { numRuns: 30 },
    );
  });
});
