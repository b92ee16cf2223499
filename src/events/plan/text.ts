/**
 * Reads a plan from YAML or JSON text.
 *
 * - Every fault is reported at once, each with its place in the text.
 * - Whatever the text is, nothing but `PLAN_INVALID` is thrown.
 */
import { typeOfDocument } from "./document-type.ts";
import { readDocument, refused, type PlacedFault } from "./document.ts";
import type { Fault } from "./fault.ts";
import { faultsOf, type FaultOptions } from "./faults.ts";
import { Plan } from "./plan.ts";
import { todoFaultsOf } from "./todo-faults.ts";
import { planOfTodoList } from "./todo-plan.ts";
import { TodoList } from "./todo.ts";

export type { PlacedFault } from "./document.ts";

export interface ParseOptions {
  /**
   * Names of the agents that the host registers; `"any"`: names of agents are not asked about.
   * Default: none but those of the plan and the built-in `merge`.
   */
  readonly agents?: readonly string[] | "any";
  /** What the text is. Default: a todo list where it looks like one. */
  readonly type?: "plan" | "todo";
}

/**
 * Reads a plan, or a todo list as the plan that it stands for.
 *
 * @param file the name of the text in messages.
 * @throws {@link TroupeError} `PLAN_INVALID`; `data.faults` has every {@link PlacedFault}.
 */
export function parsePlan(text: string, file: string, options: ParseOptions = {}): Plan {
  const { value, type } = sound(text, file, (found) => {
    const isTodo = (options.type ?? typeOfDocument(found)) === "todo";
    const faults = isTodo ? todoFaultsOf(found, options) : faultsOf(found, options);
    return { kind: isTodo ? "todo list" : "plan", faults };
  });
  return type === "plan" ? Plan.parse(value) : planOfTodoList(TodoList.parse(value));
}

/**
 * Reads a todo list.
 *
 * @throws {@link TroupeError} `PLAN_INVALID`; `data.faults` has every {@link PlacedFault}.
 */
export function parseTodoList(text: string, file: string, options: FaultOptions = {}): TodoList {
  const look = (found: unknown): Looked => ({
    kind: "todo list",
    faults: todoFaultsOf(found, options),
  });
  return TodoList.parse(sound(text, file, look).value);
}

/** What was found in a text. */
interface Looked {
  readonly kind: "plan" | "todo list";
  readonly faults: readonly Fault[];
}

function sound(text: string, file: string, look: (value: unknown) => Looked) {
  const { grammar, content } = readDocument(text);
  if (content === undefined) throw refused("PLAN_INVALID", { kind: "plan", file }, grammar);
  const { kind, faults } = look(content.value);
  const all: readonly PlacedFault[] = [...grammar, ...faults.map(content.place)];
  if (all.length > 0) throw refused("PLAN_INVALID", { kind, file }, all);
  return { value: content.value, type: kind };
}
