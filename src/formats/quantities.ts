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

export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[power]}`;
}

/**
 * US dollars, so that small sums stay visible: `$1,234.50`, `$12.34`, `$0.0123`, `$0.0000042`, `$0`; `unknown` for what nobody
 * knows. Below a dollar three significant digits.
 */
export function moneyText(usd: number | null): string {
  if (usd === null) return 'unknown';
  if (usd < 0) return `-${moneyText(-usd)}`;
  if (usd === 0) return '$0';
  // 1.2e-9 has its first digit in the ninth place; 20 are more than any price has.
  const places = usd >= 0.995 ? 2 : Math.min(20, 2 - Math.floor(Math.log10(usd)));
  const text = usd.toFixed(places).replace(/(\.\d\d\d*?)0+$/, '$1');
  return `$${grouped(text)}`;
}

/** A count with its thousands apart: `1,234,567`; a dash for the unknown. */
export function countText(count: number | null): string {
  return count === null ? '-' : grouped(String(count));
}

function grouped(number: string): string {
  const [whole = '', ...rest] = number.split('.');
  return [whole.replaceAll(/(?<=\d)(?=(?:\d{3})+$)/g, ','), ...rest].join('.');
}

/** Six significant digits, without the zeros that say nothing. */
export function measureText(value: Measure): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : value;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
