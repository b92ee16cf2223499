/** The rate of a queue, as a bucket that fills up. */
import type { QueueSettings } from "../../src/events/queue/queue.ts";

type Rate = NonNullable<QueueSettings["rate"]>;

/** Sums of fractions are a little off. */
const A_LITTLE_MS = 1e-3;

export class Bucket {
  #rate: Rate | undefined;
  /** The time until it is full, ms. */
  #debtMs = 0;
  #paidAt = 0;

  get burst(): number {
    return this.#rate?.burst ?? Math.max(1, Math.floor(10 / this.#intervalMs));
  }

  change(rate: Rate | undefined, at: number): void {
    this.#rate = rate;
    if (rate !== undefined) this.#debtMs = Math.min(this.#owed(at), this.burst * this.#intervalMs);
  }

  take(at: number): void {
    this.#debtMs = this.#owed(at) + this.#intervalMs;
  }

  /** How long the next one is held back, ms. */
  holdMs(at: number): number {
    const aheadMs = (this.burst - 1) * this.#intervalMs;
    if (this.#rate === undefined) return 0;
    return Math.max(0, Math.ceil(this.#owed(at) - aheadMs - A_LITTLE_MS));
  }

  get #intervalMs(): number {
    return this.#rate === undefined ? 0 : this.#rate.perMs / this.#rate.jobs;
  }

  #owed(at: number): number {
    this.#debtMs = Math.max(0, this.#debtMs - (at - this.#paidAt));
    this.#paidAt = at;
    return this.#debtMs;
  }
}
