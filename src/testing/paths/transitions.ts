/** All transitions and states that a machine has, by the names that records and coverage use. */
import type { AnyStateMachine, AnyStateNode } from "xstate";
import type { RawTransition } from "../../actors/xstate/internals.ts";
import { takenOf } from "../../actors/xstate/taken.ts";

/** As `source -> event -> targets`; those that do nothing are none. */
export function transitionsOf({ root }: AnyStateMachine): readonly string[] {
  const own = (node: AnyStateNode): readonly string[] => {
    const listed = [...(node.always ?? []), ...[...node.transitions.values()].flat()];
    return takenOf(listed as unknown as readonly RawTransition[]); // the same objects that a step reports
  };
  return [...new Set(nodesOf(root).flatMap(own))];
}

/** Ids of the states: the machine itself is none, and a history state is never stood in. */
export function statesOf({ root }: AnyStateMachine): readonly string[] {
  return nodesOf(root)
    .filter((node) => node !== root && node.type !== "history")
    .map(({ id }) => id);
}

function nodesOf(node: AnyStateNode): readonly AnyStateNode[] {
  const below: readonly AnyStateNode[] = Object.values(node.states);
  return [node, ...below.flatMap(nodesOf)];
}
