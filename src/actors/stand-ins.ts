/**
 * What stands between a host's actors and the world, where the world is simulated: only
 * src/testing gives it. What is hashed, stepped and recorded is the user's own machine all the same.
 *
 * - An activity keeps its own timeout, heartbeat and retries; its label asks for no host.
 */
import type { AnyActorLogic, Snapshot } from "xstate";
import type { Json } from "../events/json.ts";
import type { ActivityContext, ActivitySettings } from "./activity.ts";
import type { ChildStart } from "./xstate/contract.ts";

/** One attempt at a promise, callback or observable. */
export interface StandInAttempt extends Pick<ActivityContext, "idempotencyKey" | "fence"> {
  readonly child: Pick<ChildStart, "address" | "src" | "logicType">;
  /** Address of the actor that it works for. */
  readonly owner: string;
  readonly settings: ActivitySettings;
  /** The activity's own, which does not run. */
  readonly logic: AnyActorLogic;
  readonly encode: (value: unknown) => Json;
}

/** A custom action that is due. */
export interface StandInAction {
  /** Of its actor. */
  readonly address: string;
  /** `seq.index`. */
  readonly id: string;
  readonly name: string;
  /** Runs the machine's own implementation. */
  readonly run: () => void;
}

/** An actor as others see it. */
export interface StandInView {
  /** Of the record that made it. */
  readonly seq: number;
  readonly snapshot: Snapshot<unknown>;
  /** How much the actor has really open, whenever it is asked: what is done, and not yet said in the log, is not. */
  readonly open: () => number;
}

export interface StandIns {
  /** Logic of the same type as the activity's own, which runs in its place. */
  readonly activity: (attempt: StandInAttempt) => AnyActorLogic;
  /** Called in place of each custom action. What it throws is what the action throws. */
  readonly action: (action: StandInAction) => void;
  /** What others see of an actor has moved. */
  readonly moved: (address: string, seen: StandInView) => void;
}
