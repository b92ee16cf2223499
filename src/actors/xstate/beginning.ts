/** What a machine's context begins with, apart from its states. */
import { createMachine, type AnyStateMachine } from "xstate";

/** A machine is asked once for each actor of it that is led over. */
const known = new WeakMap<AnyStateMachine, AnyStateMachine>();

/** The machine with its context and its code, and no state: its start makes the context, and no step follows. */
export function withoutStates(machine: AnyStateMachine): AnyStateMachine {
  const before = known.get(machine);
  if (before !== undefined) return before;
  const { id, config, implementations } = machine;
  const bare = createMachine({ id, context: config.context }, implementations as object); // of the same machine
  known.set(machine, bare);
  return bare;
}
