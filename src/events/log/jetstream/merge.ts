/** Several sources as one, each in its own order. */

/** How many items may wait for the reader before the sources are held up. */
const AHEAD = 256;

/**
 * Reads all sources at the same time. Ends when all have ended; throws what the first of
 * them throws. Leaving early ends the sources that wait in nothing but their own `next`
 * once they come out of it, so give them a signal that you abort.
 */
export async function* merge<T>(
  sources: readonly AsyncIterable<T>[],
): AsyncGenerator<T, void, undefined> {
  const waiting: T[] = [];
  let running = sources.length;
  let failure: { readonly error: unknown } | undefined;
  let left = false;
  let changed = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();
  const drain = async (source: AsyncIterable<T>): Promise<void> => {
    try {
      for await (const item of source) {
        waiting.push(item);
        changed.resolve();
        if (waiting.length >= AHEAD) await room.promise;
        if (left) return;
      }
    } catch (error) {
      failure ??= { error };
    } finally {
      running -= 1;
      changed.resolve();
    }
  };
  for (const source of sources) void drain(source);
  try {
    for (;;) {
      if (waiting.length > 0) {
        yield* waiting.splice(0);
        room.resolve();
        room = Promise.withResolvers<void>();
      } else if (failure !== undefined) throw failure.error;
      else if (running === 0) return;
      else {
        await changed.promise;
        changed = Promise.withResolvers<void>();
      }
    }
  } finally {
    left = true;
    room.resolve();
  }
}
