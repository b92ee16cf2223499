/** What is thrown, in words: anything can be. */

/** @returns what an error says; of what is no error, its text. */
export function wordsOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return "something was thrown that is no text";
  }
}

/** Tells the process's own listeners of it, where nobody else is there to hear. */
export function warn(thrown: unknown): void {
  process.emitWarning(thrown instanceof Error ? thrown : wordsOf(thrown));
}
