/** What a workflow hands to agents, be they functions or commands. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Work } from "../../src/agents/agent.ts";
import { planKinds } from "../../src/agents/plan-kinds.ts";
import { Plan } from "../../src/events/plan/plan.ts";
import { WorkPackage } from "../../src/events/work.ts";
import { freshFolder } from "../support/agent-runs.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import type { Bench } from "../support/laws-bench.ts";

async function runPlan(b: Bench, plan: object, options: Parameters<typeof planKinds>[0] = {}) {
  const folder = freshFolder();
  const artifacts = join(folder.path, "runs/r1");
  const { host } = await b.start(planKinds({ graceMs: 100, ...options }));
  const input = { run: "r1", folder: folder.path, artifacts, plan: Plan.parse(plan) };
  const workflow = await host.start("workflow/r1", { input });
  return { ...folder, host, artifacts, workflow, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

async function factsOf(b: Bench, address: string) {
  const records = await b.records(address);
  return records.flatMap(({ body, at }) => (body.facts ?? []).map((fact) => ({ ...fact, at })));
}

describe.each(EVERY_ENGINE)("delegation, on $name", ({ bench }) => {
  it("S0-004: each task's package names its specialist, its own output, no dependencies, and its timeout", async () => {
    await using b = await bench();
    const works: Work[] = [];
    const code = `
      const fs = require("node:fs");
      const { TROUPE_PACKAGE, TROUPE_OUTPUT, TROUPE_RESULT } = process.env;
      fs.writeFileSync(TROUPE_OUTPUT, "by a command");
      fs.writeFileSync(TROUPE_RESULT, fs.readFileSync(TROUPE_PACKAGE));`;
    const plan = {
      name: "two",
      goal: "Both",
      pattern: "parallel",
      agents: { archivist: { run: [process.execPath, "-e", code], timeoutMs: 50_000 } },
      tasks: [
        { id: "a", agent: "scholar", title: "Read it", timeoutMs: 60_000, input: { topic: "x" } },
        { id: "b", agent: "archivist" },
      ],
    };
    const scholar = async (work: Work) => {
      works.push(work);
      const { writeFile } = await import("node:fs/promises");
      await writeFile(work.outputs[0] ?? "", "by a function");
    };
    using w = await runPlan(b, plan, { agents: { scholar } });
    await expect
      .poll(async () => (await b.pass(0), (await w.workflow.snapshot()).status), { timeout: 15_000 })
      .toBe("done");
    const shared = { purpose: "work", run: "r1", goal: "Both", attempt: 1, upstream: {} };
    expect(works).toMatchObject([
      {
        ...shared,
        task: "a",
        title: "Read it",
        agent: "scholar",
        input: { topic: "x" },
        outputs: [join(w.artifacts, "parallel-r1-1.md")],
        timeoutMs: 60_000,
      },
    ]);
    const { output } = await w.workflow.snapshot();
    const archived = output?.tasks.find(({ id }) => id === "b");
    expect(WorkPackage.parse(archived?.data)).toMatchObject({
      ...shared,
      task: "b",
      agent: "archivist",
      outputs: [join(w.artifacts, "parallel-r1-2.md")],
      timeoutMs: 50_000,
    });
    const delegated = (await factsOf(b, "workflow/r1")).filter(({ type }) => type === "task.delegated");
    expect(delegated.slice(0, 2)).toMatchObject([
      {
        data: {
          task: "a",
          agent: "scholar",
          dependsOn: [],
          outputs: ["artifacts/parallel-r1-1.md"],
          timeoutMs: 60_000,
        },
      },
      {
        data: { task: "b", agent: "archivist", dependsOn: [], outputs: ["artifacts/parallel-r1-2.md"] },
      },
    ]);
    for (const { at } of delegated) expect(new Date(at).toISOString()).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it("S3-013: an agent that is late is TIMEOUT, and its task fails for it", async () => {
    await using b = await bench();
    const signals: AbortSignal[] = [];
    const deaf = ({ signal }: Work) => {
      signals.push(signal);
      return new Promise<void>(() => {});
    };
    const plan = { name: "late", tasks: [{ id: "a", agent: "deaf", timeoutMs: 30_000 }] };
    using w = await runPlan(b, plan, { agents: { deaf } });
    await b.pass(29_999);
    expect((await w.workflow.snapshot()).status).toBe("active");
    await b.pass(1);
    await b.pass(0);
    expect((await w.workflow.snapshot()).output).toMatchObject({
      status: "FAILED",
      tasks: [{ id: "a", failure: { code: "ACTIVITY_TIMEOUT" } }],
    });
    expect(signals[0]?.aborted).toBe(true);
    expect(await factsOf(b, "task/r1:a")).toContainEqual(
      expect.objectContaining({
        type: "task.timed_out",
        data: { task: "a", attempt: 1, timeoutMs: 30_000 },
      }),
    );
  });

  it("S0-026: what the next stage reads and nobody wrote fails the gate before it, in words", async () => {
    await using b = await bench();
    const touch = (name: string) => ["sh", "-c", `echo "$TROUPE_TASK" > "$TROUPE_ARTIFACTS/${name}"`];
    const plan = {
      name: "stages",
      pattern: "sequential",
      tasks: [
        { id: "outline", run: touch("outline.md"), outputs: ["artifacts/outline.md"] },
        {
          id: "writing",
          run: touch("writing.md"),
          outputs: ["artifacts/writing.md"],
          reads: ["facts.md"],
        },
      ],
    };
    using w = await runPlan(b, plan);
    const evaluated = async () => {
      await b.pass(0);
      return (await factsOf(b, "task/r1:outline")).filter(({ type }) => type === "gate.evaluated");
    };
    await expect.poll(async () => (await evaluated()).length, { timeout: 15_000 }).toBeGreaterThan(0);
    expect((await evaluated())[0]).toMatchObject({
      data: {
        task: "outline",
        readiness: "FAIL",
        issues: [`${join(w.path, "facts.md")} (read by task "writing") does not exist`],
      },
    });
    expect(await b.types("task/r1:writing")).toEqual([]);
  });
});
