/** Pipelines: stages behind each other, with gates between them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Work } from "../../src/agents/agent.ts";
import { DURABLE, endsOf, runBench, task, textFor } from "../support/run-bench.ts";

const STAGES = ["research", "outline", "writing"];
const pipeline = (agent: string, rest: object = {}) => ({
  pattern: "sequential",
  tasks: STAGES.map((id) => task(id, agent, rest)),
});

/** A judge that is content with a stage's nth attempt. */
const judge = (content: Readonly<Record<string, number>>) => async (work: Work) => {
  const good = work.attempt >= (content[work.task] ?? 1);
  const issues = good ? [] : [`attempt ${work.attempt} is too short`];
  return { data: { completeness: good ? 9 : 5, accuracy: good ? 8 : 10, issues } };
};

describe.each(DURABLE)("pipelines, on $name", (engine) => {
  it("S0-015: a stage starts once the one before has completed and its gate said PASS", async () => {
    await using w = await runBench(engine, { judge: judge({ outline: 2 }) });
    expect((await w.run(pipeline("works", { gate: { agent: "judge" } }))).status).toBe("COMPLETED");
    const order = (await w.facts()).flatMap(({ type, data }) => {
      const what = type === "gate.evaluated" ? data["readiness"] : type.replace(/^task\./, "");
      return /gate|started|completed/.test(type) && "task" in data
        ? [`${String(data["task"])} ${String(what)}`]
        : [];
    });
    expect(order).toEqual([
      "research delegated",
      "research started",
      "research PASS",
      "research completed",

      "outline delegated",
      "outline started",
      "outline FAIL",
      "outline started",
      "outline PASS",
      "outline completed",
      "writing delegated",
      "writing started",
      "writing PASS",
      "writing completed",
    ]);
  });

  it("S0-016: a stage waits until it is its turn, is in progress, and is completed; later ones wait for it", async () => {
    await using w = await runBench(engine);
    await w.start(pipeline("held"));
    const statuses = async () => (await w.board()).tasks.flat().map(({ status }) => status);
    const first = await w.held("research");
    expect(await statuses()).toEqual(["RUNNING", "PENDING", "PENDING"]);
    first.end();
    (await w.held("outline")).end();
    const last = await w.held("writing");
    expect(await statuses()).toEqual(["COMPLETED", "COMPLETED", "RUNNING"]);
    last.end();
    expect(endsOf(await w.over())).toBe("research=COMPLETED outline=COMPLETED writing=COMPLETED");
  });

  it("S0-017: a gate's scores, its readiness and its issues are in the log", async () => {
    await using w = await runBench(engine, { judge: judge({ research: 2 }) });
    await w.run(pipeline("works", { gate: { agent: "judge" } }));
    const [first, second] = await w.facts("gate.evaluated");
    expect(first?.data).toEqual({
      task: "research",
      completeness: 5,
      accuracy: 10,
      readiness: "FAIL",
      issues: ["attempt 1 is too short"],
      reworks: 0,
    });
    expect(second?.data).toMatchObject({ completeness: 9, accuracy: 8, readiness: "PASS", reworks: 1 });
  });

  it("S0-018: below the threshold the stage's agent gets the feedback, and its reworks are counted", async () => {
    await using w = await runBench(engine, { judge: judge({ outline: 3 }) });
    const outcome = await w.run(pipeline("works", { gate: { agent: "judge" } }));
    expect(outcome.tasks.map(({ reworks = 0 }) => reworks)).toEqual([0, 2, 0]);
    const works = w.works.filter(({ task: id, purpose }) => id === "outline" && purpose === "work");
    expect(works.map(({ feedback }) => feedback)).toEqual([
      [],
      ["attempt 1 is too short"],
      ["attempt 2 is too short"],
    ]);
  });

  it("S0-018, T-S1: after three reworks the gate is exhausted, and a human decides", async () => {
    await using w = await runBench(engine, { judge: judge({ research: 99 }) });
    await w.start(pipeline("works", { gate: { agent: "judge" } }));
    await w.until("a human is asked", async () => (await w.told("approval.requested")).length > 0);
    expect(await w.told("gate.exhausted", "approval.requested")).toEqual([
      "gate.exhausted research",
      "approval.requested research",
    ]);
    expect(w.begun.filter((one) => one.startsWith("research")).length).toBe(8); // four works, four judgements
    await w.tell({ type: "DENY", gate: "research:quality" });
    expect(endsOf(await w.over())).toBe("research=FAILED outline=SKIPPED writing=SKIPPED");
  });

  it("S0-019, S0-020, S0-021: the next stage is handed what came before, and where its own goes", async () => {
    const says = async (work: Work) => ({ ...textFor(work), summary: `${work.task} in short` });
    await using w = await runBench(engine, { says });
    await w.run({ ...pipeline("says"), goal: "A page on RSI" });

    expect(w.works[2]).toMatchObject({
      task: "writing",
      goal: "A page on RSI",
      stages: [
        { task: "research", title: "research", summary: "research in short" },
        { task: "outline", title: "outline", summary: "outline in short" },
      ],
      upstream: { outline: { status: "COMPLETED", summary: "outline in short" } },
      reads: [join(w.artifacts, "stage-2-outline.md")],
      outputs: [join(w.artifacts, "stage-3-writing.md")],
      criteria: [expect.stringContaining("stage-3-writing.md")],
    });
    for (const [at, id] of STAGES.entries())
      expect(readFileSync(join(w.artifacts, `stage-${at + 1}-${id}.md`), "utf8")).toContain(`# ${id}`);
  });

  it("S0-022, S0-023: restarted from a stage, that one and those behind it run again; the log keeps both", async () => {
    await using w = await runBench(engine);
    const [a, b, c] = STAGES.map((id) => task(id, "works")) as [object, object, object];
    await w.start({ pattern: "sequential", tasks: [a, b, { ...c, approval: ["after"] }] });
    await w.until("a human is asked", async () => (await w.told("approval.requested")).length > 0);
    await w.tell({ type: "RESTART", from: "outline" });
    await w.until("it is asked again", async () => (await w.told("approval.requested")).length > 1);
    expect(w.begun).toEqual(["research#1", "outline#1", "writing#1", "outline#1", "writing#1"]);
    await w.tell({ type: "APPROVE", gate: "writing:after~2" });
    expect((await w.over()).status).toBe("COMPLETED");
    const restarted = await w.facts("workflow.restarted");
    expect(restarted.map(({ data }) => data)).toEqual([
      { from: "outline", tasks: ["outline", "writing"] },
    ]);
    expect(await w.told("task.completed")).toEqual(
      ["research", "outline", "outline", "writing"].map((id) => `task.completed ${id}`),
    );
    expect(await w.said("task/r1:outline~2")).toContain("task.completed");
  });

  it("S0-023: the history holds failed attempts, too, in their order", async () => {
    let tries = 0;
    const stumbles = async (work: Work) => {
      if (++tries < 2) throw new Error("no source answers");
      return textFor(work);
    };
    await using w = await runBench(engine, { stumbles });
    await w.start({
      pattern: "sequential",
      tasks: [task("research", "stumbles", { maxRetries: 1 }), task("outline", "works")],
    });
    await w.until("it waits", async () => (await w.told("task.retried")).length > 0);
    await w.bench.pass(1_000);
    await w.over();
    expect((await w.said("task/r1:research")).filter((type) => !type.startsWith("gate"))).toEqual([
      "task.started",
      "task.retried",
      "task.started",
      "task.tested",
      "task.completed",
    ]);
    const [retried] = await w.facts("task.retried");
    expect(retried?.data).toMatchObject({ attempt: 1, failure: { message: "no source answers" } });
  });

  it("S0-024: the report has the duration, the stages, the reworks and the quality", async () => {
    await using w = await runBench(engine, { judge: judge({ outline: 2 }) });
    await w.run(pipeline("works", { gate: { agent: "judge" } }));
    const report = readFileSync(join(w.artifacts, "report.md"), "utf8");
    for (const line of [
      "Total Duration",
      "Stages Completed",
      "Rework Iterations",
      "Final Quality Score",
    ])
      expect(report).toContain(line);
    expect(report).toContain("3/3");
  });

  it("S0-025: a host that dies between two stages goes on with the next one", async () => {
    await using w = await runBench(engine);
    await w.start(pipeline("held"));
    (await w.held("research")).end();
    await w.held("outline");
    await w.crash();
    await w.bench.pass(0);
    const again = await w.held("outline");
    expect(again.work.fence.attempt).toBe(2);
    again.end();
    (await w.held("writing")).end();
    expect((await w.over()).status).toBe("COMPLETED");
    expect(w.begun).toEqual(["research#1", "outline#1", "outline#1", "writing#1"]);
  });

  it("S0-026: an output that is missing fails the gate, in words, and the stage is sent back with them", async () => {
    const forgets = async (work: Work) => (work.attempt < 2 ? { summary: "wrote it" } : textFor(work));
    await using w = await runBench(engine, { forgets, judge: judge({}) });
    const outcome = await w.run({
      pattern: "sequential",
      tasks: [task("research", "forgets", { gate: { agent: "judge" } }), task("outline", "works")],
    });
    expect(outcome.status).toBe("COMPLETED");
    const path = join(w.artifacts, "stage-1-research.md");
    const [failed] = await w.facts("gate.evaluated");
    expect(failed?.data).toMatchObject({ readiness: "FAIL", issues: [`${path} does not exist`] });
    const again = w.works.find(({ purpose, attempt }) => purpose === "work" && attempt === 2);
    expect(again?.feedback).toEqual([`${path} does not exist`]);
    expect(existsSync(path)).toBe(true);
  });
});
