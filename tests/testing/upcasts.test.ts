/** `upcastsEveryVersion`: what an earlier version recorded and the present one cannot go on with is found, and nothing else. */
import { existsSync, rmSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { assign, createMachine, setup } from "xstate";
import { z } from "zod";
import { activity, defineKind, openLog, upgradeCheck, type Upcast } from "../../src/index.ts";
import { TroupeError } from "../../src/errors.ts";
import { upcastsEveryVersion, type UpcastOptions } from "../../src/testing/index.ts";
import type { AnyKind } from "../../src/actors/kind.ts";
import { parcel } from "../../examples/testing/parcel.ts";

const folder = "temp/upcasts-test";
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const Put1 = z.strictObject({ type: z.literal("PUT"), by: z.int().min(0) });
const Put2 = z.strictObject({ type: z.literal("PUT"), amount: z.int().min(0) });
const Input1 = z.strictObject({ sum: z.int() });
const Input2 = z.strictObject({ start: z.int() });

/** An account of a version: it names the number as its events and input do. */
function account(version: string, { upcast, ...more }: Partial<AnyKind> = {}): AnyKind {
  const old = version === "1";
  const machine = setup({
    types: { context: {} as { readonly sum: number } },
    actors: { audit: activity(async () => "fine") },
  }).createMachine({
    id: "account",
    context: ({ input }) => ({ sum: Number(Object(input)[old ? "sum" : "start"]) }),
    initial: "open",
    states: {
      open: {
        after: { 1000: "checked" },
        on: {
          PUT: {
            actions: assign({
              sum: ({ context, event }) => context.sum + Number(event[old ? "by" : "amount"]),
            }),
          },
        },
      },
      checked: { invoke: { id: "audit", src: "audit", onDone: "open", onError: "open" } },
    },
  });
  const events = old ? Put1 : Put2;
  const input = old ? Input1 : Input2;
  const kind = { kind: "account", version, machine, events, input, ...(upcast && { upcast }), ...more };
  return defineKind(kind as never); // its machine takes any event
}

const right: Required<Upcast> = {
  event: ({ by, ...event }) => (by === undefined ? event : { ...event, amount: by }),
  input: (input) => ({ start: Object(input).sum }),
};
const before = account("1");
const schemas = { version: "1", events: Put1, input: Input1 };
const answers = { audit: fc.constantFrom({ output: "fine" }, { error: new Error("no") }) };

async function broken(upcast: Upcast, options: UpcastOptions = {}): Promise<TroupeError> {
  const subject = { kind: account("2", { upcast }), answers };
  const asked = { from: [before], seed: 3, folder, ...options };
  const error: unknown = await upcastsEveryVersion(subject, asked).catch((thrown: unknown) => thrown);
  if (TroupeError.is(error, "LAW_BROKEN")) return error;
  throw new Error(`it says: ${String(error)}`);
}

const hidden: { n: number } = { n: 0 };

const WRONG: Readonly<Record<string, { readonly upcast: Upcast; readonly says: RegExp }>> = {
  "an event that is shown as it was": {
    upcast: { input: right.input },
    says: /version 2 does not take event "PUT" of version 1: .*\n {2}where: {2}event.*\n(.*\n)*.*version 1 records: +\{"type":"PUT","by":0\}/,
  },
  "an input that is shown as it was": {
    upcast: { event: right.event },
    says: /does not take the input of version 1.*\n {2}where: {2}input\.start/,
  },
  "an upcast that throws at some": {
    upcast: {
      ...right,
      event: (event) => {
        if (event["by"] === 7 || Number(event["by"]) > 50) throw new Error("too much");
        return right.event(event, { version: "1" });
      },
    },
    says: /version 2 cannot be shown event "PUT" of version 1: too much/,
  },
  "an upcast that answers no JSON": {
    upcast: { ...right, event: (event) => ({ ...event, amount: undefined as never }) },
    says: /cannot be shown event "PUT"/,
  },
  "an upcast that changes its event": {
    upcast: {
      ...right,
      event: (event) => {
        if ("by" in event) {
          Object.assign(event, { amount: event["by"] });
          delete (event as Record<string, unknown>)["by"];
        }
        return event;
      },
    },
    says: /upcast changes what it is given in place\n {2}where: {2}event\.amount/,
  },
  "an upcast on the clock": {
    upcast: { ...right, event: ({ type }) => ({ type, amount: Date.now() > 1e12 ? 1 : 0 }) },
    says: /upcast answers something else as Date answers\n {2}where: {2}event\.amount/,
  },
  "an upcast that counts": {
    upcast: { ...right, event: ({ type }) => ({ type, amount: ++hidden.n }) },
    says: /upcast answers something else when it is asked again/,
  },
  "an upcast that its machine makes another state of": {
    upcast: { ...right, event: (event) => ({ ...right.event(event, { version: "1" }), amount: 1 }) },
    says: /what version 1 recorded would park under version 2: .*\n {2}where: {2}(sum|context\.sum)/,
  },
  "an upcast that cannot take what activities say": {
    upcast: {
      ...right,
      event: (event) => {
        if (event.type.startsWith("xstate.done")) throw new Error("what is this?");
        return right.event(event, { version: "1" });
      },
    },
    says: /cannot be shown event "xstate\.done\.actor\.audit" of version 1: what is this\?/,
  },
};

describe("upcastsEveryVersion", () => {
  it("holds where upcast shows all of it", async () => {
    const after = account("2", { upcast: right });
    const law = upcastsEveryVersion({ kind: after, answers }, { from: [before], folder });
    await expect(law).resolves.toBeUndefined();
    await expect(upcastsEveryVersion(after, { from: [schemas], folder })).resolves.toBeUndefined();
  });

  it("holds where a version does not start what a later one does", async () => {
    const later = account("2", { upcast: right });
    const machine = later.machine.provide({ actors: { mail: activity(async () => "sent") } });
    const all = { ...answers, mail: fc.constant("hangs" as const) };
    const law = upcastsEveryVersion(
      { kind: { ...later, machine }, answers: all },
      { from: [before], folder },
    );
    await expect(law).resolves.toBeUndefined();
  });

  it.each(Object.entries(WRONG))("finds %s", async (_, { upcast, says }) => {
    expect((await broken(upcast)).message).toMatch(says);
  });

  it("asks nothing of what has ended: it stays what it was", async () => {
    const End = z.strictObject({ type: z.literal("END") });
    const ending = (version: string, where: string): AnyKind => {
      const done = { type: "final" } as const;
      const states = { open: { on: { END: where } }, closed: done, archived: done };
      const machine = createMachine({ id: "m", initial: "open", states } as never);
      return defineKind({ kind: "m", version, machine, events: End } as never);
    };
    const law = upcastsEveryVersion(ending("2", "archived"), { from: [ending("1", "closed")], folder });
    await expect(law).resolves.toBeUndefined();
  });

  it("tells the smallest event, its version, and how to see it again", async () => {
    const { message, data, hint } = await broken(WRONG["an upcast that throws at some"]?.upcast ?? {});
    expect(data).toMatchObject({ version: "1", seed: 3 });
    expect([7, 51]).toContain(Object(data["event"]).by);
    expect(message).toContain("again:  upcastsEveryVersion of the same subject with { seed: 3 }");
    expect(hint).toMatch(/^Let upcast take/);
  });

  it("leaves a log that the upgrade check refuses for the same reason", async () => {
    const { upcast } = WRONG["an upcast that its machine makes another state of"] ?? { upcast: {} };
    const { data, message } = await broken(upcast);
    await using log = await openLog(`jsonl:${String(data["file"])}`);
    const { found } = await upgradeCheck(log, { kinds: [account("2", { upcast })] });
    expect(found).toHaveLength(1);
    expect(message).toContain(found[0]?.fault?.message);
    expect(message).toContain(`troupe upgrade-check --log jsonl:${String(data["file"])} --kinds`);
    expect(data["version"]).toBe("1");
    expect((await upgradeCheck(log, { kinds: [before] })).ok).toBe(true);
  });

  it("leaves a log of an event, too, where the old machine can record it", async () => {
    expect(existsSync(String((await broken({ input: right.input })).data["file"]))).toBe(true);
    const { data } = await broken({ input: right.input }, { from: [schemas] });
    expect(data["file"]).toBeUndefined();
  });

  it("says so where the old version does not replay itself", async () => {
    const twoFaced = { ...before, machine: spoilt(before.machine) };
    const { message, hint } = await broken(right, { from: [twoFaced] });
    expect(message).toContain("version 1 does not replay what it recorded itself");
    expect(hint).toContain("isPure");
  });
});

let births = 0;
/** Each start of it counts on: no replay comes to the same. */
function spoilt({ config, implementations }: AnyKind["machine"]): AnyKind["machine"] {
  const context = (): object => ({ sum: ++births });
  return createMachine({ ...config, context } as never).provide(implementations as never);
}

describe("what `previous` and `migrate` lead on", () => {
  const migrate: AnyKind["migrate"] = ({ value, context }) => ({ value, context });

  it("holds, though no event fits the present schema", async () => {
    const after = account("2", { previous: [before], migrate });
    await expect(upcastsEveryVersion({ kind: after, answers }, { folder })).resolves.toBeUndefined();
  });

  it("is tried in every state", async () => {
    const lost: AnyKind["migrate"] = ({ value, context }) => ({
      value: value === "checked" ? "nowhere" : value,
      context,
    });
    const after = account("2", { previous: [before], migrate: lost });
    await expect(upcastsEveryVersion({ kind: after, answers }, { seed: 1, folder })).rejects.toThrow(
      /would park under version 2: .*nowhere(.*\n)*.*timer xstate\.after\.1000.*→ checked/,
    );
  });

  it("is told of schemas that `previous` does not hold", async () => {
    const { version, machine } = before;
    const after = account("2", { previous: [{ version, machine }], migrate });
    await expect(upcastsEveryVersion(after)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining('of version "1" no `events` schema'),
    });
    await upcastsEveryVersion({ kind: after, answers }, { from: [schemas], runs: 20, folder });
  });
});

describe("what tests nothing is an error", () => {
  it.each<[string, UpcastOptions, RegExp]>([
    ["no earlier version", {}, /kind "parcel" has no earlier version/],
    ["the present one", { from: [parcel] }, /is the present one/],
    ["another kind", { from: [before] }, /is of another kind: "account"/],
    ["a later one", { from: [{ version: "10", events: Put1 }] }, /is later than the present one, "1"/],
    ["one without schemas", { from: [{ version: "0.9" }] }, /says of version "0\.9" no `events`/],
  ])("%s", async (_, options, says) => {
    await expect(upcastsEveryVersion(parcel, options)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(says),
    });
  });
});
