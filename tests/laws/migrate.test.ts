/** A1–A15 where the code changes: actors of a previous version go on as those of the present one. */
import { describe, expect, it } from "vitest";
import type { TroupeError } from "../../src/errors.ts";
import type { CrashPoint } from "../../src/actors/runtime.ts";
import { ENGINES, type Engine } from "../support/laws-bench.ts";
import { watchedLoad } from "../support/laws-rollover.ts";
import {
  echoKind,
  familyKind,
  firstOrder,
  ordered,
  sameEverywhere,
  secondOrder,
  world,
} from "../support/laws-versions.ts";

const [memory] = ENGINES as readonly [Engine, ...Engine[]]; // as they stand there
const A = "order/r";

const ADD = { type: "ADD", euros: 3 };
const PAY = { type: "PAY" };

async function stateOf(host: { read(address: string): Promise<unknown> }): Promise<unknown> {
  const { value, context } = (await host.read(A)) as { value: unknown; context: unknown };
  return { value, context };
}

describe.each(ENGINES)("migration, on $name", ({ bench }) => {
  it("A1: it is recorded before anything else is taken, and the actor goes on as one of the new version", async () => {
    await using b = await bench();
    const did = world();
    await ordered(b, did, [ADD]);
    const { host } = await b.start([secondOrder(did)]);
    await host.actor(A).send({ type: "ADD", cents: 50 } as never);
    expect(await b.types(A)).toEqual([
      "troupe.started",
      "ADD",
      "troupe.recovered",
      "troupe.migrated",
      "ADD",
    ]);
    expect(await stateOf(host)).toEqual({ value: "basket", context: { cents: 350 } });
    const [, , recovered, migrated, added] = await b.records(A);
    expect(recovered?.body.version).toBe("1");
    expect(migrated?.body).toMatchObject({
      version: "2",
      event: { from: "1", to: "2" },
      state: "basket",
    });
    expect(added?.body).toMatchObject({ version: "2", since: 4 });
    expect(did.noted).toEqual(["add 3", "add 3", "cents 50"]); // the one in doubt once more (A11)
    await sameEverywhere(b, did);
  });

  it("A14: the previous version's code may go once all have migrated", async () => {
    await using b = await bench();
    const did = world();
    await ordered(b, did, [ADD, PAY]);
    const second = await b.start([secondOrder(did)]);
    await b.settle();
    await b.kill(second);
    const heard: number[] = [];
    await watchedLoad(b, [secondOrder(did, { previous: [] })], A, {
      snapshots: false,
      onRecord: ({ seq }) => heard.push(seq),
    });
    const types = await b.types(A);
    const seqs = types.map((_, index) => index + 1);
    expect(heard).toEqual(seqs.slice(types.indexOf("troupe.migrated"))); // from it on, each once
    did.answers.set("charge", "card").set("pack", "parcel");
    const { host } = await b.start([secondOrder(did, { previous: [] })]);
    await b.settle();
    expect(await host.parked()).toEqual([]);
    expect(await stateOf(host)).toEqual({ value: "gone", context: { cents: 300, paidWith: "card" } });
    await sameEverywhere(b, did);
  });
});

describe("migration", () => {
  it("A3, A7, A11: what both states wait for goes on, what only the new one does begins once", async () => {
    await using b = await memory.bench();
    const did = world();
    await ordered(b, did, [ADD, PAY]);
    await b.pass(10_000);
    const before = (await b.records(A)).length;
    const { host } = await b.start([secondOrder(did)]);
    await b.settle();
    expect(did.begun).toEqual([
      `charge ${A}#3.2 1`,
      `charge ${A}#3.2 2`,
      expect.stringMatching(/^watch order\/r#\d+\.\d 2$/),
    ]);
    const { fold } = await watchedLoad(b, [secondOrder(did)], A);
    const start = 1_700_000_000_000;
    expect(
      [...fold.timers.values()].map(({ name, dueAt }) => `${name} ${dueAt - start}`).sort(),
    ).toEqual(["xstate.after.20000.order.charging 30000", "xstate.after.50000.order.charging 60000"]);
    expect(before).toBe(3);
    await b.pass(25_000);
    expect(did.noted.at(-1)).toBe("slow");
    await b.pass(40_000);
    expect(await stateOf(host)).toMatchObject({ value: "lapsed" });
    await sameEverywhere(b, did);
  });

  it("A9, A8: commands that came before it count once after it, and a repeated start finds the actor", async () => {
    await using b = await memory.bench();
    const did = world();
    const first = await b.start([firstOrder(did)]);
    const sent = await (await first.host.start(A)).send(PAY as never, { id: "once" });
    await b.kill(first);
    const { host } = await b.start([secondOrder(did)]);
    expect(await host.actor(A).send(PAY as never, { id: "once" })).toEqual(sent);
    await host.start(A);
    await sameEverywhere(b, did);
  });

  it("A5: an actor that has ended stays what it was", async () => {
    await using b = await memory.bench();
    const did = world();
    did.answers.set("charge", "card");
    await ordered(b, did, [ADD, PAY]);
    const { host } = await b.start([secondOrder(did)]);
    await expect(host.actor(A).send(PAY as never)).rejects.toMatchObject({ code: "EVENT_REFUSED" });
    expect(await b.types(A)).not.toContain("troupe.migrated");
    expect(await stateOf(host)).toMatchObject({ value: "paid", context: { euros: 3 } });
  });

  it.each<[string, Parameters<typeof secondOrder>[1], string]>([
    ["throws", { migrate: () => fail("no way") }, "no way"],
    [
      "answers a state that is not there",
      { migrate: () => ({ value: "moon", context: { cents: 0 } }) },
      "'moon'",
    ],
    [
      "answers a final state",
      { migrate: () => ({ value: "gone", context: { cents: 0 } }) },
      "a final state",
    ],
    ["answers nothing", { migrate: () => undefined as never }, "no state value"],
    ["answers no context", { migrate: () => ({ value: "basket" }) as never }, "no context"],
    [
      "answers what is no JSON",
      { migrate: () => ({ value: "basket", context: { cents: 0, paidWith: () => {} } }) },
      "a function",
    ],
    ["would begin work twice", { chargeId: "pay" }, 'its child "charge" is open'],
  ])(
    "A5: where migrate %s, the actor parks with versions and state, and nothing is written",
    async (_, options, why) => {
      await using b = await memory.bench();
      const did = world();
      await ordered(b, did, [PAY]);
      const { host } = await b.start([secondOrder(did, options)]);
      await b.settle();
      const [parked] = await host.parked();
      expect(parked).toMatchObject({ address: A, seq: 2, code: "MIGRATE_INVALID" });
      expect(parked?.message).toContain('from version 1 of kind "order" to 2 in state "paying"');
      expect(parked?.message).toContain(why);
      await expect(host.actor(A).send(PAY as never)).rejects.toMatchObject({ code: "ACTOR_PARKED" });
      expect(await b.records(A)).toHaveLength(2);
    },
  );

  it("A5: a host of the older version parks what was migrated, and writes nothing", async () => {
    await using b = await memory.bench();
    const did = world();
    await ordered(b, did, [PAY]);
    const second = await b.start([secondOrder(did)]);
    await b.settle();
    await b.kill(second);
    const before = (await b.records(A)).length;
    const { host } = await b.start([firstOrder(did)]);
    expect(await host.parked()).toMatchObject([{ address: A, code: "KIND_NEWER" }]);
    expect(await b.records(A)).toHaveLength(before);
  });

  it("A4: a zombie of the older version loses its append, and the migration stands", async () => {
    await using b = await memory.bench();
    const did = world();
    const first = await b.start([firstOrder(did)]);
    const order = await first.host.start(A);
    await order.send(ADD as never);
    const second = await b.usurp([secondOrder(did)]);
    await second.host.actor(A).send({ type: "ADD", cents: 1 } as never);
    await expect(order.send(ADD as never)).rejects.toMatchObject({
      code: expect.stringMatching(/HOST_FAILED|ACTOR_PARKED/),
    });
    expect((await b.types(A)).filter((type) => type === "troupe.migrated")).toHaveLength(1);
    expect(await stateOf(second.host)).toEqual({ value: "basket", context: { cents: 301 } });
    await sameEverywhere(b, did);
  });

  it("A14: it starts from what the previous version had kept, and its own checkpoints lie behind it", async () => {
    await using b = await memory.bench();
    const did = world();
    const first = await b.start([firstOrder(did)], { checkpointEvery: 10, snapshotEvery: 1e9 });
    const order = await first.host.start(A);
    for (let n = 0; n < 30; n++) await order.send(ADD as never);
    await b.settle();
    await first.host[Symbol.asyncDispose]();
    const loaded = await watchedLoad(b, [secondOrder(did)], A);
    expect(loaded.reads.at(-1)).toBe("30–"); // its last checkpoint
    const { host } = await b.start([secondOrder(did)], { checkpointEvery: 10, snapshotEvery: 5 });
    for (let n = 0; n < 35; n++) await host.actor(A).send({ type: "ADD", cents: 1 } as never);
    await sameEverywhere(b, did);
    const types = await b.types(A);
    expect(types.lastIndexOf("troupe.checkpoint")).toBeGreaterThan(types.indexOf("troupe.migrated"));
  });

  it("A5: a migration cannot be skipped", async () => {
    await using b = await memory.bench();
    const did = world();
    await ordered(b, did, [PAY]);
    const { host } = await b.start([secondOrder(did)]);
    await b.settle();
    const types = await b.types(A);
    const seq = types.indexOf("troupe.migrated") + 1;
    await expect(host.skip(A, seq, { expected: types.length })).rejects.toMatchObject({
      code: "RECORD_INVALID",
      message: expect.stringContaining("a migration"),
    });
  });

  it("A11: while a custom action is in doubt the old version goes on, and what comes from outside waits", async () => {
    await using b = await memory.bench();
    const first = await b.start([echoKind("1", "old")], { at: dyingAt("before-effect") });
    const echo = await first.host.start("echo/e");
    await echo.send({ type: "GO" } as never).catch(() => {});
    await b.kill(first);
    const second = await b.start([echoKind("2", "new", [echoKind("1", "old")])]);
    const heard = await second.host.actor("echo/e").send({ type: "GO" } as never);
    await b.settle();
    const records = await b.records("echo/e");
    const told = records.map(({ seq, type, body }) => [seq, type, body.version] as const);
    expect(told).toEqual([
      [1, "troupe.started", "1"],
      [2, "GO", "1"],
      [3, "troupe.recovered", "1"],
      [4, "PING", "1"],
      [5, "troupe.migrated", "2"],
      [6, "GO", "2"],
      [7, "PING", "2"],
    ]);
    expect(heard.seq).toBe(6);
    expect(await second.host.read("echo/e")).toMatchObject({ context: { heard: ["old", "new"] } });
  });

  it.each([
    ["goes on where its logic replays", 1, []],
    ["parks where it does not", 2, ["family/f:kid"]],
  ])("A5: a child without a kind of its own %s, and is never migrated", async (_, by, parks) => {
    await using b = await memory.bench();
    const old = familyKind("1", 1);
    const first = await b.start([old]);
    await first.host.start("family/f");
    await b.settle();
    await first.host.actor("family/f:kid").send({ type: "ADD" } as never);
    await b.kill(first);
    const { host } = await b.start([familyKind("2", by, [old])]);
    const kid = host.actor("family/f:kid");
    const codes = await kid.send({ type: "ADD" } as never).then(
      () => [],
      (error: TroupeError) => [error.code],
    );
    expect(codes).toEqual(parks.map(() => "ACTOR_PARKED"));
    expect(await b.types("family/f:kid")).not.toContain("troupe.migrated");
    await host
      .actor("family/f")
      .send({ type: "ANY" } as never)
      .catch(() => {});
    expect((await host.parked()).map(({ address }) => address)).toEqual(parks);
  });
});

function dyingAt(point: CrashPoint): (at: CrashPoint) => void {
  return (at) => {
    if (at === point) throw new Error("crash");
  };
}

function fail(message: string): never {
  throw new Error(message);
}
