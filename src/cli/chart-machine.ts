/**
 * A machine as a chart: its states as they lie in each other, and every transition once.
 *
 * - Read through XState's public `machine.root`; nothing runs.
 * - The machine itself is a state only where it needs to be one: it invokes something, an arrow
 *   begins or ends there, its states are active side by side, or it has none.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from "xstate";
import { transitionText, hasEffect } from "../actors/xstate/taken.ts";
import { doing, transitionLabel } from "./chart-labels.ts";
import type { Chart, ChartArrow, ChartState } from "./chart-text.ts";

/** How often each was visited or taken, by state id, and by a transition as records spell it. */
export interface Visited {
  readonly states: Readonly<Record<string, number>>;
  readonly transitions: Readonly<Record<string, number>>;
}

/** @param visited what is to be drawn on the chart. Two transitions that differ only in their guards have one number. */
export function chartOfMachine({ root }: AnyStateMachine, visited?: Visited): Chart {
  const arrows = nodesIn(root).flatMap((node) => arrowsOf(node, visited));
  const whole = stateOf(root, visited);
  const met = arrows.some(({ from, to }) => from === whole.name || to === whole.name);
  const inside = root.type === "compound" && root.invoke.length === 0 && !met;
  return {
    states: inside ? (whole.states ?? []) : [whole],
    initial: inside ? (whole.initial ?? []) : [whole.name],
    arrows,
  };
}

/** A node and all below it. */
function nodesIn(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesIn)];
}

function nameOf({ path, key }: AnyStateNode): string {
  return path.length === 0 ? `#${key}` : path.join(".");
}

function stateOf(node: AnyStateNode, visited: Visited | undefined): ChartState {
  const states = Object.values(node.states).map((inner) => stateOf(inner, visited));
  const visits = visited?.states[node.id];
  return {
    name: nameOf(node),
    lines: [labelOf(node), ...node.invoke.map((invoked) => `do / ${doing(invoked)}`)],
    ...(visits !== undefined && { mark: visits === 0 ? "never" : "visited" }),
    final: node.type === "final",
    history: node.type === "history",
    parallel: node.type === "parallel",
    states,
    initial: node.type === "compound" ? node.initial.target.map(nameOf) : [],
  };
}

function labelOf({ type, history, key }: AnyStateNode): string {
  if (type !== "history") return key;
  return `${history === "deep" ? "H*" : "H"} (${key})`;
}

function arrowsOf(node: AnyStateNode, visited: Visited | undefined): readonly ChartArrow[] {
  const from = nameOf(node);
  if (node.type === "history")
    return defaultsOf(node).map((target) => ({ from, to: nameOf(target), label: "else" }));
  return [node.always ?? [], ...node.transitions.values()].flatMap((candidates) =>
    candidates.flatMap((transition, at) => {
      const label = `${transitionLabel(node, transition, at > 0)}${timesOf(transition, visited)}`;
      const targets = transition.target ?? [node];
      return targets.map((target) => ({ from, to: nameOf(target), label }));
    }),
  );
}

function timesOf(transition: AnyTransitionDefinition, visited: Visited | undefined): string {
  if (visited === undefined || !hasEffect(transition)) return "";
  const times = visited.transitions[transitionText(transition)] ?? 0;
  return times === 0 ? " – never" : ` – ${times === 1 ? "once" : `${times} times`}`;
}

/** Where a history node leads while there is no history. */
function defaultsOf({ config, parent, machine }: AnyStateNode): readonly AnyStateNode[] {
  const target: unknown = config.target;
  if (typeof target !== "string") return parent?.initial.target ?? [];
  const found = target.startsWith("#")
    ? machine.getStateNodeById(target)
    : target.split(".").reduce<AnyStateNode | undefined>((node, key) => node?.states[key], parent);
  return found === undefined ? [] : [found];
}
