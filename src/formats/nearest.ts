// Which of some names was probably meant by another one? Pure.

/** The name that the fewest changes of characters lead to; the first of several. */
export function nearestOf<T extends string>(text: string, names: readonly T[]): T | undefined {
  let nearest: { name: T; distance: number } | undefined;
  for (const name of names) {
    const distance = distanceOf(text.slice(0, 100).toLowerCase(), name);
    if (nearest === undefined || distance < nearest.distance) nearest = { name, distance };
  }
  return nearest?.name;
}

/** How many characters must be put in, taken out or exchanged (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const exchanged = (row[j - 1] as number) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}
