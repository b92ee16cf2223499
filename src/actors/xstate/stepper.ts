/**
 * One step of an actor, as a pure function: `step(state, event) → state, effects`.
 *
 * 1. Nothing runs: what the machine asks for comes back as effects, in the order of the step.
 * 2. The machine sees decoded copies only, never the live event nor a record.
 * 3. What the machine throws is its new status; what the host must know (no JSON, unsupported
 *    logic, an impure machine) is thrown.
 * 4. A step that failed asks for nothing but the end of its children and a word to its parent.
 */
import { isMachineSnapshot } from "xstate";
import type { Snapshot } from "xstate";
import { addressOfChild, withNewsOf } from "./child-snapshots.ts";
import { contextOf } from "./context.ts";
import { ACTION_FAILED } from "./contract.ts";
import type {
  EncodedEvent,
  Identity,
  State,
  Stepped,
  Stepper,
  StepperOptions,
  SystemDirectory,
} from "./contract.ts";
import { decode } from "./decode.ts";
import type { EffectParts } from "./effects.ts";
import { encode, encodeError } from "./encode.ts";
import { hashOf, hashSince } from "./hash.ts";
import type { RawScope } from "./internals.ts";
import { childLogic, raw } from "./logic.ts";
import { endedOf, interned, steppedOf } from "./outcome.ts";
import { persist, revive } from "./persist.ts";
import { runResident } from "./resident.ts";
import { passageOf } from "./migration.ts";
import { createStage } from "./stage.ts";
import type { Stage } from "./stage.ts";
import { assertSame, freeze } from "./strict.ts";
import { newTurn } from "./turn.ts";
import { warnOnce } from "./warnings.ts";
import type { Turn } from "./turn.ts";

/** Nobody has a system id: for steps that cannot ask. */
export const NOBODY: SystemDirectory = { get: () => undefined, all: () => ({}) };

export function createStepper(options: StepperOptions): Stepper {
  const stage = createStage(options);
  const { refs } = stage;
  const parts = { logger: options.logger, warn: warnOnce(options.logger) };

  const perform = (actor: Identity, at: At, compute: Compute): Stepped => {
    const run = (): Played => play(stage, actor, at, compute);
    const first = run();
    if (options.strict) assertSame(actor, outcome(run(), parts), outcome(first, parts));
    const { turn, snapshot } = first;
    const kept =
      snapshot === undefined ? first : { ...first, snapshot: interned(turn, snapshot, refs) };
    const stepped = outcome(kept, parts);
    if (options.strict) freeze(contextOf(stepped.state.snapshot));
    return stepped;
  };

  return {
    start: (actor, { input }, seq, directory) =>
      perform(actor, { seq, state: undefined, directory }, (scope) =>
        raw(actor.logic).getInitialSnapshot(
          scope,
          input === undefined ? undefined : decode(input, refs.of),
        ),
      ),

    // oxlint-disable-next-line max-params -- the five things that decide a step, each named by the contract
    step(actor, before, event, seq, directory) {
      if (before.snapshot.status !== "active") return unchanged(before);
      const state = withNewsOf(before, event);
      if (event.type === ACTION_FAILED) return failed(stage, actor, state, event);
      return perform(actor, { seq, state, directory }, (scope) => {
        const live = decode(event, refs.of);
        return raw(actor.logic).transition(state.snapshot, options.strict ? freeze(live) : live, scope);
      });
    },

    migrate(crossing, seq, directory) {
      const { to, event } = crossing;
      const { actor, state } = passageOf(crossing);
      const stepped = perform(actor, { seq, state, directory }, (scope) =>
        raw(actor.logic).transition(state.snapshot, decode(event, refs.of), scope),
      );
      if (stepped.state.snapshot.status === "error") throw stepped.state.snapshot.error;
      // of the machine itself, not of the copy that made the step
      return {
        ...stepped,
        handled: true,
        taken: [],
        state: revive(to, persist(to, stepped.state), refs.of),
      };
    },

    stop: (actor, state, seq) =>
      state.snapshot.status === "active"
        ? endedOf(newTurn(actor, stage.self(actor), { seq, state, directory: NOBODY }), {
            status: "stopped",
          })
        : unchanged(state),

    can(actor, state, event) {
      const { snapshot } = state;
      if (snapshot.status !== "active") return false;
      if (!isMachineSnapshot(snapshot)) return true;
      const turn = newTurn(actor, stage.self(actor), { seq: 0, state, directory: NOBODY });
      try {
        return stage.play(turn, () => snapshot.can(decode(event, refs.of)));
      } catch {
        return true; // the guard that throws is the machine's error, and the step will record it
      }
    },
    accepts: (_, { snapshot }) => acceptedBy(snapshot),

    hash: hashOf,
    hashSince,
    persist,
    revive: (actor, data) => {
      stage.self(actor);
      return revive(actor, data, refs.of);
    },
    encode,
    encodeError,
    decode: (value) => decode(value, refs.of),
    childAddress: (state, id) => addressOfChild(state.snapshot, id),
    childLogic,
    run: (child) => runResident(child, { refs, logger: options.logger }),
  };
}

type At = Pick<Turn, "seq" | "state" | "directory">;
type Compute = (scope: RawScope) => Snapshot<unknown>;

/** A step as it ran: without a snapshot if the machine threw. */
interface Played {
  readonly turn: Turn;
  readonly snapshot: Snapshot<unknown> | undefined;
  readonly error: unknown;
}

function play(stage: Stage, actor: Identity, at: At, compute: Compute): Played {
  const turn = newTurn(actor, stage.self(actor), at);
  const played = attempt(turn, () => stage.play(turn, compute));
  // XState takes a fault of the machine's build for an error of its run.
  if (turn.fault !== undefined) throw turn.fault;
  return played;
}

function attempt(turn: Turn, work: () => Snapshot<unknown>): Played {
  try {
    return { turn, snapshot: work(), error: undefined };
  } catch (error) {
    return { turn, snapshot: undefined, error };
  }
}

function outcome({ turn, snapshot, error }: Played, parts: EffectParts): Stepped {
  if (snapshot === undefined) return endedOf(turn, { status: "error", error });
  // XState runs none of the actions of a first step that failed.
  if (turn.state === undefined && snapshot.status === "error") turn.notes = [];
  return steppedOf(turn, snapshot, parts);
}

function unchanged(state: State): Stepped {
  return { state, handled: false, effects: [], taken: [] };
}

function failed({ refs, self }: Stage, actor: Identity, state: State, event: EncodedEvent): Stepped {
  const turn = newTurn(actor, self(actor), { seq: 0, state, directory: NOBODY });
  return endedOf(turn, { status: "error", error: decode(event["error"] ?? null, refs.of) });
}

function acceptedBy(snapshot: Snapshot<unknown>): readonly string[] {
  if (snapshot.status !== "active") return [];
  if (!isMachineSnapshot(snapshot)) return ["*"];
  const types: string[] = snapshot._nodes.flatMap((node) => node.ownEvents);
  const open = types.filter((type) => type === "xstate.route" || !type.startsWith("xstate."));
  return [...new Set(open)].sort();
}
