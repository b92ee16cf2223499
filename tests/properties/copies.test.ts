/** Copies of logs, between all engines and through a file, cut short anywhere. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test, fc } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { assertSame, hashesOf } from "../../src/events/log/compare.ts";
import { copyLog, copyRecords } from "../../src/events/log/copy.ts";
import { checkLogFile, recordsIn } from "../../src/events/log/file/read.ts";
import { writeLogFile } from "../../src/events/log/file/write.ts";
import type { Codec, EventLog, NewRecord } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { expectRejection, record } from "../support/log-fixture.ts";
import { folder } from "../support/log-sqlite.ts";
import { freshName } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";

const turned: Codec = { encode: turn, decode: turn };
function turn(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => byte ^ 0x55);
}

/** Appends, in the order in which they are made. */
const history = fc.array(
  fc.record({
    stream: fc.constantFrom("task/r1", "task/r2", "task/r2:a~2", "shop/s1", "queue/mail"),
    bodies: fc.array(fc.oneof(fc.record({ n: fc.integer() }), fc.constant({ text: "x".repeat(99) })), {
      minLength: 1,
      maxLength: 3,
    }),
    type: fc.constantFrom("made", "task.failed", "ä b.c"),
    trace: fc.option(fc.constant("00-1-2-03"), { nil: undefined }),
    epoch: fc.nat({ max: 3 }),
  }),
  { minLength: 1, maxLength: 12 },
);
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

async function live(log: EventLog, appends: History): Promise<void> {
  for (const [i, { stream, bodies, type, trace, epoch }] of appends.entries()) {
    const records = bodies.map((body, n): NewRecord => {
      const made = { ...record(`${i} ${n}`, { ...body, epoch }), type };
      return trace === undefined ? made : { ...made, trace };
    });
    await log.append(stream, records, { expected: await log.tip(stream) });
  }
}

const small = { payloadLimit: 50 };
/** Engines, each time with a fresh log. */
const ENGINES: Readonly<Record<string, (path: string) => EventLog | Promise<EventLog>>> = {
  "memory, 3 partitions": () => memoryLog({ ...small, partitions: 3 }),
  SQLite: (path) => sqliteLog({ ...small, path }),
  "SQLite with a codec": (path) => sqliteLog({ codec: turned, path }),
  "JetStream, 2 partitions": () =>
    jetstreamLog({ ...small, url: sharedNats.logUrl(freshName(), "&partitions=2") }),
};

/** A log whose process dies at an append: before it is written, or before it is answered. */
function dying(log: EventLog, at: number, written: boolean): EventLog {
  let left = at;
  return {
    ...log,
    async append(...append) {
      left -= 1;
      if (left > 0) return log.append(...append);
      if (left === 0 && written) await log.append(...append);
      throw new Error("killed");
    },
  };
}

/** From, to, and how many logs: few where each takes a second. */
const pairs = [
  ["memory, 3 partitions", "SQLite", 10],
  ["SQLite", "memory, 3 partitions", 10],
  ["SQLite", "JetStream, 2 partitions", 2],
  ["JetStream, 2 partitions", "SQLite with a codec", 2],
] as const;

describe("a copy", () => {
  describe.each(pairs)("from %s to %s", (one, other, runs) => {
    test.prop(
      { before: history, since: history, at: fc.integer({ min: 1, max: 5 }), written: fc.boolean() },
      { numRuns: runs, endOnFailure: runs < 5 },
    )(
      "for every log, cut short and gone on with, ends as the log",
      async ({ before, since, at, written }) => {
        await using home = await folder();
        await using from = await opened(one, join(home.path, "from.db"));
        await using to = await opened(other, join(home.path, "to.db"));
        await live(from, before);
        await copyLog(from, dying(to, at, written)).catch(() => undefined);
        await live(from, since);
        const { tips, records } = await copyLog(from, to);
        const [left, right] = [await hashesOf(from.scan(), tips), await hashesOf(to.scan(), tips)];
        assertSame(left, right, { from: one, to: other });
        expect(right.records).toBe(records);
        expect((await Array.fromAsync(to.scan())).length).toBe(records);
        const most = Math.max(...[...before, ...since].map(({ epoch }) => epoch));
        await using owned = await to.claim({ owner: "next" });
        expect(owned.epoch).toBeGreaterThan(most);
      },
    );
  });

  test.prop({ appends: history, sealed: fc.boolean() }, { numRuns: 10 })(
    "for every log, a file gives back what it was made of",
    async ({ appends, sealed }) => {
      await using home = await folder();
      const path = join(home.path, "b.jsonl");
      await using from = memoryLog({ ...small, partitions: 2 });
      await live(from, appends);
      const codec = sealed ? turned : undefined;
      await writeLogFile(path, { from: "it", partitions: 2, at: 1 }, placed(from), codec);
      const { tips } = await checkLogFile(path);
      await using to = memoryLog();
      await copyRecords(unplaced(path, codec), to);
      expect((await hashesOf(to.scan(), tips)).hash).toBe((await hashesOf(from.scan(), tips)).hash);
      if (sealed) await expectRejection(Array.fromAsync(recordsIn(path)), "LOG_CORRUPT");
      await rm(path);
    },
  );

  it("that differs in a single body is found out, and named", async () => {
    await using from = memoryLog();
    await using to = memoryLog();
    await from.append("task/r1", [record("a", { n: 1 })], { expected: 0 });
    await to.append("task/r1", [record("a", { n: 2 })], { expected: 0 });
    const { tips } = await copyLog(from, to); // by their ids they are the same
    const both = [await hashesOf(from.scan(), tips), await hashesOf(to.scan(), tips)] as const;
    expect(() => assertSame(...both, { from: "a", to: "b" })).toThrow(/"task\/r1" differ/);
  });
});

async function* placed(log: EventLog) {
  for await (const { position: _, ...one } of log.scan()) yield { record: one };
}

async function* unplaced(path: string, codec: Codec | undefined) {
  for await (const { record: one } of recordsIn(path, { codec })) yield one;
}

function opened(engine: string, path: string): EventLog | Promise<EventLog> {
  const open = ENGINES[engine];
  if (open === undefined) throw new Error(engine);
  return open(path);
}
