/** The report of a hub, from records told by hand. */
import { describe, expect, it } from "vitest";
import { iterationOf } from "../../src/projections/report-hub.ts";
import { dataOf, part, textOf } from "../support/reported.ts";
import { begun, tale, type Tale } from "../support/told.ts";

describe("the report of a hub", () => {
  const plan = {
    name: "View",
    pattern: "hub",
    hub: { agent: "editor" },
    tasks: ["speed", "ease"].map((id) => ({
      id,
      agent: "expert",
      outputs: [`artifacts/spoke-${id}.md`],
    })),
  };
  const conflicts = [{ between: ["speed", "ease"], about: "caching", resolution: "cache, but say so" }];
  const gaps = [{ spoke: "speed", missing: "numbers" }];
  const shared = { max: 3, completeness: 7, gaps, conflicts, quality: 6 };
  const spokes = {
    speed: { quality: 5, findings: ["slow start"] },
    ease: { quality: 8, findings: [] },
  };
  const first = (): Tale =>
    tale(plan)
      .done("speed", 10)
      .done("ease", 10)
      .flow("tasks.added", { tasks: [{ id: "synthesis_1", title: "Synthesis" }] })
      .done("synthesis_1", 10)
      .flow("hub.synthesized", {
        task: "synthesis_1",
        cycle: 1,
        action: "ITERATE",
        spokes,
        ...shared,
      });
  const second = (): Tale =>
    first().flow("tasks.added", { tasks: [{ id: "speed_cycle_2", title: "Speed again" }] });
  const done = (): Tale =>
    second()
      .done("speed_cycle_2", 10, "numbers", { outputs: ["artifacts/spoke-speed-2.md"] })
      .flow("tasks.added", { tasks: [{ id: "synthesis_2", title: "Synthesis" }] })
      .done("synthesis_2", 10)
      .flow("hub.synthesized", {
        task: "synthesis_2",
        cycle: 2,
        action: "PROCEED",
        ...shared,
        gaps: [],
        quality: 9,
        spokes: { speed: { quality: 8, findings: ["slow start: 2 s"] } },
      })
      .flow("tasks.added", { tasks: [{ id: "integrate", title: "Final" }] })
      .done("integrate", 10, "one story", { outputs: ["artifacts/hub-final-r1.md"] });

  it("S0-029: a spoke is PENDING or COMPLETED, with its quality and key findings", () => {
    expect(dataOf(begun(tale(plan), "speed").view())).toMatchObject({
      spokes: [
        { spoke: "speed", status: "PENDING", quality: [] },
        { spoke: "ease", status: "PENDING" },
      ],
    });
    expect(part(textOf(first().view()), "Spokes").split("\n").slice(2)).toEqual([
      "| speed | expert | COMPLETED | 5/10 | slow start | artifacts/spoke-speed.md |  |",
      "| ease | expert | COMPLETED | 8/10 |  | artifacts/spoke-ease.md |  |",
    ]);
  });

  it("has each synthesis with conflicts, resolutions, gaps and who was sent back", () => {
    const view = done().view();
    expect(dataOf(view)).toMatchObject({
      syntheses: [
        { cycle: 1, completeness: 7, synthesisQuality: 6, action: "ITERATE", sentBack: ["speed"] },
        { cycle: 2, synthesisQuality: 9, action: "PROCEED", sentBack: [], conflicts: 1, gaps: 0 },
      ],
      conflicts: [
        { between: ["speed", "ease"], about: "caching", resolution: "cache, but say so" },
        { cycle: 2 },
      ],
      gaps: [{ cycle: 1, spoke: "speed", missing: "numbers" }],
      spokes: [
        { quality: [5, 8], keyFindings: ["slow start: 2 s"], output: "artifacts/spoke-speed-2.md" },
        {},
      ],
    });
    expect(textOf(view)).toContain("| 5/10 → 8/10 |");
  });

  it("has the final's path and overall quality, that of the best of them, and whether it is below target", () => {
    expect(dataOf(done().view())).toMatchObject({
      status: "COMPLETED",
      overallQuality: 9,
      belowTarget: false,
      final: "artifacts/hub-final-r1.md",
    });
    const alert = { severity: "warning", code: "below_target", message: "6 of 8" } as const;
    expect(dataOf(first().flow("workflow.alerted", alert).view())).toMatchObject({
      overallQuality: 6,
      belowTarget: true,
      final: null,
      alerts: [{ code: "below_target" }],
    });
  });

  it("says in which cycle it is, of how many, at every record", () => {
    const at = (story: Tale): string => {
      const { current, max } = iterationOf(story.view());
      return `${current}/${max}`;
    };
    expect([tale(plan), first(), second(), done()].map(at)).toEqual(["1/3", "1/3", "2/3", "2/3"]);
    expect(textOf(second().view())).toContain("- **Iteration**: 2/3\n");
  });
});
