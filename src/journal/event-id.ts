// Ids of events: unique, and sortable by time as text.

/**
 * A UUID of version 7 (RFC 9562, 5.7): 48 bits of milliseconds, 12 bits of the millisecond's fraction, 62 random bits.
 * Math.random is seeded from the kernel for each process; loading node:crypto would cost a tenth of a recording command's time.
 */
export function newEventId(micros: number): string {
  // Before 1970 there is no such id; these sort first.
  const millis = Math.max(0, Math.floor(micros / 1000));
  const time = millis.toString(16).padStart(12, '0');
  const fraction = Math.min(4095, Math.max(0, Math.floor(((micros - millis * 1000) / 1000) * 4096)));
  // The variant's two bits are 10: the group is 8000 to bfff.
  const variant = (0x8000 + Math.floor(Math.random() * 0x4000)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(fraction, 3)}-${variant}-${hex(Math.floor(Math.random() * 2 ** 48), 12)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
