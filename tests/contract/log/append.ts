/** L1 to L4, one example each; `interleavings.ts` holds the same laws as properties. */
import { describe, expect, it } from "vitest";
import { WrongSequenceError } from "../../../src/errors.ts";
import { benchOf, idsOf, record, expectRejection, type LogFixture } from "../../support/log-fixture.ts";

export function appendContract(fixture: LogFixture): void {
  describe("append and read", () => {
    it("L1: numbers the records of each stream 1, 2, 3, …", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      expect(await log.append("task/r1", [record("a")], { expected: 0 })).toBe(1);
      expect(await log.append("task/r1:t2", [record("x")], { expected: 0 })).toBe(1);
      expect(await log.append("task/r1", [record("b"), record("c")], { expected: 1 })).toBe(3);
      const read = await Array.fromAsync(log.read("task/r1"));
      expect(read.map(({ seq, id, stream }) => [stream, seq, id])).toEqual([
        ["task/r1", 1, "a"],
        ["task/r1", 2, "b"],
        ["task/r1", 3, "c"],
      ]);
      expect(await log.tip("task/r1")).toBe(3);
      expect(await log.tip("task/r1:t2")).toBe(1);
      expect(await log.tip("task/nobody")).toBe(0);
    });

    it("L1: gives back every field that was written, and no other", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      const bare = record("a", { text: "ä\u0000\ud83d\ude00", list: [1, null, { deep: true }] });
      const full = { ...record("b"), at: 1_700_000_000_001, cause: "cmd-1", trace: "00-ab-cd-01" };
      await log.append("task/r1", [bare, full], { expected: 0 });
      expect(await Array.fromAsync(log.read("task/r1"))).toStrictEqual([
        { ...bare, stream: "task/r1", seq: 1 },
        { ...full, stream: "task/r1", seq: 2 },
      ]);
    });

    it("L1: keeps kinds, roots and paths that look alike apart", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      const streams = ["a/b", "a/b:c", "a/b:c~2", "a/B", "a/b-c", "a/b_c", "ab/b", "a/b:c:d"];
      await Promise.all(streams.map((s) => log.append(s, [record(`in ${s}`)], { expected: 0 })));
      for (const stream of streams) expect(await idsOf(log, stream)).toEqual([`in ${stream}`]);
    });

    it("L1: reads ranges, from `after + 1` to `to` or the tip", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      const records = Array.from({ length: 5 }, (_, i) => record(`r${i + 1}`));
      await log.append("task/r1", records, { expected: 0 });
      const seqs = async (options?: { after?: number; to?: number }) =>
        (await Array.fromAsync(log.read("task/r1", options))).map(({ seq }) => seq);
      expect(await seqs()).toEqual([1, 2, 3, 4, 5]);
      expect(await seqs({ after: 3 })).toEqual([4, 5]);
      expect(await seqs({ after: 1, to: 3 })).toEqual([2, 3]);
      expect(await seqs({ to: 99 })).toEqual([1, 2, 3, 4, 5]);
      expect(await seqs({ after: 5 })).toEqual([]);
      expect(await seqs({ after: 3, to: 3 })).toEqual([]);
      expect(await Array.fromAsync(log.read("task/nobody"))).toEqual([]);
    });

    it("L1: a read ends at the tip as it was when it began, and may be left early", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await log.append("task/r1", [record("a"), record("b")], { expected: 0 });
      const seen: string[] = [];
      for await (const { id, seq } of log.read("task/r1")) {
        seen.push(id);
        if (seq === 1) await log.append("task/r1", [record("late")], { expected: 2 });
      }
      expect(seen).toEqual(["a", "b"]);
      for await (const { id } of log.read("task/r1")) {
        expect(id).toBe("a");
        break;
      }
      expect(await log.tip("task/r1")).toBe(3);
    });

    it("L2: refuses a stale append, says where the stream is, and writes nothing", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await log.append("task/r1", [record("a"), record("b")], { expected: 0 });
      const stale = log.append("task/r1", [record("x"), record("y")], { expected: 1 });
      const error = await expectRejection(stale, "LOG_WRONG_SEQUENCE");
      expect(error).toBeInstanceOf(WrongSequenceError);
      expect(error).toMatchObject({ stream: "task/r1", expected: 1, actual: 2 });
      expect(await idsOf(log, "task/r1")).toEqual(["a", "b"]);
    });

    it("L2: refuses an append ahead of the tip", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      const ahead = log.append("task/r1", [record("x")], { expected: 1 });
      const error = await expectRejection(ahead, "LOG_WRONG_SEQUENCE");
      expect(error).toMatchObject({ expected: 1, actual: 0 });
      expect(await log.tip("task/r1")).toBe(0);
    });

    it("L2: of appends requested together, a conflict rejects only its own", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await log.append("task/r2", [record("there")], { expected: 0 });
      const [first, stale, last] = await Promise.allSettled([
        log.append("task/r1", [record("a")], { expected: 0 }),
        log.append("task/r2", [record("x"), record("y")], { expected: 0 }),
        log.append("task/r3", [record("b")], { expected: 0 }),
      ]);
      expect([first.status, stale.status, last.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect(await idsOf(log, "task/r1")).toEqual(["a"]);
      expect(await idsOf(log, "task/r2")).toEqual(["there"]);
      expect(await idsOf(log, "task/r3")).toEqual(["b"]);
    });

    it("L2: an empty append writes nothing and answers what was expected", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      expect(await log.append("task/r1", [], { expected: 7 })).toBe(7);
      expect(await log.tip("task/r1")).toBe(0);
    });

    it("L3: what was acknowledged is there for another handle, and after all have closed", async () => {
      await using bench = await benchOf(fixture);
      const [writer, reader] = [await bench.open(), await bench.open()];
      await writer.append("task/r1", [record("a")], { expected: 0 });
      expect(await reader.tip("task/r1")).toBe(1);
      expect(await idsOf(reader, "task/r1")).toEqual(["a"]);
      await writer.append("task/r1", [record("b")], { expected: 1 });
      expect(await idsOf(reader, "task/r1")).toEqual(["a", "b"]);
      await writer[Symbol.asyncDispose]();
      await reader[Symbol.asyncDispose]();
      expect(await idsOf(await bench.open(), "task/r1")).toEqual(["a", "b"]);
    });

    it("L4: the same append again writes nothing and succeeds, from any handle, however late", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      const batch = [record("b"), record("c")];
      await log.append("task/r1", [record("a")], { expected: 0 });
      for (const handle of [log, log, other])
        expect(await handle.append("task/r1", batch, { expected: 1 })).toBe(3);
      await log.append("task/r1", [record("d")], { expected: 3 });
      expect(await other.append("task/r1", batch, { expected: 1 })).toBe(3);
      expect(await idsOf(log, "task/r1")).toEqual(["a", "b", "c", "d"]);
    });

    it("L4: the same append twice at once is one", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      const batch = [record("a"), record("b")];
      const twice = [log, log, other].map((h) => h.append("task/r1", batch, { expected: 0 }));
      expect(await Promise.all(twice)).toEqual([2, 2, 2]);
      expect(await idsOf(log, "task/r1")).toEqual(["a", "b"]);
    });

    it.each([
      ["other ids", ["x"], 1],
      ["ids that stand elsewhere in the stream", ["a"], 1],
      ["a batch of which only a part stands there", ["b", "c", "x"], 1],
      ["a batch longer than what stands there", ["c", "d"], 2],
      ["the same ids in another order", ["c", "b"], 1],
    ])("L4: %s are a conflict, not a retry", async (_, ids, expected) => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await log.append(
        "task/r1",
        ["a", "b", "c"].map((id) => record(id)),
        { expected: 0 },
      );
      const records = ids.map((id) => record(id));
      await expect(log.append("task/r1", records, { expected })).rejects.toMatchObject({
        code: "LOG_WRONG_SEQUENCE",
      });
      expect(await idsOf(log, "task/r1")).toEqual(["a", "b", "c"]);
    });
  });
}
