// Quantities as people read them: durations, sizes, measured values.
import type { Measure } from '../events/vocabulary.js';

/** `0.12 s`, `42 s`, `11 min 18 s`, `2 h 5 min`, `3 d 4 h`; a dash for the unknown. */
export function durationText(seconds: number | null): string {
  if (seconds === null) return '-';
  if (seconds < 0) return `-${durationText(-seconds)}`;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [minutes, hours, days] = [Math.floor(whole / 60), Math.floor(whole / 3600), Math.floor(whole / 86_400)];
  if (minutes < 60) return pair(minutes, 'min', whole % 60, 's');
  return hours < 24 ? pair(hours, 'h', minutes % 60, 'min') : pair(days, 'd', hours % 24, 'h');
}

/** The same in six columns at the most: `0.12s`, `42s`, `11m18s`, `2h05m`, `3d04h`. */
export function shortDuration(seconds: number | null): string {
  if (seconds === null) return '-';
  if (seconds < 9.995) return `${seconds.toFixed(2)}s`;
  const whole = Math.round(seconds);
  const two = (number: number): string => String(number).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  const hours = Math.floor(whole / 3600);
  return hours < 24
    ? `${hours}h${two(Math.floor((whole % 3600) / 60))}m`
    : `${Math.floor(hours / 24)}d${two(hours % 24)}h`;
}

/** How long ago: `just now`, `40 s ago`, `3 h ago`, `5 d ago`, `4 mo ago`, `2 y ago`; `in 3 h` where clocks disagree. */
export function ageText(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 10) return 'just now';
  const [unit, name] = AGE_UNITS.findLast(([from]) => size >= from) as [number, string];
  const count = `${Math.floor(size / unit)} ${name}`;
  return seconds < 0 ? `in ${count}` : `${count} ago`;
}

const AGE_UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [1, 's'],
  [60, 'min'],
  [3600, 'h'],
  [86_400, 'd'],
  [30 * 86_400, 'mo'],
  [365 * 86_400, 'y'],
];

export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[power]}`;
}

/** Six significant digits, without the zeros that say nothing. */
export function measureText(value: Measure): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : value;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `1 call`, `2 calls`, `2 retries`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** `12,345`; a dash for the unknown. */
export function countText(count: number | null): string {
  return count === null ? '-' : String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** US dollars with small sums visible: `$1,234.50`, `$12.34`, `$0.0123`, `$0.0000042`; `$0` for nothing, a dash for the unknown. */
export function moneyText(usd: number | null): string {
  if (usd === null) return '-';
  const size = Math.abs(usd);
  if (size === 0) return '$0';
  const cents = size.toFixed(2).split('.');
  if (size >= 0.995) return `${usd < 0 ? '-' : ''}$${countText(Number(cents[0]))}.${cents[1]}`;
  // Three digits from the first that is not 0; twelve decimals are far below the price of any token.
  const decimals = Math.min(12, 2 - Math.floor(Math.log10(size)));
  const text = size.toFixed(decimals).replace(/0+$/, '');
  return `${usd < 0 ? '-' : ''}$${text.padEnd(4, '0')}`;
}
