/** Branch todos: what fails is mended by somebody else, and in the end by a human. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AgentFunction } from "../../src/agents/agent.ts";
import { DURABLE, endsOf, runBench, task, type RunBench } from "../support/run-bench.ts";

const TEST = {
  cmd: 'test -e "$TROUPE_ARTIFACTS/mended" || { echo "AssertionError: RSI is 71, not 70" >&2; exit 1; }',
};
const indicators = (rest: object = {}) =>
  task("t2_indicators", "works", {
    title: "Indicators",
    acceptance: [TEST],
    failureRouting: { implementation_bug: "coder" },
    ...rest,
  });
const plan = (rest: object = {}, more: object = {}) => ({
  tasks: [
    indicators(rest),
    task("t3", "works", { dependsOn: ["t2_indicators"] }),
    task("t4", "works", { dependsOn: ["t3"] }),
    task("other", "works"),
  ],
  ...more,
});

/** A coder who mends it with the nth branch todo. */
async function bench(
  engine: (typeof DURABLE)[number],
  nth: number,
  coder?: AgentFunction,
): Promise<RunBench> {
  let branches = 0;
  const mends: AgentFunction = async () => {
    if (++branches >= nth) mend(w);
    return { summary: "I changed the window" };
  };
  const w = await runBench(engine, { coder: coder ?? mends, debugger: coder ?? mends });
  return w;
}

function mend({ artifacts }: RunBench): void {
  mkdirSync(artifacts, { recursive: true });
  writeFileSync(join(artifacts, "mended"), "");
}

const asked = (w: RunBench, gates: number) =>
  w.until("a human is asked", async () => (await w.told("approval.requested")).length === gates);

describe.each(DURABLE)("branch todos, on $name", (engine) => {
  it("S3-026, S3-035: a failure makes a branch todo with its id, parent, agent, reason, instructions and limit", async () => {
    await using w = await bench(engine, 1);
    await w.run(plan());
    const [opened] = await w.facts("branch.opened");
    expect(opened?.data).toMatchObject({
      branch: "t2_indicators_branch_01",
      parent_id: "t2_indicators",
      title: "Debug Indicators - implementation_bug",
      agent_role: "coder",
      branch_reason: "implementation_bug",
      is_temporary: true,
      max_debug_attempts: 3,
      depth: 1,
    });
    expect(opened?.data["debug_instructions"]).toContain(TEST.cmd);
    const [work] = w.works.filter(({ purpose }) => purpose === "debug");
    expect(work).toMatchObject({ task: "t2_indicators_branch_01", upstream: {} });
    expect(work?.branch).toMatchObject({
      parent: "t2_indicators",
      reason: "implementation_bug",
      depth: 1,
    });
    expect(work?.branch?.diagnostics).toContain("RSI is 71");
  });

  it("S3-026: what is routed to nobody goes to the debugger", async () => {
    await using w = await bench(engine, 1);
    await w.run(plan({ failureRouting: {} }));
    expect((await w.facts("branch.opened"))[0]?.data["agent_role"]).toBe("debugger");
  });

  it("S3-027: all that waits for it, directly or not, is blocked meanwhile; the rest goes on", async () => {
    const held: AgentFunction = () => new Promise(() => {});
    await using w = await bench(engine, 1, held);
    await w.start(plan());
    await w.until("the coder is at work", () => w.works.some(({ purpose }) => purpose === "debug"));
    await w.until("the other is over", async () => (await w.told("task.completed")).length > 0);
    expect((await w.facts("branch.opened"))[0]?.data["blocked"]).toEqual(["t3", "t4"]);
    expect(await w.told("task.completed")).toEqual(["task.completed other"]);
    expect(await w.told("task.delegated")).not.toContain("task.delegated t3");
  });

  it("S3-028, S3-036: the coder mends it, its tests run again, it completes, and what waited goes on", async () => {
    await using w = await bench(engine, 1);
    const outcome = await w.run(plan());
    expect(outcome.status).toBe("COMPLETED");
    expect(endsOf(outcome)).toBe("t2_indicators=COMPLETED t3=COMPLETED t4=COMPLETED other=COMPLETED");
    expect(await w.facts("branch.opened")).toHaveLength(1);
    expect((await w.facts("branch.ended"))[0]?.data["status"]).toBe("COMPLETED");
    expect((await w.facts("task.tested")).map(({ data }) => data["passed"])).toEqual([false, true]);
    expect(w.begun.filter((one) => one.startsWith("t2"))).toEqual([
      "t2_indicators#1",
      "t2_indicators_branch_01#1",
    ]);
  });

  it("S3-029: where the parent still fails, a branch todo of the branch todo is made", async () => {
    await using w = await bench(engine, 2);
    expect((await w.run(plan())).status).toBe("COMPLETED");
    const opened = await w.facts("branch.opened");
    expect(opened.map(({ data }) => [data["branch"], data["parent_id"], data["depth"]])).toEqual([
      ["t2_indicators_branch_01", "t2_indicators", 1],
      ["t2_indicators_branch_01_branch_01", "t2_indicators_branch_01", 2],
    ]);
  });

  it("S3-030: at the deepest one a human is asked, however long; the host may die meanwhile", async () => {
    await using w = await bench(engine, 99);
    await w.start(plan());
    await asked(w, 1);
    expect((await w.facts("task.escalated"))[0]?.data["code"]).toBe("MAX_DEPTH_EXCEEDED");
    await w.crash();
    await w.bench.pass(3_600_000);
    await w.crash();
    mend(w);
    await w.tell({ type: "APPROVE", gate: "t2_indicators:escalation", by: "eva" });
    const outcome = await w.over();
    expect(outcome.status).toBe("COMPLETED");
    expect(await w.facts("branch.opened")).toHaveLength(2);
  });

  it("S3-030: a human who denies ends the task, and blocks what rests on it", async () => {
    await using w = await bench(engine, 99);
    await w.start(plan({}, { limits: { depth: 1 } }));
    await asked(w, 1);
    await w.tell({ type: "DENY", gate: "t2_indicators:escalation", comment: "not worth it" });
    const outcome = await w.over();
    expect(endsOf(outcome)).toBe("t2_indicators=FAILED t3=SKIPPED t4=SKIPPED other=COMPLETED");
    expect(outcome.tasks[0]?.failure?.message).toContain("not worth it");
  });

  it("S3-031: a branch todo that fails is tried again as often as it may be, then a human is asked", async () => {
    const fails: AgentFunction = () => Promise.reject(new Error("I do not understand it"));
    await using w = await bench(engine, 1, fails);
    await w.start(plan({ maxDebugAttempts: 2, retryDelayMs: 10 }));
    await w.until("it waits", async () => (await w.told("task.retried")).length === 1);
    await w.bench.pass(10);
    await asked(w, 1);
    expect(w.begun.filter((one) => one.includes("branch"))).toEqual([
      "t2_indicators_branch_01#1",
      "t2_indicators_branch_01#2",
    ]);
    expect((await w.facts("task.escalated"))[0]?.data["code"]).toBe("BRANCH_FAILED");
  });

  it("T-B2: a run makes no more branch todos than its limit", async () => {
    await using w = await bench(engine, 99);
    await w.start(plan({}, { limits: { branches: 1 } }));
    await asked(w, 1);
    expect((await w.facts("task.escalated"))[0]?.data["code"]).toBe("BRANCH_LIMIT");
  });
});
