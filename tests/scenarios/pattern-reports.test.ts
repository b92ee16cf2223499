/** Runs of patterns, from the command line to their reports. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import type { CliBench } from "../support/cli.ts";
import { hearing, onEachLog } from "../support/cli-logs.ts";

const Report = z.looseObject({ status: z.string() });
const Shown = z.looseObject({ artifacts: z.string() });

async function reportOf(bench: CliBench): Promise<unknown> {
  return Report.parse((await bench.json(["report", "r1"])).value);
}

async function folderOf(bench: CliBench): Promise<string> {
  return Shown.parse((await bench.json(["show", "r1"])).value).artifacts;
}

/** Types and tasks of a run's events, in the order of the log. */
async function eventsOf(bench: CliBench): Promise<readonly string[]> {
  const { out } = await bench.troupe(["watch", "r1", "--events"]);
  return out.split("\n").map((line) => {
    const { event_type: type, task_id: task = "-" } = Object(JSON.parse(line)) as {
      event_type: string;
      task_id?: string;
    };
    return `${type} ${task}`;
  });
}

onEachLog("a parallel run", (open) => {
  const plan = (join_: string): string => `
name: sources
pattern: parallel
join: ${join_}
tasks:
  - {id: papers, run: "echo papers > $TROUPE_OUTPUT", estimateMs: 500}
  - {id: guides, run: "until test -e aside; do sleep 0.02; done; echo guides > $TROUPE_OUTPUT"}
  - {id: talks, run: "sleep 30", timeoutMs: 100}
`;
  const run = async (bench: CliBench, policy: string) => {
    const heard = (line: string): void => {
      // the others go on whatever became of this one
      if (line.startsWith("FAILED     talks")) writeFileSync(join(bench.folder, "aside"), "");
    };
    return await bench.troupe(["run", bench.write("p.yaml", plan(policy)), "--id", "r1"], { heard });
  };

  it("S0-007, S0-008, S0-013: a timeout fails one branch alone; under all there is no aggregate, and what was done is kept", async () => {
    using bench = open();
    expect(await run(bench, "all")).toMatchObject({ code: 1 });
    expect(await reportOf(bench)).toMatchObject({
      status: "FAILED",
      partial: true,
      aggregate: null,
      successRate: 66.7,
      independentTasks: 3,
      estimatedTimeMs: 500,
      tasks: [
        { task: "papers", status: "COMPLETED" },
        { task: "guides", status: "COMPLETED" },
        { task: "talks", status: "FAILED" },
      ],
      failed: [{ task: "talks", why: expect.stringContaining("COMMAND_TIMEOUT") }],
    });
    const folder = await folderOf(bench);
    expect(readFileSync(join(folder, "parallel-r1-1.md"), "utf8")).toBe("papers\n");
    expect(existsSync(join(folder, "parallel-result-r1.md"))).toBe(false);
    const written = readFileSync(join(folder, "report.md"), "utf8");
    expect(written).toContain("FAILED (partial: what was completed is kept)");
    const events = await eventsOf(bench);
    expect(events).toContain("TIMEOUT talks");
    const [early, late] = ["papers", "guides"].map((id) => events.indexOf(`task_completed ${id}`));
    expect(early).toBeGreaterThan(0);
    expect(early).toBeLessThan(late ?? 0);
  });

  it("S0-009, S0-012: under settle the aggregate is made of two, the rate is 66.7 %, the failed branch is listed", async () => {
    using bench = open();
    expect(await run(bench, "settle")).toMatchObject({ code: 0 });
    const folder = await folderOf(bench);
    const written: unknown = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
    expect(written).toMatchObject({
      status: "COMPLETED",
      partial: false,
      successRate: 66.7,
      aggregate: "artifacts/parallel-result-r1.md",
      failed: [{ task: "talks" }],
      startTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      expectedCompletion: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      specialists: ["command"],
      totalExecutionTimeMs: expect.any(Number),
    });
    const merged = readFileSync(join(folder, "parallel-result-r1.md"), "utf8");
    expect(merged).toContain("papers");
    expect(merged).toContain("guides");
  });
});

/** A hub that answers what stands in `cycle-N.json`, and writes the final result. */
const HUB = `
import { readFileSync, writeFileSync, existsSync } from "node:fs";
const work = JSON.parse(readFileSync(process.env.TROUPE_PACKAGE, "utf8"));
if (work.purpose === "integrate") {
  writeFileSync(process.env.TROUPE_OUTPUT, "# Executive Summary\\n\\nOne story.\\n");
  process.exit(0);
}
const { current } = work.cycle;
while (existsSync("hold-" + current)) await new Promise((resolve) => setTimeout(resolve, 20));
writeFileSync(process.env.TROUPE_RESULT, readFileSync("cycle-" + current + ".json"));
`;
const HUB_PLAN = `
name: view
pattern: hub
hub: {run: [node, hub.mjs]}
tasks:
  - {id: speed, run: "echo speed >> trace; echo fast > $TROUPE_OUTPUT"}
  - {id: ease, run: "echo ease >> trace; echo easy > $TROUPE_OUTPUT"}
`;
const conflicts = [{ between: ["speed", "ease"], about: "caching", resolution: "cache, and say so" }];
const iterate = (quality: number) => ({
  completeness: 6,
  conflicts: [],
  gaps: [{ spoke: "speed", missing: "numbers" }],
  quality,
  action: "ITERATE",
  spokes: { speed: { quality, findings: ["slow start"] }, ease: { quality: 8, findings: ["clear"] } },
});
const proceed = {
  completeness: 9,
  conflicts,
  gaps: [],
  quality: 9,
  action: "PROCEED",
  spokes: { speed: { quality: 9, findings: ["2 s to start"] } },
};

function hub(bench: CliBench, ...cycles: readonly object[]): string {
  bench.write("hub.mjs", HUB);
  cycles.forEach((cycle, at) => bench.write(`cycle-${at + 1}.json`, JSON.stringify(cycle)));
  return bench.write("p.yaml", HUB_PLAN);
}

const traceOf = (bench: CliBench): readonly string[] =>
  readFileSync(join(bench.folder, "trace"), "utf8").trimEnd().split("\n").toSorted();

onEachLog("a hub", (open) => {
  it("S0-029, S0-030, S0-031, S0-033, S0-034: syntheses, who was sent back, how conflicts were settled, and the final", async () => {
    using bench = open();
    const run = await bench.troupe(["run", hub(bench, iterate(5), proceed), "--id", "r1"]);
    expect(run).toMatchObject({ code: 0 });
    expect(traceOf(bench)).toEqual(["ease", "speed", "speed"]);
    const folder = await folderOf(bench);
    const written: unknown = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
    expect(written).toMatchObject({
      status: "COMPLETED",
      iteration: "2/3",
      overallQuality: 9,
      belowTarget: false,
      final: "artifacts/hub-final-r1.md",
      spokes: [
        { spoke: "speed", status: "COMPLETED", quality: [5, 9], keyFindings: ["2 s to start"] },
        { spoke: "ease", status: "COMPLETED", quality: [8], keyFindings: ["clear"] },
      ],
      syntheses: [
        {
          cycle: 1,
          completeness: 6,
          gaps: 1,
          synthesisQuality: 5,
          action: "ITERATE",
          sentBack: ["speed"],
        },
        {
          cycle: 2,
          completeness: 9,
          conflicts: 1,
          synthesisQuality: 9,
          action: "PROCEED",
          sentBack: [],
        },
      ],
      conflicts: [{ cycle: 2, about: "caching", resolution: "cache, and say so" }],
      gaps: [{ cycle: 1, spoke: "speed", missing: "numbers" }],
    });
    expect(readFileSync(join(folder, "hub-final-r1.md"), "utf8")).toContain("Executive Summary");
  });

  it("S0-032: never more than 3 cycles: then the best there is, flagged", async () => {
    using bench = open();
    const plan = hub(bench, iterate(5), iterate(7), iterate(6));
    expect(await bench.troupe(["run", plan, "--id", "r1"])).toMatchObject({ code: 0 });
    expect(traceOf(bench)).toEqual(["ease", "speed", "speed", "speed"]);
    expect(await reportOf(bench)).toMatchObject({
      iteration: "3/3",
      overallQuality: 7,
      belowTarget: true,
      alerts: [{ severity: "warning", code: "below_target" }],
    });
  });

  it("S0-035: the iteration is right while it runs, and after the command was stopped and taken up again", async () => {
    using bench = open();
    const plan = hub(bench, iterate(5), proceed);
    const hold = bench.write("hold-2", "");
    const { heard, line } = hearing(/^RUNNING +synthesis_2/);
    const stop = new AbortController();
    const whole = bench.troupe(["run", plan, "--id", "r1"], { heard, stop: stop.signal });
    await line;
    const iteration = async (): Promise<unknown> =>
      Object((await bench.json(["watch", "r1", "--once"])).value).iteration;
    expect(await iteration()).toEqual({ current: 2, max: 3 });
    stop.abort();
    await whole;
    expect(await iteration()).toEqual({ current: 2, max: 3 });
    const again = hearing(/^RUNNING +synthesis_2/);
    const resumed = bench.troupe(["resume"], { heard: again.heard });
    await again.line;
    expect((await bench.troupe(["watch", "r1", "--once"])).out).toContain("iteration 2/3");
    rmSync(hold);
    expect(await resumed).toMatchObject({ code: 0 });
    expect(await iteration()).toEqual({ current: 2, max: 3 });
  });
});
