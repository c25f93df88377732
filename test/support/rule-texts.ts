// Texts made of the patterns of the rules for secrets.
import fc from 'fast-check';
import { START, START_OF_RUN } from '../../src/events/redaction/tokens.js';

/** Texts that a rule's pattern matches, what it looks at on either side included. */
export function matching({ source }: RegExp): fc.Arbitrary<string> {
  const plain = source
    .replace(START, '')
    .replace(START_OF_RUN, '')
    // What must not stand there only narrows the rule.
    .replaceAll(/\(\?<?![^()]*\)/g, '')
    .replaceAll(/\(\?<?=/g, '(?:')
    .replaceAll(/,9{2,4}\}/g, ',60}')
    .replaceAll(',999}', ',60}');
  return fc.stringMatching(new RegExp(`^(?:${plain})$`));
}
