/** `npm run bench`: it runs, says what it measured, and its JSON is what its schema says. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { inTurns } from "../bench/measure.ts";
import { atLeast, below, closingLine, Report } from "../bench/report.ts";

const run = promisify(execFile);
const bench = (...args: readonly string[]) =>
  run(process.execPath, [join(import.meta.dirname, "..", "bench", "main.ts"), ...args]);

const report: Report = {
  node: "v24",
  machine: { cpus: 2, model: "m", memoryGb: 1, load: [0, 0] },
  fileSystem: "ext4",
  quick: false,
  seconds: 3,
  benches: [],
};

test("a quick run prints one JSON document that its schema takes", async () => {
  const { stdout, stderr } = await bench("--quick", "--json", "--only", "w2,w3");
  const { benches, quick, fileSystem } = Report.parse(JSON.parse(stdout));
  expect(benches.map(({ name }) => name)).toEqual(["w2", "w3"]);
  expect([quick, fileSystem]).toEqual([true, expect.stringMatching(/./)]);
  const rows = benches.flatMap(({ tables }) => tables.flatMap((table) => table.rows));
  const goals = rows.filter(({ goal }) => goal !== undefined);
  expect(goals.length).toBe(3);
  for (const { got, reached } of goals)
    expect([String(got), reached]).toEqual([
      expect.stringMatching(/^[1-9\d.]+ /),
      expect.stringMatching(/^(yes|no)$/),
    ]);
  expect(stderr).toMatch(/^bench: \d of 3 goals reached in \d+ s \(quick/m);
});

test("a bench that does not exist is refused, and --help names those that do", async () => {
  await expect(bench("--only", "w0")).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no bench "w0"'),
  });
  expect((await bench("--help")).stdout).toMatch(/w1-nats .*JetStream/);
});

test("the closing line counts what was reached and names what was missed", () => {
  const rows = [
    { way: "fast", ...atLeast(2, 2) },
    { way: "slow", ...below(25, 25, "ms") },
    { way: "without a goal" },
  ];
  const benches = [{ name: "w9", seconds: 3, tables: [{ title: "t", rows }] }];
  expect(closingLine({ ...report, benches })).toBe(
    "bench: 1 of 2 goals reached in 3 s; missed: w9 slow (25 ms, goal < 25 ms)",
  );
});

test("ways take turns, and the round that warms up does not count", async () => {
  const turns: string[] = [];
  const costs = [1, 9, 5, 7];
  const way = (name: string) => async (warm: boolean) => {
    turns.push(`${name}${warm ? " warm" : ""}`);
    const wall = costs[Math.floor((turns.length - 1) / 2)] ?? 0;
    return { wall, cpu: wall * 2 };
  };
  const best = await inTurns({ a: way("a"), b: way("b") }, 3, () => {});
  expect(turns).toEqual(["a warm", "b warm", "a", "b", "a", "b", "a", "b"]);
  expect(best("b")).toEqual({ wall: 5, cpu: 10, walls: [9, 5, 7] });
});
