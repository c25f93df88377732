// Long lists made short: what matters most stays, and neighbours that do not are folded into one. Nothing is left out or moved.

/** An item, or several neighbours in one place. */
export type Folded<Item> = { item: Item } | { hidden: Item[] };

/**
 * At most `limit` places. What weighs most stays; of equal weight, what is nearer to the beginning or the end. An item that would be
 * folded alone takes its place itself.
 */
export function fold<Item>(items: readonly Item[], limit: number, weightOf: (item: Item) => number): Folded<Item>[] {
  if (items.length <= limit) return items.map((item) => ({ item }));
  const last = items.length - 1;
  const ranked = items
    .map((item, index) => ({ index, weight: weightOf(item), distance: Math.min(index, last - index) }))
    .sort((a, b) => b.weight - a.weight || a.distance - b.distance || a.index - b.index);
  const isKept = new Uint8Array(items.length);
  let places = 1;
  for (const { index } of ranked) {
    // One place for itself; and where others are folded on both sides of it, one more for those.
    const isFirst = index === 0 || isKept[index - 1] === 1;
    const isLast = index === last || isKept[index + 1] === 1;
    const more = isFirst && isLast ? 0 : isFirst || isLast ? 1 : 2;
    if (places + more > limit) break;
    isKept[index] = 1;
    places += more;
  }
  const folded: Folded<Item>[] = [];
  let hidden: Item[] = [];
  for (const [index, item] of items.entries()) {
    if (isKept[index] === 0) hidden.push(item);
    if (hidden.length > 0 && (isKept[index] === 1 || index === last)) {
      folded.push(hidden.length === 1 ? { item: hidden[0] as Item } : { hidden });
      hidden = [];
    }
    if (isKept[index] === 1) folded.push({ item });
  }
  return folded;
}
