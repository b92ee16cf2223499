/** Hub and spoke: specialists, brought together by one who sends some of them back. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AgentFunction, Work } from "../../src/agents/agent.ts";
import { DURABLE, endsOf, runBench, task } from "../support/run-bench.ts";

const plan = (rest: object = {}) => ({
  pattern: "hub",
  tasks: [
    task("speed", "works", { title: "Performance", description: "How fast is it?" }),
    task("use", "works", { acceptance: [{ cmd: "true" }] }),
  ],
  hub: { agent: "hub", ...rest },
});

const CONFLICT = {
  between: ["speed", "use"],
  about: "caching",
  resolution: "cache what is read twice",
};
const PROCEED = { completeness: 9, quality: 9, action: "PROCEED", conflicts: [CONFLICT] };
const iterate = (quality: number) => ({
  completeness: 6,
  quality,
  action: "ITERATE",
  gaps: [{ spoke: "speed", missing: "numbers" }],
});

/** Answers to one synthesis after the other, then the last again; tells a story at the end. */
function hub(...found: readonly object[]): AgentFunction {
  return async (work: Work) => {
    if (work.purpose === "integrate") return { text: "# Executive Summary\n\nBoth agree.\n" };
    return { data: found[(work.cycle?.current ?? 1) - 1] ?? found.at(-1) ?? {} } as { data: {} };
  };
}

describe.each(DURABLE)("hub and spoke, on $name", (engine) => {
  it("S0-028: each spoke is given its area, its output and what makes it good", async () => {
    await using w = await runBench(engine, { hub: hub(PROCEED) });
    await w.run(plan());
    const delegated = await w.facts("task.delegated");
    expect(delegated.slice(0, 2).map(({ data }) => [data["task"], data["outputs"]])).toEqual([
      ["speed", ["artifacts/spoke-1-r1.md"]],
      ["use", ["artifacts/spoke-2-r1.md"]],
    ]);
    const of = (id: string) => w.works.find((work) => work.task === id);
    expect(of("speed")).toMatchObject({ title: "Performance", description: "How fast is it?" });
    expect(of("use")?.criteria).toEqual(["artifacts/spoke-2-r1.md exists", "true ends with 0"]);
  });

  it("S0-029: a spoke's quality and findings, as the hub rates them, are in the log", async () => {
    const spokes = { speed: { quality: 8, findings: ["p95 is 40 ms"] } };
    await using w = await runBench(engine, { hub: hub({ ...PROCEED, spokes }) });
    expect(endsOf(await w.run(plan()))).toContain("speed=COMPLETED use=COMPLETED");
    expect((await w.facts("hub.synthesized"))[0]?.data["spokes"]).toEqual(spokes);
  });

  it("S0-030, S0-033: what the hub made of them is in the log: scores, conflicts, gaps and what is next", async () => {
    await using w = await runBench(engine, { hub: hub(iterate(5), PROCEED) });
    expect((await w.run(plan())).status).toBe("COMPLETED");
    const found = await w.facts("hub.synthesized");
    expect(found.map(({ data }) => data)).toEqual([
      { task: "synthesis_1", cycle: 1, max: 3, conflicts: [], spokes: {}, ...iterate(5) },
      { task: "synthesis_2", cycle: 2, max: 3, gaps: [], spokes: {}, ...PROCEED },
    ]);
    const last = w.works.find(({ purpose }) => purpose === "integrate");
    expect(JSON.stringify(last?.upstream["synthesis_2"]?.data)).toContain(CONFLICT.resolution);
  });

  it("S0-031: only spokes with gaps are sent back, with what is missing; the better quality is in the log", async () => {
    await using w = await runBench(engine, { hub: hub(iterate(5), PROCEED) });
    const outcome = await w.run(plan());
    expect(endsOf(outcome).replaceAll("=COMPLETED", "")).toBe(
      "speed use synthesis_1 speed_cycle_2 synthesis_2 integrate",
    );
    const again = w.works.find((work) => work.task === "speed_cycle_2");
    expect(again?.feedback).toEqual(["gap: numbers"]);
    const seen = w.works.find((work) => work.task === "synthesis_2")?.upstream ?? {};
    expect(Object.keys(seen).toSorted()).toEqual(["speed_cycle_2", "use"]);
    expect((await w.facts("hub.synthesized")).map(({ data }) => data["quality"])).toEqual([5, 9]);
  });

  it("S0-032, T-H3: a fourth cycle never comes: the best so far is delivered, below its target", async () => {
    await using w = await runBench(engine, { hub: hub(iterate(5), iterate(7), iterate(6)) });
    const outcome = await w.run(plan());
    expect(outcome).toMatchObject({ status: "COMPLETED", belowTarget: true });
    expect(outcome.tasks.filter(({ id }) => id.startsWith("synthesis"))).toHaveLength(3);
    const last = w.works.find(({ purpose }) => purpose === "integrate");
    expect(last?.input).toEqual({ synthesis: "synthesis_2", belowTarget: true });
    const alerts = await w.facts("workflow.alerted");
    expect(alerts.map(({ data }) => data["code"])).toEqual(["below_target"]);
  });

  it("S0-034: the result is one text with a summary, and the report has its quality", async () => {
    await using w = await runBench(engine, { hub: hub(PROCEED) });
    await w.run(plan());
    const read = (name: string) => readFileSync(join(w.artifacts, name), "utf8");
    expect(read("hub-final-r1.md")).toContain("Executive Summary");
    expect(read("report.md")).toContain("Overall Quality");
  });

  it("S0-035: after a crash in the second cycle, it is still the second of three", async () => {
    const held: AgentFunction = (work) =>
      work.task === "synthesis_2" && work.fence.attempt === 1
        ? new Promise(() => {})
        : hub(iterate(5), PROCEED)(work);
    await using w = await runBench(engine, { hub: held });
    await w.start(plan());
    await w.until("cycle 2", () => w.works.some((work) => work.task === "synthesis_2"));
    await w.crash();
    expect((await w.over()).status).toBe("COMPLETED");
    const cycles = w.works.filter((work) => work.task === "synthesis_2").map(({ cycle }) => cycle);
    expect(cycles).toEqual([
      { current: 2, max: 3 },
      { current: 2, max: 3 },
    ]);
    expect((await w.facts("hub.synthesized")).map(({ data }) => data["cycle"])).toEqual([1, 2]);
  });
});
