/** L5: one reader, all streams; the cut behind each record; the live tail. */
import { describe, expect, it } from "vitest";
import { partitionOf } from "../../../src/events/address.ts";
import type { EventLog } from "../../../src/events/log/log.ts";
import { benchOf, placesOf, record, take, type LogFixture } from "../../support/log-fixture.ts";

const ROOTS = ["r1", "r2", "r3", "r4", "r5", "r6"];

/** Three records in each of six runs, two runs' worth of them in children. */
async function filled(log: EventLog): Promise<void> {
  for (const root of ROOTS) {
    await log.append(`task/${root}`, [record(`${root}-1`)], { expected: 0 });
    await log.append(`agent/${root}:c`, [record(`${root}-2`)], { expected: 0 });
    await log.append(`task/${root}`, [record(`${root}-3`)], { expected: 1 });
  }
}

const rootOf = ({ stream }: { stream: string }) => stream.split("/")[1]?.split(":")[0] ?? "";

export function scanContract(fixture: LogFixture): void {
  describe("scan", () => {
    it("L5: sees each record once, each run in the order it was written", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await filled(log);
      const all = await Array.fromAsync(log.scan());
      expect(all).toHaveLength(18);
      for (const root of ROOTS)
        expect(all.filter((r) => rootOf(r) === root).map(({ id }) => id)).toEqual([
          `${root}-1`,
          `${root}-2`,
          `${root}-3`,
        ]);
    });

    it("L5: from the cut behind any record, sees exactly the rest", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await filled(log);
      const all = await Array.fromAsync(log.scan());
      for (const [i, { position }] of all.entries()) {
        const before = placesOf(all.slice(0, i + 1));
        const rest = placesOf(await Array.fromAsync(log.scan({ after: position })));
        expect([...before, ...rest].toSorted()).toEqual(placesOf(all).toSorted());
      }
    });

    it("L5: `end` is the cut behind everything acknowledged", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      const empty = await log.end();
      await filled(log);
      const end = await other.end();
      expect(await Array.fromAsync(log.scan({ after: end }))).toEqual([]);
      expect(await Array.fromAsync(log.scan({ after: empty }))).toHaveLength(18);
      await log.append("task/late", [record("late")], { expected: 0 });
      expect(placesOf(await Array.fromAsync(log.scan({ after: end })))).toEqual(["task/late#1"]);
    });

    it("L5: partitions share nothing, miss nothing, and hold each run whole", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await filled(log);
      const seen: string[] = [];
      for (let partition = 0; partition < log.partitions; partition++) {
        const part = await Array.fromAsync(log.scan({ partition }));
        for (const r of part) expect(partitionOf(rootOf(r), log.partitions)).toBe(partition);
        seen.push(...placesOf(part));
      }
      expect(seen.toSorted()).toEqual(placesOf(await Array.fromAsync(log.scan())).toSorted());
      const none = Array.fromAsync(log.scan({ partition: log.partitions }));
      await expect(none).rejects.toMatchObject({ code: "USAGE" });
    });

    it("L5: the cuts of partitions, read one after another, add up to the whole", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await filled(log);
      let after: string | undefined;
      for (let partition = 0; partition < log.partitions; partition++) {
        const from = after === undefined ? {} : { after };
        const part = await Array.fromAsync(log.scan({ ...from, partition }));
        after = part.at(-1)?.position ?? after;
      }
      expect(await Array.fromAsync(log.scan(after === undefined ? {} : { after }))).toEqual([]);
    });

    it("L5: `idsAt` names the record right before each cut, null beyond the end", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      const start = await log.end();
      const nobody = Array.from({ length: log.partitions }, () => null);
      expect(await log.idsAt(start)).toEqual(nobody);
      await filled(log);
      const last: (string | null)[] = [...nobody];
      for await (const { id, position, stream } of log.scan()) {
        last[partitionOf(rootOf({ stream }), log.partitions)] = id;
        expect(await other.idsAt(position)).toEqual(last);
      }
      expect(await other.idsAt(await log.end())).toEqual(last);
      expect(await log.idsAt(start)).toEqual(nobody);
      const beyond = (await log.end()).replaceAll(/\d+/g, (n) => String(Number(n) + 1));
      expect(await log.idsAt(beyond)).toEqual(nobody);
      await expect(log.idsAt("no cut")).rejects.toMatchObject({ code: "LOG_INCOMPATIBLE" });
    });

    it("L5: refuses a position that is none", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await expect(Array.fromAsync(log.scan({ after: "no cut" }))).rejects.toMatchObject({
        code: "LOG_INCOMPATIBLE",
      });
    });

    it("L5: not live, ends at what was there when it began", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await log.append("task/r1", [record("a"), record("b")], { expected: 0 });
      const seen: string[] = [];
      for await (const { id, seq } of log.scan()) {
        seen.push(id);
        if (seq === 1) await log.append("task/r1", [record("late")], { expected: 2 });
      }
      expect(seen).toEqual(["a", "b"]);
    });

    it("L5: live, goes on with what this handle writes", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await log.append("task/r1", [record("a")], { expected: 0 });
      const seen: number[] = [];
      for await (const { seq } of log.scan({ live: true })) {
        seen.push(seq);
        if (seq === 6) break;
        // by the time it is written, the reader waits
        setImmediate(() => void log.append("task/r1", [record(`r${seq}`)], { expected: seq }));
      }
      expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it("L5: live, goes on with what another handle writes", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      const tail = take(log.scan({ live: true, after: await log.end() }), 2);
      await other.append("task/r1", [record("a")], { expected: 0 });
      await other.append("task/r2", [record("b")], { expected: 0 });
      expect(placesOf(await tail).toSorted()).toEqual(["task/r1#1", "task/r2#1"]);
    });

    it("L5: live, ends when the signal says so, waiting or not", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await log.append("task/r1", [record("a")], { expected: 0 });
      const stop = new AbortController();
      const seen: string[] = [];
      for await (const { id } of log.scan({ live: true, signal: stop.signal })) {
        seen.push(id);
        setImmediate(() => stop.abort());
      }
      expect(seen).toEqual(["a"]);
      const over = Array.fromAsync(log.scan({ live: true, signal: stop.signal }));
      expect(await over).toEqual([]);
    });

    it("L5: live, ends when its log is closed", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await log.append("task/r1", [record("a")], { expected: 0 });
      const seen: string[] = [];
      for await (const { id } of log.scan({ live: true })) {
        seen.push(id);
        setImmediate(() => void log[Symbol.asyncDispose]());
      }
      expect(seen).toEqual(["a"]);
    });
  });
}
