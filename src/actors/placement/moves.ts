/** Who wants to hear when a partition has come to this host, or has left it. */
export interface Moves {
  /** Calls back until the result is called. */
  readonly watch: (partition: number, call: () => void) => () => void;
  readonly tell: (partition: number) => void;
}

export function moves(): Moves {
  const watchers = new Map<number, Set<() => void>>();
  return {
    watch(partition, call) {
      const calls = watchers.get(partition) ?? new Set();
      watchers.set(partition, calls.add(call));
      return () => void calls.delete(call);
    },
    tell(partition) {
      for (const call of watchers.get(partition) ?? []) call();
    },
  };
}
