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
  /** Remembers the newest. */
  note(stream: string, mark: Mark): void;
  /** Remembers one more: where the actor's snapshot was taken. */
  pin(stream: string, mark: Mark): void;
  /** The mark of exactly this record, where it is known. */
  exact(stream: string, seq: number): Mark | undefined;
  /** The nearest known mark at or before this record. */
  before(stream: string, seq: number): Mark;
}

interface Known {
  readonly newest: Mark;
  readonly pinned: Mark;
}

const START: Mark = { seq: 0, at: 0 };
const NOTHING: Known = { newest: START, pinned: START };

/** Marks of `limit` actors. */
export function marks(limit = 10_000): Marks {
  const known = new Map<string, Known>();
  const of = (stream: string): Known => known.get(stream) ?? NOTHING;
  const keep = (stream: string, marks: Known): void => {
    known.delete(stream);
    known.set(stream, marks);
    const [oldest] = known.keys();
    if (known.size > limit && oldest !== undefined) known.delete(oldest);
  };
  const all = (stream: string): readonly Mark[] => [START, of(stream).pinned, of(stream).newest];
  return {
    note(stream, mark) {
      const { newest, pinned } = of(stream);
      keep(stream, { newest: mark.seq > newest.seq ? mark : newest, pinned });
    },
    pin: (stream, pinned) => keep(stream, { ...of(stream), pinned }),
    exact: (stream, seq) => all(stream).find((mark) => mark.seq === seq),
    before: (stream, seq) =>
      all(stream).reduce((best, mark) => (mark.seq <= seq && mark.seq > best.seq ? mark : best)),
  };
}
