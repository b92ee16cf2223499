/** Which kind of document a value is, by the fields that only one of them has. */
import { isRecord, listAt } from "./fault.ts";

export const DOCUMENT_TYPES = ["plan", "todo", "contract"] as const;
export type DocumentType = (typeof DOCUMENT_TYPES)[number];

/** The type of a document that nobody has named; where in doubt, a plan. */
export function typeOfDocument(value: unknown): DocumentType {
  const has = (holder: unknown, fields: readonly string[]): boolean =>
    isRecord(holder) && fields.some((field) => Object.hasOwn(holder, field));
  if (has(value, ["contract_id", "interfaces", "data_models", "test_skeletons"])) return "contract";
  if (has(value, ["todo_list_id", "workflow_id", "items", "todos"])) return "todo";
  const tasks = listAt(value, ["tasks"]);
  const isPlan =
    has(value, ["pattern", "concurrency"]) || tasks.some((task) => has(task, ["run", "agent"]));
  return !isPlan && tasks.some((task) => has(task, ["agent_role"])) ? "todo" : "plan";
}
