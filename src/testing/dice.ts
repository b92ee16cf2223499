/** Numbers from a seed (mulberry32): the same seed gives the same numbers on every machine. */
export interface Dice {
  /** 0 to `limit - 1`. */
  below(limit: number): number;
  /** True so many times in a hundred. */
  percent(chance: number): boolean;
  of<TItem>(items: readonly TItem[]): TItem;
}

/** @param seed any integer; its lowest 32 bits count. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    percent: (chance) => below(100) < chance,
    of<TItem>(items: readonly TItem[]): TItem {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError("nothing to choose from");
      return item;
    },
  };
}

/** The seed of the nth of a series. */
export function seedOf(series: number, n: number): number {
  return (Math.imul(series, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca6b)) >>> 0;
}
