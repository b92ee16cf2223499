/** The AsyncAPI document: valid, as the schemas are, and true of what stands in a log. */
import { readFileSync } from "node:fs";
import { fc, test } from "@fast-check/vitest";
import { Parser } from "@asyncapi/parser";
import { Ajv } from "ajv";
import { parse as parseYaml } from "yaml";
import { setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createHost } from "../src/actors/host.ts";
import { defineKind } from "../src/actors/kind.ts";
import { asyncApiOf } from "../src/agents/asyncapi/document.ts";
import { hostKinds } from "../src/agents/host-kinds.ts";
import type { JsonObject } from "../src/events/json.ts";
import { memoryLog } from "../src/events/log/memory.ts";
import { toMessage } from "../src/events/log/jetstream/message.ts";
import { sealer } from "../src/events/log/payload.ts";
import { commandSubject, recordSubject } from "../src/events/subjects.ts";
import { freshFolder } from "./support/agent-runs.ts";
import { cliBench } from "./support/cli.ts";

const document = asyncApiOf();

interface Shape {
  readonly channels: Readonly<Record<string, { readonly address: string | null }>>;
  readonly components: Readonly<Record<"messages" | "schemas", Readonly<Record<string, JsonObject>>>>;
}
const shapeOf = (of: JsonObject) => of as unknown as Shape; // what the parser says it is

/** What the parser has against a document. */
async function faultsIn(given: JsonObject): Promise<readonly string[]> {
  const { diagnostics } = await new Parser().parse(JSON.stringify(given));
  return diagnostics.map(({ message, path }) => `${path.join(".")}: ${message}`);
}

describe("the AsyncAPI document", () => {
  it("is of version 3.1.0, and its own parser has nothing against it", async () => {
    expect(document["asyncapi"]).toBe("3.1.0");
    expect(await faultsIn(document)).toEqual([]);
  });

  it("would be found out by that parser if it were wrong", async () => {
    const small = asyncApiOf({ name: "demo", kinds: [own] });
    const broken = {
      ...small,
      operations: { x: { action: "shout", channel: { $ref: "#/channels/y" } } },
    };
    expect((await faultsIn(broken)).join("\n")).toContain("#/channels/y");
  });

  it("stands in docs/asyncapi.json as it is made: run `npx troupe asyncapi > docs/asyncapi.json`", () => {
    expect(JSON.parse(readFileSync("docs/asyncapi.json", "utf8"))).toEqual(document);
  });

  it("has the records and the commands of every kind, on the subjects where they are", () => {
    const { channels } = shapeOf(asyncApiOf({ name: "demo" }));
    const kinds = hostKinds().map(({ kind }) => kind);
    const ours = kinds.flatMap((kind) => [`${kind}.records`, `${kind}.commands`]);
    expect(Object.keys(channels)).toEqual([...ours, "replies"]);
    const log = { name: "demo", partitions: 1 };
    for (const kind of kinds) {
      const at = { partition: "0", id: "r1:t2", type: "task.failed" };
      expect(filled(channels[`${kind}.records`]?.address, at)).toBe(
        recordSubject(log, `${kind}/r1:t2`, "task.failed").replace(".ev.", ".pub."),
      );
      expect(filled(channels[`${kind}.commands`]?.address, at)).toBe(
        commandSubject(log, `${kind}/r1:t2`),
      );
    }
  });

  it("is true of every record of a run, headers and body, and of what started it", async () => {
    using folder = freshFolder();
    await using log = memoryLog();
    const { path } = folder;
    const tasks = [
      { id: "good", run: "echo done" },
      { id: "bad", run: "exit 3", dependsOn: ["good"], maxRetries: 1, retryDelayMs: 1 },
      { id: "never", run: "true", dependsOn: ["bad"] },
    ];
    const input = { run: "r1", folder: path, artifacts: path, plan: { name: "p", tasks } };
    const start = { id: "c", address: "workflow/r1", op: "start", data: { input } };
    expect(faultsOf("workflow.start", start)).toEqual([]);
    await using host = await createHost({ log, kinds: hostKinds() });
    const run = await host.start("workflow/r1", { input });
    await run.waitFor(({ status }) => status === "done");
    await host.start("memory/m", { input: { name: "m" } });
    const met = new Set<string>();
    for await (const { stream, seq, body, position: _, ...envelope } of log.scan()) {
      const seals = sealer();
      const placed = { stream, seq, sealed: seals.seal(body, { stream }), mediaType: seals.mediaType };
      const { headers } = toMessage({ name: "l", partitions: 4 }, { ...envelope, body }, placed);
      const said = Object.fromEntries([...headers].map(([key, [value]]) => [key, value]));
      const [kind] = stream.split("/");
      const named = `${kind}.record.${envelope.type}`;
      const message = named in shapeOf(document).components.messages ? named : `${kind}.record`;
      expect(faultsOf(message, body)).toEqual([]);
      expect(faultsOf(message, { ...said, ...STORED }, "headers")).toEqual([]);
      met.add(message);
    }
    expect([...met]).toEqual(
      expect.arrayContaining([
        "memory.record",
        "task.record",
        "task.record.task.completed",
        "task.record.task.failed",
        "task.record.task.started",
        "workflow.record.workflow.failed",
      ]),
    );
  });

  it("says no to what is no such record, command or answer", () => {
    expect(faultsOf("task.record.task.failed", { v: 1 })).not.toEqual([]);
    const send = { id: "c", address: "workflow/r1", op: "send", data: { event: { type: "CANCEL" } } };
    expect(faultsOf("workflow.send.CANCEL", send)).toEqual([]);
    expect(faultsOf("workflow.send.CANCEL", { ...send, data: { event: { type: "X" } } })).not.toEqual(
      [],
    );
    expect(faultsOf("workflow.send.CANCEL", { ...send, op: "stop" })).not.toEqual([]);
    expect(faultsOf("reply.sent", { value: { seq: 2, facts: [{ type: "a.b" }] } })).toEqual([]);
    expect(faultsOf("reply.error", { error: { code: "X", message: "no", data: {} } })).toEqual([]);
    expect(faultsOf("reply.seq", { error: 1 })).not.toEqual([]);
  });
});

describe("kinds of a user's own", () => {
  it("stand in it with their events, input and facts, whatever these are called", () => {
    const { channels, components } = shapeOf(asyncApiOf({ kinds: [own] }));
    expect(channels["order.records"]?.address).toBe("troupe.{log}.pub.{partition}.order.{id}.{type}");
    expect(Object.keys(components.messages).filter((key) => key.startsWith("order."))).toEqual([
      "order.record.order.paid",
      "order.record.strange_type",
      "order.record",
      "order.start",
      "order.send.PAY",
      "order.send.2",
    ]);
    expect(components.schemas["order.fact.order.paid"]).toMatchObject({
      properties: { by: { type: "string" } },
    });
    expect(components.schemas["order.input"]).toMatchObject({ required: ["tree"] });
  });

  const json = fc.constantFrom(z.string(), z.json(), z.never(), z.date(), z.map(z.string(), z.any()));
  const event = fc.tuple(fc.string({ minLength: 1, maxLength: 8 }), json);
  test.prop([fc.array(event, { maxLength: 4 })], { numRuns: 15 })(
    "for all schemas of events and facts, the document has only references that lead somewhere",
    (given) => {
      const options = given.map(([type, data]) => z.object({ type: z.literal(type), data }));
      const events = z.union([z.object({ type: z.literal("GO") }), ...options]);
      const made = asyncApiOf({ kinds: [{ ...own, events, facts: events }] });
      const refs = [...JSON.stringify(made).matchAll(/"\$ref":"#([^"]*)"/g)].map(([, at = ""]) => at);
      expect(refs.length).toBeGreaterThan(0);
      expect(refs.filter((at) => found(made, at) === undefined)).toEqual([]);
    },
  );
});

describe("troupe asyncapi", () => {
  it("prints JSON or YAML, of any log or of the one that is named", async () => {
    using bench = cliBench();
    const { code, out } = await bench.troupe(["asyncapi"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(document);
    const named = asyncApiOf({ name: "demo", server: "host:4222" });
    const url = "nats://ada:secret@host:4222/demo?monitor=http://host:8222";
    const { out: yaml } = await bench.troupe(["asyncapi", "--yaml", "--log", url]);
    expect(parseYaml(yaml)).toEqual(named);
    expect(yaml).not.toContain("secret");
    expect((await bench.json(["asyncapi", "--log", "demo"])).value).toEqual(
      asyncApiOf({ name: "demo" }),
    );
  });

  it("adds the kinds of a module, and refuses what is neither a name nor a URL", async () => {
    using bench = cliBench();
    const module = bench.write(
      "kinds.mjs",
      `import { createMachine } from ${JSON.stringify(import.meta.resolve("xstate"))};
       import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
       const events = z.object({ type: z.literal("GO") });
       export const kinds = [{ kind: "mine", version: "1", machine: createMachine({}), events }];`,
    );
    const { value } = await bench.json(["asyncapi", "--kinds", module]);
    const { channels } = shapeOf(value as JsonObject); // as it printed it
    expect(Object.keys(channels)).toEqual(
      expect.arrayContaining(["task.records", "mine.records", "mine.commands"]),
    );
    for (const log of ["a.b", "sqlite:x", "nats://host", ""])
      expect(await bench.troupe(["asyncapi", "--log", log])).toMatchObject({ code: 2, out: "" });
    expect((await bench.troupe(["asyncapi", "--kinds", "nowhere.ts"])).code).toBe(2);
    expect((await bench.troupe(["asyncapi", "--yaml", "--json"])).code).toBe(2);
  });
});

/** What the stream adds when it publishes. */
const STORED = {
  "Nats-Stream": "TROUPE_l_0",
  "Nats-Subject": "troupe.l.ev.0.x",
  "Nats-Sequence": "1",
  "Nats-Last-Sequence": "0",
  "Nats-Time-Stamp": "2026-01-01T00:00:00Z",
};

interface Tree {
  readonly name: string;
  readonly inner?: Tree | undefined;
}
const Tree: z.ZodType<Tree> = z.object({
  name: z.string(),
  get inner() {
    return Tree.optional();
  },
});

const own = defineKind({
  kind: "order",
  version: "1",
  machine: setup({ types: { events: {} as { type: string } } }).createMachine({}),
  events: z.union([
    z.object({ type: z.literal("PAY"), cents: z.int() }),
    z.looseObject({ type: z.string() }),
  ]),
  input: z.object({ tree: Tree }),
  facts: z.discriminatedUnion("type", [
    z.object({ type: z.literal("order.paid"), by: z.string() }),
    z.object({ type: z.literal("strange/type") }),
  ]),
});

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true }).addSchema(
  document,
  "api",
);

/** What a message of the document has against a value. */
function faultsOf(message: string, value: unknown, part = "payload"): readonly unknown[] {
  const validate = ajv.getSchema(`api#/components/messages/${message}/${part}`);
  if (validate === undefined) throw new Error(`the document has no message ${message}`);
  return validate(value) === true ? [] : (validate.errors ?? []);
}

function filled(address: string | null | undefined, values: Readonly<Record<string, string>>): string {
  return (address ?? "").replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "?");
}

function found(within: unknown, pointer: string): unknown {
  const steps = pointer.split("/").slice(1);
  return steps.reduce<unknown>((at, step) => Reflect.get(Object(at), step), within);
}
