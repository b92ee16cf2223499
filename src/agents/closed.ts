/** Machines of Troupe's own, as users know them. */
import type {
  AnyActorRef,
  AnyEventObject,
  EventObject,
  MachineContext,
  MetaObject,
  NonReducibleUnknown,
  ParameterizedObject,
  ProvidedActor,
  StateMachine,
} from "xstate";

/** Where a workflow or a task stands: `"COMPLETED"`, or below that `{ RUNNING: "dispatching" }`. */
export type PlanState = string | { [state: string]: PlanState };

/** A machine of which users know what goes in and what comes out; what is inside may change. */
export type Closed<TInput, TOutput, TEmitted extends EventObject> = StateMachine<
  MachineContext,
  AnyEventObject,
  Record<string, AnyActorRef | undefined>,
  ProvidedActor,
  ParameterizedObject,
  ParameterizedObject,
  string,
  PlanState,
  string,
  TInput,
  NonReducibleUnknown & TOutput,
  TEmitted,
  MetaObject,
  object
>;
