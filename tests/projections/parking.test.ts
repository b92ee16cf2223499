/** P4, P5, and a version that is raised. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import type { Projection } from "../../src/projections/projection.ts";
import { openProjections } from "../../src/projections/runner.ts";
import { folder } from "../support/log-sqlite.ts";
import { countedLog, recordOf, write } from "../support/projected.ts";

/** Counts the records of a stream; cannot count to three for agents. */
const counts = (version: number, most = 2): Projection<{ readonly n: number }> => ({
  name: "counts",
  version,
  key: ({ stream }) => stream,
  fold(row, { stream }) {
    const n = (row?.n ?? 0) + 1;
    if (n > most && stream === "agent/b") throw new Error("too many");
    return { n };
  },
});
const other: Projection<{ readonly last: number }> = {
  name: "other",
  version: 1,
  key: ({ stream }) => stream,
  fold: (_, { seq }) => ({ last: seq }),
};
const step = (stream: string): { stream: string; owes: number } => ({ stream, owes: 0 });

describe("a record that a later one takes out", () => {
  it("A5, P2: leaves the rows, whenever they were folded, and nothing else does", async () => {
    await using home = await folder();
    const place = { path: join(home.path, "rows"), mode: 0o600 };
    const log = memoryLog();
    const open = (at: typeof place | null): ReturnType<typeof openProjections> =>
      openProjections({ log, place: at, projections: [counts(1), other] });
    await write(log, ["agent/b", "job/e", "agent/b", "agent/b", "job/e"].map(step));
    {
      await using before = open(place);
      expect((await before.row(counts(1), "agent/b"))?.parked).toContain("too many");
      await write(log, [{ ...step("agent/b"), skips: 2 }]);
      const rows = await before.rows(counts(1)); // the record that says so counts itself
      expect(rows.map(({ key, row, parked }) => [key, row?.n, parked !== undefined])).toEqual([
        ["job/e", 2, false],
        ["agent/b", 2, true],
      ]);
      await write(log, [{ ...step("agent/b"), skips: 3 }, step("job/e")]);
    }
    await using later = open(place);
    await using anew = open(null);
    const left = [
      { key: "agent/b", row: { n: 2 }, parked: expect.stringContaining("record 5") },
      { key: "job/e", row: { n: 3 } },
    ];
    expect(await later.rows(counts(1))).toEqual(left);
    expect(await anew.rows(counts(1))).toEqual(left);
    expect(await later.rows(other)).toEqual(await anew.rows(other));
  });
});

describe("a fold that cannot take a record", () => {
  it("P4: parks that key, says so once, and everything else goes on; a new version tries again", async () => {
    await using home = await folder();
    const place = { path: join(home.path, "rows"), mode: 0o600 };
    const log = memoryLog();
    const said: string[] = [];
    const open = (projection: Projection): ReturnType<typeof openProjections> =>
      openProjections({
        log,
        place,
        projections: [projection, other],
        warn: (message) => said.push(message),
      });
    await write(log, ["agent/b", "job/e", "agent/b", "agent/b", "job/e", "agent/b", "job/e"].map(step));
    const parked = 'record 3 of "agent/b" cannot be folded: too many';
    const stood = [
      { key: "agent/b", row: { n: 2 }, parked },
      { key: "job/e", row: { n: 3 } },
    ];
    {
      await using projections = open(counts(1));
      expect(await projections.rows(counts(1))).toEqual(stood);
      expect(await projections.row(other, "agent/b")).toEqual({ key: "agent/b", row: { last: 4 } });
      await write(log, [step("agent/b")]);
      expect(await projections.rows(counts(1))).toEqual(stood);
    }
    await using again = open(counts(1));
    expect(await again.rows(counts(1))).toEqual(stood);
    expect(said).toEqual([`"agent/b" stands still in counts: ${parked}`]);
    await using raised = open(counts(2, 9));
    expect(await raised.row(counts(2), "agent/b")).toEqual({ key: "agent/b", row: { n: 5 } });
  });

  it("P4: a body that is no record parks the key, unless the projection knows what to do", async () => {
    const log = memoryLog();
    await write(log, [step("agent/b"), { ...step("agent/b"), unreadable: true }, step("agent/b")]);
    await using projections = openProjections({ log, place: null, projections: [counts(1)] });
    expect(await projections.rows(counts(1))).toEqual([
      {
        key: "agent/b",
        row: { n: 1 },
        parked: expect.stringContaining('record 2 of "agent/b" is no record'),
      },
    ]);
  });

  it("a record of a newer Troupe parks nothing: it is refused until a newer Troupe reads it", async () => {
    await using home = await folder();
    const place = { path: join(home.path, "rows"), mode: 0o600 };
    const log = memoryLog();
    await write(log, [step("job/e")]);
    await log.append("job/e", [{ ...recordOf(step("job/e")), body: { v: 99 } }], { expected: 1 });
    await using projections = openProjections({ log, place, projections: [counts(1)] });
    await expect(projections.rows(counts(1))).rejects.toMatchObject({ code: "LOG_NEWER" });
    await expect(projections.rows(counts(1))).rejects.toMatchObject({ code: "LOG_NEWER" });
  });
});

describe("a version that is raised", () => {
  it("rebuilds that projection alone, then all go on together", async () => {
    await using home = await folder();
    const place = { path: join(home.path, "rows"), mode: 0o600 };
    const log = countedLog(memoryLog());
    const open = (projection: Projection): ReturnType<typeof openProjections> =>
      openProjections({ log, place, projections: [other, projection] });
    await write(
      log,
      Array.from({ length: 9 }, () => step("job/e")),
    );
    {
      await using projections = open(counts(1));
      await projections.catchUp();
      expect(log.scanned()).toBe(9);
    }
    await using raised = open(counts(2));
    expect(await raised.rows(counts(2))).toEqual([{ key: "job/e", row: { n: 9 } }]);
    expect(log.scanned()).toBe(9);
    await write(log, [step("job/e")]);
    expect(await raised.rows(counts(2))).toEqual([{ key: "job/e", row: { n: 10 } }]);
    expect(log.scanned()).toBe(1);
  });
});

it("P5: a rebuild only reads", async () => {
  const inner = memoryLog();
  await write(
    inner,
    Array.from({ length: 9 }, () => step("job/e")),
  );
  const asked: string[] = [];
  const log = new Proxy<EventLog>(inner, {
    get(target, key) {
      asked.push(String(key));
      return Reflect.get(target, key);
    },
  });
  await using projections = openProjections({ log, place: null });
  await projections.catchUp();
  expect([...new Set(asked)].toSorted()).toEqual(["partitions", "scan"]);
});
