/** Forks on each engine: made by a host that dies on the way and by the next, in another partition than the original. */
import { describe, expect, it } from "vitest";
import { readingStepper } from "../../src/actors/client.ts";
import { kindsByName } from "../../src/actors/kind.ts";
import { load } from "../../src/actors/load.ts";
import { partitionOf } from "../../src/events/address.ts";
import { bossKind } from "../support/laws-kinds.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";

describe.each(EVERY_ENGINE)("a fork on $name", ({ bench }) => {
  it("L4, A3, A15: is whole or not run at all, goes on where it was cut short, and replays", async () => {
    await using b = await bench();
    const kinds = [bossKind()] as const;
    const first = await b.start(kinds);
    const boss = await first.host.start("boss/r1");
    await boss.send({ type: "HIRE" });
    await boss.send({ type: "TELL", count: 3 });
    await b.settle();
    const original = await b.records("boss/r1");
    const { partitions } = first.log;
    const id =
      ["f1", "f2", "f3", "f4", "f5"].find(
        (one) => partitionOf(one, partitions) !== partitionOf("r1", partitions),
      ) ?? "f1";
    let told = 0;
    first.log.hold("write", ({ stream }) => stream.includes(`/${id}`) && ++told > 3);
    void first.host.fork("r1", { id }).catch(() => {});
    await b.settle();
    await b.kill(first);
    const next = await b.start(kinds);
    await b.settle();
    expect((await b.records(`boss/${id}`)).every(({ body }) => body.copied === true)).toBe(true);
    const made = await next.host.fork("r1", { id });
    await b.settle();
    expect(made).toMatchObject({ run: id, of: "r1" });
    const { context } = await next.host.read(`boss/${id}`);
    expect(context).toEqual((await next.host.read("boss/r1")).context);
    await next.host.actor(`boss/${id}`).send({ type: "TELL", count: 1 });
    await b.settle();
    expect((await next.host.read(`boss/${id}`)).context.heard.length).toBe(context.heard.length + 1);
    expect(await b.records("boss/r1")).toEqual(original);
    const byName = kindsByName(kinds);
    await using log = await b.open();
    for (const address of [`boss/${id}`, `boss/${id}:hand`])
      expect(
        await load({ log, kinds: byName, stepper: readingStepper(byName) }, address, {
          snapshots: false,
        }),
      ).toBeDefined();
  });
});
