// Where the bars of a timeline stand: columns of a width, from times. What draws them is terminal's.
import type { Interval, Load } from '../../views/load.js';

/** When something was under way, in microseconds; null where that is not on record. */
export interface Stretch {
  from: number | null;
  to: number | null;
  /** It is still under way, or was when the axis ends: not over, rather than of unknown end. */
  isOpen: boolean;
}

/** Columns from `from` to before `to`, at least one. An open side goes on beyond what is shown, or nobody knows how far. */
export interface Bar {
  from: number;
  to: number;
  opensLeft: boolean;
  opensRight: boolean;
}

/** Null where no time of it is on record. */
export function barOf({ from, to, isOpen }: Stretch, axis: Interval, width: number): Bar | null {
  const end = isOpen ? axis.to : to;
  const begin = from ?? end;
  if (begin === null) return null;
  // A clock that was set back in between: when it began is what is known.
  const until = Math.max(end ?? begin, begin);
  const first = columnOf(begin, axis, width);
  return {
    from: first,
    to: Math.max(first + 1, Math.min(width, Math.ceil(positionOf(until, axis, width)))),
    opensLeft: from === null || begin < axis.from,
    opensRight: isOpen || to === null || to > axis.to,
  };
}

/** The column that a time is in; of what is outside, the outermost one. */
export function columnOf(at: number, axis: Interval, width: number): number {
  return Math.max(0, Math.min(width - 1, Math.floor(positionOf(at, axis, width))));
}

/** Of each column, the most that was under way at once in it. */
export function loadByColumn(loads: readonly Load[], axis: Interval, width: number): number[] {
  const counts = Array.from({ length: width }, () => 0);
  for (const { from, to, count } of loads) {
    const end = Math.min(width, Math.ceil(positionOf(to, axis, width)));
    for (let column = columnOf(from, axis, width); column < end; column += 1)
      counts[column] = Math.max(counts[column] as number, count);
  }
  return counts;
}

function positionOf(at: number, { from, to }: Interval, width: number): number {
  return to <= from ? 0 : ((at - from) / (to - from)) * width;
}
