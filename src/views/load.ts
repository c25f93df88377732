// How much was under way at once, and when nothing was? Counts intervals over a stretch of time; pure.

/** In any unit of time; its end is no longer part of it. */
export interface Interval {
  from: number;
  to: number;
}

export interface Load extends Interval {
  /** How many of the intervals were under way all that time. */
  count: number;
}

/** The stretch from its beginning to its end, in pieces whose neighbours differ in their count. What is outside it does not count. */
export function loadOf(intervals: readonly Interval[], { from, to }: Interval): Load[] {
  const changes = intervals
    .flatMap((interval) => {
      const [start, end] = [Math.max(from, interval.from), Math.min(to, interval.to)];
      return end > start
        ? [
            { at: start, by: 1 },
            { at: end, by: -1 },
          ]
        : [];
    })
    .sort((a, b) => a.at - b.at);
  const loads: Load[] = [];
  let count = 0;
  let since = from;
  for (const { at, by } of [...changes, { at: to, by: 0 }]) {
    const last = loads.at(-1);
    if (at > since && last?.count === count) last.to = at;
    else if (at > since) loads.push({ from: since, to: at, count });
    since = at;
    count += by;
  }
  return loads;
}
