/** P3: what is folded anew lies beside what is read, until it is whole; and watching rows through it. */
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import type { Projections } from "../../src/projections/face.ts";
import type { RowChange } from "../../src/projections/follow.ts";
import type { Place } from "../../src/projections/place.ts";
import type { Projection } from "../../src/projections/projection.ts";
import { openProjections } from "../../src/projections/runner.ts";
import { defineTable } from "../../src/projections/table.ts";
import { folder } from "../support/log-sqlite.ts";
import { write } from "../support/projected.ts";

interface Row {
  readonly n: number;
}

/** Counts records by stream, `version` at a time. */
const counts = (version: number): Projection<Row> => ({
  name: "counts",
  version,
  key: ({ stream }) => stream,
  fold: (row, { body }) => (body.status === "done" ? undefined : { n: (row?.n ?? 0) + version }),
  tables: [
    defineTable({
      name: "counted",
      columns: { stream: "text", n: "integer" },
      spread: ({ n }: Row, stream) => [{ stream, n }],
    }),
  ],
});
const step = (stream: string): { stream: string; owes: number } => ({ stream, owes: 0 });
const some = (n: number): { stream: string; owes: number }[] =>
  Array.from({ length: n }, () => step("job/e"));

const opened = (log: EventLog, place: Place | null, version: number): Projections =>
  openProjections({ log, place, views: [], projections: [counts(version)] });
const COUNTED = "SELECT stream, n FROM counted";

describe("a version that is raised", () => {
  it("P3: is folded beside the old rows, which are read until it is whole, and are gone then", async () => {
    await using home = await folder();
    const place = { path: join(home.path, "rows"), mode: 0o600 };
    const log = memoryLog();
    await write(log, some(10));
    await using old = opened(log, place, 1);
    expect(await old.sql(COUNTED)).toEqual([{ stream: "job/e", n: 10 }]);
    {
      await using raised = opened(log, place, 2);
      expect(await raised.catchUp(6)).toBe(6); // and is stopped
    }
    expect(await old.status()).toMatchObject([
      { version: 1, state: "current", folded: 10 },
      { version: 2, state: "building", folded: 6 },
    ]);
    expect(await old.sql(COUNTED)).toEqual([{ stream: "job/e", n: 10 }]);
    await write(log, some(1));
    expect(await old.sql(COUNTED)).toEqual([{ stream: "job/e", n: 11 }]);

    await using raised = opened(log, place, 2);
    expect(await raised.catchUp()).toBe(5); // goes on from where it was stopped
    expect(await raised.sql(COUNTED)).toEqual([{ stream: "job/e", n: 22 }]);
    expect(await raised.status()).toMatchObject([{ version: 2, state: "current", folded: 11 }]);
  });

  it("P3: an older process folds for itself, once, and does not take the plain names back", async () => {
    await using home = await folder();
    const place = { path: join(home.path, "rows"), mode: 0o600 };
    const log = memoryLog();
    await write(log, some(3));
    await using old = opened(log, place, 1);
    await using raised = opened(log, place, 2);
    await old.catchUp();
    await raised.catchUp();
    expect(await old.rows(counts(1))).toEqual([{ key: "job/e", row: { n: 3 } }]);
    expect(await raised.sql(COUNTED)).toEqual([{ stream: "job/e", n: 6 }]);
    await write(log, some(1));
    expect(await old.catchUp()).toBe(1);
    expect(await raised.catchUp()).toBe(1);
    expect(await raised.rows(counts(2))).toEqual([{ key: "job/e", row: { n: 8 } }]);
  });

  const order = fc.constantFrom("old", "raised", "rebuild", "write", "reopen");
  test.prop({ happens: fc.array(fc.tuple(order, fc.nat(4)), { maxLength: 16 }) }, { numRuns: 40 })(
    "P2, P3: whoever folds which version how far and anew, under load, the rows are those of one fold",
    async ({ happens }) => {
      await using home = await folder();
      const place = { path: join(home.path, "rows"), mode: 0o600 };
      const log = memoryLog();
      let [old, raised] = [opened(log, place, 1), opened(log, place, 2)];
      for (const [what, n] of happens) {
        if (what === "write") await write(log, some(n));
        else if (what === "old") await old.catchUp(n + 1);
        else if (what === "raised") await raised.catchUp(n + 1);
        else if (what === "rebuild") await Promise.all([raised.rebuild(), write(log, some(n))]);
        else {
          await raised[Symbol.asyncDispose]();
          raised = opened(log, place, 2);
        }
      }
      for (const [version, live] of [
        [1, old],
        [2, raised],
      ] as const) {
        await using anew = opened(log, null, version);
        expect(await live.rows(counts(version))).toEqual(await anew.rows(counts(version)));
      }
      await using anew = opened(log, null, 2);
      expect(await raised.sql(COUNTED)).toEqual(await anew.sql(COUNTED));
      await Promise.all([old, raised].map((one) => one[Symbol.asyncDispose]()));
    },
  );
});

describe("rebuilding", () => {
  it("P3: shows the old rows until the new ones are whole", async () => {
    await using home = await folder();
    const place = { path: join(home.path, "rows"), mode: 0o600 };
    const log = memoryLog();
    await write(log, some(4_500));
    const seen: unknown[] = [];
    await using reader = opened(log, place, 1);
    await reader.catchUp();
    await using builder = openProjections({
      log,
      place,
      views: [],
      projections: [counts(1)],
      progress: (read) => seen.push(read),
    });
    const rebuilt = builder.rebuild(["counts"]);
    let wrong = 0;
    let done = false;
    void rebuilt.finally(() => (done = true));
    while (!done) {
      const rows = await reader.sql(COUNTED, [], { limit: 0 });
      if (JSON.stringify(rows) !== '[{"stream":"job/e","n":4500}]') wrong += 1;
    }
    await rebuilt;
    expect(wrong).toBe(0);
    expect(seen).toEqual([2_000, 4_000, 4_500]);
  });
});

describe.each([["memory"], ["a file"]])("watching rows in %s", (where) => {
  test.prop(
    {
      bursts: fc.array(
        fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.boolean()), { maxLength: 4 }),
        { maxLength: 5 },
      ),
    },
    { numRuns: 15 },
  )("whoever applies what it is told holds the rows", async ({ bursts }) => {
    await using home = await folder();
    const place = where === "memory" ? null : { path: join(home.path, "rows"), mode: 0o600 };
    const log = memoryLog();
    await using projections = opened(log, place, 1);
    await using other = opened(log, place, 1);
    const stop = new AbortController();
    const held = new Map<string, unknown>();
    const told = async (): Promise<void> => {
      for await (const change of projections.watch(counts(1), { signal: stop.signal }))
        apply(held, change);
    };
    const watching = told();
    for (const burst of bursts) {
      await write(
        log,
        burst.map(([id, ends]) => ({ stream: `job/${id}`, owes: 0, status: ends ? "done" : "active" })),
      );
      await other.catchUp();
    }
    await write(log, [step("job/last")]);
    await expect.poll(() => held.has("job/last")).toBe(true);
    const rows = await projections.rows(counts(1));
    expect(held).toEqual(new Map(rows.map(({ key, row }) => [key, row])));
    stop.abort();
    await watching;
  });

  it("begins anew when the rows are built anew, and ends with its projections", async () => {
    await using home = await folder();
    const place = where === "memory" ? null : { path: join(home.path, "rows"), mode: 0o600 };
    const log = memoryLog();
    await write(log, some(2));
    const projections = opened(log, place, 1);
    const seen: string[] = [];
    const told = async (): Promise<void> => {
      for await (const change of projections.watch(counts(1)))
        seen.push(change.type === "row" ? `${change.key} ${change.row?.n}` : change.type);
    };
    const watching = told();
    await expect.poll(() => seen.length).toBe(2);
    await projections.rebuild();
    await write(log, some(1));
    await expect.poll(() => seen.length).toBe(4);
    expect(seen).toEqual(["reset", "job/e 2", "reset", "job/e 3"]);
    await projections[Symbol.asyncDispose]();
    await watching;
  });
});

function apply(held: Map<string, unknown>, change: RowChange<Row>): void {
  if (change.type === "reset") held.clear();
  else if (change.type === "removed") held.delete(change.key);
  else held.set(change.key, change.row);
}
