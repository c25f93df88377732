// Masks secrets before anything is written. It owns the door; the rules lie behind it in redaction/, pure and linear in the
// length of their input, and know nothing of where texts come from. Recording commands load them only where a secret may be.
import { maskEvent } from './redaction/event.js';
import { BEYOND_ASCII, hasHint, mayHoldSecret, scanJson } from './redaction/suspicion.js';

export { BEYOND_ASCII, hasHint, scanJson };

/** Copies an event with every secret in it masked; the same object where there was nothing to mask. */
export function redactEvent<T extends object>(event: T): T {
  return mayHoldSecret(event) ? maskEvent(event) : event;
}

const harmless = new Set<string>();

/** Whether there is no secret in a text that comes again and again, as a word of a few does: it is looked at once. */
export function isHarmless(word: string): boolean {
  if (harmless.has(word)) return true;
  if (word.length > 40 || harmless.size > 1000 || redactEvent({ word }).word !== word) return false;
  harmless.add(word);
  return true;
}
