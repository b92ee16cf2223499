/** P1: two processes fold one log into one file at once; each record counts once. */
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import type { Projection } from "../../src/projections/projection.ts";
import type { Projections } from "../../src/projections/face.ts";
import { openProjections } from "../../src/projections/runner.ts";
import { folder } from "../support/log-sqlite.ts";
import { write } from "../support/projected.ts";

/** A record that is folded twice, or left out, makes another number. */
const counts: Projection<{ readonly n: number }> = {
  name: "counts",
  version: 1,
  key: ({ stream }) => stream,
  fold: (row, { seq }) => ({ n: (row?.n ?? 0) * 3 + seq }),
};

/** A log that lets something happen right before the nth record of its first scan. */
function interrupted(log: EventLog, nth: number, happens: () => Promise<void>): EventLog {
  let left = nth;
  return {
    ...log,
    async *scan(options) {
      for await (const record of log.scan(options)) {
        if (left-- === 0) await happens();
        yield record;
      }
    },
  };
}

const streams = fc.array(fc.constantFrom("agent/a", "agent/b", "job/e"), { maxLength: 12 });
const steps = (names: readonly string[]) => names.map((stream) => ({ stream, owes: 0 }));

test.prop(
  {
    first: streams,
    before: streams,
    between: streams,
    after: streams,
    nth: fc.nat(20),
    limit: fc.integer({ min: 1, max: 30 }),
  },
  { numRuns: 60 },
)(
  "P1, P2: whenever another process folds in between, no record counts twice or not at all",
  async ({ first, before, between, after, nth, limit }) => {
    await using home = await folder();
    const place = { path: join(home.path, "rows"), mode: 0o600 };
    const log = memoryLog();
    const open = (from: EventLog): Projections =>
      openProjections({ log: from, place, projections: [counts] });
    let over = false;
    await using other = open(log);
    await write(log, steps(first));
    await other.catchUp();
    await write(log, steps(before));
    await using one = open(
      interrupted(log, nth, async () => {
        if (over) return;
        await write(log, steps(between));
        await other.catchUp(limit);
      }),
    );
    await one.catchUp();
    over = true;
    expect(await other.catchUp()).toBeLessThanOrEqual(between.length);
    await write(log, steps(after));
    await using alone = openProjections({ log, place: null, projections: [counts] });
    const expected = await alone.rows(counts);
    expect(await one.rows(counts)).toEqual(expected);
    expect(await other.rows(counts)).toEqual(expected);
    expect(await other.catchUp()).toBe(0);
  },
);
