// Ids of events: unique, and sortable by time as text.

/** Of the 62 random bits the last 24 count on from a random start: within a process no two ids are alike, and each costs less. */
let counter = Math.floor(Math.random() * 2 ** 24);
let randomPart = '';

/**
 * A UUID of version 7 (RFC 9562, 5.7): 48 bits of milliseconds, 12 bits of the millisecond's fraction, 62 random bits, the last of
 * them a counter (6.2, method 1). Math.random is seeded from the kernel for each process; loading node:crypto would cost a tenth
 * of a recording command's time.
 */
export function newEventId(micros: number): string {
  // Before 1970 there is no such id; these sort first.
  const millis = Math.max(0, Math.floor(micros / 1000));
  if (millis !== lastMillis.number) {
    const span = Math.floor(millis / 0x10000);
    if (span !== lastSpan.number) lastSpan = { number: span, text: `${span.toString(16).padStart(8, '0')}-` };
    const rest = millis - span * 0x10000;
    lastMillis = { number: millis, text: `${lastSpan.text}${hex3(rest >> 4)}${'0123456789abcdef'[rest & 15]}-7` };
  }
  const fraction = Math.min(4095, Math.max(0, Math.floor(((micros - millis * 1000) / 1000) * 4096)));
  counter = (counter + 1) & 0xffffff;
  // A new random part where the counter comes round; the variant's two bits are 10: the group is 8000 to bfff.
  if (randomPart === '' || counter === 0)
    randomPart = `-${(0x8000 + Math.floor(Math.random() * 0x4000)).toString(16)}-${hex6(Math.floor(Math.random() * 2 ** 24))}`;
  // With +: a template asks of each part whether it is text.
  return lastMillis.text + hex3(fraction) + randomPart + hex6(counter);
}

let lastMillis: { number: number; text: string } = { number: -1, text: '' };
/** Of 65 seconds, which have the first 32 bits in common. */
let lastSpan: { number: number; text: string } = { number: -1, text: '' };

/** Digits that were asked for: to make them takes longer than all else of an id. */
const digits: string[] = [];

/** One digit more in front that is cut off again: quicker than to pad. */
function hex3(value: number): string {
  return (digits[value] ??= (value + 0x1000).toString(16).slice(1));
}

function hex6(value: number): string {
  return hex3(value >> 12) + hex3(value & 0xfff);
}
