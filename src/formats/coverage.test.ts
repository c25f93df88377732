import { describe, expect, it } from 'vitest';
import { RunlogError } from '../events/errors.js';
import { coveragePercent, parseCoverage } from './coverage.js';

const read = (text: string): { covered: number; lines: number; format: string } => parseCoverage(text, 'report');
const refusal = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof RunlogError && error.code === 'invalid_input') return error.message;
    throw error;
  }
  return 'it was read';
};

const LCOV = `TN:unit
SF:src/a.ts
FN:1,main
FNDA:3,main
FNF:1
FNH:1
DA:1,3
DA:2,0
DA:4,12,abcDEF0123
BRDA:2,0,0,-
BRF:1
BRH:0
LF:3
LH:2
end_of_record
SF:src/b, with a comma.ts
DA:1,0
LF:1
LH:0
end_of_record
`;

describe('lcov', () => {
  it('is summed over its files', () => {
    expect(read(LCOV)).toEqual({ format: 'lcov', covered: 2, lines: 4 });
    expect(coveragePercent(read(LCOV))).toBe(50);
  });

  it('is the same with CRLF, a byte order mark, and without a test name', () => {
    expect(read(`\uFEFF${LCOV.replaceAll('\n', '\r\n')}`)).toEqual(read(LCOV));
    expect(read(LCOV.replace('TN:unit\n', ''))).toEqual(read(LCOV));
  });

  it('that was merged counts a line of a file once, covered where one of the tests ran it', () => {
    const other = 'TN:other\nSF:src/a.ts\nDA:1,0\nDA:2,1\nDA:9,0\nLF:3\nLH:1\nend_of_record\n';
    expect(read(LCOV + other)).toEqual({ format: 'lcov', covered: 3, lines: 5 });
  });

  it('without LF and LH counts its DA lines, without DA lines believes LF and LH', () => {
    expect(read(LCOV.replaceAll(/^L[FH]:.*\n/gm, ''))).toEqual(read(LCOV));
    expect(read(LCOV.replaceAll(/^DA:.*\n/gm, ''))).toEqual(read(LCOV));
  });

  it('of no lines is unknown, neither 0 nor 100 percent', () => {
    expect(coveragePercent(read('TN:\nSF:src/types.ts\nLF:0\nLH:0\nend_of_record\n'))).toBeNull();
    expect(coveragePercent(read('TN:\n'))).toBeNull();
  });

  it('that is cut off or broken is refused, the line named', () => {
    expect(refusal(LCOV.slice(0, -20))).toContain('cut off');
    expect(refusal(LCOV.replace('DA:2,0', 'DA:2,'))).toContain('line 8: "" is no number');
    expect(refusal(LCOV.replace('DA:2,0', 'DA:two,0'))).toContain('line 8: "two" is no whole number');
    expect(refusal(LCOV.replace('LF:3\nLH:2\nend_of_record\n', ''))).toContain('has no end_of_record');
    expect(refusal(LCOV.replace('FNF:1', '<html>'))).toContain('line 5 is not of the lcov format');
    expect(refusal(`${LCOV}DA:1,1\n`)).toContain('stands outside a record');
    expect(refusal('TN:\nSF:a\nLF:1\nLH:2\nend_of_record\n')).toContain('2 of 1 lines are covered');
  });
});

const lines = (total: unknown, covered: unknown): object => ({ total, covered, skipped: 0, pct: 0 });
const SUMMARY = JSON.stringify({
  total: { lines: lines(8, 7), statements: lines(20, 3), functions: lines(2, 2), branches: lines(0, 0) },
  '/work/src/a.ts': { lines: lines(3, 2) },
  '/work/src/b.ts': { lines: lines(5, 5) },
});

describe("Istanbul's json-summary", () => {
  it('says its total of lines, not of statements', () => {
    expect(read(SUMMARY)).toEqual({ format: 'json-summary', covered: 7, lines: 8 });
    expect(coveragePercent(read(SUMMARY))).toBe(87.5);
  });

  it('of no lines is unknown', () => {
    const empty = { total: { lines: { total: 0, covered: 0, skipped: 0, pct: 'Unknown' } } };
    expect(coveragePercent(read(JSON.stringify(empty)))).toBeNull();
  });

  it('is told from JSON that only looks like it', () => {
    const final = { '/a.ts': { path: '/a.ts', statementMap: {}, fnMap: {}, branchMap: {}, s: { 0: 1 }, f: {}, b: {} } };
    expect(refusal(JSON.stringify(final))).toContain('coverage-final.json');
    expect(refusal('{"total": {"lines": {"pct": 80}}}')).toContain('no total.lines');
    expect(refusal('{"total": null, "other": null}')).toContain('no total.lines');
    expect(refusal('{"total": {"lines": {"total": "8", "covered": -1}}}')).toContain('no total.lines');
    expect(refusal('{}')).toContain('no total.lines');
    expect(refusal('{"total": ')).toContain('JSON');
    expect(refusal('[1]')).toContain('format is not known');
  });
});

const cobertura = (root: string): string => `<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM 'http://cobertura.sourceforge.net/xml/coverage-04.dtd'>
<coverage ${root} line-rate="0.6" branch-rate="0" version="7.6" timestamp="1759515592">
  <!-- generated -->
  <sources><source>/work/src</source></sources>
  <packages><package name="." line-rate="0.6"><classes>
    <class name="A" filename="a.py" line-rate="0.5">
      <methods><method name="m" signature="()"><lines><line number="2" hits="0"/></lines></method></methods>
      <lines><line number="1" hits="4" branch="true"><conditions/></line><line number="2" hits="0"/></lines>
    </class>
    <class name="A$Inner" filename="a.py"><methods/><lines><line number="2" hits="0"/><line number="3" hits="1"/></lines></class>
    <class name="B" filename="b.py"><methods/><lines><line number="1" hits="1"/><line number="2" hits="0"/></lines></class>
  </classes></package></packages>
</coverage>`;

describe('Cobertura', () => {
  it('says its totals', () => {
    const report = cobertura('lines-valid="40" lines-covered="30"');
    expect(read(report)).toEqual({ format: 'cobertura', covered: 30, lines: 40 });
  });

  it('without totals counts each line of a file once, those of methods and inner classes too', () => {
    expect(read(cobertura(''))).toEqual({ format: 'cobertura', covered: 3, lines: 5 });
  });

  it('of no lines is unknown', () => {
    expect(coveragePercent(read('<coverage line-rate="1"><packages/></coverage>'))).toBeNull();
    expect(coveragePercent(read(cobertura('lines-valid="0" lines-covered="0"')))).toBeNull();
  });

  it('is told from XML that only looks like it', () => {
    const clover =
      '<coverage generated="1"><project timestamp="1"><metrics statements="2" coveredstatements="1"/></project></coverage>';
    expect(refusal(clover)).toContain('neither of Cobertura nor of JaCoCo');
    expect(refusal('<coverage line-rate="0.5"/>')).toContain('neither of Cobertura nor of JaCoCo');
    expect(refusal(cobertura('lines-valid="3" lines-covered="4"'))).toContain('4 of 3 lines are covered');
    expect(refusal(cobertura('lines-valid="many" lines-covered="4"'))).toContain('lines-valid: "many"');
    expect(refusal(cobertura('').replace('hits="4"', ''))).toContain('the hits of line 1');
  });
});

const counter = (missed: number, covered: number, type = 'LINE'): string =>
  `<counter type="${type}" missed="${missed}" covered="${covered}"/>`;
const jacoco = (total: string): string => `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
<report name="all &amp; sundry"><sessioninfo id="ci-1" start="1" dump="2"/>
  <group name="core"><group name="inner"><package name="org/a">
    <class name="org/a/A" sourcefilename="A.java"><method name="m" desc="()V" line="3">${counter(1, 2)}</method>${counter(1, 2)}</class>
    <sourcefile name="A.java"><line nr="3" mi="0" ci="4" mb="0" cb="0"/>${counter(9, 9, 'BRANCH')}${counter(1, 2)}</sourcefile>
    ${counter(1, 2)}
  </package></group></group>
  <group name="web"><package name="org/b"><sourcefile name="B.java">${counter(2, 3)}</sourcefile></package></group>
  ${total}</report>`;

describe('JaCoCo', () => {
  it('says the totals of the whole report, of lines, through its DOCTYPE and nested groups', () => {
    const report = jacoco(counter(90, 10, 'INSTRUCTION') + counter(3, 5) + counter(1, 1, 'CLASS'));
    expect(read(report)).toEqual({ format: 'jacoco', covered: 5, lines: 8 });
  });

  it('without totals is summed over its parts, each line once', () => {
    expect(read(jacoco(''))).toEqual({ format: 'jacoco', covered: 5, lines: 8 });
  });

  it('compiled without line numbers is unknown', () => {
    const report = `<report name="x"><package name="a">${counter(3, 5, 'INSTRUCTION')}</package></report>`;
    expect(coveragePercent(read(report))).toBeNull();
  });

  it('is told from XML that only looks like it', () => {
    expect(refusal('<report name="sales"><page/></report>')).toContain('neither of Cobertura nor of JaCoCo');
    expect(refusal('<report><counter/></report>')).toContain('it begins with <report>');
    expect(refusal(jacoco(counter(3, 5)).replace('covered="5"', 'covered="5.5"'))).toContain(
      '"5.5" is no whole number',
    );
  });
});

describe('XML', () => {
  it('that is not well-formed is refused, the line named', () => {
    expect(refusal(jacoco('').slice(0, -4))).toMatch(/line \d+: /);
    expect(refusal(jacoco('').replace('</group></group>', '</group>'))).toMatch(/line \d+: /);
    expect(refusal('<!DOCTYPE html><html><body>404</body></html>')).toContain('it begins with <html>');
    expect(refusal('<?xml version="1.0"?>')).toMatch(/no coverage report/);
  });

  it('with entities of its own is refused: none is expanded, and no file is read', () => {
    const bomb = `<!DOCTYPE report [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>`;
    for (const name of ['b', 'f'])
      expect(refusal(`${bomb}<report name="x">&${name};</report>`)).toContain('Invalid character entity');
    expect(refusal(`${bomb}<report name="&b;"></report>`)).toContain('Invalid character entity');
  });
});

it('text of no known format is refused, and the message names the file', () => {
  expect(refusal('')).toBe('report is no coverage report that can be read: it is empty');
  expect(refusal(' \n')).toContain('it is empty');
  expect(refusal('Name  Stmts  Miss  Cover\n')).toContain('its format is not known');
  expect(refusal('SFX: 1\n')).toContain('its format is not known');
});
