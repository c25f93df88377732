// Which things of several runs are the same thing? Lists are put beside each other by a key, in their order; pure.

export type Key = Readonly<Record<string, string | number | null>>;

/** What several lists have under one key: the nth of each that has it. */
export interface Aligned<T> {
  key: Key;
  nth: number;
  /** By list; null where a list has it not. */
  values: (T | null)[];
}

/** In the order of the first list; what only a later one has comes after what stands before it there. */
export function align<T>(lists: readonly (readonly T[])[], keyOf: (item: T) => Key): Aligned<T>[] {
  const found = new Map<string, Aligned<T>>();
  let order: Aligned<T>[] = [];
  for (const [list, items] of lists.entries()) {
    const counts = new Map<string, number>();
    const first: Aligned<T>[] = [];
    const added = new Map<Aligned<T>, Aligned<T>[]>();
    let after = first;
    for (const item of items) {
      const key = keyOf(item);
      const text = JSON.stringify(key);
      const nth = (counts.get(text) ?? 0) + 1;
      counts.set(text, nth);
      const place = `${nth} ${text}`;
      let aligned = found.get(place);
      if (aligned === undefined) {
        aligned = { key, nth, values: lists.map(() => null) };
        found.set(place, aligned);
        after.push(aligned);
      } else {
        after = added.get(aligned) ?? [];
        added.set(aligned, after);
      }
      aligned.values[list] = item;
    }
    order = [...first, ...order.flatMap((aligned) => [aligned, ...(added.get(aligned) ?? [])])];
  }
  return order;
}
