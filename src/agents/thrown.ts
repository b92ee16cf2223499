/** What is thrown, in words: anything can be. */

/** @returns what an error says; of what is no error, its text. */
export function wordsOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return "something was thrown that is no text";
  }
}

/** A listener of the user's: what it throws itself is a warning of the process, and ends nothing. */
export function harmless<T extends readonly unknown[]>(
  listener: (...told: T) => void,
): (...told: T) => void {
  return (...told) => {
    try {
      listener(...told);
    } catch (thrown) {
      process.emitWarning(thrown instanceof Error ? thrown : wordsOf(thrown));
    }
  };
}
