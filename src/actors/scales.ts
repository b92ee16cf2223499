/**
 * What the hash of a record covers: the context too, unless too much of it is new (A13). The
 * record says which, so that a replay compares the same.
 */
import type { Snapshot } from "xstate";
import type { RecordBody } from "../events/record.ts";
import { changedDigests, type Digests } from "./digests.ts";
import type { HashedState, State, Stepped, Stepper } from "./xstate/contract.ts";

/** A13: as much of a context may be new in one record, in characters; what is more waits for its share of later records. */
const SHARE = 16_384;

/**
 * Which records of a live actor hash their context: all, while what is new in it is small. One
 * with too much news is light; after one, two, four, … records it is tried again with the shares
 * of all of them, so that no record costs more on average than a constant.
 */
export class Scales {
  readonly #stepper: Stepper;
  /** The last state that was hashed whole. */
  #before: Snapshot<unknown> | undefined;
  /** The state that the last digests led to. */
  #digested: Snapshot<unknown> | undefined;
  /** Records since the last one that was hashed whole. */
  #since = 0;

  constructor(stepper: Stepper) {
    this.#stepper = stepper;
  }

  /** The hash of a record. A birth is always hashed whole. */
  hash({ state, effects }: Stepped): HashedState {
    const since = ++this.#since;
    const turn = (since & (since - 1)) === 0;
    const budget = this.#before === undefined ? Number.POSITIVE_INFINITY : turn ? SHARE * since : 0;
    const hashed = this.#stepper.hashSince(state, effects, { before: this.#before, budget });
    if (hashed.whole) {
      this.#since = 0;
      this.#before = state.snapshot;
    }
    return hashed;
  }

  /** Digests for a record that is not light. */
  digests(after: Snapshot<unknown>): Digests | undefined {
    const digests = changedDigests(this.#digested, after);
    this.#digested = after;
    return digests;
  }

  /** The actor was loaded: nothing is known of what its records say. */
  reset(state: State): void {
    this.#digested = undefined;
    this.#since = 0;
    this.#before = state.snapshot;
    this.#stepper.hashSince(state, [], {});
  }
}

/** The hash of a step that is done again: over what its record says. */
export function rehash(
  { light }: Pick<RecordBody, "light">,
  { state, effects }: Stepped,
  { stepper, before }: { readonly stepper: Stepper; readonly before: State },
): HashedState {
  if (light !== true) return stepper.hashSince(state, effects, { before: before.snapshot });
  return { hash: stepper.hash(state, effects, { context: false }), whole: false };
}
