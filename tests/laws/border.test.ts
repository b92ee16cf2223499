/** S1: what comes from outside enters by the kind's schema, and no word of it can hurt the host. */
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { connect } from "../../src/actors/client.ts";
import { TroupeError } from "../../src/errors.ts";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { ENGINES } from "../support/laws-bench.ts";
import { bossKind, counterKind } from "../support/laws-kinds.ts";

/** Takes whatever comes, and remembers it. */
function openKind() {
  const machine = setup({
    types: {
      context: {} as { input: unknown; seen: unknown[] },
      input: {} as unknown,
      events: {} as { type: string; [key: string]: unknown },
    },
  }).createMachine({
    context: ({ input }) => ({ input, seen: [] }),
    on: { "*": { actions: assign({ seen: ({ context, event }) => [...context.seen, event] }) } },
  });
  return defineKind({
    kind: "open",
    version: "1",
    machine,
    events: z.looseObject({ type: z.string() }),
  });
}

describe.each(ENGINES)("the border, on $name", ({ bench }) => {
  it("S1: only events of the kind's schema enter; the fault is named", async () => {
    await using b = await bench();
    const { host } = await b.start([counterKind()]);
    await host.start("counter/c");
    const loose = host as unknown as { actor(a: string): { send(e: unknown): Promise<unknown> } };
    const send = (event: unknown): Promise<unknown> => loose.actor("counter/c").send(event);
    await expect(send({ type: "ADD", by: "1" })).rejects.toMatchObject({
      code: "EVENT_INVALID",
      data: { issues: [{ path: "by" }] },
    });
    await expect(send({ type: "ADD", by: 1, extra: true })).rejects.toMatchObject({
      code: "EVENT_INVALID",
    });
    for (const bad of [null, undefined, 7, "ADD", {}, { type: 7 }, []])
      await expect(send(bad)).rejects.toMatchObject({ code: "EVENT_INVALID" });
    expect(await b.types("counter/c")).toEqual(["troupe.started"]);
  });

  it.each([
    "xstate.done.actor.hand",
    "xstate.error.actor.hand",
    "xstate.snapshot.hand",
    "xstate.after.60000.timed.waiting",
    "xstate.stop",
    "xstate.init",
    "xstate.route.other",
    "troupe.stopped",
    "troupe.timer.fired",
    "troupe.recovered",
  ])("S1: %s from outside is EVENT_RESERVED", async (type) => {
    await using b = await bench();
    const { host } = await b.start([openKind()]);
    const open = await host.start("open/o");
    await expect(open.send({ type })).rejects.toMatchObject({ code: "EVENT_RESERVED" });
    expect(await b.types("open/o")).toEqual(["troupe.started"]);
  });

  it("S1: a schema that makes a reserved event of another does not get it in", async () => {
    await using b = await bench();
    const sly = openKind();
    const events = z.any().transform(() => ({ type: "xstate.stop" }));
    const { host } = await b.start([{ ...sly, events } as AnyKind]);
    await host.start("open/o");
    await expect(host.actor("open/o").send({ type: "X" })).rejects.toMatchObject({
      code: "EVENT_RESERVED",
    });
  });

  it("S1: refs and tags that were forged outside stay plain data, in events and inputs", async () => {
    await using b = await bench();
    const forged = {
      ref: { xstate$$type: 1, id: "root", addr: "counter/c" },
      tags: [
        { troupe$: "error", name: "E", message: "m" },
        { troupe$: "map", value: [] },
      ],
    };
    const { host, log } = await b.start([openKind(), counterKind()]);
    const open = await host.start("open/o", { input: forged });
    await open.send({ type: "A", ...forged });
    await using other = await connect({ log, kinds: [openKind()] });
    await other.actor("open/o").send({ type: "B", ...forged });
    const { context } = await open.snapshot();
    expect(context.input).toEqual(forged);
    expect(context.seen).toEqual([
      { type: "A", ...forged },
      { type: "B", ...forged },
    ]);
  });

  it("S1: events that are no JSON are refused with the path, and nothing is written", async () => {
    await using b = await bench();
    const { host } = await b.start([openKind()]);
    const open = await host.start("open/o");
    const cycle: Record<string, unknown> = {};
    cycle["me"] = cycle;
    for (const value of [1n, NaN, new Date(), new Map(), () => {}, cycle, Symbol("s")])
      await expect(open.send({ type: "A", deep: { value } })).rejects.toMatchObject({
        code: "JSON_INVALID",
        message: expect.stringContaining("deep.value") as string,
      });
    expect(await b.types("open/o")).toEqual(["troupe.started"]);
  });

  it.each<[string, (host: Loose) => Promise<unknown>]>([
    ["an empty event type", (host) => host.actor("open/o").send({ type: "" })],
    ["a control character in an event type", (host) => host.actor("open/o").send({ type: "a\nb" })],
    ["half a surrogate in an event type", (host) => host.actor("open/o").send({ type: "a\ud800" })],
    ["half a surrogate in data", (host) => host.actor("open/o").send({ type: "A", text: "\ud800" })],
    ["the wildcard as event type", (host) => host.actor("open/o").send({ type: "*" })],
    ["an empty command id", (host) => host.actor("open/o").send({ type: "A" }, { id: "" })],
    [
      "a control character in a command id",
      (host) => host.actor("open/o").send({ type: "A" }, { id: "a\0b" }),
    ],
    ["a control character in a stop's id", (host) => host.actor("open/o").stop({ id: "a\tb" })],
    ["a broken trace", (host) => host.actor("open/o").send({ type: "A" }, { trace: "\n" })],
    ["an empty trace", (host) => host.actor("open/o").send({ type: "A" }, { trace: "" })],
    ["an empty correlation", (host) => host.start("open/p", { correlation: "" })],
    ["a control character in a correlation", (host) => host.start("open/p", { correlation: "\u0007" })],
    [
      "keys that are no keys",
      (host) => host.actor("open/o").send(JSON.parse('{"type":"A","__proto__":{"x":1}}')),
    ],
  ])("S1: %s is refused or taken, and the host goes on", async (_, act) => {
    await using b = await bench();
    const { host } = await b.start([openKind()]);
    const open = await host.start("open/o");
    const refused: unknown = await act(host as unknown as Loose).catch((error: unknown) => error);
    await b.settle();
    expect(host.failed.aborted).toBe(false);
    expect(await host.parked()).toEqual([]);
    const hint = TroupeError.is(refused) ? refused.hint : "taken";
    expect(hint).toEqual(expect.any(String));
    await open.send({ type: "STILL_HERE" }).catch(() => {});
    expect(await b.types("open/o")).not.toHaveLength(1);
    await host[Symbol.asyncDispose]();
    const next = await b.start([openKind()]);
    await next.host.start("open/q");
    expect(await next.host.parked()).toEqual([]);
  });

  it.each([
    "open/",
    "open/a b",
    "open/../x",
    "nobody/x",
    "open",
    "",
    "open/a:b:",
    `open/${"x".repeat(600)}`,
  ])("S1: the address %j is refused by start, send and read", async (address) => {
    await using b = await bench();
    const { host } = await b.start([openKind()]);
    const loose = host as unknown as Loose;
    const codes = /ADDRESS_INVALID|KIND_UNKNOWN/;
    await expect(loose.start(address)).rejects.toMatchObject({
      code: expect.stringMatching(codes) as string,
    });
    expect(() => loose.actor(address)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(codes) as string }),
    );
    expect(host.failed.aborted).toBe(false);
  });

  it("S1: a child cannot be started from outside", async () => {
    await using b = await bench();
    const { host } = await b.start([bossKind()]);
    await expect(host.start("boss/b:hand")).rejects.toMatchObject({ code: "ADDRESS_INVALID" });
  });
});

interface Loose {
  start(address: string, options?: object): Promise<unknown>;
  actor(address: string): {
    send(event: unknown, options?: object): Promise<unknown>;
    stop(options?: object): Promise<unknown>;
  };
}
