/** What is tested: a kind, and what the world around it may say to it. */
import type { Arbitrary } from "fast-check";
import type { AnyKind, KindEvent, KindInput } from "../actors/kind.ts";

/** What one attempt at an activity comes to, in place of its own logic, which never runs. */
export type Answer =
  /** It is done with this output. A callback sends it to its actor, as an event, and lives on; an observable emits it, and is complete. */
  | { readonly output: unknown }
  /** It throws this. */
  | { readonly error: Error }
  /** It never ends by itself; only its state's exit or its deadline ends it. */
  | "hangs";

export interface Subject<TKind extends AnyKind = AnyKind> {
  readonly kind: TKind;
  /** Other kinds that it starts or sends to. Default: none. */
  readonly beside?: readonly AnyKind[];
  /** What it is started with. Default: what its `input` schema allows; nothing where it has none. */
  readonly input?: Arbitrary<KindInput<TKind>>;
  /** What is sent to it from outside. Default: whatever its `events` schema allows. */
  readonly events?: Arbitrary<KindEvent<TKind>>;
  /**
   * What other actors may say to it, its children included: such events do not pass the kind's
   * schema, so it does not say which they are. Default: nothing.
   */
  readonly messages?: Arbitrary<{ readonly type: string }>;
  /**
   * What its activities (promises, callbacks, observables that it invokes or spawns) answer, by
   * their `src`. Default of each: what `answers` of the kind says it may, or an error; else an error,
   * since nothing can be known of its output. Where a machine waits for that (`onDone`), one must be
   * given.
   */
  readonly answers?: Readonly<Record<string, Arbitrary<Answer>>>;
}
