/** Who runs the actors: one owner at a time, epochs that only grow. */
import { describe, expect, it } from "vitest";
import { benchOf, expectRejection, type LogFixture } from "../../support/log-fixture.ts";

export function ownerContract(fixture: LogFixture): void {
  describe("claim", () => {
    it("refuses a second owner and names the first", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      await using owner = await log.claim({ owner: "host 4711" });
      for (const handle of [other, log]) {
        const error = await expectRejection(handle.claim({ owner: "host 4712" }), "LOG_OWNED");
        expect(error.message).toContain("host 4711");
        expect(error.data["owner"]).toBe("host 4711");
        expect(error.hint).toBeDefined();
      }
      expect(owner.lost.aborted).toBe(false);
    });

    it("is open again at once when the owner gives it back, with a greater epoch", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      const epochs: number[] = [];
      for (const handle of [log, other, log]) {
        const owner = await handle.claim({ owner: "host" });
        epochs.push(owner.epoch);
        await owner[Symbol.asyncDispose]();
        await owner[Symbol.asyncDispose]();
        expect(owner.lost.aborted).toBe(false);
      }
      expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
      expect(new Set(epochs).size).toBe(3);
      expect(epochs[0]).toBeGreaterThan(0);
    });

    it("is given back when the owner's log closes", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      const first = await log.claim({ owner: "first" });
      await log[Symbol.asyncDispose]();
      await using second = await other.claim({ owner: "second" });
      expect(second.epoch).toBeGreaterThan(first.epoch);
      await first[Symbol.asyncDispose]();
      await expect((await bench.open()).claim({ owner: "third" })).rejects.toMatchObject({
        code: "LOG_OWNED",
      });
    });

    it("of many that ask at once, lets exactly one in", async () => {
      await using bench = await benchOf(fixture);
      const handles = await Promise.all(Array.from({ length: 4 }, () => bench.open()));
      const claims = await Promise.allSettled(
        handles.map((handle, i) => handle.claim({ owner: `host ${i}` })),
      );
      expect(claims.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    });

    it("is open again when the owner died without giving it back", async ({ skip }) => {
      await using bench = await benchOf(fixture);
      const { deadOwner } = bench.storage;
      if (typeof deadOwner === "string") return skip(deadOwner);
      const log = await bench.open();
      const before = await log.claim({ owner: "before" });
      await before[Symbol.asyncDispose]();
      await deadOwner("dead");
      await using after = await log.claim({ owner: "after" });
      expect(after.epoch).toBeGreaterThan(before.epoch + 1);
    });
  });
}
