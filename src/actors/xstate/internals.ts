/**
 * The parts of XState's inside that this folder touches, as types. Each is pinned by
 * `tests/contract/xstate-internals.test.ts`, so an upgrade that moves one names it.
 */
import type { Snapshot } from "xstate";
import type { Ref } from "./refs.ts";

/** What a machine hands to the scope's `actionExecutor`. */
export interface RawAction {
  readonly type: string;
  readonly info: unknown;
  readonly params: unknown;
  readonly exec?: (info: unknown, params: unknown) => void;
}

/** A transition as it stands in a microstep. */
export interface RawTransition {
  readonly source: { readonly id: string };
  readonly target?: readonly { readonly id: string }[] | undefined;
  readonly actions: readonly unknown[];
  readonly reenter: boolean;
  readonly eventType: string | null;
}

/** The inspection events that a step meets: a new child, and the transitions of a microstep. */
export type RawInspection =
  | { readonly type: "@xstate.actor"; readonly actorRef: RawActor }
  | { readonly type: "@xstate.microstep"; readonly _transitions: readonly RawTransition[] }
  | { readonly type: "@xstate.action" | "@xstate.event" | "@xstate.snapshot" };

/** An `Actor` in the middle of its constructor, where it is adopted. */
export interface RawActor extends Ref {
  logic: unknown;
  readonly src: unknown;
  readonly options: {
    readonly id?: string;
    readonly input?: unknown;
    readonly systemId?: string;
  };
  readonly _syncSnapshot?: boolean;
}

/** What actor logic reads of its scope. */
export interface RawScope {
  self: Ref;
  id: string;
  sessionId: string;
  system: unknown;
  readonly logger: (...args: unknown[]) => void;
  readonly defer: (work: () => void) => void;
  readonly stopChild: (child: unknown) => void;
  readonly emit: (event: unknown) => void;
  /** A machine swaps it for the length of a microstep. */
  actionExecutor: (action: RawAction) => void;
}

/** Actor logic without XState's type parameters. */
export interface RawLogic {
  getInitialSnapshot(scope: RawScope, input: unknown): Snapshot<unknown>;
  transition(snapshot: Snapshot<unknown>, event: unknown, scope: RawScope): Snapshot<unknown>;
  start?(snapshot: Snapshot<unknown>, scope: RawScope): void;
}

/** What a child has in place of its logic while its parent steps: its first step is its own record. */
export const STUB: RawLogic = {
  getInitialSnapshot: () => ({ status: "active", output: undefined, error: undefined }),
  transition: (snapshot) => snapshot,
};
