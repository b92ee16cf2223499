/** The upgrade check: what it finds is what a host would meet, and it finds all of it. */
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assign, setup } from "xstate";
import { z } from "zod";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { createHost } from "../../src/actors/host.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { upgradeCheck } from "../../src/replay/upgrade.ts";
import { ENGINES, type Engine } from "../support/laws-bench.ts";
import { familyKind, firstOrder, ordered, secondOrder, world } from "../support/laws-versions.ts";
import { smallHistory, smallKind, smallSpec, type SmallSpec } from "../support/small-machines.ts";

const [memory] = ENGINES as readonly [Engine, ...Engine[]]; // as they stand there

/** A log in which each history is that of an actor, `small/r0`, `small/r1`, …. */
async function lived(
  kind: AnyKind,
  histories: readonly (readonly { readonly type: string }[])[],
): Promise<EventLog> {
  const log = memoryLog();
  const host = await createHost({ kinds: [kind], log });
  for (const [index, events] of histories.entries()) {
    const actor = await host.start(`small/r${index}` as never, {} as never);
    for (const event of events) await actor.send(event as never).catch(() => {});
  }
  await host[Symbol.asyncDispose]();
  return log;
}

describe("the upgrade check, for every machine and history", () => {
  test.prop(
    { spec: smallSpec, histories: fc.array(smallHistory, { minLength: 1, maxLength: 3 }) },
    { numRuns: 50 },
  )(
    "the same machine under another version holds, and nothing of it is different",
    async ({ spec, histories }) => {
      await using log = await lived(smallKind(spec), histories);
      const kinds = [smallKind(spec, { version: "2" })];
      const report = await upgradeCheck(log, { kinds, against: [smallKind(spec)] });
      expect(report).toEqual({
        ok: true,
        runs: histories.length,
        actors: histories.length,
        groups: [
          {
            kind: "small",
            version: "1",
            to: "2",
            actors: histories.length,
            verdicts: { holds: histories.length },
          },
        ],
        found: [],
        migrations: [],
        gone: [],
        changes: {},
      });
    },
  );

  const changed = smallSpec
    .filter((spec) => spec.length > 0)
    .chain((spec) =>
      fc.record({
        spec: fc.constant(spec),
        at: fc.nat(spec.length - 1),
        to: fc.constantFrom(null, "a", "b", "c"),
        adds: fc.nat(3),
      }),
    );

  test.prop({ changed, history: smallHistory }, { numRuns: 100 })(
    "an arrow that leads elsewhere is found at the first record that took it with another outcome, and nowhere else",
    async ({ changed: { spec, at, to, adds }, history }) => {
      await using log = await lived(smallKind(spec), [history]);
      const next: SmallSpec = spec.map((arrow, index) =>
        index === at ? ({ ...arrow, to, adds } as typeof arrow) : arrow,
      );
      const expected = await firstDifference(log, spec, next);
      const before = (await Array.fromAsync(log.scan())).length;
      const { found, ok } = await upgradeCheck(log, { kinds: [smallKind(next, { version: "2" })] });
      expect(found.map(({ fault }) => fault?.seq)).toEqual(expected === undefined ? [] : [expected]);
      expect(ok).toBe(expected === undefined);
      expect((await Array.fromAsync(log.scan())).length).toBe(before);
    },
  );
});

/** The record of `small/r0` whose state or sum would be another, by a model of its own. */
async function firstDifference(
  log: EventLog,
  spec: SmallSpec,
  next: SmallSpec,
): Promise<number | undefined> {
  const step = (arrows: SmallSpec, at: { state: string; n: number }, type: string): typeof at => {
    const arrow = arrows.find((one) => one.from === at.state && one.type === type);
    return arrow === undefined ? at : { state: arrow.to ?? at.state, n: at.n + arrow.adds };
  };
  let [one, other] = [
    { state: "a", n: 0 },
    { state: "a", n: 0 },
  ];
  for await (const { seq, type } of log.read("small/r0")) {
    [one, other] = [step(spec, one, type), step(next, other, type)];
    if (one.state !== other.state || one.n !== other.n) return seq;
  }
  return undefined;
}

describe("the upgrade check", () => {
  it("says record, states, context paths and transitions of what diverges", async () => {
    const spec: SmallSpec = [
      { from: "a", type: "X", to: "b", adds: 1 },
      { from: "b", type: "Y", to: "c", adds: 2 },
    ];
    await using log = await lived(smallKind(spec), [[{ type: "X" }, { type: "Y" }], []]);
    const next = smallKind([spec[0] as never, { from: "b", type: "Y", to: "a", adds: 3 }], {
      version: "2",
    });
    const report = await upgradeCheck(log, { kinds: [next], against: [smallKind(spec)] });
    expect(report).toMatchObject({ ok: false, runs: 2, actors: 2 });
    expect(report.groups).toMatchObject([{ verdicts: { holds: 1, diverges: 1 } }]);
    expect(report.found).toMatchObject([
      {
        address: "small/r0",
        version: "1",
        to: "2",
        verdict: "diverges",
        fault: {
          code: "REPLAY_DIVERGED",
          seq: 3,
          type: "Y",
          recorded: "c",
          replayed: "a",
          context: ["context.n"],
          taken: { recorded: ["small.b -> Y -> small.c"], replayed: ["small.b -> Y -> small.a"] },
        },
      },
    ]);
    expect(report.gone).toEqual([{ kind: "small", transition: "small.b -> Y -> small.c", times: 1 }]);
    expect(report.changes).toEqual({
      small: [
        {
          change: "changed",
          of: "transition",
          state: "b",
          name: "Y",
          before: "→ c do add 2",
          after: "→ a do add 3",
        },
      ],
    });
  });

  it("says what migrates, what needs it, and why what is given fails", async () => {
    await using b = await memory.bench();
    const did = world();
    await ordered(b, did, [{ type: "PAY" }]);
    await using log = await b.open();
    const check = async (kind: AnyKind) =>
      (await upgradeCheck(log, { kinds: [kind] })).groups[0]?.verdicts;
    expect(await check(secondOrder(did))).toEqual({ migrates: 1 });
    expect(await check(secondOrder(did, { previous: [] }))).toEqual({ "needs-migrate": 1 });
    expect(
      await check(secondOrder(did, { migrate: () => ({ value: "moon", context: { cents: 1 } }) })),
    ).toEqual({ "needs-migrate": 1 });
    expect(await check(firstOrder(did))).toEqual({ holds: 1 });
    const { host } = await b.start([secondOrder(did)]);
    await b.settle();
    await host[Symbol.asyncDispose]();
    expect(await check(secondOrder(did, { previous: [] }))).toEqual({ holds: 1 });
    expect(await check(secondOrder(did))).toEqual({ holds: 1 });
    expect(await check(firstOrder(did))).toEqual({ newer: 1 });
  });

  it.each<[string, "by" | "amount", boolean, string]>([
    ["an input that the new schema refuses", "amount", true, "needs-upcast"],
    ["one that it takes, and the machine does not know", "amount", false, "diverges"],
    ["one that both know", "by", true, "holds"],
  ])("tells %s", async (_, field, strict, verdict) => {
    await using log = memoryLog();
    const host = await createHost({ kinds: [addingKind("1", "by", true)], log });
    await (await host.start("add/a" as never, {} as never)).send({ type: "ADD", by: 2 } as never);
    await host[Symbol.asyncDispose]();
    const { groups } = await upgradeCheck(log, { kinds: [addingKind("2", field, strict)] });
    expect(groups[0]?.verdicts).toEqual({ [verdict]: 1 });
  });

  it("names kinds that are not given, and what the kinds that run now park already", async () => {
    await using b = await memory.bench();
    const did = world();
    await ordered(b, did, [{ type: "PAY" }]);
    await using log = await b.open();
    const family = familyKind("1", 1);
    expect((await upgradeCheck(log, { kinds: [family] })).found).toMatchObject([
      { address: "order/r", verdict: "unknown-kind", fault: { code: "KIND_UNKNOWN" } },
    ]);
    const alone = secondOrder(did, { previous: [] });
    const report = await upgradeCheck(log, { kinds: [alone], against: [alone] });
    expect(report).toMatchObject({
      ok: true,
      found: [{ verdict: "needs-migrate", parkedBefore: true }],
    });
  });

  it("leaves out what has ended, unless asked for, and other runs", async () => {
    await using b = await memory.bench();
    const did = world();
    did.answers.set("charge", "card");
    await ordered(b, did, [{ type: "PAY" }]);
    await using log = await b.open();
    const kinds = [secondOrder(did, { previous: [] })];
    expect(await upgradeCheck(log, { kinds })).toMatchObject({ ok: true, actors: 0 });
    expect(await upgradeCheck(log, { kinds, all: true })).toMatchObject({ ok: false, actors: 1 });
    expect(await upgradeCheck(log, { kinds, run: "r" })).toMatchObject({
      ok: true,
      actors: 0,
    });
    const other = upgradeCheck(log, { kinds, run: "other" });
    await expect(other).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  it("says that a record of a newer format cannot be read", async () => {
    await using log = memoryLog();
    await using source = await lived(smallKind([]), [[]]);
    for await (const { position: _, seq: __, stream, ...record } of source.scan())
      await log.append(stream, [{ ...record, body: { ...record.body, v: 99 } }], { expected: 0 });
    const { found } = await upgradeCheck(log, { kinds: [smallKind([])] });
    expect(found).toMatchObject([{ verdict: "unreadable", fault: { code: "LOG_NEWER" } }]);
  });
});

/** Adds what stands under a field. */
function addingKind(version: string, field: string, strict: boolean): AnyKind {
  const machine = setup({
    types: { context: {} as { n: number }, events: {} as { type: "ADD"; [key: string]: unknown } },
  }).createMachine({
    context: { n: 0 },
    on: { ADD: { actions: assign({ n: ({ context, event }) => context.n + Number(event[field]) }) } },
  });
  const loose = z.looseObject({ type: z.literal("ADD") });
  const events = strict ? loose.refine((event) => typeof event[field] === "number") : loose;
  return defineKind({ kind: "add", version, machine, events });
}
