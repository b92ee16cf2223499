/**
 * A mailbox: what waits for one actor, first in, first out.
 *
 * - A10. Bounded for commands (refused) and for messages (they wait here, still owned by their
 *   sender's outbox); completions, timers and the host's own inputs pass the bound.
 * - A8. A message never overtakes one that waits.
 */
import { TroupeError } from "../errors.ts";
import { isInside, type Input } from "./inputs.ts";

export class Mailbox {
  readonly #address: string;
  readonly #limit: number;
  readonly #closed: () => boolean;
  /** Inputs from other actors that wait until this one is no longer parked. */
  readonly held: Input[] = [];
  #inputs: Input[] = [];
  #waiting: Input[] = [];

  /** @param closed whether nothing from outside can be taken now: what comes from inside goes ahead, one by one. */
  constructor(address: string, limit: number, closed: () => boolean) {
    this.#closed = closed;
    this.#address = address;
    this.#limit = limit;
  }

  get size(): number {
    return this.#inputs.length + this.#waiting.length;
  }

  /** The next input, without taking it. */
  get first(): Input | undefined {
    return this.#inputs[0] ?? this.#waiting[0];
  }

  push(input: Input): void {
    const full = this.#inputs.length >= this.#limit;
    if (input.type === "command" && full) input.failed?.(this.#full());
    else if (input.type === "message" && (full || this.#waiting.length > 0)) this.#waiting.push(input);
    else this.#inputs.push(input);
  }

  /** Puts inputs before all others: they were taken before, or nothing may go ahead of them. */
  putBack(inputs: readonly Input[]): void {
    this.#inputs.unshift(...inputs);
  }

  /** Whether anything can be taken. */
  get ready(): boolean {
    return this.#closed() ? this.has(isInside) : this.size > 0;
  }

  take(most: number): Input[] {
    if (this.#closed()) return this.#takeInside();
    const taken = this.#inputs.splice(0, most);
    const room = this.#limit - this.#inputs.length;
    if (room > 0 && this.#waiting.length > 0) this.#inputs.push(...this.#waiting.splice(0, room));
    if (taken.length > 0 || this.#inputs.length === 0) return taken;
    return this.#inputs.splice(0, most);
  }

  /** Takes everything out; what is held is forgotten. */
  clear(): Input[] {
    this.held.length = 0;
    return [...this.#inputs.splice(0), ...this.#waiting.splice(0)];
  }

  has(test: (input: Input) => boolean): boolean {
    return this.#inputs.some(test) || this.#waiting.some(test);
  }

  #takeInside(): Input[] {
    for (const queue of [this.#inputs, this.#waiting]) {
      const at = queue.findIndex(isInside);
      if (at !== -1) return queue.splice(at, 1);
    }
    return [];
  }

  #full(): TroupeError {
    const message = `${this.#inputs.length} inputs wait for "${this.#address}"`;
    return new TroupeError("MAILBOX_FULL", message, {
      hint: "Send the same command again in 100 ms.",
      data: { address: this.#address, retryAfterMs: 100 },
    });
  }
}
