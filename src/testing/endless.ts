/**
 * Histories of machines that may go on for ever: after a while nothing more is asked, and after
 * twice as long, once the user has every answer, it is left as it is.
 */
import type { User } from "./user.ts";

/** After so many turns nothing more is asked; hosts that share a log take more. */
const MOST_TURNS = 800;
const MOST_SHARED_TURNS = 4000;
/** So many turns the last looks get. */
const LAST_TURNS = 100;

export class Endless {
  /** Whether the history is left while it goes on. */
  left = false;
  readonly #most: number;
  readonly #user: User;

  constructor(
    user: User,
    { free = false, shared }: { readonly free: boolean | undefined; readonly shared: boolean },
  ) {
    this.#user = user;
    if (!free) this.#most = Number.POSITIVE_INFINITY;
    else this.#most = shared ? MOST_SHARED_TURNS : MOST_TURNS;
  }

  /** Before a turn. */
  note(taken: number): void {
    if (taken === this.#most) this.#user.quit();
    if (taken > this.#most * 2 && this.#user.content) this.left = true;
  }

  /** Whether looks that began at this turn may still be answered. */
  isLooking(since: number, taken: number): boolean {
    return this.left && taken < since + LAST_TURNS;
  }
}
