/** Where two runs part: nothing between a run and itself, and exactly what was changed. */
import { fc, test } from "@fast-check/vitest";
import { beforeAll, describe, expect, it } from "vitest";
import { kindsByName } from "../../src/actors/kind.ts";
import type { JsonObject } from "../../src/events/json.ts";
import type { Recorded } from "../../src/events/log/log.ts";
import { isBookkeeping } from "../../src/replay/bookkeeping.ts";
import { compareContexts } from "../../src/replay/compare-contexts.ts";
import { differencesOf } from "../../src/replay/diff-values.ts";
import { diffRuns } from "../../src/replay/diff.ts";
import type { RunRecords } from "../../src/events/log/run-records.ts";
import { drillDrama } from "../simulation/drills.ts";
import { simulated } from "./simulated.ts";

const drama = drillDrama();
const runs: RunRecords[] = [];
beforeAll(async () => {
  for await (const one of simulated(drama, 25)) runs.push(...one.runs);
});

const steps = ({ records }: RunRecords): readonly number[] =>
  records.flatMap((record, at) => (isBookkeeping(record) ? [] : [at]));

/** The same run under another id, as it would be in a log. */
function renamed({ run, records }: RunRecords, name: string): RunRecords {
  const text = JSON.stringify(records).replaceAll(
    new RegExp(`/${run}(?![A-Za-z0-9_~-])`, "g"),
    `/${name}`,
  );
  const again: Recorded[] = JSON.parse(text);
  return { run: name, records: again };
}

function changed(run: RunRecords, at: number, body: JsonObject): RunRecords {
  const records = run.records.map((one, n) =>
    n === at ? { ...one, body: { ...one.body, ...body } } : one,
  );
  return { ...run, records };
}

describe("for every run of simulated histories", () => {
  it("nothing lies between it and itself, nor itself itself under another id, another clock and another host", () => {
    for (const run of runs) {
      const other = renamed(run, "another-one");
      const later = other.records.map(({ at, id, body, ...record }) => {
        return { ...record, at: at + 77, id: `x${id}`, body: { ...body, epoch: 99, hash: "?" } };
      });
      for (const one of [run, other, { ...other, records: later }])
        expect(diffRuns(run, one)).toEqual({
          runs: [run.run, one.run],
          shared: steps(run).length,
          compared: [steps(run).length, steps(run).length],
          partings: [],
        });
    }
  });

  test.prop({ which: fc.nat(), where: fc.nat(), what: fc.constantFrom("state", "output", "error") })(
    "one record that was changed is where it parts, and nothing else is",
    ({ which, where, what }) => {
      const run = runs[which % runs.length];
      if (run === undefined) throw new Error("no run");
      const all = steps(run);
      const at = all[where % all.length] ?? 0;
      const { stream, seq } = run.records[at] ?? { stream: "", seq: 0 };
      const other = changed(run, at, { [what]: { was: "changed" } });
      const { partings, first, shared } = diffRuns(run, other);
      const side = { position: at + 1, address: stream, seq };
      expect(partings).toHaveLength(1);
      expect(first).toMatchObject({ a: side, b: side });
      for (const { path } of first?.differences ?? [{ path: "none" }])
        expect(path.startsWith(what)).toBe(true);
      const behind = all.filter((n) => n >= at && run.records[n]?.stream === stream).length;
      expect(shared).toBe(all.length - behind);
      expect(diffRuns(other, run).partings).toHaveLength(1);
    },
  );

  test.prop({ which: fc.nat(), length: fc.nat() })(
    "a run that goes on parts from its beginning only where that ends",
    ({ which, length }) => {
      const run = runs[which % runs.length];
      if (run === undefined) throw new Error("no run");
      const cut = 1 + (length % run.records.length);
      const begun = { ...run, records: run.records.slice(0, cut) };
      const { shared, partings, first } = diffRuns(run, begun);
      expect(shared).toBe(steps(begun).length);
      for (const { b, differences } of partings) expect([b, differences]).toEqual([undefined, []]);
      const next = steps(run).find((n) => n >= cut);
      expect(first?.a?.position).toBe(next === undefined ? undefined : next + 1);
    },
  );
});

it("the first place is the first of the first run, wherever it is in the other", () => {
  const plain = { v: 1, version: "1", epoch: 1, status: "active", hash: "h", owes: 0 };
  const born = (stream: string, state: string): Recorded => ({
    stream,
    seq: 1,
    id: stream,
    type: "t",
    at: 1,
    correlation: "c",
    body: { ...plain, born: { id: "x" }, state },
  });
  const run = (...records: Recorded[]): RunRecords => ({ run: "r", records });
  const a = run(born("a/r:x", "1"), born("a/r:y", "1"));
  const b = run(born("a/r:z", "1"), born("a/r:y", "2"), born("a/r:x", "2"));
  expect(diffRuns(a, b).partings.map(({ actor }) => actor)).toEqual(["a/*:x", "a/*:z", "a/*:y"]);
  expect(diffRuns(b, a).partings.map(({ actor }) => actor)).toEqual(["a/*:z", "a/*:y", "a/*:x"]);
});

describe("what counts", () => {
  const between = (a: JsonObject, b: JsonObject, times = false): readonly string[] =>
    differencesOf("input", [a, b], { runs: ["r1", "r2"], times }).map(({ path }) => path);

  it("not what names the run itself", () => {
    const of = (run: string): JsonObject => ({
      run,
      to: `task/${run}:a`,
      text: `see runs/${run}/x and task/${run}:b#3`,
      by: { [`task/${run}:a`]: 1 },
    });
    expect(between(of("r1"), of("r2"))).toEqual([]);
    expect(between({ to: "task/r1:a" }, { to: "task/r1:a" })).toEqual([]);
    expect(between({ to: "task/r1:a" }, { to: "task/r2:b" })).toEqual(["input.to"]);
    expect(between({ to: "task/r1" }, { to: "task/r2~2" })).toEqual(["input.to"]);
    expect(between({ to: "task/r1x" }, { to: "task/r2x" })).toEqual(["input.to"]);
    // a folder that is called as the run is
    expect(between({ to: "/r1/a+b/runs/r1" }, { to: "/r1/a+b/runs/r2" })).toEqual([]);
    expect(between({ to: "/r1/a+b/runs/r1" }, { to: "/r1/aab/runs/r2" })).toEqual(["input.to"]);
  });

  it("not times, unless they are asked for", () => {
    const a = { at: 1, startedAt: 2, durationMs: 3, tookAts: 4, format: 5, seat: 6, wait: [{ at: 7 }] };
    const b = { at: 9, startedAt: 9, durationMs: 9, tookAts: 9, format: 9, seat: 9, wait: [{ at: 9 }] };
    const others = ["input.tookAts", "input.format", "input.seat"];
    expect(between(a, b)).toEqual(others);
    expect(between(a, b, true)).toHaveLength(7);
    expect(between({ at: 1 }, { at: "1" })).toEqual(["input.at"]);
    expect(between({ at: 1 }, {})).toEqual(["input.at"]);
  });

  it("everything else, by its path", () => {
    const a = { list: [1, { x: null }], gone: true, same: "s" };
    const b = { list: [1, { x: 0 }, 2], same: "s", fresh: false };
    const found = differencesOf("input", [a, b], { runs: ["r1", "r2"], times: false });
    expect(found).toEqual([
      { path: "input.list[1].x", a: null, b: 0 },
      { path: "input.list[2]", b: 2 },
      { path: "input.gone", a: true },
      { path: "input.fresh", b: false },
    ]);
  });
});

describe("contexts", () => {
  it("are compared where both replay, and it says why where they do not", async () => {
    const run = runs.find(({ records }) => records.length > 5);
    if (run === undefined) throw new Error("no run");
    const [record] = run.records;
    const side = { position: 1, address: record?.stream ?? "", seq: 1, type: "", state: null };
    const kinds = kindsByName(drama.kinds);
    const same = await compareContexts(kinds, [run, run], [side, side]);
    expect(same).toEqual({ differences: [] });
    const last = run.records.findLast(({ stream }) => stream === side.address)?.seq ?? 1;
    const end = { ...side, seq: last };
    const moved = await compareContexts(kinds, [run, run], [side, end]);
    expect("differences" in moved && moved.differences.length > 0).toBe(true);
    expect(await compareContexts(new Map(), [run, run], [side, side])).toHaveProperty("unknown");
    const broken = changed(run, 0, { hash: "another" });
    const fails = await compareContexts(kinds, [run, broken], [side, side]);
    expect(fails).toEqual({ unknown: expect.stringContaining("replays differently") });
  });
});
