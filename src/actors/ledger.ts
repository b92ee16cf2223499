/**
 * What an actor's effects have come to since its last record: the part of A11 that lives in
 * memory until the next record says it. Losing it costs a second delivery, never a lost one.
 */
export class Ledger {
  /** Effects handed to their receivers, by id. */
  readonly inFlight = new Set<string>();
  /** Ids that receivers have recorded and that no record of the actor says yet. */
  readonly settling = new Set<string>();
  /** Residents that the actor started, by address: the effect id of their start. */
  readonly started = new Map<string, string>();
  /** Things that custom actions sent and that nobody has recorded yet, by the action's seq. */
  #unrecorded = new Map<number, number>();
  #ran = 0;

  /** Custom actions of records up to this seq have run, and what they sent is recorded. */
  get ran(): number {
    return this.#ran;
  }

  /** Whether something that a custom action sent is still on its way. */
  get waits(): boolean {
    return this.#unrecorded.size > 0;
  }

  /** Counts something that a custom action sent; the result is to be called once it is recorded. */
  expect(seq: number, recorded: () => void): () => void {
    const unrecorded = this.#unrecorded;
    unrecorded.set(seq, (unrecorded.get(seq) ?? 0) + 1);
    return () => {
      const left = (unrecorded.get(seq) ?? 1) - 1;
      if (left > 0) unrecorded.set(seq, left);
      else unrecorded.delete(seq);
      recorded();
    };
  }

  /** All custom actions up to this seq have run: notes up to where nothing is in doubt. */
  actionsRan(seq: number): void {
    let oldest = Number.POSITIVE_INFINITY;
    for (const one of this.#unrecorded.keys()) oldest = Math.min(oldest, one);
    this.#ran = Math.max(this.#ran, Math.min(seq, oldest - 1));
  }

  /** A record says that these are settled. */
  said(ids: readonly string[]): void {
    for (const id of ids) {
      this.settling.delete(id);
      this.inFlight.delete(id);
    }
  }

  /** Forgets what was handed out: all that is owed is to be done again. */
  forget(): void {
    this.inFlight.clear();
    this.settling.clear();
    this.#unrecorded = new Map();
  }
}
