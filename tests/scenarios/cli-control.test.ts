/** Humans at a run: pause, resume, cancel, and what is refused. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CliBench } from "../support/cli.ts";
import { hearing, onEachLog } from "../support/cli-logs.ts";

/** Each task writes its name, `a` once the file `go` is there. */
const LINE = `
name: line
concurrency: 1
tasks:
  - {id: a, run: "until test -e go; do sleep 0.02; done; echo a >> trace"}
  - {id: b, run: "echo b >> trace", dependsOn: [a]}
  - {id: c, run: "echo c >> trace", dependsOn: [b]}
`;

const traceOf = (bench: CliBench): string =>
  existsSync(join(bench.folder, "trace")) ? readFileSync(join(bench.folder, "trace"), "utf8") : "";
const go = (bench: CliBench): void => writeFileSync(join(bench.folder, "go"), "");

/** A run whose first task is at work. */
async function atWork(bench: CliBench, wanted = /^RUNNING +a/) {
  const { heard, line } = hearing(wanted);
  const paused = hearing(/^r1 is paused/);
  const whole = bench.troupe(["run", bench.write("p.yaml", LINE), "--id", "r1"], {
    heard: (said) => {
      heard(said);
      paused.heard(said);
    },
  });
  await line;
  return { whole, paused: paused.line };
}

onEachLog("troupe pause", (open) => {
  it("S4-031: what runs ends, nothing else starts; resume goes on from there", async () => {
    using bench = open();
    const { whole, paused } = await atWork(bench);
    const first = await bench.json(["pause", "r1", "--reason", "lunch"]);
    expect(first).toMatchObject({ code: 0, value: { run: "r1", state: "PAUSED", running: 1 } });
    expect(await paused).toBe("r1 is paused (lunch) → troupe resume r1");
    go(bench);
    await bench.troupe(["watch", "r1", "--detach"]);
    expect(await bench.json(["show", "r1"])).toMatchObject({
      value: { status: "PAUSED", paused: { hard: false, reason: "lunch" } },
    });
    expect(traceOf(bench)).toBe("a\n");
    const resumed = await bench.troupe(["resume", "r1"]);
    expect(resumed).toMatchObject({ code: 0 });
    expect(await whole).toMatchObject({ code: 0, out: expect.stringContaining("COMPLETED") });
    expect(traceOf(bench)).toBe("a\nb\nc\n");
  });

  it("T-R7: --hard stops what runs, and resume runs it again", async () => {
    using bench = open();
    const { whole, paused } = await atWork(bench);
    await bench.troupe(["pause", "r1", "--hard"]);
    await paused;
    await bench.troupe(["watch", "r1", "--detach"]);
    expect(await bench.json(["show", "r1"])).toMatchObject({
      value: { status: "PAUSED", tasks: [{ status: "WAITING", waitsFor: "held" }, {}, {}] },
    });
    go(bench);
    await bench.troupe(["resume", "r1"]);
    expect(await whole).toMatchObject({ code: 0 });
    expect(traceOf(bench)).toBe("a\nb\nc\n");
  });

  it("outlives its command: resume without a name leaves the run paused, with its name it goes on", async () => {
    using bench = open();
    const stop = new AbortController();
    const { heard, line } = hearing(/^RUNNING +a/);
    const whole = bench.troupe(["run", bench.write("p.yaml", LINE), "--id", "r1"], {
      heard,
      stop: stop.signal,
    });
    await line;
    await bench.troupe(["pause", "r1"]);
    stop.abort();
    expect(await whole).toMatchObject({ code: 1 });
    go(bench);
    expect(await bench.troupe(["resume"])).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^r1 is paused → troupe resume r1\nnothing else is open in /),
    });
    expect(traceOf(bench)).toBe("");
    expect(await bench.troupe(["resume", "r1"])).toMatchObject({ code: 0 });
    expect(traceOf(bench)).toBe("a\nb\nc\n");
  });
});

onEachLog("a command that the run cannot take now", (open) => {
  it("S4-010: is refused with what is possible, in words of the command line", async () => {
    using bench = open();
    const { whole } = await atWork(bench);
    await bench.troupe(["pause", "r1"]);
    const again = await bench.troupe(["pause", "r1"]);
    expect(again).toMatchObject({ code: 1, out: "" });
    expect(again.err).toBe(
      'EVENT_REFUSED: the run "r1" is PAUSED: it takes no `pause` now\n  → You can: resume, cancel, restart --from TASK, checkpoint --name NAME.',
    );
    go(bench);
    await bench.troupe(["resume", "r1"]);
    await whole;
    for (const argv of [
      ["pause", "r1"],
      ["cancel", "r1"],
    ])
      expect(await bench.troupe(argv)).toMatchObject({
        code: 1,
        err: expect.stringMatching(/^EVENT_REFUSED: "r1" is over already: COMPLETED\n/),
      });
    for (const argv of [
      ["pause", "r9"],
      ["approvals", "approve", "r9", "a:before"],
      ["watch", "r9"],
      ["report", "r9"],
      ["restart", "r9", "--from", "a"],
      ["checkpoint", "r9", "--name", "x"],
      ["cancel", "task/r1:x"],
    ])
      expect([argv, await bench.troupe(argv)]).toMatchObject([
        argv,
        {
          code: 1,
          err: expect.stringMatching(/^RUN_NOT_FOUND: /),
        },
      ]);
  });
});

onEachLog("troupe cancel", (open) => {
  it("ends a task that has not started: what rests on it is skipped, the rest goes on", async () => {
    using bench = open();
    const { whole } = await atWork(bench);
    const done = await bench.json(["cancel", "task/r1:b", "--reason", "not today"]);
    expect(done).toMatchObject({ code: 0, value: { address: "task/r1:b", state: "CANCELLED" } });
    go(bench);
    expect(await whole).toMatchObject({ code: 1 });
    expect(await bench.json(["show", "r1"])).toMatchObject({
      value: {
        status: "FAILED",
        tasks: [
          { status: "COMPLETED" },
          { status: "CANCELLED", reason: "not today" },
          { status: "SKIPPED", blockedBy: "b" },
        ],
      },
    });
    expect(traceOf(bench)).toBe("a\n");
    expect(await bench.troupe(["cancel", "task/r1:b"])).toMatchObject({
      code: 1,
      err: expect.stringContaining('"task/r1:b" is over already: CANCELLED'),
    });
  });

  it("S4-031: ends a run: no further task starts", async () => {
    using bench = open();
    const { whole } = await atWork(bench);
    const done = await bench.json(["cancel", "r1"]);
    expect(done).toMatchObject({ code: 0, value: { state: "CANCELLED" } });
    expect(await whole).toMatchObject({ code: 1, out: expect.stringContaining("CANCELLED") });
    expect(traceOf(bench)).toBe("");
  });
});

onEachLog("a workflow", (open) => {
  it("S4-029: is pending, running, paused, completed, failed or cancelled", async () => {
    using bench = open();
    const { whole } = await atWork(bench);
    await bench.troupe(["pause", "r1"]);
    go(bench);
    await bench.troupe(["resume", "r1"]);
    await whole;
    const bad = bench.write("bad.yaml", 'name: bad\ntasks: [{id: a, run: "exit 1"}]\n');
    await bench.troupe(["run", bad, "--id", "r2"]);
    const slow = bench.write("slow.yaml", 'name: slow\ntasks: [{id: a, run: "sleep 30"}]\n');
    const { heard, line } = hearing(/^RUNNING +a/);
    const last = bench.troupe(["run", slow, "--id", "r3"], { heard });
    await line;
    await bench.troupe(["cancel", "r3"]);
    await last;
    const { out } = await bench.troupe(["tail", "--no-follow", "--kind", "workflow"]);
    const states = out.split("\n").map((record) => /#\d+ {2}(\w+)/.exec(record)?.[1]);
    expect(states.slice(0, 3)).toEqual(["PENDING", "RUNNING", "PAUSED"]);
    expect(new Set(states)).toEqual(
      new Set(["PENDING", "RUNNING", "PAUSED", "COMPLETED", "FAILED", "CANCELLED"]),
    );
  });
});
