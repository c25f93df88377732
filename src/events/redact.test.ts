import { describe, expect, it } from 'vitest';
import { redactEvent } from './redact.js';
import { LOOK_ALIKES, PLANTED, body, hex, jwt, pass, pem, random } from './redaction/samples.js';
import { redactArgv, redactText } from './redaction/text.js';

/** What is left of a text beside the marks. */
const rest = (text: string): string => text.replaceAll(/\[REDACTED:[a-z-]+\]/g, '');
const pieces = (secret: string): string[] =>
  Array.from({ length: Math.max(1, secret.length - 5) }, (_, index) => secret.slice(index, index + 6));

describe('redactText', () => {
  it.each(PLANTED)('masks %s', (_name, before, secret, after) => {
    const masked = redactText(before + secret + after);
    for (const piece of pieces(secret)) expect(rest(masked)).not.toContain(piece);
    expect(masked).toMatch(/\[REDACTED:[a-z-]+\]/);
    expect(masked.startsWith(before)).toBe(true);
    expect(masked.endsWith(after)).toBe(true);
  });

  it.each(LOOK_ALIKES)('leaves alone: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('masks the value of --password however it is written', () => {
    for (const text of [`--password ${pass}`, `--password=${pass}`, `--password "${pass}"`, `--password='${pass}'`])
      expect(redactText(text)).toMatch(/^--password[ =]["']?\[REDACTED:password\]["']?$/);
  });

  it('masks every secret of a text, not only the first', () => {
    const text = PLANTED.map(([, before, secret, after]) => before + secret + after)
      .filter((line) => !line.includes('PRIVATE'))
      .join('\n');
    const masked = redactText(text);
    for (const [, , secret] of PLANTED)
      if (!secret.includes('PRIVATE')) for (const piece of pieces(secret)) expect(rest(masked)).not.toContain(piece);
  });

  it('masks a token that begins with a word', () => {
    expect(redactText(`found secret_${random(43)} here`)).toBe('found [REDACTED:service-key] here');
    const age = `AGE-SECRET${'-KEY-1'}${random(58).toUpperCase()}`;
    expect(redactText(`found ${age} here`)).toBe('found [REDACTED:age-key] here');
  });

  it('keeps user and host of a URL', () => {
    expect(redactText(`postgres://me:${pass}@db/shop`)).toBe('postgres://me:[REDACTED:url-password]@db/shop');
  });

  it('keeps the text between two key blocks', () => {
    const block = `${pem('', 'BEGIN')}\n${body}\n${pem('', 'END')}`;
    expect(redactText(`a\n${block}\nb\n${block}\nc`)).toBe('a\n[REDACTED:private-key]\nb\n[REDACTED:private-key]\nc');
  });

  it('changes nothing when it redacts what is redacted already', () => {
    for (const [, before, secret, after] of PLANTED) {
      const once = redactText(before + secret + after);
      expect(redactText(once)).toBe(once);
    }
  });

  it('changes nothing the second time, however the pieces are joined', () => {
    const parts = [
      ...PLANTED.map(([, , secret]) => secret),
      ...LOOK_ALIKES,
      ...PLANTED.map(([, before]) => before),
      '"',
      "'",
      '\\',
      ' ',
      '\n',
      '@',
      '://',
      '=',
      ': ',
      '&',
      '--',
      '[REDACTED:x]',
      '`',
      '{',
      '}',
      ',',
      ';',
      '$',
    ];
    let seed = 1;
    const pick = (): string => {
      seed = (seed * 48_271) % 2_147_483_647;
      return parts[seed % parts.length] as string;
    };
    for (let round = 0; round < 3000; round++) {
      const once = redactText(Array.from({ length: 2 + (round % 7) }, pick).join(''));
      expect(redactText(once)).toBe(once);
    }
  });

  // The guard is the timeout: anything quadratic takes minutes here.
  it.each([
    ['a', '-', '-----BEGIN ', 'eyJ', '-eyJ-', 'eyJaaaaaaaaaa.', 'Authorization: ', 'Authorization: Digest '],
    ['Authorization: Bearer ', 'Cookie: ', 'Cookie: a=', '--password ', '--password --', '--password=', '--p', ' --a'],
    ['password=', 'password="', "password=\\'", 'password= "$', 'token=', 'token="', 'KEY=/', 'key:', '_KEY=/a/'],
    ['://', '://a:', '://a:a@', ':', '@', '"', "'", '\\', '\\"', ' ', '\t', '\n', '[REDACTED:x]', 'SG.', 'sk-', 'ghp_'],
    [
      'mysql -p',
      'mysql "',
      'curl -u ',
      'bearer ',
      'hooks.slack.com/services/',
      '8Q~',
      ':AA',
      '1:AA',
      'glpat-',
      'pass:',
    ],
    [
      `${pem('', 'BEGIN')}`,
      `${pem('', 'END')}`,
      `aaaa\n${pem('', 'END')}`,
      '<password>',
      '{',
      '${',
      '$(',
      '%A',
      'A_',
      ')',
    ],
    [
      'password=)))))))',
      'token=$A',
      'api key: ',
      '&token=',
      '?sig=',
      '\\npassword=',
      '"password": "',
      'secret=,a',
      'AIza',
    ],
    [
      'login a password ',
      'login ',
      'machine a login b ',
      'client-key-data: ',
      'MDAw',
      'MDAwMDAwMDAwMDAwMDAw.aaaaaa.',
      '.atlasv1.',
      'a.atlasv1.',
      'dp.pt.',
      'dt0c01.a.',
      'pat',
      'EAAA',
      'AAAAaaaaaaa:',
      'sk.eyJ',
      'key-0',
      'pul-a',
      'mongosh -p ',
      'password "',
      'ENV A_KEY ',
      'name: password value: ',
      'Private-Lines: 1\na',
      'psk=',
      '7z -p',
    ],
  ])('takes linear time on long lines of %j, %j, %j, …', (...units: string[]) => {
    for (const unit of units) {
      const line = unit.repeat(Math.ceil((1 << 20) / unit.length));
      expect(redactText(line).length).toBeGreaterThan(0);
      expect(redactText(`password="${line}`).length).toBeGreaterThan(0);
    }
  });
});

describe('redactArgv', () => {
  it('masks the element after an option that takes a secret', () => {
    expect(redactArgv(['tool', '--password', pass, '-v'])).toEqual(['tool', '--password', '[REDACTED:password]', '-v']);
    expect(redactArgv(['tool', '--api-key', '-x' + pass])).toEqual(['tool', '--api-key', '[REDACTED:key]']);
  });

  it('masks values with spaces whole', () => {
    expect(redactArgv(['--password', 'two words'])).toEqual(['--password', '[REDACTED:password]']);
    expect(redactArgv(['--password=two words'])).toEqual(['--password=[REDACTED:password]']);
    expect(redactArgv(['env', 'DB_PASSWORD=two words'])).toEqual(['env', 'DB_PASSWORD=[REDACTED:password]']);
  });

  it('masks passwords of commands with short options', () => {
    expect(redactArgv(['mysql', '-uroot', `-p${pass}`])).toEqual(['mysql', '-uroot', '-p[REDACTED:password]']);
    expect(redactArgv(['curl', '-u', `me:${pass}`])).toEqual(['curl', '-u', 'me:[REDACTED:password]']);
    expect(redactArgv(['docker', 'login', '-p', pass])).toEqual(['docker', 'login', '-p', '[REDACTED:password]']);
  });

  it('masks each element as text', () => {
    expect(redactArgv(['sh', '-c', `mysql -p${pass} shop`])).toEqual(['sh', '-c', 'mysql -p[REDACTED:password] shop']);
  });

  it('leaves harmless arguments alone', () => {
    for (const argv of [
      ['train', '--max-tokens', '100', '--eos-token', '</s>', '--pad-token', 'X'],
      ['tool', '--password', '--verbose'],
      ['tool', '--password'],
      ['tool', '--password', ''],
      ['tool', '--token', '$TOKEN'],
      ['tool', '--private-key', '/home/me/key.pem'],
      ['docker', 'run', '-p', '8080:80'],
      ['mkdir', '-p', 'a'],
    ])
      expect(redactArgv(argv)).toEqual(argv);
  });

  it('changes nothing when it redacts what is redacted already', () => {
    const once = redactArgv(['curl', '-u', `me:${pass}`, '--token', pass, `--password=${pass}`]);
    expect(redactArgv(once)).toEqual(once);
  });
});

describe('redactEvent', () => {
  it('masks texts at any depth', () => {
    const event = {
      v: 1,
      type: 'plan.made',
      choice: `--token ${pass}`,
      hyperparams: { a: [{ b: `password=${pass}` }] },
    };
    expect(redactEvent(event)).toEqual({
      v: 1,
      type: 'plan.made',
      choice: '--token [REDACTED:token]',
      hyperparams: { a: [{ b: 'password=[REDACTED:password]' }] },
    });
  });

  it('masks values whole whose key names a secret', () => {
    const event = {
      tags: { api_key: 'plain words', 'API Key': 'x y', team: 'blue', credentials: { user: 'me', list: ['a'] } },
      fields: [
        ['Password', 'plain words'],
        ['API Key', 'plain words'],
        ['Token', 'plain'],
        ['Client Secret', 'plain'],
        ['Issue Key', 'ABC-1'],
        ['Tokens', '512'],
        ['Password', ''],
      ],
    };
    expect(redactEvent(event)).toEqual({
      tags: {
        api_key: '[REDACTED:key]',
        'API Key': '[REDACTED:key]',
        team: 'blue',
        credentials: { user: '[REDACTED:credentials]', list: ['[REDACTED:credentials]'] },
      },
      fields: [
        ['Password', '[REDACTED:password]'],
        ['API Key', '[REDACTED:key]'],
        ['Token', '[REDACTED:token]'],
        ['Client Secret', '[REDACTED:secret]'],
        ['Issue Key', 'ABC-1'],
        ['Tokens', '512'],
        ['Password', ''],
      ],
    });
  });

  it('masks a value whose name stands beside it', () => {
    const env = [
      { name: 'DB_PASSWORD', value: 'plain' },
      { key: 'api_key', value: { a: 'x' } },
      { name: 'PORT', value: '80' },
    ];
    expect(redactEvent({ metadata: { env } })).toEqual({
      metadata: {
        env: [
          { name: 'DB_PASSWORD', value: '[REDACTED:password]' },
          { key: 'api_key', value: { a: '[REDACTED:key]' } },
          { name: 'PORT', value: '80' },
        ],
      },
    });
    expect(redactEvent({ type: 'metric.measured', name: 'password', value: 1 })).toEqual({
      type: 'metric.measured',
      name: 'password',
      value: 1,
    });
  });

  it('treats argv as arguments', () => {
    expect(redactEvent({ argv: ['tool', '--password', 'two words'] })).toEqual({
      argv: ['tool', '--password', '[REDACTED:password]'],
    });
  });

  it('leaves the keys alone that runlog writes itself', () => {
    const own = `gh${'p_'}${random(36)}`;
    const event = { v: 1, id: own, at: '2025-10-03T18:19:52.551874Z', type: 'x.y', run_id: own, action: 'KEY_1' };
    expect(redactEvent(event)).toEqual(event);
    const facts = { owner: { pid: 1, boot_id: hex(32) }, git: { commit: hex(40) }, source: { sha256: hex(64) } };
    expect(redactEvent({ ...facts, trace_id: hex(32) })).toEqual({ ...facts, trace_id: hex(32) });
  });

  it('masks what somebody else put under such a key, and keys themselves', () => {
    const own = `password=${pass}`;
    const masked = 'password=[REDACTED:password]';
    for (const key of ['id', 'at', 'run_id', 'trace_id', 'action', 'owner', 'git', 'source'])
      expect(redactEvent({ type: 'x.y', [key]: own })).toEqual({ type: 'x.y', [key]: masked });
    expect(redactEvent({ git: { remote: own }, [own]: 1 })).toEqual({ git: { remote: masked }, [masked]: 1 });
    expect(redactEvent({ metadata: { id: own } })).toEqual({ metadata: { id: masked } });
  });

  it('returns the same object where there is nothing to mask, and never changes the one it was given', () => {
    const clean = { type: 'text.kept', text: 'hello', n: null, tokens: 5 };
    expect(redactEvent(clean)).toBe(clean);
    const dirty = { text: `password=${pass}` };
    redactEvent(dirty);
    expect(dirty).toEqual({ text: `password=${pass}` });
  });

  it('copies a key called __proto__ as a key', () => {
    const event = JSON.parse(`{"metadata":{"__proto__":{"polluted":"password=${pass}"}}}`) as object;
    const masked = redactEvent(event);
    expect(JSON.stringify(masked)).toBe('{"metadata":{"__proto__":{"polluted":"password=[REDACTED:password]"}}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('survives JSON that is nested 100,000 deep', () => {
    let event: { a: unknown } = { a: `password=${pass}` };
    for (let depth = 0; depth < 100_000; depth++) event = { a: [event] };
    let masked: unknown = redactEvent(event);
    for (let depth = 0; depth < 100_000; depth++) masked = ((masked as { a: unknown[] }).a as unknown[])[0];
    expect(masked).toEqual({ a: 'password=[REDACTED:password]' });
  });

  it('changes nothing when it redacts what is redacted already', () => {
    const once = redactEvent({
      tags: { token: 'x' },
      argv: ['--password', pass],
      text: jwt,
      fields: [['Secret', 'a']],
    });
    expect(redactEvent(once)).toBe(once);
  });
});
