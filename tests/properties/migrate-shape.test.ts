/** A5: without `migrate`, an actor goes on only where both versions begin with contexts of one shape. */
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assign, setup, type ContextFrom, type MachineContext } from "xstate";
import { z } from "zod";
import { createHost } from "../../src/actors/host.ts";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { upgradeCheck } from "../../src/replay/upgrade.ts";

const A = "it/a";

/** Begins with a context; `SET` makes of it what it says. */
function machineOf(context: MachineContext | ((at: { input: unknown }) => MachineContext)) {
  return setup({
    types: { context: {} as MachineContext, events: {} as { type: "SET"; to: MachineContext } },
  }).createMachine({
    context,
    on: { SET: { actions: assign(({ event }) => event.to) } },
  });
}

type Machine = ReturnType<typeof machineOf>;
type More = Partial<Pick<AnyKind, "previous" | "upcast" | "migrate">>;

function kindOf(version: string, machine: Machine, more: More = {}): AnyKind {
  const events = z.looseObject({ type: z.string() }) as unknown as z.ZodType<{
    type: "SET";
    to: ContextFrom<Machine>;
  }>; // as the machine says
  return defineKind({ kind: "it", version, machine, events, ...(more as object) });
}

interface Deployed {
  readonly verdict: string;
  readonly hint?: string;
  readonly why?: string;
  readonly parked: boolean;
  readonly types: readonly string[];
}

/** What the check says before the deploy, and what then became of the actor. */
async function deployed(
  old: AnyKind,
  now: AnyKind,
  lived: { readonly input?: unknown; readonly to?: unknown } = {},
): Promise<Deployed> {
  await using log = memoryLog();
  await live(log, old, lived);
  const { groups, found } = await upgradeCheck(log, { kinds: [now] });
  await using host = await createHost({ kinds: [now], log });
  await host
    .actor(A)
    .send({ type: "NONE" } as never)
    .catch(() => {});
  const [parked] = await host.parked();
  const [fault] = found.map((one) => one.fault);
  expect(parked?.message).toEqual(fault?.message); // the command says what the host says
  return {
    verdict: Object.keys(groups[0]?.verdicts ?? {}).join(),
    ...(fault && { hint: fault.hint, why: fault.message }),
    parked: parked !== undefined,
    types: await typesOf(log),
  };
}

async function live(
  log: EventLog,
  kind: AnyKind,
  { input, to }: { readonly input?: unknown; readonly to?: unknown },
): Promise<void> {
  await using host = await createHost({ kinds: [kind], log });
  const actor = await host.start(A, (input === undefined ? {} : { input }) as never);
  if (to !== undefined) await actor.send({ type: "SET", to } as never);
}

async function typesOf(log: EventLog): Promise<string[]> {
  return Array.fromAsync(log.read(A), ({ type }) => type);
}

const key = fc.constantFrom("a", "b", "c", "toString");
const context = fc.dictionary(
  key,
  fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.dictionary(key, fc.integer())),
  { maxKeys: 4, noNullPrototype: true },
);

const keysOf = (one: object) => Object.keys(one).toSorted().join();

describe("a previous version without migrate", () => {
  test.prop({ before: context, after: context }, { numRuns: 60 })(
    "A5: where the versions begin with other keys, nothing is recorded but a park, as the check says",
    async ({ before, after }) => {
      fc.pre(keysOf(before) !== keysOf(after));
      const old = kindOf("1", machineOf(before));
      const now = kindOf("2", machineOf(after), { previous: [old] });
      const { verdict, parked, types, hint } = await deployed(old, now);
      expect({ verdict, parked, types }).toEqual({
        verdict: "needs-migrate",
        parked: true,
        types: ["troupe.started"],
      });
      expect(hint).toContain("Write migrate()");
    },
  );

  test.prop({ before: context, after: context, to: context }, { numRuns: 60 })(
    "A5: whatever the contexts, an actor migrates or parks as the check says",
    async ({ before, after, to }) => {
      const old = kindOf("1", machineOf(before));
      const now = kindOf("2", machineOf(after), { previous: [old] });
      const { verdict, parked, types } = await deployed(old, now, { to });
      expect(verdict).toBe(parked ? "needs-migrate" : "migrates");
      expect(types.includes("troupe.migrated")).toBe(!parked);
    },
  );

  test.prop({ begins: context, to: context, input: context }, { numRuns: 40 })(
    "A5: where both begin alike, it goes on whatever its actor has made of its context since",
    async ({ begins, to, input }) => {
      const machine = () => machineOf((at) => ({ ...begins, ...(at.input as object) }));
      const old = kindOf("1", machine());
      const now = kindOf("2", machine(), { previous: [old] });
      expect((await deployed(old, now, { to, input })).verdict).toBe("migrates");
    },
  );

  test.prop({ before: context, after: context }, { numRuns: 30 })(
    "A5: `migrate: (state) => state` says that it is all right",
    async ({ before, after }) => {
      const old = kindOf("1", machineOf(before));
      const now = kindOf("2", machineOf(after), { previous: [old], migrate: (state) => state });
      expect(await deployed(old, now)).toMatchObject({ verdict: "migrates", parked: false });
    },
  );

  it.each<[string, MachineContext, MachineContext, MachineContext | undefined, string | undefined]>([
    ["a key that came", { n: 0 }, { n: 0, total: 0 }, undefined, 'its context lacks "total"'],
    ["one that it has by now", { n: 0 }, { n: 0, total: 0 }, { total: 7 }, undefined],
    ["a key that went", { n: 0, cents: 0 }, { n: 0 }, undefined, 'does not begin with "cents"'],
    ["a key in an object", { o: { euros: 1 } }, { o: { cents: 1 } }, undefined, 'lacks "o.cents"'],
    ["another type", { n: 0 }, { n: "0" }, undefined, '"n" of its context is a number, where'],
    ["an array for an object", { n: {} }, { n: [] }, undefined, "an object, where"],
    ["null for a value that is to come", { n: 0 }, { n: null }, undefined, undefined],
    ["a value for null", { n: null }, { n: 0 }, undefined, '"n" of its context is null, where'],
    ["a value for null, and it has one", { n: null }, { n: 0 }, { n: 5 }, undefined],
    ["an object to be filled", { byId: {} }, { byId: { all: 0 } }, undefined, undefined],
    ["items in a list", { list: [{ a: 1 }] }, { list: [{ b: 1 }] }, undefined, undefined],
    ["a date for an object", { at: { iso: "" } }, { at: new Date(0) }, undefined, "begins with a Date"],
    ["a map for an empty object", { by: {} }, { by: new Map() }, undefined, "begins with a Map"],
    ["an empty object for a set", { by: new Set() }, { by: {} }, undefined, "is a Set, where"],
    ["an object for an error", { e: new Error("e") }, { e: { code: 1 } }, undefined, "is an error"],
    ["dates", { at: new Date(0) }, { at: new Date(1) }, undefined, undefined],
    ["what an object has that came for null", { u: null }, { u: { id: "" } }, { u: {} }, undefined],
    ["the same", { u: null }, { u: { id: "" } }, { u: { name: "" } }, 'its context lacks "u.id"'],
    ["the same, whole", { u: null }, { u: { id: "" } }, { u: { id: "1", name: "" } }, undefined],
    ["a key without a value", { n: 0 }, { n: 0, more: undefined }, undefined, undefined],
  ])("A5: compares %s", async (_, ...row) => {
    const [before, after, to, why] = row;
    const old = kindOf("1", machineOf(before));
    const now = kindOf("2", machineOf(after), { previous: [old] });
    const found = await deployed(old, now, { ...(to && { to: { ...before, ...to } }) });
    expect(found.verdict).toBe(why === undefined ? "migrates" : "needs-migrate");
    expect(found.why ?? "").toContain(why ?? "");
  });

  it("A5: a version that cannot begin with the old input says so, until upcast shows it", async () => {
    const begin = ({ input }: { input: unknown }) => ({ n: (input as { at: { n: number } }).at.n });
    const old = kindOf("1", machineOf({ n: 1 }));
    const more = { previous: [old] };
    const found = await deployed(old, kindOf("2", machineOf(begin), more), { input: { n: 1 } });
    expect(found).toMatchObject({ verdict: "needs-migrate", types: ["troupe.started"] });
    expect(found.why).toContain(
      "version 2 cannot begin with the input that version 1 was started with",
    );
    const upcast = { input: (input: unknown) => ({ at: input as { n: number } }) };
    const shown = kindOf("2", machineOf(begin), { ...more, upcast });
    expect(await deployed(old, shown, { input: { n: 1 } })).toMatchObject({ verdict: "migrates" });
  });
});
