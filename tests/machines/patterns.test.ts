import { describe, expect, it } from "vitest";
import { planOf, started } from "./fixture.ts";
import type { Work } from "./work.ts";

const x = (id: string, rest: object = {}) => ({ id, agent: "a", ...rest });
const OUT = "/plans/here/out";

describe("a pipeline", () => {
  const pipeline = (tasks: readonly object[]) => started(planOf(tasks, { pattern: "sequential" }));

  it("starts a stage only behind the gate of the one before, with what it wrote", async () => {
    const stages = [x("research", { gate: { agent: "judge" } }), x("outline"), x("writing")];
    const { world, run } = pipeline(stages);
    expect(world.names()).toEqual(["research"]);
    await world.find("research").end({ summary: "12 sources" });
    await world.find("research", "checks").end();
    expect(world.names()).toEqual(["research:judge"]);
    await world.find("research", "judge").end();
    expect(world.find("outline").package).toMatchObject({
      reads: [`${OUT}/stage-1-research.md`],
      outputs: [`${OUT}/stage-2-outline.md`],
      stages: [{ task: "research", title: "research", summary: "12 sources" }],
    });
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
    expect(world.said.get("outline")?.map(({ type }) => type)).toContain("gate.evaluated");
  });

  it("stops at a gate that never passes, where no human lets it on", async () => {
    const { world, run, ends } = pipeline([x("one", { gate: { agent: "judge" } }), x("two")]);
    const low = { data: { completeness: 1, accuracy: 1 } };
    await world.finish(({ purpose }) => (purpose === "judge" ? low : undefined));
    run.send({ type: "DENY", gate: "one:quality" });
    await world.finish();
    expect(ends()).toEqual({ one: "FAILED", two: "SKIPPED by one" });
  });

  it("asks of no stage what another one writes", async () => {
    const { world } = pipeline([
      x("one"),
      x("two"),
      x("three", { reads: ["artifacts/stage-1-one.md"] }),
    ]);
    await world.find("one").end();
    await world.find("one", "checks").end();
    await world.find("two").end();
    const { paths } = world.find("two", "checks").checks;
    expect(paths).toEqual([{ path: `${OUT}/stage-2-two.md` }]);
  });

  it("fails a stage that leaves out what the next one reads", async () => {
    const { world, ends } = pipeline([x("one"), x("two", { reads: ["facts.csv"] })]);
    await world.find("one").end();
    const checks = world.find("one", "checks");
    expect(checks.checks.paths).toContainEqual({ path: "/plans/here/facts.csv", by: "two" });
    await checks.endBadly("", ["/plans/here/facts.csv"]);
    expect(world.said.get("one")).toContainEqual(
      expect.objectContaining({
        type: "gate.evaluated",
        data: expect.objectContaining({ readiness: "FAIL" }),
      }),
    );
    await world.finish();
    expect(ends()).toEqual({ one: "FAILED", two: "SKIPPED by one" });
  });
});

describe("a hub", () => {
  const spokes = [x("perf", { title: "Speed" }), x("use"), x("arch")];
  const hub = (rest: object = {}) =>
    started(planOf(spokes, { pattern: "hub", hub: { agent: "hub", ...rest }, concurrency: 9 }));
  const synthesis = (quality: number, action: string, rest: object = {}) => ({
    data: { completeness: 7, quality, action, ...rest },
  });
  const gap = { gaps: [{ spoke: "perf", missing: "numbers" }] };
  const conflict = { conflicts: [{ between: ["use", "arch"], about: "caching", resolution: "both" }] };

  it("gives each spoke a path of its own, and brings them together when all are done", async () => {
    const { world, run, facts } = hub();
    expect(world.open.map((work) => work.package.outputs)).toEqual(
      [1, 2, 3].map((n) => [`${OUT}/spoke-${n}-r1.md`]),
    );
    for (const id of ["perf", "use", "arch"]) {
      expect(world.names()).not.toContain("synthesis_1:synthesize");
      await world.find(id).end();
      await world.find(id, "checks").end();
    }
    const work = world.find("synthesis_1", "synthesize").package;
    expect(work.cycle).toEqual({ current: 1, max: 3 });
    expect(Object.keys(work.upstream)).toEqual(["perf", "use", "arch"]);
    await world.find("synthesis_1").end(synthesis(8, "PROCEED", conflict));
    expect(facts.find(({ type }) => type === "hub.synthesized")).toMatchObject({
      data: {
        task: "synthesis_1",
        cycle: 1,
        max: 3,
        completeness: 7,
        quality: 8,
        action: "PROCEED",
        ...conflict,
        gaps: [],
      },
    });
    expect(world.find("integrate", "integrate").package).toMatchObject({
      outputs: [`${OUT}/hub-final-r1.md`],
      input: { synthesis: "synthesis_1", belowTarget: false },
    });
    await world.finish();
    expect(run.getSnapshot().output).toMatchObject({ status: "COMPLETED", belowTarget: false });
  });

  it("sends back only spokes with gaps or conflicts, each with what is said of it", async () => {
    const { world } = hub();
    const answers = [
      synthesis(5, "ITERATE", gap),
      synthesis(6, "ITERATE", conflict),
      synthesis(9, "PROCEED"),
    ];
    const packages = new Map<string, Work["package"]>();
    await world.finish((work) => {
      if (work.what === "agent") packages.set(work.task, work.package);
      return work.purpose === "synthesize" ? answers.shift() : undefined;
    });
    expect([...packages.keys()]).toEqual([
      "perf",
      "use",
      "arch",
      "synthesis_1",
      "perf_cycle_2",
      "synthesis_2",
      "use_cycle_3",
      "arch_cycle_3",
      "synthesis_3",
      "integrate",
    ]);
    expect(packages.get("perf_cycle_2")).toMatchObject({
      title: "Speed, refined",
      purpose: "work",
      feedback: ["gap: numbers"],
      outputs: [`${OUT}/spoke-1-r1-cycle-2.md`],
      reads: [`${OUT}/spoke-1-r1.md`],
    });
    expect(packages.get("arch_cycle_3")?.feedback).toEqual(["conflict between use and arch: caching"]);
    expect(Object.keys(packages.get("synthesis_3")?.upstream ?? {})).toEqual([
      "perf_cycle_2",
      "use_cycle_3",
      "arch_cycle_3",
    ]);
  });

  it.each([1, 2, 3])(
    "ends behind %i cycles with the best synthesis so far, flagged",
    async (maxCycles) => {
      const { world, run, facts } = hub({ maxCycles });
      const qualities = [5, 7, 6];
      await world.finish(({ purpose }) =>
        purpose === "synthesize" ? synthesis(qualities.shift() ?? 0, "ITERATE", gap) : undefined,
      );
      const cycles = facts.filter(({ type }) => type === "hub.synthesized");
      expect(cycles).toHaveLength(maxCycles);
      expect(run.getSnapshot().output).toMatchObject({ status: "COMPLETED", belowTarget: true });
      const best = maxCycles === 1 ? 1 : 2;
      const { plan } = run.getSnapshot().context;
      expect(plan.tasks.at(-1)?.input).toEqual({ synthesis: `synthesis_${best}`, belowTarget: true });
      expect(facts).toContainEqual(
        expect.objectContaining({
          type: "workflow.alerted",
          data: expect.objectContaining({ severity: "warning", code: "below_target" }),
        }),
      );
    },
  );

  it("counts the latest of equally good syntheses as the best", async () => {
    const { world, run } = hub({ maxCycles: 2 });
    await world.finish(({ purpose }) =>
      purpose === "synthesize" ? synthesis(6, "ITERATE", gap) : undefined,
    );
    const { plan } = run.getSnapshot().context;
    expect(plan.tasks.at(-1)?.input).toMatchObject({ synthesis: "synthesis_2" });
  });

  it("goes on where it is told to iterate and nothing is said of any spoke", async () => {
    const { world, run, facts } = hub();
    await world.finish(({ purpose }) =>
      purpose === "synthesize" ? synthesis(5, "ITERATE") : undefined,
    );
    expect(facts.filter(({ type }) => type === "hub.synthesized")).toHaveLength(1);
    expect(run.getSnapshot().output).toMatchObject({ status: "COMPLETED", belowTarget: true });
  });

  it("fails where the hub's answer is none", async () => {
    const { world, run, ends } = hub();
    await world.finish(({ purpose }) => (purpose === "synthesize" ? { data: {} } : undefined));
    expect(run.getSnapshot().value).toBe("FAILED");
    expect(ends()).toMatchObject({ synthesis_1: "FAILED" });
    expect(ends()).not.toHaveProperty("integrate");
  });
});

describe("a dynamic run", () => {
  const dynamic = (tasks: readonly object[], rest: object = {}) =>
    started(planOf(tasks, { pattern: "dynamic", generate: { agent: "planner" }, ...rest }));
  const yields = (...tasks: readonly object[]) => ({ data: { tasks } });

  it("asks for more tasks, with what came of the last, until there are none", async () => {
    const { world, run, facts } = dynamic([x("seed")]);
    await world.find("seed").end({ summary: "found 2" });
    const first = world.find("generate_1", "generate");
    expect(first.package.upstream).toMatchObject({ seed: { summary: "found 2" } });
    await first.end(yields(x("n1"), x("n2", { dependsOn: ["n1", "seed"] })));
    expect(world.names()).toEqual(["n1"]);
    await world.find("n1").end();
    await world.find("n2").end();
    const second = world.find("generate_2", "generate");
    expect(Object.keys(second.package.upstream)).toEqual(["n1", "n2"]);
    await second.end(yields());
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
    const added = facts.flatMap((fact) => (fact.type === "tasks.added" ? [fact.data] : []));
    expect(added).toMatchObject([
      { tasks: [{ id: "generate_1" }] },
      { tasks: [{ id: "n1" }, { id: "n2" }], by: "generate_1" },
      { tasks: [{ id: "generate_2" }] },
    ]);
  });

  it("begins with the generator where there are no tasks", async () => {
    const { world, run } = dynamic([]);
    expect(world.names()).toEqual(["generate_1:generate"]);
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
  });

  it("lets later tasks rest on earlier ones, however those ended", async () => {
    const { world, ends } = dynamic([x("good"), x("bad")], { join: "settle" });
    await world.find("good").end();
    await world.find("bad").fail(new Error("no"));
    await world
      .find("generate_1")
      .end(
        yields(
          x("on_good", { dependsOn: ["good"] }),
          x("on_bad", { dependsOn: ["good", "bad"] }),
          x("on_both", { dependsOn: ["bad", "good"], when: "tasks.bad.status == 'FAILED'" }),
        ),
      );
    expect(world.names()).toEqual(["on_good", "on_both"]);
    await world.finish();
    expect(ends()).toMatchObject({
      on_good: "COMPLETED",
      on_bad: "SKIPPED by bad",
      on_both: "COMPLETED",
    });
  });

  it.each<[what: string, tasks: readonly object[], why: string]>([
    ["an id that exists", [x("seed")], 'duplicate id "seed"'],
    ["one id twice", [x("n"), x("n")], "n"],
    ["a reserved id", [x("generate_7")], '"generate_7" is an id that only troupe gives'],
    ["nobody who does it", [{ id: "n" }], "tasks[0].run"],
    ["a cycle", [x("n", { dependsOn: ["m"] }), x("m", { dependsOn: ["n"] })], "cycle"],
    ["an unknown dependency", [x("n", { dependsOn: ["nobody"] })], "n"],
    ["too many", [x("n"), x("m")], "4 tasks are more than the limit of 3"],
    ["what is no task", [{ id: "n o", run: "x" }], "id"],
  ])("fails where the generator yields %s", async (_, tasks, why) => {
    const { world, run } = dynamic([x("seed")], { limits: { tasks: 3 } });
    await world.find("seed").end();
    await world.find("generate_1").end(yields(...tasks));
    await world.finish();
    expect(run.getSnapshot().value).toBe("FAILED");
    expect(run.getSnapshot().output?.tasks.at(-1)).toMatchObject({
      id: "generate_1",
      failure: { code: "RESULT_INVALID", message: expect.stringContaining(why) },
    });
  });
});
