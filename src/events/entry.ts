/** Looks up what users name: an id may be a word that every object knows, such as "constructor". */

/** What an object holds under a name itself; undefined where that is not its own. */
export function entryOf<T>(held: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(held, name) ? held[name] : undefined;
}
