// The form of an ACTION_TYPE, and what to say to one that has another.
import { likelyActionType } from '../events/action-type.js';
import { ACTION_TYPE } from '../events/vocabulary.js';
import { quote, usage } from './input.js';

/** Throws `usage`, offering the right form. */
export function checkActionType(action: string): void {
  if (ACTION_TYPE.test(action)) return;
  const right = likelyActionType(action);
  throw usage(
    `${quote(action)} is no ACTION_TYPE: it must be upper case, with digits and underscores`,
    right === '' ? 'For example: VERIFY_MODEL' : `Did you mean ${right}?`,
  );
}
