/** A9, S1: a kind says why it does not take a command, and its sender hears that, wherever it is. */
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { connect } from "../../src/actors/client.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { sendToActor } from "../../src/machines/host-actions.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { ENGINES } from "../support/laws-bench.ts";

const Event = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("SET"), expected: z.int(), value: z.string() }),
  z.strictObject({ type: z.literal("HIRE") }),
  z.strictObject({ type: z.literal("PASS"), to: z.string(), value: z.string() }),
  z.strictObject({ type: z.literal("END") }),
]);

/** A value with a version; a write that expects another version is refused with what stands there. */
function cellKind(judged: string[] = []) {
  const child = setup({
    types: { events: {} as z.infer<typeof Event>, context: {} as { value: string } },
  }).createMachine({
    context: { value: "" },
    on: { SET: { actions: assign({ value: ({ event }) => event.value }) } },
  });
  const machine = setup({
    types: {
      events: {} as z.infer<typeof Event>,
      context: {} as { readonly version: number; readonly value: string },
    },
    actors: { child },
    actions: { sendToActor },
    guards: {
      fresh: ({ context, event }) => event.type === "SET" && event.expected === context.version,
    },
  }).createMachine({
    context: { version: 0, value: "" },
    initial: "open",
    states: {
      open: {
        on: {
          SET: {
            guard: "fresh",
            actions: assign(({ context, event }) => ({
              version: context.version + 1,
              value: event.value,
            })),
          },
          HIRE: "hiring",
          PASS: {
            actions: {
              type: "sendToActor",
              params: ({ event: { to, value } }) => ({
                to,
                event: { type: "SET", expected: 99, value },
              }),
            },
          },
          END: "gone",
        },
      },
      hiring: { invoke: { id: "child", src: "child" } },
      gone: { type: "final" },
    },
  });
  return defineKind({
    kind: "cell",
    version: "1",
    machine,
    events: Event,
    refuse({ context }, event) {
      if (event.type !== "SET") return undefined;
      judged.push(event.value);
      if (event.value === "poison") throw new Error("cannot judge");
      if (event.expected === context.version) return undefined;
      return {
        code: "RESULT_INVALID",
        message: `version ${event.expected} is stale`,
        hint: `Expect ${context.version}.`,
        data: { version: context.version, value: context.value },
      };
    },
  });
}

const set = (expected: number, value: string) => ({ type: "SET" as const, expected, value });

/** What a sender hears whose version is stale. */
const STALE = {
  code: "RESULT_INVALID",
  message: '"cell/c": version 0 is stale',
  hint: "Expect 1.",
  data: { version: 1, value: "a", address: "cell/c", type: "SET", seq: 2 },
};

describe.each(EVERY_ENGINE)("refusals, on $name", ({ bench }) => {
  it("S1: code, message, hint and data reach callers of a host and of a client alike, and nothing is written", async () => {
    await using b = await bench();
    const owner = await b.start([cellKind()]);
    const cell = await owner.host.start("cell/c");
    await cell.send(set(0, "a"));
    await expect(cell.send(set(0, "b"))).rejects.toMatchObject(STALE);
    const log = await b.open();
    const client = await connect({ log, kinds: [cellKind()] });
    await expect(client.actor("cell/c").send(set(0, "b"))).rejects.toMatchObject(STALE);
    await owner.host[Symbol.asyncDispose]();
    await owner.log[Symbol.asyncDispose]();
    await expect(client.actor("cell/c").send(set(0, "b"))).rejects.toMatchObject(STALE);
    await client.actor("cell/c").send(set(1, "c"));
    await client[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
    expect(await b.types("cell/c")).toEqual(["troupe.started", "SET", "SET"]);
  });
});

describe.each(ENGINES)("refusals of one host, on $name", ({ bench }) => {
  it("S1: each of a batch is judged by the state that those before it lead to", async () => {
    await using b = await bench();
    const { host, log } = await b.start([cellKind()]);
    const cell = await host.start("cell/c");
    log.hold("write");
    const first = cell.send(set(0, "a"));
    await b.settle();
    const rest = [set(1, "b"), set(1, "c"), set(2, "d")].map((event) => cell.send(event));
    log.release();
    const told = await Promise.allSettled([first, ...rest]);
    expect(told.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect((await cell.snapshot()).context).toEqual({ version: 3, value: "d" });
  });

  it("S1: a refuse that throws refuses, and says so", async () => {
    await using b = await bench();
    const { host } = await b.start([cellKind()]);
    const cell = await host.start("cell/c");
    await expect(cell.send(set(0, "poison"))).rejects.toMatchObject({
      code: "EVENT_REFUSED",
      message: '"cell/c": its kind could not judge it: cannot judge',
      hint: "Mend the kind's refuse().",
    });
    expect(await b.types("cell/c")).toEqual(["troupe.started"]);
    expect(await host.parked()).toEqual([]);
    await cell.send(set(0, "a"));
  });

  it("A9: a command that was taken is answered again by its id, and not judged; one that was refused is judged anew", async () => {
    await using b = await bench();
    const judged: string[] = [];
    const first = await b.start([cellKind(judged)]);
    const cell = await first.host.start("cell/c");
    await cell.send(set(0, "a"), { id: "1" });
    expect(await cell.send(set(0, "a"), { id: "1" })).toMatchObject({ seq: 2 });
    await expect(cell.send(set(2, "b"), { id: "2" })).rejects.toMatchObject({ hint: "Expect 1." });
    await b.kill(first);
    const { host } = await b.start([cellKind(judged)]);
    const again = host.actor("cell/c");
    expect(await again.send(set(0, "a"), { id: "1" })).toMatchObject({ seq: 2 });
    await again.send(set(1, "c"));
    expect(await again.send(set(2, "b"), { id: "2" })).toMatchObject({ seq: 4 });
    expect(judged).toEqual(["a", "b", "c", "b"]);
  });

  it("A8: messages between actors and events of another machine's children are not judged by it: guards hold", async () => {
    await using b = await bench();
    const judged: string[] = [];
    const { host } = await b.start([cellKind(judged)]);
    const one = await host.start("cell/one");
    await host.start("cell/two");
    await one.send({ type: "PASS", to: "cell/two", value: "a" });
    await b.settle();
    expect((await b.records("cell/two")).at(-1)).toMatchObject({
      type: "SET",
      body: { handled: false },
    });
    await one.send({ type: "HIRE" });
    await b.settle();
    await host.actor("cell/one:child").send(set(7, "b")); // a cell by its address, but of another logic
    await b.settle();
    expect((await host.read("cell/one:child")).context).toMatchObject({ value: "b" });
    expect(judged).toEqual([]);
  });

  it("S1: who has ended, and what the machine takes in no state, are refused without the kind", async () => {
    await using b = await bench();
    const judged: string[] = [];
    const { host } = await b.start([cellKind(judged)]);
    const cell = await host.start("cell/c");
    await cell.send({ type: "END" });
    await expect(cell.send(set(9, "a"))).rejects.toMatchObject({
      code: "EVENT_REFUSED",
      hint: "Send it nothing more.",
    });
    expect(judged).toEqual([]);
    const nobody = host.actor("cell/nobody").send(set(9, "a"));
    await expect(nobody).rejects.toMatchObject({ code: "ACTOR_NOT_FOUND" });
  });
});
