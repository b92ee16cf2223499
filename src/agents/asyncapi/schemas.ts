/**
 * JSON Schemas (draft 7, as AsyncAPI has them) of what zod describes, each under a name of its own.
 *
 * - 1. What refers to itself becomes a schema of its own, unless it is only "any JSON".
 */
import { z } from "zod";
import type { JsonObject, Json } from "../../events/json.ts";

/** Schemas by name. */
export interface Schemas {
  /** Describes a schema; `io`: as it is sent, or as it is after it was read. */
  describe(name: string, schema: z.ZodType, io?: "input" | "output"): JsonObject;
  /** Keeps a schema; what stands for it is a reference. */
  keep(name: string, schema: JsonObject): JsonObject;
  readonly all: () => JsonObject;
}

const PLACE = "#/components/schemas/";
const DEFINITION = "#/definitions/";

export function schemas(): Schemas {
  const kept: Record<string, JsonObject> = {};
  const keep: Schemas["keep"] = (name, schema) => {
    kept[name] = schema;
    return { $ref: `${PLACE}${name}` };
  };
  return {
    keep,
    describe(name, schema, io = "output") {
      const { $schema: _, definitions = {}, ...own } = rawOf(schema, io);
      const found = Object.entries(definitions as Readonly<Record<string, JsonObject>>); // schemas, as draft 7 says
      const any = new Set(found.flatMap(([key, one]) => (isAnyJson(one) ? [key] : [])));
      const moved = (node: Json): Json => move(node, name, any);
      for (const [key, one] of found)
        if (!any.has(key)) keep(placed(name, key), moved(one) as JsonObject); // an object stays one
      return moved(own) as JsonObject; // as above
    },
    all: () => kept,
  };
}

/** The schemas that a value has one of: those of a union, or the schema itself. */
export function variantsOf(schema: JsonObject): readonly JsonObject[] {
  const inner = schema["oneOf"] ?? schema["anyOf"];
  if (Array.isArray(inner)) return (inner as readonly JsonObject[]).flatMap(variantsOf); // schemas, as draft 7 says
  return "not" in schema ? [] : [schema];
}

/** The type that a schema of events or facts wants, where it wants one only. */
export function typeIn({ properties }: JsonObject): string | undefined {
  const type = Object(Object(properties).type).const as unknown; // whatever it is
  return typeof type === "string" ? type : undefined;
}

function rawOf(schema: z.ZodType, io: "input" | "output"): JsonObject {
  return z.toJSONSchema(schema, {
    target: "draft-7",
    unrepresentable: "any",
    io,
  }) as unknown as JsonObject; // a JSON Schema is JSON
}

function placed(name: string, key: string): string {
  return `${name}.${key.replace(/^_+/, "")}`;
}

/** References into the definitions, as references among all schemas. */
function move(node: Json, name: string, any: ReadonlySet<string>): Json {
  if (typeof node !== "object" || node === null) return node;
  if (Array.isArray(node)) return node.map((one: Json) => move(one, name, any));
  const { $ref, ...rest } = node as JsonObject; // neither null nor a list
  if (typeof $ref === "string" && $ref.startsWith(DEFINITION)) {
    const key = $ref.slice(DEFINITION.length);
    return any.has(key) ? rest : { ...rest, $ref: `${PLACE}${placed(name, key)}` };
  }
  const inner = Object.entries(node).map(([key, one]) => [key, move(one, name, any)] as const);
  const { allOf, ...others } = Object.fromEntries(inner);
  if (allOf === undefined) return others;
  const rules = Array.isArray(allOf) ? allOf.filter((one) => Object.keys(Object(one)).length > 0) : [];
  return rules.length === 0 ? others : { ...others, allOf: rules };
}

/** Whether a schema is that of `z.json()`: text, number, truth, null, and lists and objects of these. */
function isAnyJson({ anyOf }: JsonObject): boolean {
  if (!Array.isArray(anyOf) || anyOf.length !== 6) return false;
  const types = anyOf.map((one: unknown) => Object(one).type as unknown); // whatever it is
  return ["string", "number", "boolean", "null", "array", "object"].every((type) =>
    types.includes(type),
  );
}
