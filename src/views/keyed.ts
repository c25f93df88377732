// Finding what a fold's list has under a key without passing by all of it: a run may have a hundred thousand issues. Pure.

interface Index {
  places: Map<string, number>;
  /** How much of the list is in it. */
  length: number;
}

/** Beside the lists, not in the state: they can be made again from them. */
const indexes = new WeakMap<readonly unknown[], Index>();

/** The place of the first item with a key, -1 where there is none. The list may only grow, and no item's key change. */
export function placeOf<Item>(list: readonly Item[], key: string, keyOf: (item: Item) => string): number {
  let index = indexes.get(list);
  if (index === undefined) indexes.set(list, (index = { places: new Map(), length: 0 }));
  for (; index.length < list.length; index.length += 1) {
    const own = keyOf(list[index.length] as Item);
    if (!index.places.has(own)) index.places.set(own, index.length);
  }
  return index.places.get(key) ?? -1;
}

/** One key of several parts. */
export function keyOfParts(...parts: (string | number | null)[]): string {
  return JSON.stringify(parts);
}
