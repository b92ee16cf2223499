/** What becomes of a run's parts in its fork: sends, timers, activities, locks, and values that are set at the cut. */
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { hashOf, openShop } from "../support/fork-shop.ts";
import { settle } from "../support/virtual-clock.ts";

describe("in a fork", () => {
  it("A11: nothing that was sent before the cut to actors outside the run arrives once more, and what is sent after it does", async () => {
    await using shop = await openShop();
    const { host, clock } = shop;
    const { seq } = await host.actor("shop/r1").send({ type: "REPORT" });
    await settle();
    // the send stands in the outbox of the cut: its receipt is said by a later record
    await host.fork("r1", { at: `shop/r1#${seq}`, id: "f" });
    await settle();
    await clock.pass(1_000);
    expect((await host.read("ledger/main")).context).toEqual({ notes: 1 });
    await host.actor("shop/f").send({ type: "REPORT" });
    await settle();
    expect((await host.read("ledger/main")).context).toEqual({ notes: 2 });
  });

  it("A11: nor does what was to be sent to them later; what one of them has sent to the run is known in the fork", async () => {
    await using shop = await openShop();
    const { host, clock } = shop;
    await host.actor("shop/r1").send({ type: "REPORT" });
    await settle();
    await host.actor("shop/r1").send({ type: "LATER" });
    await host.fork("r1", { id: "f" });
    await host.actor("shop/f").send({ type: "LATER" });
    await clock.pass(61_000);
    // of r1: a report and a word; of its fork: its own word only
    expect((await host.read("ledger/main")).context).toEqual({ notes: 3 });
  });

  it("addresses of the run's actors are those of the fork: in data where they are all of a text, in what actors tell each other everywhere", async () => {
    for (const [of, told] of [
      ["shop/r1:clerk", "shop/f:clerk"],
      ["shop/r1#2.0", "shop/f#2.0"],
      ["to shop/r1", "to shop/r1"],
      ["ledger/r1", "ledger/r1"],
    ] as const) {
      await using shop = await openShop();
      await shop.host.actor("shop/r1").send({ type: "REPORT" });
      await shop.order(of);
      await settle();
      await shop.host.fork("r1", { id: "f" });
      expect((await shop.host.read("shop/f")).context.of).toBe(told);
      const clerk: unknown = await shop.host.read("shop/f:clerk");
      expect(clerk).toMatchObject({ context: { told: "told by shop/f" } });
    }
  });

  it("A7: a timer keeps the time that it had left", async () => {
    await using shop = await openShop();
    const { host, clock } = shop;
    await host.actor("shop/r1").send({ type: "REPORT" });
    await clock.pass(20_000);
    const { seq } = await host.actor("shop/r1").send({ type: "ORDER", of: "x" });
    await clock.pass(3_600_000);
    await host.fork("r1", { at: `shop/r1#${seq}`, id: "f" });
    await clock.pass(39_000);
    expect((await host.read("shop/f")).context.reminded).toBe(0);
    await clock.pass(1_100);
    expect((await host.read("shop/f")).context.reminded).toBe(1);
    expect((await host.read("shop/r1")).context.reminded).toBe(1);
  });

  it("A3: an open activity has another key and its first attempt; system ids and refs are those of the fork", async () => {
    await using shop = await openShop();
    await shop.order();
    await settle();
    await shop.host.fork("r1", { id: "f" });
    await settle();
    expect(shop.works.map(({ key, attempt }) => [key.split("#")[0], attempt])).toEqual([
      ["shop/r1", 1],
      ["shop/f", 1],
    ]);
    await shop.host.actor("shop/f").send({ type: "REPORT" });
    await settle();
    const { context } = await shop.host.read("shop/f");
    expect(context.me).toBe("shop/f");
    const counts = (await Array.fromAsync(shop.log.read("shop/f:clerk"))).map(({ type }) => type);
    expect(counts.at(-1)).toBe("COUNT");
  });

  it("T-R4: no lock of a shared context is held, and nobody waits for one", async () => {
    await using shop = await openShop();
    const { host, clock } = shop;
    const context = await host.start("context/r1", { input: { run: "r1", announce: false } });
    const acquire = (key: string, owner: string, waitMs: number) =>
      context.send({ type: "ACQUIRE", key, owner, ttlMs: 50_000, waitMs });
    await acquire("a", "ada", 0);
    await acquire("a", "bob", 40_000);
    await acquire("b", "bob", 0);
    const { run } = await host.fork("r1", { id: "f" });
    const forked = host.actor("context/f");
    const facts = (await Array.fromAsync(shop.log.read("context/f"))).flatMap(({ body }) =>
      body["copied"] === true
        ? []
        : ((body["facts"] ?? []) as { type: string }[]).map(({ type }) => type),
    );
    expect(facts).toEqual(["lock.abandoned", "lock.unlocked", "lock.unlocked"]);
    await forked.send({ type: "ACQUIRE", key: "a", owner: "cyd", ttlMs: 1_000, waitMs: 0 });
    const { facts: said } = await forked.send({
      type: "ACQUIRE",
      key: "b",
      owner: "cyd",
      ttlMs: 1_000,
      waitMs: 0,
    });
    expect(said).toMatchObject([{ type: "lock.acquired", data: { fence: 4 } }]);
    await clock.pass(100_000);
    expect(run).toBe("f");
    expect((await host.read("context/f")) as unknown).toMatchObject({ context: { run: "f" } });
  });

  it("what is set stands in the context, on disk, and the parent of a place must be there", async () => {
    await using shop = await openShop();
    await shop.order();
    await settle();
    shop.works[0]?.end({ price: 3 });
    await settle();
    const at = [
      { actor: "shop/r1", path: ["items", "0", "price"], value: 9 },
      { actor: "shop/r1", path: ["note"], value: { by: "ada" } },
      { actor: "shop/r1:clerk", path: ["n"], value: 5 },
    ];
    await shop.host.fork("r1", { set: at, id: "f" });
    await shop.reopen();
    expect((await shop.host.read("shop/f")).context).toMatchObject({
      items: [{ name: "x", price: 9 }],
      note: { by: "ada" },
    });
    await shop.host.actor("shop/f").send({ type: "REPORT" });
    await settle();
    expect((await shop.host.read("shop/f:clerk" as "shop/f")).context).toMatchObject({ n: 6 });
    const before = await hashOf(shop.log);
    for (const [path, code] of [
      [["items", "length"], "INPUT_INVALID"],
      [["items", "1", "price"], "INPUT_INVALID"],
      [["nobody", "x"], "INPUT_INVALID"],
      [["me", "x"], "INPUT_INVALID"],
    ] as const)
      await expect(
        shop.host.fork("r1", { set: [{ actor: "shop/r1", path, value: 1 }], id: "g" }),
      ).rejects.toSatisfy((error) => TroupeError.is(error, code));
    expect(await hashOf(shop.log)).toBe(before);
  });
});
