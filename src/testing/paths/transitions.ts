/** All transitions and states that a machine has, by the names that records and coverage use. */
import type { AnyStateMachine } from "xstate";
import { partsOf } from "../../replay/machine-parts.ts";

/** As `source -> event -> targets`; those that do nothing are none. */
export function transitionsOf(machine: AnyStateMachine): readonly string[] {
  return [...partsOf(machine).transitions.keys()];
}

/** Ids of the states: the machine itself is none, and a history state is never stood in. */
export function statesOf(machine: AnyStateMachine): readonly string[] {
  return [...partsOf(machine).states.keys()].filter((id) => id !== machine.root.id);
}
