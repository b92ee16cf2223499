/** `troupe restart`, `checkpoint` and `report`. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CliBench } from "../support/cli.ts";
import { hearing, onEachLog } from "../support/cli-logs.ts";

/** Three stages, each of which adds a line to `trace`; the last asks first. */
const STAGES = (approval = "") => `
name: stages
pattern: sequential
tasks:
  - {id: one, run: "echo one >> trace; echo 1 > $TROUPE_OUTPUT"}
  - {id: two, run: "echo two >> trace; echo 2 > $TROUPE_OUTPUT"}
  - {id: three, run: "echo three >> trace; test -e bad && exit 1; echo 3 > $TROUPE_OUTPUT"${approval}}
`;

const traceOf = (bench: CliBench): readonly string[] =>
  readFileSync(join(bench.folder, "trace"), "utf8").trimEnd().split("\n");

onEachLog("troupe restart", (open) => {
  it("S0-022: of a run that is over: another one does the rest again and keeps what came before", async () => {
    using bench = open();
    writeFileSync(join(bench.folder, "bad"), "");
    const plan = bench.write("p.yaml", STAGES());
    const first = await bench.json(["run", plan, "--id", "r1"]);
    expect(first).toMatchObject({ code: 1, value: { status: "FAILED" } });
    writeFileSync(join(bench.folder, "go"), "");
    const failed = await bench.json(["restart", "r1", "--from", "two"]);
    expect(failed).toMatchObject({
      code: 1,
      value: {
        run: "r1-2",
        status: "FAILED",
        startsOver: { run: "r1", from: "two" },
        tasks: [{ id: "one", status: "COMPLETED", starts: [] }, { id: "two", attempts: 1 }, {}],
      },
    });
    expect(traceOf(bench)).toEqual(["one", "two", "three", "two", "three"]);
    const again = await bench.json(["restart", "r1-2", "--from", "two"]);
    expect(again).toMatchObject({ value: { run: "r1-3" } });
    const { value } = await bench.json(["ls"]);
    expect(value).toMatchObject([{ run: "r1" }, { run: "r1-2" }, { run: "r1-3" }]);
    const [one, two] = [await bench.json(["show", "r1"]), await bench.json(["show", "r1-2"])];
    expect(two.value).toMatchObject({ artifacts: Object(one.value).artifacts });
    expect(await bench.troupe(["restart", "r1", "--from", "nine"])).toMatchObject({
      code: 2,
      err: 'USAGE: the run "r1" has no task "nine" to start over from\n  → Name one of: one, two, three.',
    });
  });

  it("S0-022: of an open run: it starts over itself; the audit trail keeps both generations", async () => {
    using bench = open();
    const plan = bench.write("p.yaml", STAGES(", approval: [before]"));
    const detached = await bench.troupe(["run", plan, "--id", "r1", "--detach"]);
    expect(detached.code).toBe(1);
    const { heard, line } = hearing(/three:before~2/);
    const whole = bench.troupe(["restart", "r1", "--from", "two"], { heard });
    await line;
    await bench.troupe(["approvals", "approve", "r1", "three:before~2"]);
    expect(await whole).toMatchObject({ code: 0 });
    expect(traceOf(bench)).toEqual(["one", "two", "two", "three"]);
    const report = await bench.json(["report", "r1"]);
    const trail = Object(report.value).auditTrail as readonly {
      task: string;
      start: number;
      what: string;
    }[];
    expect(trail.map(({ task, start, what }) => `${task} ${start} ${what}`)).toEqual([
      "one 1 DELEGATED",
      "one 1 STARTED",
      "one 1 COMPLETED",
      "two 1 DELEGATED",
      "two 1 STARTED",
      "two 1 COMPLETED",
      "three 1 ASKED",
      "two 0 RESTARTED",
      "two 2 DELEGATED",
      "two 2 STARTED",
      "two 2 COMPLETED",
      "three 1 ASKED",
      "three 1 GRANTED",
      "three 1 DELEGATED",
      "three 1 STARTED",
      "three 1 COMPLETED",
    ]);
  });
});

/** Three bookings, each undone if one fails; the last two may start at once. */
const TRIP = `
name: trip
pattern: saga
concurrency: 1
tasks:
  - {id: flight, run: "echo flight >> trace", compensate: {run: "echo no flight >> trace"}}
  - {id: car, run: "echo car >> trace; test ! -e bad", compensate: {run: "true"}, dependsOn: [flight]}
  - {id: hotel, run: "echo hotel >> trace", compensate: {run: "true"}, dependsOn: [flight]}
`;

onEachLog("troupe restart of a saga", (open) => {
  it("does again what was undone, and what was skipped because of the failure", async () => {
    using bench = open();
    writeFileSync(join(bench.folder, "bad"), "");
    const plan = bench.write("p.yaml", TRIP);
    const first = await bench.json(["run", plan, "--id", "r1"]);
    expect(first).toMatchObject({ code: 1, value: { status: "FAILED" } });
    expect(traceOf(bench)).toEqual(["flight", "car", "no flight"]);
    rmSync(join(bench.folder, "bad"));
    const again = await bench.json(["restart", "r1", "--from", "car"]);
    expect(again).toMatchObject({ code: 0, value: { run: "r1-2", status: "COMPLETED" } });
    expect(traceOf(bench).slice(3)).toEqual(["flight", "car", "hotel"]);
  });
});

onEachLog("troupe checkpoint", (open) => {
  it("S3-010: keeps a copy of what was made so far, on demand", async () => {
    using bench = open();
    const plan = bench.write("p.yaml", STAGES(", approval: [before]"));
    await bench.troupe(["run", plan, "--id", "r1", "--detach"]);
    const { code, value } = await bench.json(["checkpoint", "r1", "--name", "half"]);
    const { folder, outputs } = Object(value) as { folder: string; outputs: readonly string[] };
    expect([code, outputs]).toEqual([0, ["artifacts/stage-1-one.md", "artifacts/stage-2-two.md"]]);
    expect(readFileSync(join(folder, "artifacts/stage-2-two.md"), "utf8")).toBe("2\n");
    expect(await bench.troupe(["checkpoint", "r1", "--name", "../x"])).toMatchObject({
      code: 2,
      err: expect.stringContaining('USAGE: "../x" is not a name for a checkpoint'),
    });
  });
});

onEachLog("troupe report", (open) => {
  it("S0-016, S0-024: is what the run's own report says, and is there while it runs, too", async () => {
    using bench = open();
    const plan = bench.write("p.yaml", STAGES(", approval: [before]"));
    await bench.troupe(["run", plan, "--id", "r1", "--detach"]);
    expect(await bench.json(["report", "r1"])).toMatchObject({
      value: {
        status: "RUNNING",
        stagesCompleted: "2/3",
        stages: [{ status: "COMPLETED" }, { status: "COMPLETED" }, { status: "WAITING" }],
      },
    });
    const { heard, line } = hearing(/three:before/);
    const whole = bench.troupe(["resume", "r1"], { heard });
    await line;
    await bench.troupe(["approvals", "approve", "r1", "three:before"]);
    expect(await whole).toMatchObject({ code: 0 });
    const { out } = await bench.troupe(["report", "r1"]);
    const { value } = await bench.json(["show", "r1"]);
    const { artifacts } = Object(value) as { artifacts: string };
    const written = readFileSync(join(artifacts, "report.md"), "utf8");
    const bare = (text: string) =>
      text
        .trimEnd()
        .replace(/Total Duration\*\*: .*/, "")
        .split("\n");
    expect(bare(out)).toEqual(bare(written));
    expect(out).toContain("- **Status**: COMPLETED");
    expect(out).toContain("- **Stages Completed**: 3/3");
  });
});
