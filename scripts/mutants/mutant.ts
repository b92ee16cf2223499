/**
 * Planted bugs, each a change of one line that a tired engineer could make, and the law that it
 * breaks. `find` must stand exactly once in its file: a test looks.
 */

export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The law that it breaks. */
  readonly law: string;
}
