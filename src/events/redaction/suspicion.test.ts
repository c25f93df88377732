// Recording commands skip the rules where nothing is suspicious: suspicion must be wider than every rule, whatever rule is added.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskEvent } from './event.js';
import { KEY_BORDER } from './key-blocks.js';
import { NAME_END } from './named-values.js';
import { OPTION } from './options.js';
import { matching } from '../../../test/support/rule-texts.js';
import { LOOK_ALIKES, PLANTED, pass } from './samples.js';
import { COMMAND_HINT, NAME_HINT, mayBeSecret, mayHoldSecret } from './suspicion.js';
import { redactArgv, redactText } from './text.js';
import { BEARER, TOKENS } from './tokens.js';
import { TOKEN_AS_USER, USER_AND_PASSWORD } from './urls.js';

const PARTS: readonly string[] = [
  ...PLANTED.flatMap(([, before, secret, after]) => [before, secret, after]),
  ...LOOK_ALIKES,
  ...TOKENS.map(([hint]) => hint),
  ...' \n\t|"|\'|`|\\|@|://|=|:|: |&|--|-|>|</|[|{|,|;|$|-p|-u|-a|key|pass|Auth|sig|token|mysql|curl|docker login|1|a'.split(
    '|',
  ),
];
const mixtures = fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
const runs = { numRuns: 5000 };

describe('suspicion', () => {
  it.each(PLANTED)('falls on %s', (_name, before, secret, after) => {
    expect(mayBeSecret(before + secret + after)).toBe(true);
  });

  it.each(TOKENS.map(([hint, rule, build]) => [rule, hint, build()] as const))(
    'falls on all that the rule %s (%s) can match',
    (_rule, _hint, pattern) => {
      fc.assert(fc.property(matching(pattern), (text) => mayBeSecret(text)));
    },
  );

  it.each([
    ['named values', NAME_END],
    ['user and password in URLs', USER_AND_PASSWORD],
    ['tokens in URLs', TOKEN_AS_USER],
    ['bearers', BEARER],
    ['private keys', KEY_BORDER],
  ])('falls on all that the pattern of %s can match', (_rule, pattern) => {
    fc.assert(fc.property(matching(pattern), (text) => mayBeSecret(text)));
  });

  it('falls on every option whose name hints at a secret', () => {
    const hints = NAME_HINT.source.split('|');
    const option = fc.tuple(matching(OPTION), fc.constantFrom(...hints), fc.nat()).map(([text, hint, at]) => {
      const end = text.search(/[ \t]/);
      const place = 2 + (at % Math.max(1, end - 2));
      return end + hint.length > 80 ? `--${hint} x` : text.slice(0, place) + hint + text.slice(place);
    });
    fc.assert(fc.property(option, (text) => !OPTION.test(((OPTION.lastIndex = 0), text)) || mayBeSecret(text)));
  });

  it('falls on every text that the rules change', () => {
    fc.assert(
      fc.property(mixtures, (text) => redactText(text) === text || mayBeSecret(text)),
      runs,
    );
  });

  it('falls on every list of arguments that the rules change', () => {
    const argv = fc.array(fc.oneof(mixtures, fc.constantFrom(...PARTS.flatMap((part) => part.split(' ')))));
    const isKept = (list: string[]): boolean => redactArgv(list).every((element, index) => element === list[index]);
    fc.assert(
      fc.property(argv, (list) => isKept(list) || mayHoldSecret({ argv: list })),
      runs,
    );
  });

  it('falls on every event that the rules change', () => {
    const text = fc.oneof(mixtures, fc.string(), fc.constant(pass));
    const name = fc.oneof(fc.constantFrom('fields', 'argv', 'tags', 'Password', 'API Key', 'issue_key', 'name'), text);
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.constantFrom(null, 1, true),
        fc.tuple(name, text),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(name, tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(
        fc.dictionary(name, value, { maxKeys: 4 }),
        (event) => maskEvent(event) === event || mayHoldSecret(event),
      ),
      runs,
    );
  });

  it('survives JSON that is nested 100,000 deep, and finds a secret there', () => {
    let event: { a: unknown } = { a: `password=${pass}` };
    for (let depth = 0; depth < 100_000; depth++) event = { a: [event] };
    expect(mayHoldSecret(event)).toBe(true);
  });

  // Else recording commands would load the rules every time.
  it.each([
    'Checking that the model is there',
    'ls -la models && df -h .',
    'python train.py --epochs 300 --lr 1e-4 --output models/latest',
    '15 files, 3 of them new: 2.1 GB',
    'tests passed after 3.2 s; all keys are unique',
    'commit 3f786850e387550fdab836ed7e6dc881de23001b',
    'https://github.com/x/y/issues/3?page=2',
    'run_20251003_181952_project_171',
    '/home/me/task-1234567890/author-notes.txt',
    'curl is installed',
  ])('does not fall on: %s', (text) => {
    expect(mayBeSecret(text)).toBe(false);
  });

  // The guard is the timeout: anything quadratic takes minutes here.
  it.each([
    '-',
    '--',
    '-a',
    '--key',
    ' -key',
    '://',
    '://a:',
    '://a',
    ':',
    'key',
    'key ',
    'key\\',
    'a',
    'aA1_',
    'eyJ',
    'sk-',
    'TT3',
    '@',
    'mysql -',
    'mysql-b',
    'pypi-',
    'SG.',
  ])('takes linear time on long lines of %j', (unit) => {
    const line = unit.repeat(Math.ceil((1 << 20) / unit.length));
    expect(typeof mayBeSecret(line)).toBe('boolean');
    expect(typeof mayBeSecret(`${line}!`)).toBe('boolean');
  });

  it('knows the commands that the rules know', () => {
    for (const command of [
      'mysqldump',
      'mariadb',
      'sshpass',
      'redis-cli',
      'curl',
      'login',
      'mongosh',
      'ldapsearch',
      '7z',
    ])
      expect(COMMAND_HINT.test(command)).toBe(true);
  });
});
