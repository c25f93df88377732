import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasProgram } from '../../test/support/runlog.js';
import { ownNumberForms, parsePythonJson, pythonFloat, pythonJson, readForms, sortedKeys } from './python-json.js';

const NONE = new Set<string>();

test('floats are written as Python writes them', () => {
  const cases: [number, string][] = [
    [12, '12.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [0.25, '0.25'],
    [1e-7, '1e-07'],
    [0.00001, '1e-05'],
    [0.0001, '0.0001'],
    [1.5e-10, '1.5e-10'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.2345e22, '1.2345e+22'],
    [1e100, '1e+100'],
    [5e-324, '5e-324'],
    [-33.123456789, '-33.123456789'],
  ];
  for (const [value, text] of cases) expect(pythonFloat(value)).toBe(text);
});

test.skipIf(!hasProgram('python3'))('any float and any document is written as Python itself writes it', () => {
  const python = (script: string, input: unknown): string =>
    execFileSync('python3', ['-c', script], { input: JSON.stringify(input), encoding: 'utf8', maxBuffer: 1e9 });
  const floats = fc.sample(fc.double({ noDefaultInfinity: true, noNaN: true }), 2000).map((value) => value || 0);
  const texts = floats.map((value) => value.toExponential());
  expect(floats.map(pythonFloat)).toEqual(
    JSON.parse(python('import json,sys; print(json.dumps([repr(float(t)) for t in json.load(sys.stdin)]))', texts)),
  );
  const whole = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  const documents = fc.sample(whole, 300);
  const dumped = python(
    'import json,sys; print(json.dumps([json.dumps(d, indent=2, sort_keys=True, ensure_ascii=False) for d in json.load(sys.stdin)]))',
    documents,
  );
  for (const [index, text] of (JSON.parse(dumped) as string[]).entries()) {
    const forms = ownNumberForms(text, NONE);
    expect(pythonJson(JSON.parse(text), 0, { floats: NONE, texts: forms })).toBe(text);
    expect(JSON.parse(pythonJson(documents[index], 0))).toEqual(documents[index]);
  }
});

test('keys stand in the order of code points, not of UTF-16 units', () => {
  expect(sortedKeys({ '\u{1f600}': 1, '\uffee': 1, b: 1, '': 1, ba: 1, B: 1, '\u{1f600}a': 1 })).toEqual([
    '',
    'B',
    'b',
    'ba',
    '\uffee',
    '\u{1f600}',
    '\u{1f600}a',
  ]);
});

test('numbers that JavaScript would change keep their text, at their place', () => {
  const text =
    '{"a": 1, "b/c~": [1.0, {"1": 12345678901234567890}], "x\\"": -0.0, "y": 1e400, "z": NaN, "t": "NaN 1.0", "i": -Infinity, "n": -0}';
  const forms = ownNumberForms(text, new Set(['/a']));
  expect(Object.fromEntries(forms)).toEqual({
    '/a': '1',
    '/b~1c~0/0': '1.0',
    '/b~1c~0/1/1': '12345678901234567890',
    '/x"': '-0.0',
    '/y': '1e400',
    '/z': 'NaN',
    '/i': '-Infinity',
    '/n': '-0',
  });
  const parsed = parsePythonJson(text, 1) as { value: Record<string, unknown> };
  expect(parsed.value).toMatchObject({ t: 'NaN 1.0', z: null, i: null });
  const kept = JSON.parse(JSON.stringify(parsed.value)) as unknown;
  const again = pythonJson(kept, 0, { floats: NONE, texts: forms });
  expect(ownNumberForms(again, new Set(['/a']))).toEqual(forms);
});

test('of a key that comes twice the last number counts', () => {
  expect(ownNumberForms('{"a": 1.0, "a": 2}', NONE).size).toBe(0);
});

test('what is no number forges nothing', () => {
  const forged = { '/a': '1, "admin": true', '/b': '01', '/c': '', '/d': 5, '/e': '1.5e-7', '/f': '1\n' };
  expect(Object.fromEntries(readForms(forged))).toEqual({ '/e': '1.5e-7' });
  expect(readForms('text').size).toBe(0);
});

test('what is not even the JSON of Python is said to be so', () => {
  for (const text of ['{"a": NaN, "b": x}', '', 'Nan', '{"a": NaN'])
    expect(parsePythonJson(text, 5)).toMatchObject({ fault: expect.stringMatching(/^line 5.*: not JSON/) });
});
