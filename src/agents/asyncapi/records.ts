/** The channel of a kind's records: what a log publishes once it is stored. */
import { z } from "zod";
import type { AnyKind } from "../../actors/kind.ts";
import type { JsonObject } from "../../events/json.ts";
import { RecordBody } from "../../events/record.ts";
import { typeIn, variantsOf, type Schemas } from "./schemas.ts";

const text = z.string();

/** Around every record; on the wire each value is text, percent-encoded. */
const RecordHeaders = z.looseObject({
  "ce-specversion": z.literal("1.0"),
  "ce-id": text.describe("Of this record; with ce-source unique."),
  "ce-source": text.describe("Address of the actor, `kind/root` or `kind/root:path`."),
  "ce-type": text.describe("The step's leading fact, else the type of its input."),
  "ce-time": text.meta({ format: "date-time" }),
  "ce-datacontenttype": text.optional().describe("Absent in records of older versions of Troupe."),
  "ce-correlationid": text.describe("The undertaking that the record belongs to: mostly the run."),
  "ce-causationid": text.optional().describe("The command, effect or timer that caused it."),
  "ce-traceparent": text.optional().describe("W3C trace context; the same as traceparent."),
  traceparent: text.optional(),
  "ce-dataref": text
    .optional()
    .describe("The body lies in the log's object store under this name; the message has none."),
  "troupe-seq": text.describe("1, 2, 3, … within the actor, without a gap."),
  "Nats-Stream": text.describe("The stream that holds it."),
  "Nats-Subject": text.describe("The subject that it is stored under."),
  "Nats-Sequence": text.describe("Its number in the stream: its partition's order."),
  "Nats-Last-Sequence": text.describe("The number of the message before it on the same subject, or 0."),
  "Nats-Time-Stamp": text.meta({ format: "date-time" }),
});

/** What all kinds have in common. */
export function keepRecords(schemas: Schemas): void {
  schemas.keep("RecordHeaders", schemas.describe("RecordHeaders", RecordHeaders));
  schemas.keep("RecordBody", schemas.describe("RecordBody", RecordBody));
}

/** The messages of a kind's records, by key: one for each fact that it may be named by, and one for all others. */
export function recordMessages(kind: AnyKind, schemas: Schemas): Readonly<Record<string, JsonObject>> {
  const facts = kind.facts === undefined ? {} : schemas.describe(`${kind.kind}.facts`, kind.facts);
  const typed = variantsOf(facts).flatMap((schema) => {
    const type = typeIn(schema);
    return type === undefined ? [] : [[type, schema] as const];
  });
  const messages = typed.map(([type, schema]) => {
    const fact = schemas.keep(`${kind.kind}.fact.${keyOf(type)}`, { title: type, ...schema });
    return [`${kind.kind}.record.${keyOf(type)}`, recordOf(type, fact)] as const;
  });
  return {
    ...Object.fromEntries(messages),
    [`${kind.kind}.record`]: {
      name: `${kind.kind}.record`,
      title: `Any other record of a ${kind.kind}`,
      summary: "Its type is that of the input which the actor took.",
      ...shape(ref("RecordHeaders"), ref("RecordBody")),
    },
  };
}

/** A type as part of a key; keys have no other characters. */
export function keyOf(type: string): string {
  return type.replace(/[^A-Za-z0-9._-]+/g, "_");
}

function recordOf(type: string, fact: JsonObject): JsonObject {
  const headers = {
    type: "object",
    allOf: [ref("RecordHeaders"), { properties: { "ce-type": { const: type } } }],
  };
  const facts = { type: "array", contains: fact };
  const payload = {
    type: "object",
    allOf: [ref("RecordBody"), { required: ["facts"], properties: { facts } }],
  };
  return { name: type, title: type, ...shape(headers, payload) };
}

function shape(headers: JsonObject, payload: JsonObject): JsonObject {
  return {
    contentType: "application/json",
    headers,
    payload,
    correlationId: { location: "$message.header#/ce-correlationid" },
  };
}

function ref(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}
