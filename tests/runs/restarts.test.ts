/** Runs and hosts that come and go: what was done stays done, what is due stays due. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Work } from "../../src/agents/agent.ts";
import { DURABLE, endsOf, runBench, task } from "../support/run-bench.ts";

const chain = (...agents: readonly string[]) => ({
  tasks: agents.map((agent, n) => task(`t${n + 1}`, agent, { dependsOn: n === 0 ? [] : [`t${n}`] })),
});

describe.each(DURABLE)("hosts that come and go, on $name", (engine) => {
  it("S3-007, S4-008, S4-026: after a crash the run goes on, and what was completed is not run again", async () => {
    await using w = await runBench(engine);
    await w.start(chain("works", "works", "held", "works"));
    const first = await w.held("t3");
    await w.crash();
    const again = await w.held("t3");
    expect(again.work.idempotencyKey).toBe(first.work.idempotencyKey);
    expect(again.work.fence.attempt).toBe(2);
    expect(again.work.attempt).toBe(1);
    again.end();
    expect((await w.over()).status).toBe("COMPLETED");
    expect(w.begun).toEqual(["t1#1", "t2#1", "t3#1", "t3#1", "t4#1"]);
    expect(await w.told("task.started")).toHaveLength(4);
  });

  it("S3-007, S4-026: a host that is closed in good order leaves the run where it is", async () => {
    await using w = await runBench(engine);
    await w.start(chain("works", "held"));
    await w.held("t2");
    await w.reopen();
    (await w.held("t2")).end();
    expect(endsOf(await w.over())).toBe("t1=COMPLETED t2=COMPLETED");
  });

  it("S3-007: crashed again and again at the same task, the run ends in the same outcome", async () => {
    await using w = await runBench(engine);
    await w.start(chain("held", "works"));
    for (let n = 1; n <= 4; n++) {
      expect((await w.held("t1")).work.fence.attempt).toBe(n);
      await w.crash();
    }
    (await w.held("t1")).end();
    const outcome = await w.over();
    expect(outcome.tasks.map(({ attempts }) => attempts)).toEqual([1, 1]);
  });

  it("S4-025: a retry that is due in an hour is due then, whatever hosts come and go", async () => {
    const third = async ({ attempt }: Work) => {
      if (attempt < 2) throw new Error("not yet");
    };
    await using w = await runBench(engine, { third });
    const hour = 3_600_000;
    await w.start({
      tasks: [task("a", "third", { maxRetries: 1, retryDelayMs: hour, maxRetryDelayMs: hour })],
    });
    await w.until("it waits", async () => (await w.told("task.retried")).length === 1);
    const due = w.bench.clock.now() + hour;
    await w.crash();
    await w.bench.pass(hour / 2);
    await w.reopen();
    await w.bench.pass(hour / 2 - 1);
    expect(w.begun).toEqual(["a#1"]);
    await w.bench.pass(1);
    expect((await w.over()).status).toBe("COMPLETED");
    expect(w.begun).toEqual(["a#1", "a#2"]);
    const started = await w.facts("task.started");
    expect(started.map(({ at }) => at)).toEqual([due - hour, due]);
  });

  it("S4-025: a retry that fell due while no host lived comes as soon as one does", async () => {
    const third = async ({ attempt }: Work) => {
      if (attempt < 2) throw new Error("not yet");
    };
    await using w = await runBench(engine, { third });
    await w.start({ tasks: [task("a", "third", { maxRetries: 1, retryDelayMs: 60_000 })] });
    await w.until("it waits", async () => (await w.told("task.retried")).length === 1);
    await w.gone(120_000);
    expect((await w.over()).status).toBe("COMPLETED");
  });

  it("S3-007: commands of one's own are run again after a crash, under the same key", async () => {
    await using w = await runBench(engine);
    const line = `echo "$TROUPE_EFFECT $TROUPE_EXECUTION" >> "$TROUPE_ARTIFACTS/seen"
      test "$TROUPE_EXECUTION" = 2 || sleep 30`;
    await w.start({ tasks: [{ id: "a", run: line }] });
    const path = join(w.artifacts, "seen");
    const lines = () => (existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : []);
    await w.until("it runs", () => lines().length === 1);
    await w.crash();
    expect((await w.over()).status).toBe("COMPLETED");
    const [one = "", two = ""] = lines();
    expect(two).toBe(one.replace(/ 1$/, " 2"));
  });

  it("S4-008: a run that starts over from a task carries what came before, and does not run it", async () => {
    await using w = await runBench(engine);
    const done = await w.run(chain("works", "works", "fails"));
    expect(done.status).toBe("FAILED");
    const [t1, t2] = done.tasks;
    if (t1 === undefined || t2 === undefined) throw new Error("it had three tasks");
    const before = w.begun.length;
    const restarts = { run: "r1", from: "t2" };
    const { id: _, ...outcome } = t1;
    await w.start(chain("works", "works", "works"), { run: "r2", restarts, carried: { t1: outcome } });
    await w.until(
      "it is over",
      async () => (await w.host.actor("workflow/r2").snapshot()).status === "done",
    );
    expect(w.begun.slice(before)).toEqual(["t2#1", "t3#1"]);
    expect((await w.facts("workflow.started"))[1]?.data).toMatchObject({ restarts });
  });
});
