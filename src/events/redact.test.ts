import { describe, expect, it } from 'vitest';
import { redactArgv, redactEvent, redactText } from './redact.js';

// Every secret is put together here, so that no literal in this file looks like one.
const ALPHABET = 'aB3dE5gH7jK9mN2pQ4sT6vW8xY1zC0fR';
const random = (length: number): string => ALPHABET.repeat(Math.ceil(length / ALPHABET.length)).slice(0, length);
const hex = (length: number): string => '9f8e7d6c5b4a3210'.repeat(8).slice(0, length);
const pem = (kind: string, word: string): string => `-----${word} ${kind}PRIVATE ${'KEY'}-----`;
const body = `${random(64)}\n${random(64)}\n${random(22)}==`;
const jwt = `${'ey' + 'J'}hbGciOiJIUzI1NiJ9.${'ey' + 'J'}zdWIiOiIxMjM0NTY3ODkwIn0.${random(43)}`;
const pass = 'hunter2' + '-Tr0ub4dor';

/** [name, text before, secret, text after] */
const PLANTED: readonly (readonly [string, string, string, string])[] = [
  ['an option', 'tool --password ', pass, ' --verbose'],
  ['an option with =', 'tool --password=', pass, ' --verbose'],
  ['an option in double quotes', 'tool --password "', 'two words ' + pass, '" --verbose'],
  ['an option in single quotes', "tool --token='", 'two words ' + pass, "' --verbose"],
  ['an option on the next line', 'tool --api-key \\\n  ', pass, '\n'],
  ['a prefixed option', 'tool --openai-api-key ', pass, ' x'],
  ['a client secret option', 'tool --client-secret ', pass, ' x'],
  ['a credentials option', 'tool --credentials ', pass, ' x'],
  ['a value after a dash', 'tool --passphrase ', '-' + pass, ' x'],
  ['mysql -p', 'mysql -u root -p', pass, ' shop'],
  ['mysql -p in quotes', "mysql -u root -p'", pass, "' shop"],
  ['mysqldump -p by path', '/usr/bin/mysqldump -p', pass, ' shop > dump.sql'],
  ['mysql in sh -c', 'sh -c "mysql -p', pass, ' shop"'],
  ['sshpass', 'sshpass -p ', pass, ' ssh host'],
  ['docker login', 'docker login -u me -p ', pass, ' registry.example'],
  ['curl -u', 'curl -s -u me:', pass, ' https://example.com'],
  ['curl --user in quotes', 'curl --user "me:', pass, '" https://example.com'],
  ['curl --user=', 'curl --user=me:', pass, ' https://example.com'],
  ['a TOKEN assignment', 'GITLAB_TOKEN=', 'abcdefgh', ' make'],
  ['a KEY assignment', 'export MAPS_KEY=', 'abcdefghij', '\nnext'],
  ['a SECRET assignment', 'SESSION_SECRET = "', 'a b c d e f g', '"\nnext'],
  ['a PASSWORD assignment', 'DB_PASSWORD=', '/etc/looks/like/a/path', ' make'],
  ['a PASSWD assignment', "ROOT_PASSWD='", pass, "' make"],
  ['a PWD assignment', 'MYSQL_PWD=', pass, ' make'],
  ['a CREDENTIALS assignment', 'MY_CREDENTIALS=', pass, ' make'],
  ['PGPASSWORD', 'PGPASSWORD=', pass, ' psql'],
  ['an aws secret', 'aws_secret_access_key = ', random(40), '\nregion = x'],
  ['a secret with / in front', 'AWS_SECRET_ACCESS_KEY=', '/' + random(39), '\n'],
  ['a W&B key', 'WANDB_API_KEY=', hex(40), ' python'],
  ['an assignment in escaped JSON', '{"log":"A=1\\nHF_TOKEN=', 'abcdefgh', '"}'],
  ['an assignment in colour', '\u001b[31mMY_TOKEN=', 'abcdefgh', ' x'],
  ['JSON', '{"user": "me", "password": "', 'a "b" c'.replaceAll('"', '\\"') + pass, '", "n": 1}'],
  ['JSON in JSON', '{"body": "{\\"password\\": \\"', pass, '\\", \\"n\\": 1}"}'],
  ['JSON camelCase', '{"clientSecret":"', pass, '","n":1}'],
  ['JSON token', '{"token": "', 'abcdefgh', '"}'],
  ['YAML', 'db_password: ', pass, '\nport: 1'],
  ['YAML refresh_token', '  refresh_token: "', pass, '"'],
  ['a connection string', 'Server=db;Password=', pass, ';Database=shop'],
  ['keyword arguments', "connect(user='me', passwd='", pass, "', port=1)"],
  ['keyword arguments without quotes', 'connect(password=', pass, ', port=1)'],
  ['an annotated variable', 'api_key: str = "', pass, '"'],
  ['an arrow', "'password' => '", pass, "',"],
  ['XML', '<password>', pass, '</password>'],
  ['an .npmrc', '//registry.example/:_authToken=', pass, '\n'],
  ['a spoken name', 'Your API key: ', hex(20), ' (keep it)'],
  ['a query', 'GET /a?page=1&access_token=', pass, '&x=2'],
  ['a short query', 'https://example.com/?token=', pass, '#top'],
  ['a query in escaped JSON', '"https://e.com/?a=1\\u0026token=', 'abcdefgh', '\\u0026b=2"'],
  ['a SAS signature', 'https://a.blob.example/b?sv=1&sig=', 'abc%2B' + random(30), '&se=2'],
  ['Bearer', 'curl -H "Authorization: Bearer ', random(24), '" https://example.com'],
  ['Basic', 'Authorization: Basic ', 'bWU6aHVudGVyaHVudGVy', '\nAccept: x'],
  ['Token', "-H 'Authorization: token ", random(20), "' x"],
  ['Digest', 'Authorization: Digest ', `username="someone-else", response="${hex(32)}"`, '\nAccept: x'],
  ['Authorization in JSON', '{"Authorization": "Bearer ', random(24), '", "n": 1}'],
  ['Authorization without scheme', 'authorization: ', random(24), '\nAccept: x'],
  ['a bare bearer', 'sent bearer ', random(24), ' to it'],
  ['X-Api-Key', 'X-Api-Key: ', 'abcdefghij', '\nAccept: x'],
  ['X-Auth-Token', "-H 'X-Auth-Token: ", 'abcdefghij', "' x"],
  ['Cookie', 'Cookie: ', `sid=${random(20)}; theme=dark`, '\nAccept: x'],
  ['Set-Cookie', '< Set-Cookie: ', `sid=${random(20)}; Path=/`, '\r\n< Age: 1'.slice(1)],
  ['URL credentials', 'postgres://me:', pass, '@db.example:5432/shop'],
  ['URL credentials with @', 'https://me:', 'p@ss' + pass, '@example.com/x'],
  ['URL credentials without user', 'redis://:', pass, '@localhost:6379'],
  ['URL credentials of a user called token', 'https://x-access-token:', pass, '@example.com/x'],
  ['aws configure', 'aws configure set aws_secret_access_key ', random(40), ' --profile x'],
  ['a lower-case secret', 'secret: ', 'hunter' + '2', '\nport: 1'],
  ['a token as URL user', 'git clone https://', random(30), '@example.com/x.git'],
  ['a key block', `a\n`, `${pem('', 'BEGIN')}\n${body}\n${pem('', 'END')}`, '\nb'],
  ['an RSA block', `a\n`, `${pem('RSA ', 'BEGIN')}\n${body}\n${pem('RSA ', 'END')}`, '\nb'],
  ['an OpenSSH block', `a\n`, `${pem('OPENSSH ', 'BEGIN')}\n${body}\n${pem('OPENSSH ', 'END')}`, '\nb'],
  ['a block in JSON', '{"k":"', `${pem('EC ', 'BEGIN')}\\n${random(64)}\\n${pem('EC ', 'END')}`, '\\n"}'],
  ['a block without end', 'a\n', `${pem('EC ', 'BEGIN')}\n${body}`, ''],
  ['a block without beginning', 'some prose\n', `${body}\n${pem('', 'END')}`, '\nb'],
  ['a block without beginning, in JSON', 'x: ', `${random(64)}\\n${random(20)}\\n${pem('', 'END')}`, '\nb'],
  ['a JWT', 'got ', jwt, ' back'],
  ['a JWT in escaped text', 'got\\n', jwt, '" back'],
  ['AWS id', 'id ', 'AK' + 'IA' + 'ABCD2345EFGH67IJ', ' x'],
  ['AWS session id', 'id=', 'AS' + 'IA' + 'ABCD2345EFGH67IJ', ' x'],
  ...(
    [
      ['gh' + 'p_', random(36)],
      ['gh' + 's_', random(36)],
      ['github' + '_pat_', random(22) + '_' + random(40)],
      ['gl' + 'pat-', random(20)],
      ['gl' + 'rt-', random(20)],
      ['gl' + 'cbt-', random(20)],
      ['xo' + 'xb-', '901234567812-' + random(24)],
      ['xa' + 'pp-', '1-A012-' + random(24)],
      ['AI' + 'za', random(35)],
      ['ya' + '29.', random(40)],
      ['GOC' + 'SPX-', random(28)],
      ['s' + 'k-', random(48)],
      ['s' + 'k-proj-', random(48)],
      ['s' + 'k-ant-', 'api03-' + random(48)],
      ['h' + 'f_', random(34)],
      ['np' + 'm_', random(36)],
      ['py' + 'pi-', random(90)],
      ['s' + 'k_live_', random(24)],
      ['r' + 'k_live_', random(24)],
      ['s' + 'k_test_', random(24)],
      ['wh' + 'sec_', random(32)],
      ['S' + 'G.', random(22) + '.' + random(43)],
      ['S' + 'K', hex(32)],
      ['dop' + '_v1_', hex(64)],
      ['doo' + '_v1_', hex(64)],
      ['gl' + 'sa_', random(32) + '_' + hex(8)],
      ['gl' + 'c_', random(40)],
      ['hv' + 's.', random(24)],
      ['hv' + 'b.', random(60)],
      ['dck' + 'r_pat_', random(27)],
      ['da' + 'pi', hex(32)],
      ['1234567890' + ':AA', random(33)],
      ['lin' + '_api_', random(40)],
      ['shp' + 'at_', hex(32)],
      ['shp' + 'ss_', hex(32)],
      ['sq0' + 'atp-', random(22)],
      ['ATA' + 'TT3', random(60)],
      ['r' + '8_', random(37)],
      ['gs' + 'k_', random(52)],
      ['x' + 'ai-', random(80)],
      ['Fly' + 'V1 ', random(40)],
      ['fo' + '1_', random(40)],
    ] as const
  ).map(([prefix, secret]) => [`a token ${prefix}…`, 'found ', prefix + secret, ' here'] as const),
  ['an Azure account key', 'AccountName=a;AccountKey=', random(86) + '==', ';EndpointSuffix=x'],
  ['an Azure shared key', 'SharedAccessKeyName=a;SharedAccessKey=', random(43) + '=', ';x=1'],
  ['a Slack webhook', 'https://hooks.slack.com/' + 'services/', 'T0123/B0123/' + random(24), ' x'],
  ['a Discord webhook', 'https://discord.com/api/' + 'webhooks/9182736450/', random(60), ' x'],
  ['a Telegram URL', 'https://api.telegram.org/bot', '1234567890' + ':AA' + random(33), '/getMe'],
];

const LOOK_ALIKES: readonly string[] = [
  'commit 3f786850e387550fdab836ed7e6dc881de23001b',
  'id 550e8400-e29b-41d4-a716-446655440000',
  `sha256:${hex(64)}`,
  'image@sha256:' + hex(64),
  'docker://registry:5000@sha256:' + hex(64),
  '/home/me/.ssh/id_ed25519.pub',
  `<img src="data:image/png;base64,iVBORw0KGgo${random(200)}">`,
  'train --max-tokens 100 --tokens 5',
  'train --max-token 100',
  'train --pad-token X --eos-token "</s>"',
  'EOS_TOKEN=</s>',
  'PAD_TOKEN=<pad>',
  'unk_token: [UNK]',
  'special_tokens: ["<s>", "</s>"]',
  'SORT_KEY=name',
  'PRIMARY_KEY=id',
  'FOREIGN_KEY=user_id',
  'PARTITION_KEY=day',
  'CACHE_KEY=linux-node-20',
  'ISSUE_KEY=ABC-1',
  'PUBLIC_KEY=abcdef123456',
  'SSH_KEY=/home/me/.ssh/id_ed25519',
  'DEPLOY_KEY="~/.ssh/deploy.pem"',
  'GOOGLE_APPLICATION_CREDENTIALS=/etc/google.json',
  'tool --private-key ./server.pem',
  'key=value',
  'key: value',
  'token=5',
  'tokens=512',
  'total_tokens: 512',
  'cost_per_token=0.002',
  'token = tokenizer.next()',
  'API_KEY=$API_KEY',
  'TOKEN=${CI_TOKEN}',
  'TOKEN: ${{ secrets.DEPLOY }}',
  'tool --password "$PASS" -v',
  'tool --password $PASS',
  'PASSWORD=$(pass show db)',
  'set PASSWORD=%PASSWORD%',
  'password = os.environ["DB_PASSWORD"]',
  'password: process.env.DB_PASSWORD',
  'usage: tool --password <password> --token TOKEN',
  'password: ',
  'password:\nuser: me',
  'password=',
  '"password": ""',
  '"password": null',
  'password: string',
  'if (password == "x") return',
  'password=********',
  'the password was changed',
  'the --password option is required',
  'tool --password --verbose',
  'tool --password-stdin < file',
  'tool --password-file pw.txt',
  'tool --no-password x',
  'Token count: 42',
  'your API key: get one from the console',
  'Secret key: keep it safe',
  'Token: 42',
  'bearer of bad news',
  'Bearer authentication is used',
  'basic auth is off',
  'Authorization: required for all',
  'Authorization: Bearer $TOKEN',
  'Cookie: chocolate chip',
  'ssh://git@github.com/x/y',
  'git@github.com:x/y.git',
  'https://github.com/x/y',
  'http://localhost:8080/a@b',
  'http://localhost:8080?to=a@b.example',
  'http://me@example.com/',
  'write to someone@example.com',
  'scp file user@host:path',
  'https://e.com/?page_token=abc123def456&key=value',
  'sk-learn',
  'sk-learn-contrib-package-2024-edition',
  '#sk-container-id-1 div.sk-toggleable__content',
  'risk-management-framework-for-2024',
  'task-1234567890abcdef',
  'task-1234567890abcdef1234567890abcdef',
  'the AKIAH method',
  'BAKIAABCD2345EFGH67IJX',
  'v1.2.3-rc.1+build.5',
  'Result: SK',
  '3.14159 1e-9 0x1F',
  'run_20251003_181952_project_171',
  'keyboard=us',
  'monkey=banana',
  'author: Basic Books',
  'secretary=Ann',
  'compass: north',
  'PWD=/home/me OLDPWD=/tmp',
  'OLD_PWD=/tmp',
  'pass: 12 fail: 3',
  'credentials: include',
  'mysql -u root -p shop',
  'mkdir -p/tmp/x; mysql -e "select 1" | grep -pattern',
  'docker run -p 8080:80 -u 1000:1000 x',
  'curl -u me https://example.com:8080/',
  'curl -u "$USER:$PASS" https://example.com',
  'eyJust a word.eyJ',
  'hf_transformers_and_friends_are_here',
  'npm_config_registry=https://registry.npmjs.org/',
  `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`,
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@host',
  '[REDACTED:x]',
  'password=[REDACTED:password] next',
  'https://me:[REDACTED:url-password]@example.com',
];

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

  it('treats argv as arguments', () => {
    expect(redactEvent({ argv: ['tool', '--password', 'two words'] })).toEqual({
      argv: ['tool', '--password', '[REDACTED:password]'],
    });
  });

  it('leaves the keys alone that runlog writes itself', () => {
    const own = `password=${pass}`;
    const event = { v: 1, id: own, at: own, type: own, run_id: own, trace_id: own, action: own, owner: { a: own } };
    expect(redactEvent({ ...event, git: own, source: { file: own } })).toEqual({
      ...event,
      git: own,
      source: { file: own },
    });
    expect(redactEvent({ metadata: { id: own } })).toEqual({ metadata: { id: 'password=[REDACTED:password]' } });
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
