/** L7 and L8: what a record may hold, the codec, bodies stored apart; snapshots take the same way. */
import { test, fc } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { Codec, NewRecord } from "../../../src/events/log/log.ts";
import { benchOf, record, expectRejection, type LogFixture } from "../../support/log-fixture.ts";

/** Not JSON, hidden from the compiler as a caller without types would have it. */
const hidden = (value: unknown): NewRecord["body"] => JSON.parse("{}", () => ({ list: [value] }));
const cycle: { self?: unknown } = {};
cycle.self = cycle;

const strictJson = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));

/** Turns every byte over, and notes what passed. */
function spyingCodec(): Codec & { readonly encoded: string[]; decoded: number } {
  const flip = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0xff);
  return {
    encoded: [],
    decoded: 0,
    encode(payload) {
      this.encoded.push(Buffer.from(payload).toString());
      return flip(payload);
    },
    decode(payload) {
      this.decoded += 1;
      return flip(payload);
    },
  };
}

export function bodyContract(fixture: LogFixture): void {
  describe("bodies", () => {
    it.each([
      ["undefined", undefined, ".list[0]"],
      ["a function", () => 1, ".list[0]"],
      ["a bigint", 1n, ".list[0]"],
      ["a symbol", Symbol("s"), ".list[0]"],
      ["NaN", Number.NaN, ".list[0]"],
      ["Infinity", Number.POSITIVE_INFINITY, ".list[0]"],
      ["a Date", new Date(0), ".list[0]"],
      ["a Map", new Map(), ".list[0]"],
      ["a Set", new Set(), ".list[0]"],
      ["an Error", new Error("e"), ".list[0]"],
      ["bytes", new Uint8Array(1), ".list[0]"],
      ["a cycle", cycle, ".list[0].self"],
      ["undefined in a field", { a: undefined }, ".list[0].a"],
    ])("L7: refuses %s with its path and writes nothing", async (_, value, path) => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      const batch = [record("ok"), record("bad", hidden(value))];
      const error = await expectRejection(
        log.append("task/r1", batch, { expected: 0 }),
        "JSON_INVALID",
      );
      expect(error.data["path"]).toMatch(/^body/);
      expect(error.data["path"]).toContain(path);
      expect(await log.tip("task/r1")).toBe(0);
    });

    test.prop({ value: strictJson }, { numRuns: fixture.runs })(
      "L7: for every strict JSON, the body comes back equal",
      async ({ value }) => {
        await using bench = await benchOf(fixture);
        const log = await bench.open({ payloadLimit: 40 });
        const body = JSON.parse(JSON.stringify({ value }));
        await log.append("task/r1", [record("a", body)], { expected: 0 });
        const [read] = await Array.fromAsync(log.read("task/r1"));
        expect(read?.body).toStrictEqual(body);
      },
    );

    it("L7: takes the body as it was when append was called, and hands out copies", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      const body = { list: [1] };
      const written = log.append("task/r1", [record("a", body)], { expected: 0 });
      body.list.push(2);
      await written;
      const [first] = await Array.fromAsync(log.read("task/r1"));
      expect(first?.body).toEqual({ list: [1] });
      Object.assign(first?.body ?? {}, { list: "changed" });
      const [second] = await Array.fromAsync(log.read("task/r1"));
      expect(second?.body).toEqual({ list: [1] });
    });

    it.each([
      ["a time that is none", { at: Number.NaN }],
      ["an empty id", { id: "" }],
      ["an empty type", { type: "" }],
      ["a line break in the type", { type: "a\r\nb" }],
      ["half a surrogate pair", { correlation: "\ud800" }],
    ])("L7: refuses %s around the body", async (_, wrong) => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      const append = log.append("task/r1", [{ ...record("a"), ...wrong }], { expected: 0 });
      await expect(append).rejects.toMatchObject({ code: "RECORD_INVALID" });
      expect(await log.tip("task/r1")).toBe(0);
    });

    it("L7: refuses a stream that is no address", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      for (const stream of ["r1", "/r1", "task/", "task/a b", "task/a.*", "task/a:"])
        await expect(log.append(stream, [record("a")], { expected: 0 })).rejects.toMatchObject({
          code: "ADDRESS_INVALID",
        });
    });

    it("L8: stores a body over the limit apart, once for all that share it", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open({ payloadLimit: 100 });
      const big = { text: "x".repeat(200) };
      await log.append("task/r1", [record("a", big), record("b", big)], { expected: 0 });
      await log.append("task/r2", [record("c", big)], { expected: 0 });
      await log.append("task/r3", [record("d", { text: "small" })], { expected: 0 });
      expect(await bench.storage.countPayloads()).toBe(1);
      await log.append("task/r3", [record("e", { ...big, other: 1 })], { expected: 1 });
      expect(await bench.storage.countPayloads()).toBe(2);
      const other = await bench.open();
      const read = await Array.fromAsync(other.scan());
      expect(read.filter(({ id }) => "abc".includes(id)).map(({ body }) => body)).toEqual([
        big,
        big,
        big,
      ]);
    });

    it("L8: a body of exactly the limit stays in its record", async () => {
      await using bench = await benchOf(fixture);
      const body = { text: "ä".repeat(20) };
      const bytes = Buffer.byteLength(JSON.stringify(body));
      const log = await bench.open({ payloadLimit: bytes });
      await log.append("task/r1", [record("a", body)], { expected: 0 });
      expect(await bench.storage.countPayloads()).toBe(0);
      const tighter = await bench.open({ payloadLimit: bytes - 1 });
      await tighter.append("task/r1", [record("b", body)], { expected: 1 });
      expect(await bench.storage.countPayloads()).toBe(1);
    });

    it("L8: holds two megabytes in one body", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      const body = { text: "0123456789abcdef".repeat(131_072) };
      await log.append("task/r1", [record("a", body)], { expected: 0 });
      const [read] = await Array.fromAsync((await bench.open()).read("task/r1"));
      expect(read?.body).toEqual(body);
    });

    it("L8: a codec sees every body and snapshot, in and out", async () => {
      await using bench = await benchOf(fixture);
      const codec = spyingCodec();
      const log = await bench.open({ codec, payloadLimit: 50 });
      const [small, big] = [{ n: 1 }, { text: "y".repeat(99) }];
      await log.append("task/r1", [record("a", small), record("b", big)], { expected: 0 });
      await log.snapshots.put("task/r1", { seq: 2, key: "k", data: { s: 1 } });
      expect(codec.encoded).toEqual([small, big, { s: 1 }].map((body) => JSON.stringify(body)));
      expect(codec.decoded).toBe(0);
      const bodies = (await Array.fromAsync(log.read("task/r1"))).map(({ body }) => body);
      expect(bodies).toEqual([small, big]);
      expect((await log.snapshots.get("task/r1"))?.data).toEqual({ s: 1 });
      expect(codec.decoded).toBeGreaterThanOrEqual(3);
    });

    it("L8: read with another codec, says that it is not readable", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open({ codec: spyingCodec() });
      await log.append("task/r1", [record("a")], { expected: 0 });
      const plain = await bench.open();
      await expect(Array.fromAsync(plain.read("task/r1"))).rejects.toMatchObject({
        code: "LOG_CORRUPT",
      });
    });
  });

  describe("snapshots", () => {
    it("keeps one a stream, the last that was put, for every handle", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      expect(await log.snapshots.get("task/r1")).toBeUndefined();
      await log.snapshots.put("task/r1", { seq: 3, key: "v1", data: { a: [1] } });
      await log.snapshots.put("task/r2", { seq: 1, key: "v1", data: "two" });
      await log.snapshots.put("task/r1", { seq: 5, key: "v2", data: { a: [1, 2] } });
      const stored = await other.snapshots.get("task/r1");
      expect(stored).toStrictEqual({ seq: 5, key: "v2", data: { a: [1, 2] } });
    });

    it("refuses what JSON cannot hold", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      const put = log.snapshots.put("task/r1", { seq: 1, key: "k", data: hidden(new Date()) });
      await expect(put).rejects.toMatchObject({ code: "JSON_INVALID" });
      expect(await log.snapshots.get("task/r1")).toBeUndefined();
    });
  });
}
