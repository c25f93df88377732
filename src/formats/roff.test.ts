import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manText, type ManBlock, type ManPage } from './roff.js';

const page = (...blocks: ManBlock[]): ManPage => ({
  name: 'some-page',
  purpose: 'what it is for',
  date: '2026-01-31',
  source: 'runlog 1.2.3',
  blocks,
});

describe('manText', () => {
  it('writes sections, items, examples and calls', () => {
    expect(
      manText(
        page(
          { kind: 'section', text: 'SYNOPSIS' },
          { kind: 'usage', name: 'some page', args: '[OPTIONS] FILE' },
          { kind: 'usage', name: 'some page', args: '-- CMD' },
          { kind: 'section', text: 'OPTIONS' },
          { kind: 'paragraph', text: 'As of other-page(1), with `ticks`, ~ and ^.' },
          { kind: 'item', term: '--dir PATH', text: 'what \u2026' },
          { kind: 'lines', lines: [`.hidden 'x' "y"`, "'quoted' \\n"] },
        ),
      ),
    ).toMatchInlineSnapshot(`
      ".TH "SOME\\-PAGE" "1" "2026-01-31" "runlog 1.2.3"
      .ad l
      .SH "NAME"
      some\\-page \\-
      what it is for
      .SH "SYNOPSIS"
      .B "some page"
      [OPTIONS] FILE
      .PP
      .B "some page"
      \\-\\- CMD
      .SH "OPTIONS"
      As of \\%other\\-page(1), with \\(gaticks\\(ga, \\(ti and \\(ha.
      .TP
      .B "\\-\\-dir PATH"
      what ...
      .PP
      .RS 4
      .EX
      \\&.hidden \\(aqx\\(aq \\(dqy\\(dq
      \\&\\(aqquoted\\(aq \\en
      .EE
      .RE
      "
    `);
  });

  it('takes no text for a request, and no text breaks a line or an argument', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 });
    const block = fc.oneof(
      fc.record({ kind: fc.constantFrom('section' as const, 'subsection' as const, 'paragraph' as const), text }),
      fc.record({ kind: fc.constant('item' as const), term: text, text }),
      fc.record({ kind: fc.constant('lines' as const), lines: fc.array(text) }),
    );
    fc.assert(
      fc.property(fc.array(block), (blocks) => {
        const lines = manText(page(...blocks)).split('\n');
        for (const line of lines) {
          expect(line).toMatch(/^[ -~]*$/);
          expect(line.replaceAll(/\\(?:[-e&%]|\((?:aq|dq|ga|ha|ti)|\[u[0-9A-F]{4,6}\])/g, '')).not.toContain('\\');
          if (/^[.']/.test(line)) expect(line).toMatch(/^\.(?:(?:TH|SH|SS|B)(?: "[^"]*")+|PP|TP|RS 4|EX|EE|RE|ad l)$/);
        }
      }),
    );
  });
});
