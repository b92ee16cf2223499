/** L9 without archives: payloads go by mark and sweep, with a grace time. */
import { describe, expect, it } from "vitest";
import { benchOf, record, type LogFixture } from "../../support/log-fixture.ts";

/** A body that is stored apart by a log with this limit. */
const LIMIT = { payloadLimit: 100 };
const big = (n: number) => ({ n, text: "x".repeat(200) });
const BYTES = Buffer.byteLength(JSON.stringify(big(1)));

export function sweepContract(fixture: LogFixture): void {
  describe("sweepPayloads", () => {
    it("L9: removes what no record refers to, and nothing else, and says how much", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open(LIMIT);
      expect(await log.sweepPayloads({ graceMs: 0 })).toEqual({ removed: 0, bytes: 0, kept: 0 });
      await log.append("task/r1", [record("a", big(1)), record("b")], { expected: 0 });
      await log.append("task/r2", [record("c", big(1)), record("d", big(2))], { expected: 0 });
      await log.snapshots.put("task/r1", { seq: 2, key: "k", data: big(3) });
      for (const n of [4, 5]) await bench.storage.leavePayload(log, big(n));
      expect(await bench.storage.countPayloads()).toBe(4);
      const swept = await log.sweepPayloads({ graceMs: 0 });
      expect(swept).toEqual({ removed: 2, bytes: 2 * BYTES, kept: 2 });
      expect(await bench.storage.countPayloads()).toBe(2);
      expect(await log.sweepPayloads({ graceMs: 0 })).toEqual({ removed: 0, bytes: 0, kept: 2 });
      const other = await bench.open();
      const bodies = (await Array.fromAsync(other.read("task/r2"))).map(({ body }) => body);
      expect(bodies).toEqual([big(1), big(2)]);
      expect((await other.snapshots.get("task/r1"))?.data).toEqual(big(3));
    });

    it("L9: takes more of them than one page holds", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open(LIMIT);
      for (let n = 0; n < 40; n++) await bench.storage.leavePayload(log, big(10 + n));
      await log.append("task/r1", [record("a", big(1))], { expected: 0 });
      expect(await log.sweepPayloads({ graceMs: 0 })).toMatchObject({ removed: 40, kept: 1 });
    });

    it("L9: leaves what is young, and what is stored again is young again", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open(LIMIT);
      for (const n of [1, 2]) await bench.storage.leavePayload(log, big(n));
      expect(await log.sweepPayloads({ graceMs: 60_000 })).toMatchObject({ removed: 0, kept: 2 });
      expect(await log.sweepPayloads()).toMatchObject({ removed: 0, kept: 2 });
      await bench.storage.later(2_500);
      await bench.storage.leavePayload(log, big(1));
      expect(await log.sweepPayloads({ graceMs: 2_400 })).toMatchObject({ removed: 1, kept: 1 });
      await log.append("task/r1", [record("a", big(1)), record("b", big(2))], { expected: 0 });
      const bodies = (await Array.fromAsync(log.read("task/r1"))).map(({ body }) => body);
      expect(bodies).toEqual([big(1), big(2)]);
    });

    it("L9: takes nothing from under appends that run at the same time", async () => {
      await using bench = await benchOf(fixture);
      const [log, other, sweeper] = [
        await bench.open(LIMIT),
        await bench.open(LIMIT),
        await bench.open(),
      ];
      const bodies = Array.from({ length: 20 }, (_, n) => big(10 + n));
      for (const body of bodies) await bench.storage.leavePayload(log, body);
      await bench.storage.later(3_000);
      let writing = true;
      const appends = [log, other].map(async (handle, h) => {
        for (const [n, body] of bodies.entries())
          await handle.append(`task/r${h}`, [record(`${n}`, body)], { expected: n });
      });
      const written = Promise.all(appends).finally(() => (writing = false));
      while (writing) {
        await sweeper.sweepPayloads({ graceMs: 2_900 });
        await new Promise(setImmediate);
      }
      await written;
      for (const stream of ["task/r0", "task/r1"]) {
        const read = (await Array.fromAsync(sweeper.read(stream))).map(({ body }) => body);
        expect(read).toEqual(bodies);
      }
      expect(await sweeper.sweepPayloads({ graceMs: 0 })).toMatchObject({ kept: 20 });
    });

    it("L9: may be cut short at any time, and is taken up by the next", async () => {
      await using bench = await benchOf(fixture);
      const [log, second] = [await bench.open(LIMIT), await bench.open(LIMIT)];
      await log.append("task/r1", [record("a", big(1))], { expected: 0 });
      for (let n = 0; n < 5; n++) await bench.storage.leavePayload(log, big(10 + n));
      const cut = second.sweepPayloads({ graceMs: 0 }).catch(() => undefined);
      await second[Symbol.asyncDispose]();
      await cut;
      await log.sweepPayloads({ graceMs: 0 });
      expect(await bench.storage.countPayloads()).toBe(1);
      const [read] = await Array.fromAsync(log.read("task/r1"));
      expect(read?.body).toEqual(big(1));
    });

    it("L9: is refused by a log that is closed", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await log[Symbol.asyncDispose]();
      await expect(log.sweepPayloads()).rejects.toMatchObject({ code: "LOG_UNREACHABLE" });
    });
  });
}
