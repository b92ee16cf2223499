/**
 * The states and transitions that a machine has, spelt as records spell those that were taken. Pure.
 *
 * - 1. Not among them: history, which is never active, and transitions without target and action,
 *      which only keep an event from those above.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from "xstate";
import { hasEffect, transitionText } from "../actors/xstate/taken.ts";
import type { Json } from "../events/json.ts";

export interface MachineParts {
  readonly root: AnyStateNode;
  /** By id, in the order of the machine; the root first. */
  readonly states: ReadonlyMap<string, AnyStateNode>;
  /** Ids of what stands for the states that were active last. */
  readonly histories: ReadonlySet<string>;
  /** `source -> event -> targets`, in the order of the machine. */
  readonly transitions: ReadonlyMap<string, AnyTransitionDefinition>;
}

const known = new WeakMap<AnyStateMachine, MachineParts>();

export function partsOf(machine: AnyStateMachine): MachineParts {
  const before = known.get(machine);
  if (before !== undefined) return before;
  const nodes = nodesIn(machine.root);
  const histories = nodes.filter(({ type }) => type === "history");
  const states = nodes.filter(({ type }) => type !== "history");
  const transitions = nodes.flatMap(transitionsOf);
  const parts = {
    root: machine.root,
    states: new Map(states.map((node) => [node.id, node])),
    histories: new Set(histories.map(({ id }) => id)),
    transitions: new Map(transitions.map((one) => [transitionText(one), one])),
  };
  known.set(machine, parts);
  return parts;
}

/** Ids of the states that a state value says are active, the root's too; of one that is not there, what its id would be. */
export function activeIn({ root }: MachineParts, value: Json): readonly string[] {
  return [root.id, ...below({ id: root.id, node: root }, value)];
}

/**
 * Ids of the states that a step was in on its way: where each transition began, and what it entered,
 * down to where states begin by themselves.
 */
export function passedBy(parts: MachineParts, taken: string): readonly string[] {
  const transition = parts.transitions.get(taken);
  if (transition === undefined) return namedIn(taken);
  const { source, target = [] } = transition;
  return [source, ...target].flatMap((node: AnyStateNode) => [
    ...above(node),
    ...(node === source ? [] : entered(node)),
  ]);
}

/** Of a transition that the machine no longer has: what its text names. */
function namedIn(transition: string): readonly string[] {
  const [source = "", ...rest] = transition.split(" -> ");
  const targets = rest.at(-1) ?? "-";
  return [source, ...(targets === "-" ? [] : targets.split(","))];
}

function above(node: AnyStateNode): readonly string[] {
  return node.parent === undefined ? [node.id] : [node.id, ...above(node.parent)];
}

function entered(node: AnyStateNode): readonly string[] {
  if (node.type === "parallel") return [node.id, ...Object.values(node.states).flatMap(entered)];
  if (node.type !== "compound") return [node.id];
  return [node.id, ...node.initial.target.flatMap(entered)];
}

interface Place {
  readonly id: string;
  readonly node: AnyStateNode | undefined;
}

function below({ id, node }: Place, value: Json): readonly string[] {
  if (typeof value === "string") return [at({ id, node }, value).id];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = at({ id, node }, key);
    return [place.id, ...below(place, inner)];
  });
}

function at({ id, node }: Place, key: string): Place {
  const child = node?.states[key];
  return { id: child?.id ?? `${id}.${key}`, node: child };
}

function nodesIn(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesIn)];
}

function transitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [node.always ?? [], ...node.transitions.values()].flat().filter(hasEffect);
}
