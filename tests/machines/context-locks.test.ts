/** The locks of a shared context: who gets them, for how long, and what is refused meanwhile (T-R4). */
import { describe, expect, it } from "vitest";
import type { ContextFact } from "../../src/events/context/facts.ts";
import { ContextWorld } from "../support/context-world.ts";

const set = (key: string, value: unknown, rest: object = {}) =>
  ({ type: "SET", key, value, by: "ada", ...rest }) as const;
const acquire = (key: string, owner: string, rest: object = {}) =>
  ({ type: "ACQUIRE", key, owner, ...rest }) as const;

/** Type, owner and fence. */
const brief = ({ type, data }: ContextFact) => [
  type,
  "owner" in data ? data.owner : "",
  "fence" in data ? data.fence : 0,
];

describe("locks", () => {
  it("S4-014: held by A, B's acquire is denied; released, B gets it", () => {
    const world = new ContextWorld();
    const held = { key: "a", owner: "A", fence: 1, until: 31_000 };
    expect(world.tell(acquire("a", "A"))).toEqual([{ type: "lock.acquired", v: 1, data: held }]);
    expect(world.tell(acquire("a", "B"))).toEqual([
      {
        type: "lock.denied",
        v: 1,
        data: { key: "a", owner: "B", holder: "A", until: 31_000 },
      },
    ]);
    world.tell({ type: "RELEASE", key: "a", owner: "A", fence: 1 });
    expect(world.tell(acquire("a", "B"))).toMatchObject([{ data: { owner: "B", fence: 2 } }]);
  });

  it("T-R4: only the owner releases and renews; a stranger learns who holds it", () => {
    const world = new ContextWorld();
    world.tell(acquire("a", "A"));
    for (const type of ["RELEASE", "RENEW"])
      expect(world.tell({ type, key: "a", owner: "B", fence: 1 })).toMatchObject({
        code: "LOCK_NOT_OWNED",
        message: '"a" is locked by "A", not by "B"',
        data: { key: "a", owner: "B", holder: "A", until: 31_000 },
      });
    expect(world.tell({ type: "RELEASE", key: "a", owner: "A", fence: 9 })).toMatchObject({
      code: "LEASE_LOST",
    });
    expect(world.tell({ type: "RELEASE", key: "b", owner: "A", fence: 1 })).toMatchObject({
      code: "LEASE_LOST",
      message: 'lease 1 of "b" is over: nobody holds it',
    });
  });

  it("T-R4: a write of a locked key needs its fence; a late one is refused, also when nobody holds it", () => {
    const world = new ContextWorld();
    world.tell(acquire("a", "A", { ttlMs: 1_000 }));
    expect(world.tell(set("a", 1))).toMatchObject({
      code: "LOCK_HELD",
      data: { key: "a", holder: "A" },
    });
    expect(world.tell({ type: "DELETE", key: "a", by: "x" })).toMatchObject({ code: "LOCK_HELD" });
    expect(world.tell(set("a", 1, { fence: 1 }))).toHaveLength(1);
    expect(world.tell(set("b", 1))).toHaveLength(1);
    world.pass(1_000);
    expect(world.tell(set("a", 2, { fence: 1 }))).toMatchObject({ code: "LEASE_LOST" });
    expect(world.tell(set("a", 2))).toHaveLength(1);
    world.tell(acquire("a", "B"));
    expect(world.tell(set("a", 3, { fence: 1 }))).toMatchObject({
      code: "LEASE_LOST",
      data: { key: "a", fence: 1, holder: "B" },
    });
  });

  it("T-R4: an UPDATE needs the fences of all locked keys, and may rest on locks of others", () => {
    const world = new ContextWorld();
    world.tell(acquire("a", "A"));
    world.tell(acquire("gate", "A"));
    const update = (fences?: object) =>
      world.tell({ type: "UPDATE", changes: { a: 1, b: 1 }, by: "A", ...(fences && { fences }) });
    expect(update()).toMatchObject({ code: "LOCK_HELD", data: { key: "a" } });
    expect(update({ a: 1, gate: 9 })).toMatchObject({ code: "LEASE_LOST", data: { key: "gate" } });
    expect(world.state.version).toBe(0);
    expect(update({ a: 1, gate: 2 })).toHaveLength(1);
  });

  it("T-R4: a lease that lapses goes to the next in line, with a greater fence", () => {
    const world = new ContextWorld();
    world.tell(acquire("a", "A", { ttlMs: 1_000 }));
    const [waiting] = world.tell(acquire("a", "B", { ttlMs: 500, waitMs: 1_000 })) as object[];
    const data = { key: "a", owner: "B", place: 1, until: 2_000 };
    expect(waiting).toEqual({ type: "lock.waiting", v: 1, data });
    world.tell(acquire("a", "C", { waitMs: 5_000 }));
    world.facts.length = 0;
    world.pass(10_000);
    expect(world.facts.map(brief)).toEqual([
      ["lock.expired", "A", 1],
      ["lock.acquired", "B", 2],
      ["lock.expired", "B", 2],
      ["lock.acquired", "C", 3],
    ]);
  });

  it("a command that comes before the timer finds the lease ended all the same", () => {
    const world = new ContextWorld();
    world.tell(acquire("a", "A", { ttlMs: 1_000 }));
    world.tell(acquire("a", "B", { waitMs: 5_000 }));
    world.at += 1_000;
    expect(world.tell(set("a", 1, { fence: 1 }))).toMatchObject({ code: "LEASE_LOST" });
    expect(world.tell({ type: "RENEW", key: "a", owner: "A", fence: 1 })).toMatchObject({
      code: "LOCK_NOT_OWNED",
      data: { holder: "B" },
    });
    expect(world.tell({ type: "UNLOCK", key: "a", by: "op" })).toMatchObject([
      { type: "lock.expired", data: { owner: "A" } },
      { type: "lock.acquired", data: { owner: "B" } },
      { type: "lock.unlocked", data: { owner: "B", by: "op" } },
    ]);
  });

  it("one who waited long enough is not given what comes free later, however long nothing ran", () => {
    const world = new ContextWorld();
    world.tell(acquire("a", "A", { ttlMs: 1_000 }));
    world.tell(acquire("a", "B", { waitMs: 2_000 }));
    world.tell(acquire("a", "C", { waitMs: 90_000 }));
    world.at += 60_000;
    world.facts.length = 0;
    world.ring();
    expect(world.facts.map(({ type }) => type)).toEqual([
      "lock.expired",
      "lock.abandoned",
      "lock.acquired",
    ]);
    expect(world.facts.at(-1)).toMatchObject({ data: { owner: "C", until: 61_000 + 30_000 } });
  });

  it("asked again, its holder has it for longer with the same fence, and one release frees it", () => {
    const world = new ContextWorld();
    world.tell(acquire("a", "A", { ttlMs: 10_000 }));
    world.pass(5_000);
    const longer = { key: "a", owner: "A", fence: 1, until: 16_000 };
    expect(world.tell(acquire("a", "A", { ttlMs: 10_000 }))).toMatchObject([{ data: longer }]);
    expect(world.tell(acquire("a", "A", { ttlMs: 1 }))).toMatchObject([{ data: longer }]);
    world.tell({ type: "RELEASE", key: "a", owner: "A", fence: 1 });
    expect(world.tell(acquire("a", "B"))).toMatchObject([{ data: { fence: 2 } }]);
  });

  it("renewed in time, a lease does not lapse; a second renewal rests on the first one's length", () => {
    const world = new ContextWorld();
    world.tell(acquire("a", "A", { ttlMs: 900 }));
    const renew = { type: "RENEW", key: "a", owner: "A", fence: 1 };
    world.pass(600);
    expect(world.tell({ ...renew, ttlMs: 2_000 })).toMatchObject([{ data: { until: 3_600 } }]);
    world.pass(1_900);
    expect(world.tell(renew)).toMatchObject([{ type: "lock.renewed", data: { until: 5_500 } }]);
    world.pass(1_999);
    expect(world.facts.map(({ type }) => type)).not.toContain("lock.expired");
    world.pass(1);
    expect(world.facts.at(-1)).toMatchObject({ type: "lock.expired" });
  });

  it("one who waits may leave, or ask again and keep its place", () => {
    const world = new ContextWorld();
    world.tell(acquire("a", "A"));
    for (const owner of ["B", "C", "D"]) world.tell(acquire("a", owner, { waitMs: 1_000 }));
    expect(world.tell(acquire("a", "C", { waitMs: 9_000 }))).toMatchObject([
      { type: "lock.waiting", data: { place: 2, until: 10_000 } },
    ]);
    expect(world.tell({ type: "LEAVE", key: "a", owner: "B" })).toMatchObject([
      { type: "lock.abandoned", data: { owner: "B" } },
    ]);
    expect(world.tell({ type: "LEAVE", key: "a", owner: "B" })).toMatchObject({
      message: '"B" does not wait for "a"',
    });
    expect(world.tell({ type: "LEAVE", key: "a", owner: "A" })).toMatchObject({ hint: "Release it." });
    world.pass(1_000);
    expect(world.facts.at(-1)).toMatchObject({ type: "lock.abandoned", data: { owner: "D" } });
    world.tell({ type: "RELEASE", key: "a", owner: "A", fence: 1 });
    expect(world.facts.at(-1)).toMatchObject({ type: "lock.acquired", data: { owner: "C" } });
  });

  it("an operator takes a lock away, by name; the next in line gets it", () => {
    const world = new ContextWorld();
    expect(world.tell({ type: "UNLOCK", key: "a", by: "op" })).toMatchObject({
      message: 'nobody holds a lock of "a"',
    });
    world.tell(acquire("a", "A"));
    world.tell(acquire("a", "B", { waitMs: 1_000 }));
    expect(world.tell({ type: "UNLOCK", key: "a", by: "op" })).toMatchObject([
      { type: "lock.unlocked", data: { key: "a", owner: "A", fence: 1, by: "op" } },
      { type: "lock.acquired", data: { owner: "B", fence: 2 } },
    ]);
    expect(world.tell(set("a", 1, { fence: 1 }))).toMatchObject({ code: "LEASE_LOST" });
  });

  it("a cycle of waits is found before it closes, whoever it goes through", () => {
    const world = new ContextWorld();
    const waitMs = 60_000;
    for (const owner of ["A", "B", "C", "D"]) world.tell(acquire(`of-${owner}`, owner));
    expect(world.tell(acquire("of-B", "A", { waitMs }))).toMatchObject([{ type: "lock.waiting" }]);
    expect(world.tell(acquire("of-C", "B", { waitMs }))).toMatchObject([{ type: "lock.waiting" }]);
    expect(world.tell(acquire("of-D", "C", { waitMs }))).toMatchObject([{ type: "lock.waiting" }]);
    const cycle = [
      { owner: "D", key: "of-A" },
      { owner: "A", key: "of-B" },
      { owner: "B", key: "of-C" },
      { owner: "C", key: "of-D" },
    ];
    expect(world.tell(acquire("of-A", "D", { waitMs }))).toEqual([
      { type: "lock.deadlock", v: 1, data: { key: "of-A", owner: "D", cycle } },
    ]);
    expect(world.tell(acquire("of-A", "D"))).toMatchObject([{ type: "lock.denied" }]);
    world.tell({ type: "RELEASE", key: "of-D", owner: "D", fence: 4 });
    expect(world.tell(acquire("of-A", "D", { waitMs }))).toMatchObject([{ type: "lock.waiting" }]);
  });
});
