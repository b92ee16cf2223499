/** The channel of commands to the actors of a kind, and the answers. */
import { z } from "zod";
import { ParkedShape, Send, SentShape, Seq, Skip, Start } from "../../actors/command-data.ts";
import type { AnyKind } from "../../actors/kind.ts";
import type { JsonObject } from "../../events/json.ts";
import { CommandMessage, Reply } from "../../events/log/jetstream/command-message.ts";
import { keyOf } from "./records.ts";
import { typeIn, variantsOf, type Schemas } from "./schemas.ts";

type Messages = Readonly<Record<string, JsonObject>>;

/** What may be asked of any actor, and what all commands of one sort have in common. */
export function sharedCommands(schemas: Schemas): Messages {
  const asked = (op: string, data: z.ZodType) =>
    schemas.keep(
      `command.${op}`,
      schemas.describe(`command.${op}`, CommandMessage.extend({ op: z.literal(op), data }), "input"),
    );
  asked("start", Start);
  asked("send", Send);
  return {
    "command.stop": command("stop", {
      summary: "End an actor, whatever it does. Answered with the number of its last record.",
      payload: asked("stop", z.object({})),
    }),
    "command.parked": command("parked", {
      summary:
        "List the parked actors of whoever owns the address's partition, whichever actor is named.",
      payload: asked("parked", z.object({})),
    }),
    "command.unpark": command("unpark", {
      summary: "Try a parked actor again. Answered with null, or with why it is still parked.",
      payload: asked("unpark", z.object({})),
    }),
    "command.skip": command("skip", {
      summary: "Leave a record that cannot be applied out of a parked actor's history.",
      payload: asked("skip", Skip),
    }),
  };
}

/** What may be asked of the actors of one kind: to begin, and each event that it takes from outside. */
export function commandMessages(kind: AnyKind, schemas: Schemas): Messages {
  const { kind: name, input = z.json(), events } = kind;
  const given = schemas.keep(`${name}.input`, schemas.describe(`${name}.input`, input, "input"));
  const start = command(`start a ${name}`, {
    summary: "The same input again is the same actor. Answered with 1.",
    payload: refined("start", { input: given }),
  });
  const taken = variantsOf(schemas.describe(`${name}.events`, events, "input"));
  const sends = taken.map((schema, at) => {
    const type = typeIn(schema) ?? `${at + 1}`;
    const event = schemas.keep(`${name}.event.${keyOf(type)}`, { title: type, ...schema });
    const message = command(`send ${type} to a ${name}`, {
      summary: "Refused where the actor cannot take it now. Answered with its record and facts.",
      payload: refined("send", { event }),
    });
    return [`${name}.send.${keyOf(type)}`, message] as const;
  });
  return { [`${name}.start`]: start, ...Object.fromEntries(sends) };
}

/** What may come back. */
export function replyMessages(schemas: Schemas): Messages {
  const value = (name: string, schema: z.ZodType) =>
    schemas.describe(`reply.${name}`, z.object({ value: schema }));
  const [, error, stopped] = Reply.options;
  return {
    "reply.seq": reply("The number of the record that says it was done.", value("seq", Seq)),
    "reply.sent": reply(
      "The record of the event, and what the actor emitted.",
      value("sent", SentShape),
    ),
    "reply.parked": reply("Why an actor is parked, or null.", value("parked", ParkedShape.nullable())),
    "reply.parked-list": reply(
      "Which actors are parked, and why.",
      value("parked-list", z.array(ParkedShape)),
    ),
    "reply.error": reply(
      "It was not done, unless the code says that nobody knows. Codes: docs/errors.md.",
      schemas.describe("reply.error", error),
    ),
    "reply.stopped": reply(
      "The owner stopped while working on it: ask again, with the same id.",
      schemas.describe("reply.stopped", stopped),
    ),
  };
}

function command(title: string, more: JsonObject): JsonObject {
  return { title, contentType: "application/json", ...more };
}

/** A command of which more is known: what its data holds. */
function refined(op: string, properties: JsonObject): JsonObject {
  const general = { $ref: `#/components/schemas/command.${op}` };
  return { type: "object", allOf: [general, { properties: { data: { properties } } }] };
}

function reply(summary: string, payload: JsonObject): JsonObject {
  return { summary, contentType: "application/json", payload };
}
