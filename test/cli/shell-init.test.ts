// The shells' own way of recording does what the executable does, and disturbs nothing of the script around it.
import fs from 'node:fs';
import path from 'node:path';
import { execaSync } from 'execa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NAME_END } from '../../src/events/redaction/named-values.js';
import { matching } from '../support/rule-texts.js';
import { PLANTED, jwt, random } from '../../src/events/redaction/samples.js';
import { redactText } from '../../src/events/redaction/text.js';
import { BEARER, TOKENS } from '../../src/events/redaction/tokens.js';
import { TOKEN_AS_USER, USER_AND_PASSWORD } from '../../src/events/redaction/urls.js';
import type { RunlogEvent } from '../../src/events/vocabulary.js';
import { HAS_STRACE } from '../support/strace.js';
import { ROOT, TempStore, hasProgram, type ShellName } from '../support/runlog.js';

/** The shells that record by themselves. */
const OWN = (['bash', 'zsh'] as const).filter(hasProgram);
const ALL = (['bash', 'zsh', 'dash'] as const).filter(hasProgram);
const initFor = (shell: ShellName): string => `eval "$(runlog shell-init ${shell === 'dash' ? 'sh' : shell})"\n`;
/** Each character counts as one, as it does for most users. */
const UTF_8 = { LANG: 'C.UTF-8' };
/** The first entry makes the log's file, which is the executable's to do. */
const RUN = 'export RUNLOG_RUN=$(runlog start --id run)\ncommand runlog append BEGIN\n';

const quoted = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
const journal = (store: TempStore): string => {
  const folder = path.join(store.dir, 'runs/run/journal');
  return fs
    .readdirSync(folder)
    .map((name) => fs.readFileSync(path.join(folder, name), 'utf8'))
    .join('');
};
/** How many of the entries the shell itself wrote: it computes no checksum. */
const ownLines = (store: TempStore): string[] =>
  journal(store)
    .split('\n')
    .filter((line) => line !== '' && !line.includes('"crc"'));

const D = 'a description';
const CALLS: readonly (readonly string[])[] = [
  ['append', 'PLAIN', D],
  ['append', 'ALONE'],
  ['append', 'EMPTY', ''],
  ['append', 'FIELDS', D, '--command', 'ls -lh data/words_8L_80P.json', '--result', 'File exists, 977KB'],
  ['append', 'ORDER', '--result', 'r', D, '--input', 'i', '--details=d=e', '--field', 'My Name=x', '--field=Loss=0.1'],
  ['append', 'FIVE', D, '--result', '1', '--result', '2', '--result', '3', '--error', '4', '--next-steps', '5'],
  ['append', 'FOUR', D, '--explanation', '1', '--calculation', '2', '--decision', '3', '--reasoning', '4'],
  ['append', 'EMPTY_VALUE', D, '--result', '', '--status', ' '],
  ['append', 'OPTION_AS_VALUE', D, '--result', '--command', '--input', '-5'],
  ['append', 'APOSTROPHES', `it's 'quoted' | it''s`, '--result', `'`, '--details', `a|b || c | d'`],
  ['append', 'NUMBER', '-5'],
  ...[`\\'`, `'\\`, `'\\''`, `a\\'b`, `it\\'s '\\'' x`].map((text) => ['append', 'BOTH', text]),
  ['append', 'QUOTES', `"double" 'single' \`back\` $HOME $(id)`, '--result', '\\"', '--input', 'C:\\users\\n \\\\x'],
  ['append', 'LINES', 'one\ntwo\n', '--result', '\nfirst is empty', '--details', 'a\n\n\tb\n  c'],
  ['append', 'GLOBS', '* ? [a-z] {a,b} ~ & && ; | < > #', '--result', '%s %d %% \\u %n'],
  ['append', 'CODES', String.raw`\u001b \u005cu000a \x1b \e`],
  ['append', 'HEADER', '[2025-01-01 00:00:00] FORGED: x', '--result', 'x\n[2025-01-01 00:00:00] FORGED: x'],
  ['append', 'CONTROL', 'a\u001b[31mb\u007f\r'],
  ['append', 'UNICODE', 'Größe µ 学 🙂 \u202e \u2028 \ufeff'],
  ['append', 'BARS', '| - |', '--result', '-- |', '--input', '||'],
  ['append', 'SPACES', '  both  ', '--result', '\ttab\t'],
  ['append', 'LONG', 'x'.repeat(3000), '--result', 'y'.repeat(3000)],
  ['append', 'ALMOST_LONG', 'long words '.repeat(320)],
  ['append', 'PROSE', 'all 12 tests passed, tokens counted, keys sorted by author'],
  ['append', 'NAMED', 'password: hunter2-Tr0ub4dor', '--result', `token=${random(20)}`],
  ['append', 'JWT', jwt, '--field', 'Api Key=abcdefgh12345678'],
  ['append', 'bad', D],
  ['append', 'BAD-TYPE', D],
  ['append', '', 'X'],
  ['append'],
  ['append', 'TOO', 'many', 'words'],
  ['append', 'UNKNOWN', D, '--nothing', 'x'],
  ['append', 'NO_VALUE', D, '--result'],
  ['append', 'KEY', D, '--field', 'a: b=c'],
  ['append', 'KEY', D, '--field', 'none'],
  ['append', 'RAN', D, '--', 'sh', '-c', 'exit 3'],
  ['append', 'AT', D, '--at', '2025-10-22T14:24:30Z'],
  ...['0.25', '1', '0', '-1', '1e3', 'NaN', '007', '.5', '5.', '1.2.3', '12345678901234567890', 'x'].map((value) => [
    'metric',
    'loss',
    value,
  ]),
  ['metric', 'a b', '1', '--max', '2'],
  ['metric', '"', '1'],
  ['metric', '', '1'],
];

/** Texts made of the rules' patterns that the rules do mask, and that the functions could write. */
function ofRules(): string[] {
  const patterns = [...TOKENS.map(([, , build]) => build()), NAME_END, USER_AND_PASSWORD, TOKEN_AS_USER, BEARER];
  return patterns
    .flatMap((pattern) => fc.sample(matching(pattern), 100))
    .flatMap((text) => [text, `a ${text} b`])
    .filter((text) => /^[\t\n -~]+$/.test(text) && text.length < 3000 && redactText(text) !== text);
}

/** What has to be the same whoever wrote it. */
function comparable(events: readonly RunlogEvent[]): unknown[] {
  return events
    .filter(({ type }) => !type.startsWith('run.'))
    .map((event) => {
      const { id: _id, at: _at, ...rest } = event as unknown as Record<string, unknown>;
      return JSON.parse(
        JSON.stringify(rest).replaceAll(/"duration_seconds":[\d.]+|after [\d.]+ s/g, (text) =>
          text.replaceAll(/[\d.]+/g, '0'),
        ),
      ) as unknown;
    });
}

async function recorded(shell: ShellName, init: string, env: Record<string, string>): Promise<unknown> {
  const store = new TempStore();
  const lines = CALLS.map((call) => `(exit 0); runlog ${quoted(call)} >/dev/null 2>&1; echo $?`);
  const script = `${init}${RUN}${lines.join('\n')}\n`;
  const { stdout, stderr } = await store.shell(shell, script, { env });
  const log = fs.readFileSync(path.join(store.dir, 'runs/run/design-experiment.log'), 'utf8');
  const entries = log
    .replaceAll(/^\[\d{4}-\d\d-\d\d (\d\d):\d\d:\d\d\]/gm, '[$1]')
    .replaceAll(/after [\d.]+ s/g, 'after');
  return { statuses: stdout.split('\n'), stderr, events: comparable(await store.events('run')), entries };
}

describe.each(OWN)('the functions of %s', (shell) => {
  const init = initFor(shell);

  it.each([
    {},
    { TZ: 'Asia/Kathmandu', LC_ALL: 'C.UTF-8' },
    { TZ: 'America/St_Johns', LANG: 'C.UTF-8' },
    { TZ: 'EST5EDT,M3.2.0,M11.1.0' },
  ])('record what the executable records, under %o', async (env) => {
    const ofExecutable = recorded(shell, '', env);
    expect(await recorded(shell, init, env)).toEqual(await ofExecutable);
  });

  it('write plain entries themselves', async () => {
    const store = new TempStore();
    const plain = CALLS.slice(0, 10);
    await store.shell(shell, `${init}${RUN}${plain.map((call) => `runlog ${quoted(call)}`).join('\n')}`);
    expect(ownLines(store)).toHaveLength(plain.length);
    expect((await store.runlog(['verify', 'run'])).exitCode).toBe(0);
  });

  it('leave to the executable whatever a rule for secrets could mask', async () => {
    const store = new TempStore();
    const texts = [...PLANTED.map(([, before, secret, after]) => before + secret + after), ...ofRules()];
    const file = path.join(store.cwd, 'texts');
    // Only asked, not recorded: starting the executable for each would take minutes.
    fs.writeFileSync(file, texts.map((text) => `runlog append X ${quoted([text])}\n`).join(''));
    const script = `${init}${RUN}command() { :; }\n. ./texts\nunset -f command`;
    await store.shell(shell, script);
    const written = new Set(ownLines(store).map((line) => (JSON.parse(line) as { description: string }).description));
    expect(texts.filter((text) => written.has(text))).toEqual([]);
  });

  it.skipIf(!HAS_STRACE)('write the line and the entry in one write() each', async () => {
    const store = new TempStore();
    const before = `${init}${RUN}strace -f -qq -e trace=write,fork,vfork,clone,clone3,execve -o trace -p $$ &\nsleep 1\n`;
    await store.shell(
      shell,
      `${before}runlog append ONE "two words" --result 'a\nb'\nsleep 0.2\nkill $!\nRUNLOG_RUN=\n`,
    );
    const lines = fs.readFileSync(path.join(store.cwd, 'trace'), 'utf8').split('\n');
    const writes = lines.filter((line) => line.includes('write(1, "\\n'));
    expect(writes).toHaveLength(2);
    expect(writes[0]).toMatch(/write\(1, "\\n\{/);
    expect(writes[1]).toMatch(/write\(1, "\\n\[/);
  });

  it('keep $? and go on under set -eu, noclobber, set -f and an odd IFS', async () => {
    const store = new TempStore();
    const odd = `set +e\n(exit 3); runlog append KEPT "x"; echo $?\nset -euf -o noclobber\nIFS='a:"0'\n`;
    const { stdout, exitCode, stderr } = await store.shell(
      shell,
      `${init}${RUN}${odd}false || runlog append FAILED "a 0:0 b" --result "a b"\nrunlog metric loss 0.5\necho end\n`,
    );
    expect({ stdout, exitCode, stderr }).toEqual({ stdout: '3\nend\n', exitCode: 0, stderr: '' });
    expect(ownLines(store)).toHaveLength(3);
  });

  it('eight shells at once tear no line', async () => {
    const store = new TempStore();
    await store.start('--id', 'run', '--owner-pid', 'none');
    await store.ok('append', 'BEGIN', '--run', 'run');
    const loop = `${init}export RUNLOG_RUN=run\ni=0\nwhile [ $i -lt 200 ]; do i=$((i+1)); runlog append N "number $i" --result "${'ab '.repeat(400)}"; done`;
    const script = path.join(store.cwd, 'loop');
    fs.writeFileSync(script, loop);
    await store.shell(shell, `export RUNLOG_RUN=run\nfor n in 1 2 3 4 5 6 7 8; do ${shell} ./loop & done; wait`);
    expect(ownLines(store).map((line) => JSON.parse(line) as unknown)).toHaveLength(1600);
    expect(new Set(ownLines(store).map((line) => (JSON.parse(line) as { id: string }).id)).size).toBe(1600);
    expect((await store.runlog(['verify', 'run'])).exitCode).toBe(0);
  });

  it('leave a command that is recorded the variables and the locale of the script', async () => {
    const store = new TempStore();
    const names = ['log', 'word', 'event', 'now', 'first', 'second', 'third', 'line', 'done', 'status'];
    const shown = [...names, 'LC_CTYPE', 'LC_ALL'].map((name) => `${name}=\${${name}-none}`).join(' ');
    fs.writeFileSync(path.join(store.cwd, 'show'), `echo "${shown}"\n`);
    const exported = names
      .filter((name) => name !== 'status')
      .map((name) => `export ${name}=own`)
      .join('; ');
    const locales = [
      'export LC_CTYPE=C.UTF-8',
      'LC_CTYPE=C',
      'unset LC_CTYPE; export LC_ALL=C.UTF-8',
      'LC_ALL=C; export LC_CTYPE=C.UTF-8',
      'unset LC_ALL LC_CTYPE',
      ...(shell === 'bash' ? ['shopt -s localvar_unset; export LC_CTYPE=C.UTF-8'] : []),
    ];
    const twice =
      'runlog append RAN "x" -- sh ./show; runlog append PLAIN "x"; runlog append RAN "x" -- sh ./show; sh ./show';
    const script = `${init}${RUN}${exported}\n${twice}\n${locales.map((locale) => `${locale}\n${twice}\n`).join('')}`;
    const { stdout, stderr } = await store.shell(shell, script, { env: UTF_8 });
    expect(stderr).toBe('');
    const lines = stdout.trim().split('\n');
    const plain = lines.filter((_line, index) => index % 3 === 2).flatMap((line) => [line, line, line]);
    expect(lines).toEqual(plain);
    expect(lines).toHaveLength(3 * (locales.length + 1));
    expect(new Set(plain).size).toBeGreaterThan(4);
    expect(lines[0]).toContain('third=own');
    expect((await store.runlog(['verify', 'run'])).exitCode).toBe(0);
  });

  it('know what cannot be printed whatever the locale becomes', async () => {
    const store = new TempStore();
    const texts = ['Größe', 'caf\u00e9', 'bi\u202edi', 'plain'];
    const each = texts.map((text) => `runlog append TEXT '${text}'`).join('\n');
    const locales = [
      ...['export LC_ALL=C.UTF-8', 'LC_ALL=C', 'unset LC_ALL', 'export LC_CTYPE=C', 'LC_CTYPE=C.UTF-8'],
      `set -e; readonly LC_CTYPE; ${init}`,
    ];
    await store.shell(shell, `${init}${RUN}${each}\n${locales.map((locale) => `${locale}\n${each}`).join('\n')}`, {
      env: UTF_8,
    });
    const recordedTexts = (await store.events('run')).flatMap((event) =>
      event.type === 'action.logged' && event.action === 'TEXT' ? [event.description] : [],
    );
    expect(recordedTexts).toEqual(Array.from({ length: locales.length + 1 }, () => texts).flat());
    const own = ownLines(store).map((line) => (JSON.parse(line) as { description: string }).description);
    expect([...new Set(own)]).toEqual(['plain']);
    expect(own.length).toBeGreaterThan(2);
  });

  it('leave a run that was finalized, a link and a store that is gone to the executable', async () => {
    const store = new TempStore();
    const late = await store.shell(shell, `${init}${RUN}runlog finalize >/dev/null; runlog append LATE "x"`);
    expect(late.stderr).toMatch(/^warning: run has been finalized/);
    expect((await store.events('run')).map(({ type }) => type).filter((type) => type === 'action.logged')).toHaveLength(
      2,
    );
    expect((await store.runlog(['verify', 'run'])).exitCode).toBe(0);
    const gone = await store.shell(
      shell,
      `${init}${RUN.replace('--id run', '--id two')}runlog append A "x"; mv logs/runs/two/journal j; ln -s ../../../j logs/runs/two/journal; runlog append LINK "x"`,
    );
    expect(gone.stderr).toMatch(/symbolic link/);
  });
});

describe.each(ALL)('the end of a run in %s', (shell) => {
  const init = initFor(shell);
  const ended = async (script: string): Promise<unknown[]> => {
    const store = new TempStore();
    const { stdout, exitCode } = await store.shell(shell, script);
    const { runs } = await store.json<{ runs: { status: string }[] }>('list');
    return [exitCode, stdout, runs[0]?.status];
  };

  it('is that of the shell', async () => {
    expect(await ended(`${init}${RUN}exit 0`)).toEqual([0, '', 'completed']);
    expect(await ended(`${init}${RUN}exit 4`)).toEqual([4, '', 'failed']);
    expect(await ended(`${init}${RUN}set -e\nfalse\necho no`)).toEqual([1, '', 'failed']);
  });

  it('is said once, however often the functions are evaluated, and not by subshells', async () => {
    expect(await ended(`${init}${init}${RUN}${init}(exit 3)\nx=$(echo x)\nrunlog append Z "x"\nexit 0`)).toEqual([
      0,
      '',
      'completed',
    ]);
  });

  it('comes after what the user set for EXIT before, which sees the status', async () => {
    expect(await ended(`trap 'echo "bye $?"' EXIT\n${init}${RUN}exit 4`)).toEqual([4, 'bye 4\n', 'failed']);
  });

  it.skipIf(shell === 'dash')('comes after what the user set for EXIT afterwards, also one that exits', async () => {
    expect(await ended(`${init}${RUN}trap 'echo "bye $?"' EXIT\nexit 4`)).toEqual([4, 'bye 4\n', 'failed']);
    expect(await ended(`${init}${RUN}trap 'rc=$?; echo "bye $rc"; exit $rc' EXIT\nexit 4`)).toEqual([
      4,
      'bye 4\n',
      'failed',
    ]);
    // Where set -e ends zsh it runs that trap alone: docs/shell.md says so.
    if (shell === 'bash')
      expect(await ended(`${init}${RUN}set -eu\ntrap 'echo "bye $?"' EXIT\nfalse`)).toEqual([1, 'bye 1\n', 'failed']);
  });

  it('is an interruption where a signal ended the shell', async () => {
    expect(await ended(`${init}${RUN}kill -TERM $$\nsleep 1`)).toEqual([143, '', 'interrupted']);
  });

  it('is not said of a run that was there before', async () => {
    const store = new TempStore();
    await store.start('--id', 'run');
    await store.shell(shell, `${init}runlog append A "x"`, { env: { RUNLOG_RUN: 'run' } });
    expect(await store.status('run')).toBe('running');
  });
});

it.skipIf(!hasProgram('bash'))('traps for RETURN and DEBUG in bash are as without the functions', async () => {
  const script = `f() { trap 'echo "R $FUNCNAME"' RETURN; echo in; }\nf\ng() { echo in g; }\ng\ntrap 'echo D' DEBUG\necho x\ntrap - DEBUG\ntrap 'echo E' ERR\nfalse\ntrap - ERR EXIT\n`;
  const store = new TempStore();
  const [plain, shadowed] = await Promise.all([
    store.shell('bash', script),
    store.shell('bash', initFor('bash') + script),
  ]);
  expect(shadowed).toEqual(plain);
});

it.skipIf(!hasProgram('bash')).each(['LANG', 'LC_CTYPE', 'LC_ALL'])(
  'a locale in %s that is not installed is not bash’s to complain of at each entry',
  async (name) => {
    const entries = 'runlog append A "x"\nrunlog append B "x"\nrunlog append RAN -- true\nrunlog append C "x"\n';
    const changed = `${RUN}${entries}unset LC_ALL LC_CTYPE LANG\n${entries}LANG=xx_XX.UTF-8\n${entries}LANG=C.UTF-8\n${entries}LC_ALL=xx_XX.UTF-8\n${entries}`;
    const store = new TempStore();
    const env = { [name]: 'xx_XX.UTF-8' };
    const own = await store.shell('bash', `${initFor('bash')}${changed}`, { env });
    const { stderr } = await new TempStore().shell('bash', changed, { env });
    const messages = (text: string): string[] => text.split('\n').map((line) => line.replace(/^.*warning: /, ''));
    expect(messages(own.stderr)).toEqual(messages(stderr));
    expect(ownLines(store).length).toBeGreaterThanOrEqual(9);
  },
);

it.skipIf(!hasProgram('bash'))(
  'a trap that a signal brings on in the midst of an entry finds the locale of the script',
  async () => {
    const store = new TempStore();
    // The builtin that writes is where the signal comes.
    const script = `export LC_CTYPE=C.UTF-8
${initFor('bash')}${RUN}trap 'exit 5' USR1
trap 'echo "$LC_CTYPE" >>out; sh -c "echo \\$LC_CTYPE" >>out' EXIT
runlog append ONE "x"
builtin() { [[ $1 != printf ]] || kill -USR1 $$; command builtin "$@"; }
runlog append TWO "x"`;
    expect(await store.shell('bash', script, { env: UTF_8 })).toMatchObject({ exitCode: 5 });
    expect(fs.readFileSync(path.join(store.cwd, 'out'), 'utf8')).toBe('C.UTF-8\nC.UTF-8\n');
  },
);

it.skipIf(!hasProgram('shellcheck')).each([
  ['bash', 'bash'],
  ['sh', 'dash'],
])('shellcheck finds nothing in the functions for %s', (shell, dialect) => {
  const text = execaSync(path.join(ROOT, 'bin/runlog'), ['shell-init', shell]).stdout;
  const { stdout } = execaSync('shellcheck', ['-s', dialect, '-'], { input: text, reject: false });
  expect(stdout).toBe('');
});

it('the id of an entry that was tried is only its own shell’s to give: whoever inherits it records events of their own', async () => {
  const store = new TempStore();
  const id = '0199ab26-0000-7000-8000-000000000000';
  const script = `export RUNLOG_RUN=$(runlog start --id run)
    RUNLOG_EVENT_ID=${id}.$$ runlog append TRIED
    export RUNLOG_EVENT_ID=${id}.1
    runlog append ONE; runlog append TWO; runlog metric loss 1`;
  expect((await store.shell('bash', script)).stderr).toBe('');
  const ids = (await store.events('run')).map((event) => event.id);
  expect(ids.filter((own) => own === id)).toHaveLength(1);
  expect(new Set(ids).size).toBe(5);
});

it('another shell is a mistake in the call', async () => {
  const { exitCode, stderr } = await new TempStore().runlog(['shell-init', 'fish']);
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('bash, zsh, sh') as string,
  });
});
