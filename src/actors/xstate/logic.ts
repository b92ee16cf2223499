/**
 * Kinds of actor logic, and the names under which a parent's logic knows its children's.
 */
import { fromCallback, fromEventObservable, fromObservable, fromPromise } from "xstate";
import type { AnyActorLogic, AnyStateMachine } from "xstate";
import { TroupeError } from "../../errors.ts";
import type { LogicType } from "./contract.ts";
import type { RawLogic } from "./internals.ts";

const never = () => new Promise<never>(() => {});
const empty = () => ({ subscribe: () => ({ unsubscribe() {} }) });

/** XState's logic carries no mark of its maker, but each maker's transition has its own source. */
const MAKERS = new Map<string, LogicType>([
  [source(fromPromise(never)), "promise"],
  [source(fromCallback(() => {})), "callback"],
  [source(fromObservable(empty)), "observable"],
  [source(fromEventObservable(empty)), "observable"],
]);

const known = new WeakMap<object, LogicType>();

/**
 * What kind of logic this is.
 *
 * @throws {@link TroupeError} `MACHINE_UNSUPPORTED` for logic with a `start` of its own making.
 */
export function logicTypeOf(logic: AnyActorLogic): LogicType {
  const before = known.get(logic);
  if (before !== undefined) return before;
  const type = detect(logic);
  known.set(logic, type);
  return type;
}

export function isMachine(logic: AnyActorLogic): logic is AnyStateMachine {
  return logicTypeOf(logic) === "machine";
}

/** Actor logic as the few functions that a step calls. */
export function raw(logic: AnyActorLogic): RawLogic {
  // XState's type has five parameters that tie scope and snapshot together; a host has one scope for all.
  return logic as unknown as RawLogic;
}

/** The name that leads from a parent's logic to a child's, if there is one. */
export function nameOf(parent: AnyActorLogic, src: unknown): string | undefined {
  if (typeof src === "string") return src;
  if (!isMachine(parent)) return undefined;
  return Object.entries(parent.implementations.actors).find(([, logic]) => logic === src)?.[0];
}

/**
 * The logic behind a name, as XState resolves it.
 *
 * @throws {@link TroupeError} `MACHINE_UNSUPPORTED` if the parent's logic knows no such name.
 */
export function childLogic(parent: AnyActorLogic, src: string): AnyActorLogic {
  const found = isMachine(parent) ? (inlineOf(parent, src) ?? namedOf(parent, src)) : undefined;
  if (found === undefined)
    throw new TroupeError("MACHINE_UNSUPPORTED", `no actor logic is called "${src}"`, {
      hint: "Give the logic under this name in setup({ actors }) or provide({ actors }).",
      data: { src },
    });
  return found;
}

function namedOf(machine: AnyStateMachine, src: string): AnyActorLogic | undefined {
  return isLogic(machine.implementations.actors[src]);
}

function inlineOf(machine: AnyStateMachine, src: string): AnyActorLogic | undefined {
  const match = /^xstate\.invoke\.(\d+)\.(.*)/s.exec(src);
  if (match === null) return undefined;
  const [, index = "0", id = ""] = match;
  const invoke: unknown = machine.getStateNodeById(nodePath(id)).config.invoke;
  const definition: unknown = Array.isArray(invoke) ? invoke[Number(index)] : invoke;
  if (typeof definition !== "object" || definition === null || !("src" in definition)) return undefined;
  return isLogic(definition.src);
}

/** A state node's id as XState's lookup takes it: a dot inside an id is no step down. */
export function nodePath(id: string): string {
  return `#${id.replace(/[\\.]/g, "\\$&")}`;
}

function isLogic(value: unknown): AnyActorLogic | undefined {
  if (typeof value !== "object" || value === null || !("transition" in value)) return undefined;
  return value as AnyActorLogic; // whatever has a transition is taken for logic, as XState does
}

function detect(logic: AnyActorLogic): LogicType {
  if ("__xstatenode" in logic) return "machine";
  if (logic.start === undefined) return "transition";
  const type = MAKERS.get(source(logic));
  if (type !== undefined) return type;
  throw new TroupeError(
    "MACHINE_UNSUPPORTED",
    "actor logic with a start of its own cannot be recorded",
    {
      hint: "Use setup().createMachine, fromPromise, fromCallback, fromObservable, fromEventObservable or fromTransition.",
    },
  );
}

function source(logic: { readonly transition: (...args: never[]) => unknown }): string {
  return logic.transition.toString();
}
