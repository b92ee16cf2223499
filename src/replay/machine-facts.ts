/**
 * A machine as a list of facts: what its definition says of each state, and the code behind each
 * name, so that two machines can be compared fact by fact. Pure.
 */
import type { AnyStateMachine } from "xstate";
import { sourceKey } from "../actors/code-key.ts";

/** What a fact is of. The last four are code that the machine has under a name. */
export type MachinePart =
  | "state"
  | "initial"
  | "entry"
  | "exit"
  | "invoke"
  | "transition"
  | "action"
  | "guard"
  | "actor"
  | "delay";

export interface MachineFact {
  readonly of: MachinePart;
  /** Path of the state, joined by dots; "" is the machine itself. */
  readonly state: string;
  /** The event of a transition, the id of an invoke, the name of code; else "". */
  readonly name: string;
  /** What is said: equal texts say the same. */
  readonly text: string;
}

type Node = AnyStateMachine["root"];
type Transition = NonNullable<Node["always"]>[number];

/** All facts, in the order of the definition. */
export function factsOf(machine: AnyStateMachine): readonly MachineFact[] {
  return [...nodesOf(machine.root).flatMap(stateFacts), ...codeFacts(machine)];
}

function nodesOf(root: Node): readonly Node[] {
  return [root, ...Object.values(root.states).flatMap(nodesOf)];
}

function ownTransitions(node: Node): readonly Transition[] {
  return [...node.transitions.values(), node.always ?? []].flat();
}

function stateFacts(node: Node): readonly MachineFact[] {
  const state = node.path.join(".");
  const fact = (of: MachinePart, name: string, text: string): MachineFact => ({
    of,
    state,
    name,
    text,
  });
  const initial = Object.keys(node.states).length === 0 ? [] : node.initial.target;
  return [
    fact("state", "", node.type),
    fact("initial", "", pathsOf(initial)),
    fact("entry", "", namesOf(node.entry)),
    fact("exit", "", namesOf(node.exit)),
    ...node.invoke.map(({ id, src, input }) => fact("invoke", id, `${nameOf(src)}${given(input)}`)),
    ...[...Map.groupBy(ownTransitions(node), eventOf)].map(([event, list]) =>
      fact("transition", event, list.map(wayOf).join(", else ")),
    ),
  ].filter(({ text }) => text !== "");
}

/** A delayed transition's event names its machine; what counts is the delay. */
function eventOf({ eventType, source }: Transition): string {
  if (eventType === "") return "always";
  const delay = /^xstate\.after\.(.*)$/s.exec(eventType)?.[1];
  return delay === undefined ? eventType : `after ${delay.slice(0, -source.id.length - 1)}`;
}

function wayOf({ target, guard, actions, reenter }: Transition): string {
  const parts = [`→ ${target === undefined ? "-" : pathsOf(target)}`];
  if (guard !== undefined) parts.push(`if ${nameOf(guard)}`);
  if (actions.length > 0) parts.push(`do ${namesOf(actions)}`);
  if (reenter) parts.push("reenter");
  return parts.join(" ");
}

function pathsOf(nodes: readonly { readonly path: readonly string[] }[] | undefined): string {
  return (nodes ?? []).map(({ path }) => path.join(".")).join(", ");
}

function namesOf(code: readonly unknown[]): string {
  return code
    .filter((one) => !isOfAfter(one))
    .map(nameOf)
    .join(", ");
}

/** Arms or cancels the timer of a delayed transition, which is a fact of its own. */
function isOfAfter(code: unknown): boolean {
  const { id, sendId } = Object(code) as { readonly id?: unknown; readonly sendId?: unknown }; // whatever it is
  return [id, sendId].some((name) => typeof name === "string" && name.startsWith("xstate.after."));
}

/** The name of an action, guard or logic, with its parameters; code without a name by the hash of its source. */
function nameOf(code: unknown): string {
  if (typeof code === "string") return code;
  const { type, params } = Object(code) as { readonly type?: unknown; readonly params?: unknown }; // whatever it is
  const name = typeof type === "string" ? type.replace(/^xstate\./, "") : "code";
  if (typeof code === "function" || typeof type !== "string") return `${name} (${sourceKey(code)})`;
  return `${name}${given(params)}`;
}

function given(params: unknown): string {
  if (params === undefined) return "";
  return typeof params === "function" ? ` (${sourceKey(params)})` : ` ${JSON.stringify(params)}`;
}

function codeFacts({ implementations }: AnyStateMachine): readonly MachineFact[] {
  const { actions, guards, actors, delays } = implementations;
  const named = (of: MachinePart, code: object): readonly MachineFact[] =>
    Object.entries(code).map(([name, one]) => ({ of, state: "", name, text: sourceKey(one) }));
  return [
    ...named("action", actions),
    ...named("guard", guards),
    ...named("actor", actors),
    ...named("delay", delays),
  ];
}
