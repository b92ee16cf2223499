/** What is written on the states and arrows of a machine's chart. */
import type { AnyStateNode, AnyTransitionDefinition } from "xstate";

type Invoked = AnyStateNode["invoke"][number];

/** The child's id, and what it runs where the id does not say so. */
export function doing({ id, src }: Invoked): string {
  const source = typeof src === "string" && !isMade(src) ? src : undefined;
  if (isMade(id)) return source ?? "inline";
  return source === undefined || source === id ? id : `${id} (${source})`;
}

/** Ids and names that XState makes up: `0.machine.state`, `xstate.invoke.0.machine.state`. */
function isMade(name: string): boolean {
  return /^(xstate\.invoke\.)?\d+\./.test(name);
}

/**
 * The event, and `[the condition]`; `[else]` where it is taken only if those before it are not.
 *
 * @param behind others of the same event come before it.
 */
export function transitionLabel(
  node: AnyStateNode,
  transition: AnyTransitionDefinition,
  behind: boolean,
): string {
  const { guard, target, actions, reenter } = transition;
  const when = guard === undefined ? (behind ? " [else]" : "") : ` [${guardName(guard)}]`;
  const nothing = target === undefined && actions.length === 0 ? " (ignored)" : "";
  const anew = reenter && target?.includes(node) ? " (enters anew)" : "";
  return `${eventName(node, transition)}${when}${nothing}${anew}`;
}

function eventName(node: AnyStateNode, transition: AnyTransitionDefinition): string {
  const type: string = transition.eventType;
  if (type === "") return "always";
  if ("delay" in transition) return `after ${delayName(transition.delay)}`;
  if (type === "*") return "any event";
  if (type.startsWith("xstate.done.state.")) return "done";
  const [, verb = "", id = ""] =
    /^xstate\.(done\.actor|error\.actor|snapshot)\.(.+)$/s.exec(type) ?? [];
  const ended = ENDS[verb];
  return ended === undefined ? type : `${childName(node, id)} ${ended}`;
}

function childName({ invoke }: AnyStateNode, id: string): string {
  if (id === "*") return "any child";
  const child = isMade(id) ? invoke.find((invoked) => invoked.id === id) : undefined;
  return child === undefined ? id : doing(child);
}

const ENDS: Readonly<Record<string, string>> = {
  "done.actor": "done",
  "error.actor": "failed",
  snapshot: "changed",
};

function delayName(delay: unknown): string {
  return typeof delay === "number" || /^\d+$/.test(String(delay))
    ? `${String(delay)} ms`
    : String(delay);
}

/** A guard by its name and what it is given; those made of others by those. */
function guardName(guard: unknown): string {
  if (typeof guard === "string") return guard;
  const { type, params, guards, stateValue, name } = Object(guard); // whatever it is
  if (typeof type === "string") return [type, ...paramsText(params)].join(" ");
  if (stateValue !== undefined) return `in ${stateText(stateValue)}`;
  if (Array.isArray(guards)) return combined(String(name), guards.map(guardName));
  // XState calls what stands at a transition by the property's name
  return typeof name === "string" && name !== "" && name !== "guard" ? name : "condition";
}

/** `and`, `or` and `not`. */
function combined(how: string, names: readonly string[]): string {
  const inner = names.map((name) => (/ (and|or) /.test(name) ? `(${name})` : name));
  return how === "not" ? `not ${inner.join("")}` : inner.join(how === "or" ? " or " : " and ");
}

/** What a guard is given, where that stands in the machine: a value, or fields by their names. */
function paramsText(params: unknown): readonly string[] {
  if (params === undefined || params === null || typeof params === "function") return [];
  if (typeof params !== "object") return [valueText(params)];
  const fields = Object.entries(params).map(([name, value]) =>
    typeof value === "boolean" ? `${value ? "" : "not "}${name}` : `${name} ${valueText(value)}`,
  );
  return fields.length === 0 ? [] : [`(${fields.join(", ")})`];
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A state value as the paths of its states. */
export function stateText(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key}.${stateText(inner)}`)
    .join(" + ");
}
