/**
 * The JSON Schemas of what authors write, for editors and for other programs.
 *
 * - They say less than troupe does: what concerns several places at once (order, paths,
 *   patterns) only `troupe validate` finds.
 */
import { z } from "zod";
import { Contract } from "./contract.ts";
import type { DocumentType } from "./plan/document-type.ts";
import { Plan } from "./plan/plan.ts";
import { TodoList } from "./plan/todo.ts";

const SCHEMAS = {
  plan: { schema: Plan, title: "A plan of troupe" },
  todo: { schema: TodoList, title: "A todo list that troupe can run" },
  contract: { schema: Contract, title: "A contract between an architect and a coder" },
} as const satisfies Readonly<Record<DocumentType, object>>;

/** The JSON Schema (draft 2020-12) of a document, with defaults that need not be written. */
export function jsonSchemaOf(type: DocumentType): Readonly<Record<string, unknown>> {
  const { schema, title } = SCHEMAS[type];
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema: { properties, required = [], ...found }, jsonSchema }) => {
      const isDoer = properties !== undefined && "run" in properties && "agent" in properties;
      // one of the two; a refinement, which JSON Schema does not get from zod
      if (isDoer && found.oneOf === undefined && !required.includes("run"))
        jsonSchema.oneOf = [{ required: ["run"] }, { required: ["agent"] }];
    },
  });
  return { $schema, title, ...rest };
}
