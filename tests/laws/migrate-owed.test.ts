/** A3, A7, A11, A15: what an actor has running, armed and owed when it is migrated, and what its record must hold. */
import { assign, createMachine, fromPromise, setup, stopChild, type AnyStateMachine } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import type { MachineState } from "../../src/actors/versions.ts";
import type { JsonObject } from "../../src/events/json.ts";
import { ENGINES, type Bench, type Engine } from "../support/laws-bench.ts";
import { sameFromStart, watchedLoad } from "../support/laws-rollover.ts";
import { inCents, ordered, secondOrder, world } from "../support/laws-versions.ts";
import { smallKind, type SmallSpec } from "../support/small-machines.ts";

const [memory] = ENGINES as readonly [Engine, ...Engine[]]; // as they stand there
const A = "it/a";

type More = Partial<Pick<AnyKind, "previous" | "upcast" | "migrate">>;

function it_(version: string, machine: AnyStateMachine, more: More = {}): AnyKind {
  const events = z.looseObject({ type: z.string() });
  return defineKind({ kind: "it", version, machine, events, ...(more as object) });
}

/** An actor of one kind is started and sent to; its host dies, and one of another kind takes over. */
async function over(b: Bench, from: AnyKind, to: readonly AnyKind[], types: readonly string[] = []) {
  const first = await b.start([from, ...to.slice(1)]);
  await first.host.start(A, {});
  for (const type of types) await first.host.actor(A).send({ type } as never);
  await b.settle();
  await b.kill(first);
  const second = await b.start(to);
  await second.host
    .actor(A)
    .send({ type: "ANY" } as never)
    .catch(() => {});
  await b.settle();
  return second;
}

/** Runs until it is stopped, and says so. */
function long(did: string[], name: string) {
  return fromPromise(async ({ signal }) => {
    did.push(`${name} begun`);
    signal.addEventListener("abort", () => did.push(`${name} stopped`));
    return new Promise(() => {});
  });
}

describe("what is owed when an actor is migrated", () => {
  it("A3: an activity goes on under another name of its logic, and with its key", async () => {
    await using b = await memory.bench();
    const did: string[] = [];
    const machine = (src: string) =>
      setup({ actors: { [src]: long(did, src) } }).createMachine({
        invoke: { src, id: "x" },
      } as never) as unknown as AnyStateMachine; // its only logic has a computed name
    const old = it_("1", machine("one"));
    const { host } = await over(b, old, [it_("2", machine("two"), { previous: [old] })]);
    expect(did.filter((line) => line.endsWith("begun"))).toEqual(["one begun", "two begun"]);
    expect(await host.parked()).toEqual([]);
    const { fold } = await watchedLoad(b, [it_("2", machine("two"))], A);
    expect([...fold.residents.values()]).toMatchObject([
      { id: "1.0", child: { src: "two" }, recoveries: 1 },
    ]);
  });

  it("A5: where the logic of what is open is gone, the actor parks", async () => {
    await using b = await memory.bench();
    const spawning = setup({ actors: { one: long([], "one") } }).createMachine({
      entry: assign(({ spawn }) => void spawn("one", { id: "x" })),
    });
    const old = it_("1", spawning);
    const { host } = await over(b, old, [it_("2", createMachine({}), { previous: [old] })]);
    const [parked] = await host.parked();
    expect(parked).toMatchObject({ code: "MIGRATE_INVALID" });
    expect(parked?.message).toContain(
      'its promise "x" is open, and the machine has no such actor logic "one"',
    );
  });

  it("A11: what only the old state invoked is stopped, and its timer is cancelled", async () => {
    await using b = await memory.bench();
    const did: string[] = [];
    const machine = setup({ actors: { one: long(did, "one") } }).createMachine({
      initial: "a",
      states: { a: { invoke: { src: "one", id: "x" }, after: { 1000: "b" } }, b: {} },
    });
    const old = it_("1", machine);
    const to = it_("2", machine.provide({}), {
      previous: [old],
      migrate: ({ context }) => ({ value: "b", context }),
    });
    const { host } = await over(b, old, [to]);
    const { fold } = await sameFromStart(b, [to], A);
    expect([fold.residents.size, fold.timers.size, fold.outbox.size]).toEqual([0, 0, 0]);
    expect(fold.state.snapshot).toMatchObject({ value: "b", children: {} });
    expect(did.filter((line) => line === "one begun")).toHaveLength(1);
    expect(await host.parked()).toEqual([]);
  });

  it("A3, A7: what the same state had done by itself is not done again: its activity, its timer", async () => {
    await using b = await memory.bench();
    const did: string[] = [];
    const once = fromPromise(async () => void did.push("once"));
    const machine = setup({
      actors: { once, two: long(did, "two") },
      actions: { rang: () => void did.push("rang") },
    }).createMachine({
      initial: "a",
      states: {
        a: {
          invoke: [
            { src: "once", id: "x" },
            { src: "two", id: "y" },
          ],
          on: { END: { actions: stopChild("y") } },
          after: { 1000: { actions: "rang" } },
        },
      },
    });
    const old = it_("1", machine);
    const first = await b.start([old]);
    await (await first.host.start(A, {})).send({ type: "END" } as never);
    await b.pass(2000);
    await first.host[Symbol.asyncDispose]();
    const to = it_("2", machine.provide({}), { previous: [old] });
    const { host } = await b.start([to]);
    await host
      .actor(A)
      .send({ type: "ANY" } as never)
      .catch(() => {});
    await b.pass(5000);
    expect(await b.types(A)).toContain("troupe.migrated");
    expect(did).toEqual(["once", "two begun", "two stopped", "rang"]);
  });

  it("A1: an eventless transition waits for the next event, so that no action stands in the migration", async () => {
    await using b = await memory.bench();
    const did: string[] = [];
    const machine = setup({ actions: { moved: () => void did.push("moved") } }).createMachine({
      initial: "a",
      states: { a: {}, b: { always: { target: "c", actions: "moved" }, on: { GO: {} } }, c: {} },
    });
    const old = it_("1", machine);
    const to = it_("2", machine.provide({}), {
      previous: [old],
      migrate: ({ context }) => ({ value: "b", context }),
    });
    const { host } = await over(b, old, [to]);
    expect(await host.read(A)).toMatchObject({ value: "b" });
    expect(did).toEqual([]);
    expect(await b.types(A)).toContain("troupe.migrated");
    await sameFromStart(b, [to], A);
  });

  it("A15: a child with a kind of its own is found under the machine of its former version", async () => {
    await using b = await memory.bench();
    const events = z.looseObject({ type: z.string() });
    const child = (version: string, previous: readonly AnyKind[] = []) =>
      defineKind({
        kind: "child",
        version,
        machine: createMachine({ id: `child${version}` }),
        events,
        previous,
      });
    const parent = (machine: AnyStateMachine) =>
      setup({ actors: { kid: machine } }).createMachine({ invoke: { src: "kid", id: "k" } });
    const [kid1, kid2] = [child("1"), child("2", [child("0")])];
    const old = it_("1", parent(kid1.machine));
    const first = await b.start([old, kid1]);
    await first.host.start(A, {});
    await b.settle();
    await b.kill(first);
    const kid = { ...kid2, previous: [kid1] };
    const { host } = await b.start([it_("2", parent(kid2.machine), { previous: [old] }), kid]);
    await host
      .actor(A)
      .send({ type: "ANY" } as never)
      .catch(() => {});
    await host
      .actor("child/a:k")
      .send({ type: "ANY" } as never)
      .catch(() => {});
    expect(await host.parked()).toEqual([]);
    expect([await b.types(A), await b.types("child/a:k")]).toEqual([
      expect.arrayContaining(["troupe.migrated"]),
      expect.arrayContaining(["troupe.migrated"]),
    ]);
  });

  it("A9: what it was started with is shown in its new shape, so that the same start finds it", async () => {
    await using b = await memory.bench();
    const machine = createMachine({ context: ({ input }) => ({ ...(input as object) }) });
    const old = it_("1", machine);
    const first = await b.start([old]);
    await first.host.start(A, { input: { n: 1 } } as never);
    await b.kill(first);
    const upcast = { input: () => ({ many: 1 }) };
    const migrate = ({ value }: MachineState) => ({ value, context: { many: 1 } });
    const { host } = await b.start([
      it_("2", machine.provide({}), { previous: [old], upcast, migrate }),
    ]);
    await host
      .actor(A)
      .send({ type: "ANY" } as never)
      .catch(() => {});
    await expect(host.start(A, { input: { many: 1 } } as never)).resolves.toBeDefined();
    expect(await b.types(A)).toContain("troupe.migrated");
  });

  it("A11: a command that finds the actor in doubt waits for the new version", async () => {
    await using b = await memory.bench();
    const did = world();
    await ordered(b, did, [{ type: "ADD", euros: 1 }]);
    const { host } = await b.start([secondOrder(did)], { recover: false });
    await host.actor("order/r").send({ type: "ADD", cents: 5 } as never);
    const records = await b.records("order/r");
    expect(records.map(({ type, body }) => `${type} ${body.version}`).slice(2)).toEqual([
      "troupe.recovered 1",
      "troupe.migrated 2",
      "ADD 2",
    ]);
  });
});

describe("what the record of a migration says", () => {
  it("A15: a migrate() that is not pure is found by a replay of all records", async () => {
    await using b = await memory.bench();
    const did = world();
    await ordered(b, did, [{ type: "PAY" }]);
    let asked = 0;
    const kind = secondOrder(did, {
      migrate: (state) => ({ ...inCents(state), context: { cents: asked++ } }),
    });
    const { host } = await b.start([kind]);
    await b.settle();
    expect(await host.read("order/r")).toMatchObject({ context: { cents: 0 } });
    await expect(watchedLoad(b, [kind], "order/r", { snapshots: false })).rejects.toMatchObject({
      code: "REPLAY_DIVERGED",
      data: { path: "state.snapshot.context.cents" },
    });
    await expect(watchedLoad(b, [kind], "order/r")).resolves.toBeDefined();
  });

  it("A5: one that holds another actor than its hash says is refused", async () => {
    await using b = await memory.bench();
    const did = world();
    await ordered(b, did, [{ type: "PAY" }]);
    const second = await b.start([secondOrder(did)]);
    await b.settle();
    await b.kill(second);
    const records = await b.records("order/r");
    const last = records.find(({ type }) => type === "troupe.migrated");
    if (last === undefined) throw new Error("it was not migrated");
    const { seq: _, stream: __, ...copy } = last;
    const forged = JSON.stringify(last.body).replaceAll('"cents":0', '"cents":7');
    const log = await b.open();
    const record = { ...copy, id: "forged", body: JSON.parse(forged) as JsonObject };
    await log.append("order/r", [record], { expected: records.length });
    await expect(watchedLoad(b, [secondOrder(did)], "order/r")).rejects.toMatchObject({
      code: "REPLAY_DIVERGED",
      data: { seq: records.length + 1 },
    });
    await log[Symbol.asyncDispose]();
  });

  it("A5: the code of the version that wrote last moves all that compatible versions wrote", async () => {
    await using b = await memory.bench();
    const small: SmallSpec = [{ from: "a", type: "X", to: "b", adds: 1 }];
    const more: SmallSpec = [...small, { from: "b", type: "X", to: "c", adds: 2 }];
    const [one, two] = [smallKind(small), smallKind(more, { version: "2" })];
    for (const kind of [one, two]) {
      const { host, log } = await b.start([kind]);
      await host.start("small/s", {});
      await host.actor("small/s").send({ type: "X" } as never);
      await b.kill({ log });
    }
    const three = smallKind([], { version: "3", previous: [one, two] });
    const { host } = await b.start([three]);
    await host
      .actor("small/s")
      .send({ type: "X" } as never)
      .catch(() => {});
    expect(await host.parked()).toEqual([]);
    expect(await host.read("small/s")).toMatchObject({ value: "c", context: { n: 3 } });
    const body = (await b.records("small/s")).at(-1)?.body;
    expect(body?.event).toMatchObject({ type: "troupe.migrated", from: "2", to: "3" });
    const last = smallKind(more, { version: "4", previous: [one, two, three] });
    await sameFromStart(b, [last], "small/s");
  });
});
