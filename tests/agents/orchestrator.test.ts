/** The orchestrator: teams of agents that are functions, from words to a result. */
import { describe, expect, it } from "vitest";
import type { Work } from "../../src/agents/agent.ts";
import { defineAgent } from "../../src/agents/definition/definition.ts";
import { executeWorkflow } from "../../src/agents/orchestrator.ts";
import { byFunction } from "../../src/agents/ways/by-function.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { STUBS, world } from "../support/orchestrator-world.ts";

describe.each(EVERY_ENGINE)("an orchestrator, on $name", ({ bench }) => {
  it("S4-001: has eight roles and no active workflow", async () => {
    await using b = await bench();
    await using w = await world(b);
    await using orchestrator = await w.open();
    expect(orchestrator.roles).toHaveLength(8);
    expect(await orchestrator.active()).toEqual([]);
  });

  it("S4-002: makes a valid plan of words, for the roles that somebody plays, and starts nothing", async () => {
    await using b = await bench();
    await using w = await world(b);
    await using orchestrator = await w.open();
    const plan = await orchestrator.decompose("An API", ["Build the API", "Then deploy it"]);
    expect(plan).toMatchObject({ name: "An API", pattern: "sequential" });
    expect(plan.tasks.map(({ agent }) => agent)).toEqual(["backend_engineer", "backend_engineer"]);
    expect(await orchestrator.active()).toEqual([]);
    const planner = () => ({ ...plan, name: "mine" });
    await using other = await w.open({ planner, log: "memory:" });
    expect(await other.decompose("An API")).toMatchObject({ name: "mine" });
  });

  it("S4-023: whoever was chosen by their skills, and why, stands in the log; agents that are actors bring theirs", async () => {
    await using b = await bench();
    await using w = await world(b);
    const sailor = defineAgent({
      name: "sailor",
      description: "Sails.",
      skills: ["sea", "harbour"],
      way: byFunction(async ({ title }) => ({ text: `sailed: ${title}` })),
    });
    await using orchestrator = await w.open({ agents: { ...STUBS, sailor } });
    const order = { description: "A journey", requirements: ["Cross the sea", "Write the docs"] };
    expect((await orchestrator.execute(order, { id: "r1" })).errors).toEqual([]);
    const [first] = await Array.fromAsync(w.log.read("workflow/r1", { to: 1 }));
    const tasks = JSON.stringify(first?.body);
    expect(tasks).toContain('"input":{"role":"sailor","reason":"it names sea"}');
    expect(tasks).toContain('"input":{"role":"docs_writer","reason":"it names docs, write"}');
  });

  it("S4-052: executes words, and says how it went; its JSON form has the names that others know", async () => {
    await using b = await bench();
    await using w = await world(b);
    const done = await executeWorkflow("An API", ["Build the API", "Write its docs"], {
      agents: STUBS,
      ...w.place,
      id: "r1",
    });
    expect(done).toMatchObject({ success: true, errors: [], workflowId: "r1" });
    expect(done.totalExecutionTimeMs).toBeGreaterThanOrEqual(0);
    expect(JSON.parse(JSON.stringify(done))).toEqual({
      success: true,
      total_execution_time: done.totalExecutionTimeMs / 1_000,
      errors: [],
      workflow_id: "r1",
    });
    const result = w.read("r1/parallel-result-r1.md");
    expect(result).toContain("built: Build the API");
    expect(result).toContain('"pages": 2');
    expect(result).toContain("## Integration Strategy");
    expect(w.read("r1/report.md")).toContain("An API");
  });

  it("S4-052: a run that fails is no error: it says what went wrong", async () => {
    await using b = await bench();
    await using w = await world(b);
    await using orchestrator = await w.open({
      agents: { ...STUBS, docs_writer: () => Promise.reject(new Error("no ink")) },
    });
    const order = { description: "An API", requirements: ["Build the API", "Write its docs"] };
    const done = await orchestrator.execute(order);
    expect(done.success).toBe(false);
    expect(done.errors).toEqual([expect.stringMatching(/^t2: .*no ink/)]);
    expect(await orchestrator.active()).toEqual([]);
  });

  it("an invalid plan is refused with every fault before anything starts", async () => {
    await using b = await bench();
    await using w = await world(b);
    await using orchestrator = await w.open();
    const tasks = [
      { id: "a", agent: "nobody" },
      { id: "b", agent: "qa_engineer", dependsOn: ["c"] },
    ];
    const fault = orchestrator.execute({ name: "bad", tasks }, { id: "r1" });
    await expect(fault).rejects.toMatchObject({
      code: "INPUT_INVALID",
      data: { issues: [{ path: expect.any(String) }, { path: expect.any(String) }] },
    });
    expect(await w.log.tip("workflow/r1")).toBe(0);
  });

  it("S4-009: handlers hear each completed task once; one that throws breaks nothing", async () => {
    await using b = await bench();
    await using w = await world(b);
    const faults: unknown[] = [];
    await using orchestrator = await w.open({ onError: (error) => faults.push(error) });
    const heard: string[] = [];
    const stop = orchestrator.on("task.completed", ({ data }) => {
      heard.push(data.task);
      throw new Error("a handler's own fault");
    });
    const later: string[] = [];
    orchestrator.on(["workflow.completed", "task.started"], ({ type }) => void later.push(type));
    const tasks = ["a", "b", "c"].map((id) => ({ id, agent: "qa_engineer" }));
    const done = await orchestrator.execute({ name: "three", tasks });
    expect(done).toMatchObject({ success: true, errors: [] });
    await expect.poll(() => later.at(-1)).toBe("workflow.completed");
    await expect.poll(() => heard.toSorted()).toEqual(["a", "b", "c"]);
    expect(faults).toHaveLength(3);
    stop();
    await orchestrator.execute({ name: "again", tasks });
    await expect.poll(() => later.filter((type) => type === "workflow.completed").length).toBe(2);
    expect(heard).toHaveLength(3);
  });

  it("S4-009: a handler misses nothing of a run that is started right after it", async () => {
    await using b = await bench();
    await using w = await world(b);
    const late = async () => {
      for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
      return w.log.end();
    };
    await using orchestrator = await w.open({ log: { ...w.log, end: late } });
    const heard: string[] = [];
    orchestrator.on("task.delegated", ({ data }) => void heard.push(data.task));
    await orchestrator.execute({ name: "one", tasks: [{ id: "a", agent: "qa_engineer" }] });
    await expect.poll(() => heard).toEqual(["a"]);
  });

  it("S4-011: progress counts; 2 of 4 are 50 %", async () => {
    await using b = await bench();
    await using w = await world(b);
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow = () => promise;
    await using orchestrator = await w.open({ agents: { ...STUBS, slow } });
    const agents = ["qa_engineer", "qa_engineer", "slow", "slow"];
    const tasks = agents.map((agent, at) => ({ id: `t${at}`, agent }));
    const running = orchestrator.execute({ name: "four", tasks }, { id: "r1" });
    await expect
      .poll(() => orchestrator.progress("r1").catch(() => undefined))
      .toMatchObject({ total: 4, completed: 2, failed: 0, running: 2, percentage: 50 });
    expect(await orchestrator.active()).toMatchObject([{ run: "r1", name: "four", status: "RUNNING" }]);
    resolve();
    expect((await running).success).toBe(true);
    expect(await orchestrator.progress("r1")).toMatchObject({ completed: 4, percentage: 100 });
    await expect(orchestrator.progress("r2")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  it("S4-021: runs in the order that the words ask for, and skips what a condition leaves out", async () => {
    await using b = await bench();
    await using w = await world(b);
    const order: string[] = [];
    const note = async ({ title }: Work) => void order.push(title);
    const agents = { backend_engineer: note, docs_writer: note, qa_engineer: note };
    await using orchestrator = await w.open({ agents });
    await orchestrator.execute({
      description: "In a row",
      requirements: ["Write docs", "then build the API", "then test it"],
    });
    expect(order).toEqual(["Write docs", "then build the API", "then test it"]);
    order.length = 0;
    const done = await orchestrator.execute(
      {
        description: "It depends",
        requirements: ["Run the tests", "if they fail, fix the API", "if they pass, write docs"],
      },
      { id: "r2" },
    );
    expect(done).toMatchObject({ success: true, errors: [] });
    expect(order).toEqual(["Run the tests", "if they pass, write docs"]);
    expect(await w.facts("r2")).toContainEqual(
      expect.objectContaining({
        type: "task.skipped",
        data: expect.objectContaining({ task: "t2" }) as unknown,
      }),
    );
  });

  it("a run outlives its orchestrator: the next one goes on once its author has it, and does nothing again that was done", async () => {
    await using b = await bench();
    await using w = await world(b);
    const calls: string[] = [];
    let stuck = true;
    const agent = async ({ task }: Work) => {
      calls.push(task);
      if (stuck && task === "b") await new Promise(() => {});
      return { data: { hasHost: stuck || !next.host.failed.aborted } }; // throws before `next` is there
    };
    const plan = {
      name: "two",
      tasks: [
        { id: "a", agent: "agent" },
        { id: "b", agent: "agent", dependsOn: ["a"] },
      ],
    };
    const first = await w.open({ agents: { agent } });
    const cut = first.execute(plan, { id: "r1" }).catch((error: unknown) => error);
    await expect.poll(() => calls).toEqual(["a", "b"]);
    await first[Symbol.asyncDispose]();
    expect(await cut).toMatchObject({ code: "HOST_CLOSED" });
    stuck = false;
    await using next = await w.open({ agents: { agent } });
    const done = await next.execute(plan, { id: "r1" });
    expect(done).toMatchObject({ success: true, workflowId: "r1" });
    expect(calls).toEqual(["a", "b", "b"]);
  });

  it("a signal cancels its run", async () => {
    await using b = await bench();
    await using w = await world(b);
    let aborted: AbortSignal | undefined;
    const agent = ({ signal }: Work) => {
      aborted = signal;
      return new Promise<void>(() => {});
    };
    await using orchestrator = await w.open({ agents: { agent } });
    const stop = new AbortController();
    const plan = { name: "endless", tasks: [{ id: "a", agent: "agent" }] };
    const running = orchestrator.execute(plan, { signal: stop.signal });
    await expect.poll(() => aborted).toBeDefined();
    stop.abort();
    expect(await running).toMatchObject({
      success: false,
      errors: [expect.stringMatching(/cancelled/)],
    });
    expect(aborted?.aborted).toBe(true);
  });
});
