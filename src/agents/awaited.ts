/** Waiting for what this process lacks: to say that it failed is not its to say. */

/** Waits for a promise; ends with the signal's reason where that aborts first. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(signal.reason);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** Until the signal aborts, and that is how it ends. */
export function aborted(signal: AbortSignal): Promise<never> {
  return orAborted(Promise.withResolvers<never>().promise, signal);
}
