/** What a machine has been through: counted as records say it, and spelt as they spell it. */
import { describe, expect, it } from "vitest";
import { assign, createMachine, fromPromise, raise, setup } from "xstate";
import { z } from "zod";
import { createHost } from "../../src/actors/host.ts";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { TroupeError } from "../../src/errors.ts";
import type { Recorded } from "../../src/events/log/log.ts";
import { scanRuns } from "../../src/events/log/scan-runs.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { isBookkeeping } from "../../src/replay/bookkeeping.ts";
import { bodyOf } from "../../src/replay/causes.ts";
import { coverageOf, type Counts, type KindCoverage } from "../../src/replay/coverage.ts";
import { bankDrama } from "../simulation/bank.ts";
import { drillDrama } from "../simulation/drills.ts";
import { simulated } from "./simulated.ts";

const noSuchRun = (run: string): TroupeError => new TroupeError("RUN_NOT_FOUND", run);

const sum = (counts: Counts): number => Object.values(counts).reduce((all, one) => all + one, 0);

describe("for every kind of simulated histories", () => {
  it.each([
    ["drills", drillDrama()],
    ["bank", bankDrama()],
  ] as const)(
    "%s: every transition that a record names is one of the machine's, and the counts sum up",
    async (_name, drama) => {
      const records: Recorded[] = [];
      for await (const { runs } of simulated(drama, 25))
        for (const run of runs) records.push(...run.records);
      for (const kind of drama.kinds) {
        const found = await coverageOf(kind, records);
        const own = records.filter(({ stream }) => stream.startsWith(`${kind.kind}/`));
        const taken = own.flatMap((record) => bodyOf(record).taken ?? []);
        const machines = [found, ...found.children];
        for (const { transitions, states, versions } of machines) {
          for (const { gone } of versions) expect(gone).toEqual({ states: {}, transitions: {} });
          for (const name of ["states", "transitions"] as const)
            for (const [one, times] of Object.entries({ states, transitions }[name]))
              expect(versions.reduce((all, version) => all + (version[name][one] ?? 0), 0)).toBe(times);
        }
        expect(machines.reduce((all, { transitions }) => all + sum(transitions), 0)).toBe(taken.length);
        const never = Object.entries(found.transitions).filter(([, times]) => times === 0);
        const others = new Set(found.children.flatMap(({ transitions }) => Object.keys(transitions)));
        expect(never.filter(([text]) => !others.has(text) && taken.includes(text))).toEqual([]);
        const steps = own.filter((record) => !isBookkeeping(record));
        expect(machines.reduce((all, one) => all + one.records, 0)).toBe(steps.length);
        expect(machines.reduce((all, { actors }) => all + actors, 0)).toBe(
          own.filter(({ seq }) => seq === 1).length,
        );
      }
    },
  );
});

const child = createMachine({
  id: "child",
  initial: "asked",
  states: { asked: { on: { YES: "happy", NO: "sad" } }, happy: { type: "final" }, sad: {} },
});

const everything = setup({
  types: { events: {} as { type: "GO" | "NOTE" | "BACK" | "OTHER" | "FORBIDDEN" | "MUTE" } },
  actors: { work: fromPromise(async () => 1), child },
}).createMachine({
  id: "m",
  initial: "idle",
  on: { FORBIDDEN: { actions: () => {} } },
  states: {
    idle: {
      on: { GO: "working", FORBIDDEN: undefined, MUTE: {} },
    },
    working: {
      invoke: { src: "work", id: "work", onDone: "deciding", onError: "broken" },
    },
    deciding: {
      always: [{ guard: () => false, target: "broken" }, { target: "sides" }],
    },
    sides: {
      type: "parallel",
      entry: raise({ type: "NOTE" }),
      states: {
        left: { initial: "one", states: { one: { on: { NOTE: "two" } }, two: {} } },
        right: { initial: "one", states: { one: {}, two: {} } },
        last: { type: "history" },
      },
      on: { "*": { actions: assign({}) }, GO: "waiting" },
    },
    waiting: {
      invoke: { src: "child", id: "kid" },
      after: { 1: "through" },
      on: { BACK: "#m.sides.last" },
    },
    through: { initial: "first", onDone: "end", states: { first: { type: "final" } } },
    end: {},
    broken: {},
  },
});

const events = z.object({ type: z.enum(["GO", "NOTE", "BACK", "OTHER", "FORBIDDEN", "MUTE"]) });
const kind = defineKind({ kind: "m", version: "1", machine: everything, events });

async function lived(): Promise<readonly Recorded[]> {
  const log = memoryLog();
  {
    await using host = await createHost({ log, kinds: [kind] });
    const actor = await host.start("m/r1");
    await actor.send({ type: "GO" });
    await actor.waitFor(({ value }) => typeof value === "object");
    await actor.send({ type: "OTHER" });
    await actor.send({ type: "GO" });
    await actor.waitFor(({ value }) => value === "end");
  }
  return Array.fromAsync(scanRuns(log, [], noSuchRun));
}

describe("a machine with everything", async () => {
  const records = await lived();
  const found = await coverageOf(kind, records);

  it("lists every state but history, and every transition but forbidden ones, in the spelling of records", () => {
    expect(found.transitions).toEqual({
      "m -> FORBIDDEN -> -": 0,
      "m.idle -> GO -> m.working": 1,
      "m.working -> xstate.done.actor.work -> m.deciding": 1,
      "m.working -> xstate.error.actor.work -> m.broken": 0,
      "m.deciding -> always -> m.broken": 0,
      "m.deciding -> always -> m.sides": 1,
      "m.sides -> * -> -": 1,
      "m.sides -> GO -> m.waiting": 1,
      "m.sides.left.one -> NOTE -> m.sides.left.two": 1,
      "m.waiting -> BACK -> m.sides.last": 0,
      "m.waiting -> xstate.after.1.m.waiting -> m.through": 1,
      "m.through -> xstate.done.state.m.through -> m.end": 1,
    });
    const visited = Object.entries(found.states).filter(([, times]) => times > 0);
    expect(visited.map(([id]) => id).toSorted()).toEqual(
      [
        ["m", "m.deciding", "m.end", "m.idle", "m.sides", "m.sides.left", "m.sides.left.one"],
        ["m.sides.left.two", "m.sides.right", "m.sides.right.one", "m.through", "m.through.first"],
        ["m.waiting", "m.working"],
      ].flat(),
    );
    const never = Object.entries(found.states).filter(([, times]) => times === 0);
    expect(never.map(([id]) => id)).toEqual(["m.sides.right.two", "m.broken"]);
  });

  it("counts the machines of children apart", () => {
    expect(found.children).toMatchObject([
      {
        lineage: ["child"],
        actors: 1,
        states: { child: 2, "child.asked": 2, "child.happy": 0, "child.sad": 0 },
        transitions: {
          "child.asked -> YES -> child.happy": 0,
          "child.asked -> NO -> child.sad": 0,
        },
      },
    ]);
    expect(found.actors).toBe(1);
  });

  it("a newer version keeps the counts of the older, and lists what it no longer has with that", async () => {
    const machine = createMachine({
      id: "m",
      initial: "idle",
      states: { idle: { on: { GO: "working", MUTE: "working" } }, working: {} },
    });
    const newer: AnyKind = { ...kind, version: "2", machine };
    const { transitions, versions, states, version } = await coverageOf(newer, records);
    expect({ version, transitions, states: Object.keys(states) }).toEqual({
      version: "2",
      transitions: { "m.idle -> GO -> m.working": 1, "m.idle -> MUTE -> m.working": 0 },
      states: ["m", "m.idle", "m.working"],
    });
    const [older] = versions;
    expect(versions).toHaveLength(1);
    expect(older).toMatchObject({ version: "1", transitions: { "m.idle -> GO -> m.working": 1 } });
    expect(Object.keys(older?.gone.transitions ?? {})).toContain("m.deciding -> always -> m.sides");
    expect(Object.keys(older?.gone.states ?? {})).toContain("m.sides.left.two");
  });
});

describe("what was not handled", () => {
  const record = (seq: number, body: object): Recorded => {
    const plain = { v: 1, version: "1", epoch: 1, state: "idle", status: "active", hash: "h", owes: 0 };
    const whole = { ...plain, ...(seq === 1 ? { born: { id: "r" } } : {}), ...body };
    return { stream: "m/r", seq, id: `${seq}`, type: "t", at: 1, correlation: "c", body: whole };
  };
  const told = (found: KindCoverage) => ({ unhandled: found.unhandled, late: found.late });

  it("counts a transition that one step takes twice as two, and its state as one", async () => {
    const taken = Array.from({ length: 2 }, () => "m.deciding -> always -> m.sides");
    const found = await coverageOf(kind, [record(1, { taken })]);
    expect(found.transitions["m.deciding -> always -> m.sides"]).toBe(2);
    expect(found.states["m.deciding"]).toBe(1);
  });

  it("is told by state and event; what came too late is told apart, and hosts' own records not at all", async () => {
    const found = await coverageOf(kind, [
      record(1, {}),
      record(2, { event: { type: "OTHER" }, handled: false }),
      record(3, { event: { type: "OTHER" }, handled: false, version: "2" }),
      record(4, { event: { type: "OTHER" }, handled: false, state: { sides: "x" } }),
      record(5, { event: { type: "xstate.done.actor.work" }, handled: false, stale: true }),
      record(6, { event: { type: "troupe.settled" } }),
      record(7, { event: { type: "troupe.migrated", from: "1", to: "2", form: 1 }, handled: false }),
      { ...record(1, {}), stream: "other/r" },
      { ...record(8, {}), body: { v: 1, erased: true } },
    ]);
    expect(told(found)).toEqual({
      late: 1,
      unhandled: [
        { state: "idle", event: "OTHER", times: 2 },
        { state: { sides: "x" }, event: "OTHER", times: 1 },
      ],
    });
    expect(found.versions.map(({ version, records }) => [version, records])).toEqual([
      ["1", 4],
      ["2", 1],
    ]);
    expect(found.states["m.idle"]).toBe(4);
  });
});
