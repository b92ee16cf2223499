/** Answers that are replaced at the cut, what is refused, and who makes a fork. */
import { describe, expect, it } from "vitest";
import { connect } from "../../src/actors/client.ts";
import { contextKind } from "../../src/agents/team/context-kind.ts";
import { rootOf } from "../../src/events/address.ts";
import { hashOf, ledgerKind, openShop, shopKind } from "../support/fork-shop.ts";
import { settle } from "../support/virtual-clock.ts";

describe("a replaced answer", () => {
  it("takes the place of a failure: what its step asks for is done, also outside the run", async () => {
    await using shop = await openShop();
    await shop.order();
    await settle();
    shop.works[0]?.end(undefined); // it makes the machine's action throw
    await settle();
    const failed = (await Array.fromAsync(shop.log.read("shop/r1"))).find(({ body }) =>
      String(Object(body["event"]).type).startsWith("xstate.done.actor.price"),
    );
    const record = `shop/r1#${failed?.seq}`;
    const made = await shop.host.fork("r1", { replace: { record, with: { price: 7 } }, id: "f" });
    await settle();
    expect(made).toEqual({
      run: "f",
      of: "r1",
      position: await shop.at(failed?.seq ?? 0),
      actors: 2,
      records: made.position,
    });
    const { context, value } = await shop.host.read("shop/f");
    expect([value, context.items]).toEqual(["priced", [{ name: "x", price: 7 }]]);
    expect(shop.paged.filter((what) => what.startsWith("shop/f"))).toEqual(["shop/f priced"]);
    expect((await shop.host.read("ledger/main")).context).toEqual({ notes: 1 });
    expect(shop.works).toHaveLength(1);
    expect((await Array.fromAsync(shop.log.read("shop/f"))).map(({ type }) => type)).toContain("PAGED");
  });

  it("must fit the schema of what was asked, and be of the last record of its actor", async () => {
    await using shop = await openShop();
    const ordered = await shop.order();
    await settle();
    shop.works[0]?.end({ price: 3 });
    await settle();
    const answer = `shop/r1#${ordered + 1}`;
    const before = await hashOf(shop.log);
    const refused = async (
      code: string,
      options: Parameters<typeof shop.host.fork>[1],
      text: string,
    ): Promise<void> => {
      const error: unknown = await shop.host
        .fork("r1", { id: "g", ...options })
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code });
      expect(String(error)).toContain(text);
      expect(await hashOf(shop.log)).toBe(before);
    };
    await refused("RESULT_INVALID", { replace: { record: answer, with: { price: "much" } } }, "price");
    await refused(
      "RECORD_INVALID",
      { replace: { record: `shop/r1#${ordered}`, with: { of: "y" } }, at: answer },
      "came of it",
    );
    await refused("RECORD_INVALID", { replace: { record: "shop/r1#1", with: {} } }, "birth");
    await refused(
      "EVENT_INVALID",
      { replace: { record: `shop/r1#${ordered}`, with: { of: 3 } } },
      "of",
    );
    await refused("EVENT_INVALID", { replace: { record: `shop/r1#${ordered}`, with: 3 } }, "no event");
    await refused(
      "EVENT_RESERVED",
      { replace: { record: `shop/r1#${ordered}`, with: { type: "xstate.stop" } } },
      "xstate.stop",
    );
    await refused("POSITION_UNKNOWN", { replace: { record: "shop/r1#99", with: {} } }, "shop/r1#99");
    await refused(
      "POSITION_UNKNOWN",
      { replace: { record: answer, with: { price: 1 } }, at: 1 },
      "behind the cut",
    );
    await refused("POSITION_UNKNOWN", { at: 99 }, "99");
    await refused("POSITION_UNKNOWN", { at: 0 }, "0");
    await refused("ACTOR_NOT_FOUND", { set: [{ actor: "shop/r2", path: ["n"], value: 1 }] }, "shop/r2");
    await refused("INPUT_INVALID", { set: [{ actor: "shop/r1", path: [], value: 1 }] }, "path");
    await refused("ADDRESS_INVALID", { id: "no id" }, "no id");
    await refused("RUN_EXISTS", { id: "main" }, "main");
    await refused("RUN_EXISTS", { id: "r1" }, "r1");
    await expect(shop.host.fork("nobody")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  it("must be of a record of which nothing else in the cut came", async () => {
    await using shop = await openShop();
    const { seq } = await shop.host.actor("shop/r1").send({ type: "REPORT" });
    await settle();
    const record = `shop/r1#${seq}`;
    const replace = { record, with: { type: "LATER" } };
    const heard = (await Array.fromAsync(shop.log.read("shop/r1:clerk"))).at(-1);
    const at = `shop/r1:clerk#${heard?.seq}`;
    const refused: unknown = await shop.host
      .fork("r1", { id: "g", at, replace })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: "RECORD_INVALID",
      message: expect.stringContaining(`record ${heard?.seq} of "shop/r1:clerk" came of it`),
      hint: `Cut right behind it: use --at ${await shop.at(seq)}, or leave --at out.`,
    });
    expect(await shop.host.fork("r1", { id: "g", replace })).toMatchObject({
      position: await shop.at(seq),
    });
  });

  it("of an event: its data anew, and the machine must take it", async () => {
    await using shop = await openShop();
    const ordered = await shop.order();
    await settle();
    await shop.host.fork("r1", {
      replace: { record: `shop/r1#${ordered}`, with: { type: "REPORT" } },
      id: "f",
    });
    await settle();
    const { value } = await shop.host.read("shop/f");
    expect(value).toBe("open");
    expect((await shop.host.read("ledger/main")).context).toEqual({ notes: 1 });
  });
});

describe("a run that cannot be forked", () => {
  it("whose machine decides by its own address is refused, and so is one whose machine is unknown or another", async () => {
    await using shop = await openShop();
    await shop.order();
    await settle();
    const before = await hashOf(shop.log);
    await shop.reopen((address) => address === "shop/g");
    const same = await shop.host.fork("r1", { id: "g" }).catch((error: unknown) => error);
    expect(same).toMatchObject({ code: "FORK_DIVERGED", data: { address: "shop/r1" } });
    await shop.reopen((address) => address === "shop/r1");
    await expect(shop.host.fork("r1", { id: "g" })).rejects.toMatchObject({ code: "REPLAY_DIVERGED" });
    await shop.host[Symbol.asyncDispose]();
    await using client = await connect({ log: shop.log, kinds: [ledgerKind] });
    await expect(client.fork("r1", { id: "g" })).rejects.toMatchObject({ code: "KIND_UNKNOWN" });
    const told = (await Array.fromAsync(shop.log.scan())).filter(
      ({ stream }) => rootOf(stream) === "g",
    );
    expect(told).toEqual([]);
    expect(before).not.toBe("");
  });
});

describe("the fork of a client", () => {
  it("is made by the owner, or as it; it starts no activity; ids are the next that are free", async () => {
    await using shop = await openShop();
    await shop.order();
    await settle();
    await using client = await connect({
      log: shop.log,
      kinds: [shopKind([], []), ledgerKind, contextKind],
    });
    expect(await client.fork("r1")).toMatchObject({ run: "r1-fork", of: "r1" });
    await settle();
    expect(shop.works).toHaveLength(2);
    await shop.host[Symbol.asyncDispose]();
    expect(await client.fork("r1")).toMatchObject({ run: "r1-fork-2" });
    expect(shop.works).toHaveLength(2);
    const last = (await Array.fromAsync(shop.log.read("shop/r1-fork-2"))).at(-1);
    expect(last?.body["event"]).toMatchObject({ type: "troupe.forked" }); // nobody has taken it over
    await shop.reopen();
    await settle();
    const mine = shop.works.filter(({ key }) => key.startsWith("shop/r1-fork-2#"));
    expect(mine).toMatchObject([{ attempt: 1 }]);
    const again = await client.fork("r1", { id: "r1-fork-2", at: await shop.at(2) });
    expect(again).toMatchObject({ run: "r1-fork-2" });
  });

  it("is told of as one: its birth says of what, and its copied records are not heard as facts", async () => {
    await using shop = await openShop();
    await shop.order();
    await settle();
    shop.works[0]?.end({ price: 3 });
    await settle();
    await using client = await connect({
      log: shop.log,
      kinds: [shopKind([], []), ledgerKind, contextKind],
    });
    const heard: string[] = [];
    const end = await client.facts({}, (_, address) => void heard.push(address));
    const { position } = await shop.host.fork("r1", { id: "f" });
    await settle();
    await shop.host.actor("shop/f").send({ type: "ORDER", of: "x" });
    await settle();
    shop.works.at(-1)?.end({ price: 4 });
    await settle();
    end();
    expect(heard).toEqual(["shop/f"]);
    const [birth] = await Array.fromAsync(shop.log.read("shop/f"));
    expect(birth?.body).toMatchObject({
      copied: true,
      owes: 0,
      born: { id: "f", fork: { of: "shop/r1", at: position, shiftMs: 0 } },
    });
  });
});
