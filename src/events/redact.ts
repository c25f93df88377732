// Masks secrets before anything is written. It owns the door; the rules lie behind it in redaction/, pure and linear in the
// length of their input, and know nothing of where texts come from. Recording commands load them only where a secret may be.
import { maskEvent } from './redaction/event.js';
import { BEYOND_ASCII, hasHint, mayHoldSecret, scanJson } from './redaction/suspicion.js';

export { BEYOND_ASCII, hasHint, scanJson };

/** Copies an event with every secret in it masked; the same object where there was nothing to mask. */
export function redactEvent<T extends object>(event: T): T {
  return mayHoldSecret(event) ? maskEvent(event) : event;
}
