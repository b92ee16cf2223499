/** Values that are set at the cut are held to what stands there, and errors name actors as who asks does. */
import { emit, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createHost } from "../../src/actors/host.ts";
import { defineKind } from "../../src/actors/kind.ts";
import type { ForkOptions } from "../../src/actors/fork/request.ts";
import { memoryLog } from "../../src/events/log/memory.ts";

const CONTEXT = {
  count: 3,
  name: "x",
  on: true,
  none: null,
  list: [1, 2],
  deep: { n: 1, more: { text: "t" } },
  at: new Date(0),
};

/** Says twice what it is told. */
const till = defineKind({
  kind: "till",
  version: "1",
  events: z.object({ type: z.literal("SAY"), n: z.number().optional() }),
  machine: setup({
    types: {
      context: {} as typeof CONTEXT & { readonly me: unknown },
      events: {} as { type: "SAY"; n?: number | undefined },
      emitted: {} as { type: "said"; n: number },
    },
  }).createMachine({
    context: ({ self }) => ({ ...CONTEXT, me: self }),
    on: { SAY: { actions: emit(({ event }) => ({ type: "said", n: 2 * (event.n ?? Number.NaN) })) } },
  }),
});

async function tried(options: ForkOptions): Promise<unknown> {
  await using host = await createHost({ log: memoryLog(), kinds: [till] });
  const actor = await host.start("till/r");
  await actor.send({ type: "SAY", n: 1 });
  await host.fork("r", { id: "f", ...options });
  return (await host.read("till/f")).context;
}

const set = (path: string, value: unknown, anyType?: boolean): ForkOptions => ({
  set: [{ actor: "till/r", path: path.split("."), value, ...(anyType !== undefined && { anyType }) }],
});

describe("a value that is set", () => {
  it.each([
    ["count", "3"],
    ["count", null],
    ["name", 3],
    ["on", "false"],
    ["list", { 0: 1 }],
    ["list.0", "1"],
    ["deep", []],
    ["deep", { n: "1" }],
    ["deep", { more: { text: 1 } }],
    ["at", "1970-01-01"],
    ["me", {}],
  ])(
    "of another type than what stands at %s is refused, and set where somebody insists",
    async (path, value) => {
      await expect(tried(set(path, value))).rejects.toMatchObject({
        code: "INPUT_INVALID",
        message: expect.stringMatching(/^"context\..*" of "till\/r" is an? \w+, and cannot become /),
      });
      await expect(tried(set(path, value, true))).resolves.toBeDefined();
    },
  );

  it.each([
    ["count", 4],
    ["none", "anything"],
    ["fresh", { n: 1 }],
    ["deep.more", { texts: "u", text: "t" }],
    ["list", ["a"]],
    ["deep", { n: 2 }],
    ["deep.more", { text: "u", others: 1 }],
  ])("of the same type is set at %s, and so is any where nothing stood", async (path, value) => {
    expect(await tried(set(path, value))).toMatchObject({
      [path.split(".")[0] ?? ""]: path.includes(".") ? { more: value } : value,
    });
  });

  it("under nearly the name of another field is refused, and set where somebody insists", async () => {
    await expect(tried(set("coun", 4))).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: 'the context of "till/r" has no "coun"',
      hint: expect.stringMatching(/^Write "count", or insist/),
    });
    expect(await tried(set("coun", 4, true))).toMatchObject({ count: 3, coun: 4 });
  });

  it("is held to what those before it have set", async () => {
    const [one] = set("fresh", { n: 1 }).set ?? [];
    const [two] = set("fresh.n", 2).set ?? [];
    const [three] = set("fresh.n", "3").set ?? [];
    if (one === undefined || two === undefined || three === undefined) throw new Error("no values");
    expect(await tried({ set: [one, two] })).toMatchObject({ fresh: { n: 2 } });
    await expect(tried({ set: [one, three] })).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });
});

describe("a replaced input", () => {
  it("of which the machine makes what nobody can record is refused with what that is", async () => {
    await expect(tried({ replace: { record: "till/r#2", with: {} } })).rejects.toMatchObject({
      code: "RESULT_INVALID",
      message: expect.stringMatching(/machine of "till\/r" cannot take .* record 2 .*: .*NaN/),
    });
    await expect(tried({ replace: { record: "till/r#2", with: { n: 4 } } })).resolves.toBeDefined();
  });
});
