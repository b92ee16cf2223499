/** A5: an input that cannot be recorded, a kind that is missing, a record that is none. */
import { assign, sendTo, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind } from "../support/laws-kinds.ts";

const Event = z.looseObject({ type: z.string() });

/** A parent that passes words on to its child, which chokes on "poison" while `sick`. */
function pairKind(sick: () => boolean): AnyKind {
  const child = setup({
    types: { context: {} as { words: unknown[] }, events: {} as { type: "WORD"; word: string } },
  }).createMachine({
    context: { words: [] },
    on: {
      WORD: {
        actions: [
          assign({ words: ({ context, event }) => [...context.words, event.word] }),
          sendTo(
            ({ self }) => self._parent ?? self,
            ({ event }) => ({
              type: "ECHO",
              of: event.word === "poison" && sick() ? new Map() : event.word,
            }),
          ),
        ],
      },
    },
  });
  const machine = setup({
    types: {
      events: {} as { type: string; word?: string; of?: string },
      context: {} as { echoes: unknown[] },
    },
    actors: { child },
  }).createMachine({
    context: { echoes: [] },
    invoke: { id: "child", src: "child" },
    on: {
      SAY: {
        actions: sendTo("child", ({ event }) => ({ type: "WORD" as const, word: event.word ?? "" })),
      },
      ECHO: { actions: assign({ echoes: ({ context, event }) => [...context.echoes, event.of] }) },
    },
  });
  return defineKind({ kind: "pair", version: "1", machine, events: Event });
}

async function echoes(host: { read(a: string): Promise<unknown> }): Promise<unknown> {
  return ((await host.read("pair/p")) as { context: { echoes: unknown } }).context.echoes;
}

describe.each(EVERY_ENGINE)("poison, on $name", ({ bench }) => {
  it("A5, A8: poison from inside parks the receiver; its senders keep what they owe, in order", async () => {
    await using b = await bench();
    let sick = true;
    const kind = pairKind(() => sick);
    const { host } = await b.start([kind, counterKind()]);
    const pair = await host.start("pair/p");
    for (const word of ["a", "poison", "b", "c"]) await pair.send({ type: "SAY", word });
    await b.settle();
    expect(await host.parked()).toMatchObject([
      { address: "pair/p:child", seq: 3, code: "JSON_INVALID" },
    ]);
    expect(await echoes(host)).toEqual(["a"]);
    await pair.send({ type: "SAY", word: "d" });
    sick = false;
    expect(await host.unpark("pair/p:child")).toBeUndefined();
    await b.settle();
    expect(await echoes(host)).toEqual(["a", "poison", "b", "c", "d"]);
    expect(await host.parked()).toEqual([]);
  });

  it("A5, A8: what a parked receiver did not take is delivered by the next owner, once and in order", async () => {
    await using b = await bench();
    let sick = true;
    const kind = pairKind(() => sick);
    const first = await b.start([kind]);
    const pair = await first.host.start("pair/p");
    for (const word of ["a", "poison", "b"]) await pair.send({ type: "SAY", word });
    await b.settle();
    await first.host[Symbol.asyncDispose]();
    const second = await b.start([kind]);
    await b.settle();
    expect(await second.host.parked()).toMatchObject([{ address: "pair/p:child" }]);
    await b.kill(second);
    sick = false;
    const third = await b.start([kind]);
    await b.settle();
    expect(await echoes(third.host)).toEqual(["a", "poison", "b"]);
  });

  it("A5: a host that lacks the kind of an open actor does not claim the log", async () => {
    await using b = await bench();
    const first = await b.start([pairKind(() => false)]);
    await (await first.host.start("pair/p")).send({ type: "SAY", word: "a" });
    await b.kill(first);
    const before = await b.types("pair/p");
    await expect(b.start([counterKind()])).rejects.toMatchObject({
      code: "KIND_UNKNOWN",
      data: { missing: ["pair"] },
    });
    const other = await b.start([counterKind()], { recover: false });
    await b.settle();
    expect(await b.types("pair/p")).toEqual(before);
    await other.host.start("counter/c");
    await b.kill(other);
    const back = await b.start([pairKind(() => false)]);
    await b.settle();
    expect(await echoes(back.host)).toEqual(["a"]);
  });

  it("A5: a record that is none parks its actor only", async () => {
    await using b = await bench();
    const first = await b.start([pairKind(() => false), counterKind()]);
    await (await first.host.start("pair/p")).send({ type: "SAY", word: "a" });
    await b.settle();
    await b.kill(first);
    const log = await b.open();
    const foreign = { id: "f1", type: "x", at: 1, correlation: "c", body: { hello: "world" } };
    await log.append("pair/p", [foreign], { expected: await log.tip("pair/p") });
    await log[Symbol.asyncDispose]();
    const { host } = await b.start([pairKind(() => false), counterKind()]);
    expect(await host.parked()).toMatchObject([{ address: "pair/p", code: "RECORD_INVALID" }]);
    await (host.start as (a: string) => Promise<unknown>)("counter/c");
  });
});
