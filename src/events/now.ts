/**
 * The time of the record under way: what a machine may know of time and stay pure, since a replay
 * meets the same records (A2, A15).
 */
let at: number | undefined;

/**
 * The time, epoch ms: inside a step (guards, assigns, delays, inputs) that of its record, which
 * never decreases within an actor and is the same in every replay; elsewhere, plain XState
 * included, the clock of the process.
 */
export function now(): number {
  return at ?? Date.now();
}

/** Does a piece of synchronous work in which {@link now} is this time. */
export function during<T>(time: number, work: () => T): T {
  const before = at;
  at = time;
  try {
    return work();
  } finally {
    at = before;
  }
}
