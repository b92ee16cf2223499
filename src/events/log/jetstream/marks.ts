/**
 * Where records stand: the number that a record's partition gave it. Such a fact never
 * changes, so a mark is never wrong; it may only not be the newest.
 *
 * - 1. Bounded: of the actors used least recently nothing is kept.
 */

/** Record `seq` of an actor is message `at` of its partition; `{ 0, 0 }` lies before all. */
export interface Mark {
  readonly seq: number;
  readonly at: number;
}

export interface Marks {
  note(stream: string, mark: Mark): void;
  /** The mark of exactly this record, where it is known. */
  exact(stream: string, seq: number): Mark | undefined;
  /** The nearest known mark at or before this record. */
  before(stream: string, seq: number): Mark;
}

const START: Mark = { seq: 0, at: 0 };

/** Keeps two marks for each of `limit` actors: the newest, and one before it (a snapshot's). */
export function marks(limit = 10_000): Marks {
  const known = new Map<string, readonly Mark[]>();
  const of = (stream: string): readonly Mark[] => known.get(stream) ?? [];
  return {
    note(stream, mark) {
      const [newest = mark, other] = of(stream);
      const kept = mark.seq >= newest.seq ? [mark, other] : [newest, mark];
      known.delete(stream);
      known.set(
        stream,
        kept.filter((one) => one !== undefined),
      );
      const [oldest] = known.keys();
      if (known.size > limit && oldest !== undefined) known.delete(oldest);
    },
    exact: (stream, seq) => [START, ...of(stream)].find((mark) => mark.seq === seq),
    before: (stream, seq) =>
      of(stream)
        .filter((mark) => mark.seq <= seq)
        .reduce((best, mark) => (mark.seq > best.seq ? mark : best), START),
  };
}
