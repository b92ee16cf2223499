/** The SQLite engine with all its queues and pages, against the memory engine as its model. */
import { test, fc } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { benchOf, record } from "../support/log-fixture.ts";
import { sqliteFixture } from "../support/log-sqlite.ts";

/** An append that may be right, stale, ahead, empty, or one that was made before. */
const append = fc.record({
  stream: fc.constantFrom("task/r1", "task/r2"),
  ids: fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 3 }),
  expected: fc.nat({ max: 6 }),
  big: fc.boolean(),
});
type Append = typeof append extends fc.Arbitrary<infer T> ? T : never;

/** Each inner list is asked for in one turn of the event loop. */
const turns = fc.array(fc.array(append, { minLength: 1, maxLength: 8 }), { maxLength: 5 });

async function outcome(log: EventLog, { stream, ids, expected, big }: Append): Promise<unknown> {
  const body = { text: big ? "x".repeat(100) : "x" };
  try {
    return await log.append(
      stream,
      ids.map((id) => record(id, body)),
      { expected },
    );
  } catch (error) {
    if (TroupeError.is(error, "LOG_WRONG_SEQUENCE")) return error.data;
    throw error;
  }
}

describe("the engines agree", () => {
  test.prop({ turns }, { numRuns: 60 })(
    "for every appends, shared commits of SQLite end as one after another in memory do",
    async ({ turns }) => {
      await using bench = await benchOf(sqliteFixture);
      const log = await bench.open({ payloadLimit: 50 });
      await using model = memoryLog({ payloadLimit: 50 });
      for (const turn of turns) {
        const expected: unknown[] = [];
        for (const asked of turn) expected.push(await outcome(model, asked));
        expect(await Promise.all(turn.map((asked) => outcome(log, asked)))).toEqual(expected);
      }
      expect(await Array.fromAsync(log.scan())).toEqual(await Array.fromAsync(model.scan()));
      expect(await log.end()).toBe(await model.end());
    },
  );

  test.prop(
    {
      sizes: fc.array(fc.integer({ min: 200, max: 600 }), { minLength: 1, maxLength: 3 }),
      cut: fc.nat(),
    },
    { numRuns: 10 },
  )("for every length, pages join without a gap or a repeat", async ({ sizes, cut }) => {
    await using bench = await benchOf(sqliteFixture);
    const log = await bench.open();
    let expected = 0;
    for (const size of sizes) {
      const records = Array.from({ length: size }, (_, i) => record(`r${expected + i}`));
      expected = await log.append("task/r1", records, { expected });
    }
    const after = cut % expected;
    const seqs = Array.from({ length: expected - after }, (_, i) => after + i + 1);
    const read = await Array.fromAsync(log.read("task/r1", { after }));
    expect(read.map(({ seq }) => seq)).toEqual(seqs);
    const scanned = await Array.fromAsync(log.scan({ after: String(after) }));
    expect(scanned.map(({ position }) => position)).toEqual(seqs.map(String));
  });

  it("L5: what is written during a long read is not part of it", async () => {
    await using bench = await benchOf(sqliteFixture);
    const log = await bench.open();
    const records = Array.from({ length: 700 }, (_, i) => record(`r${i}`));
    await log.append("task/r1", records, { expected: 0 });
    for (const [round, begin] of [() => log.read("task/r1"), () => log.scan()].entries()) {
      const before = 700 + round * 700;
      let met = 0;
      for await (const _ of begin()) {
        met += 1;
        await log.append("task/r1", [record(`m${round}-${met}`)], { expected: before + met - 1 });
      }
      expect(met).toBe(before);
    }
  });
});
