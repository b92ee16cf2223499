/** A plan that comes from code is looked at as one that comes from a file. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { faultsOf } from "../../src/events/plan/faults.ts";
import { workflowInput } from "../../src/events/plan/input.ts";
import { Plan } from "../../src/events/plan/plan.ts";

const place = { run: "r1", folder: "/f", artifacts: "/a" };
const sound = { name: "p", tasks: [{ id: "a", agent: "writer" }] };

describe("the input of a workflow", () => {
  it("gets its plan with defaults, from a plan without or with them", () => {
    const schema = workflowInput(["writer"]);
    const plan = Plan.parse(sound);
    const agents = ["writer"];
    expect(schema.parse({ ...place, plan: sound })).toEqual({ ...place, plan, agents });
    expect(schema.parse({ ...place, plan })).toEqual({ ...place, plan, agents });
    expect(schema.parse({ ...place, plan, agents: ["other"] }).agents).toEqual(["other"]);
  });

  it("is refused with all faults of its plan, with their places", () => {
    const plan = {
      name: "p",
      tasks: [
        { id: "a", agent: "writer", dependsOn: ["b"], maxRetries: -1 },
        { id: "b", run: "x", dependsOn: ["a"] },
      ],
    };
    const { error } = workflowInput([]).safeParse({ ...place, run: 1, plan });
    expect(z.prettifyError(error ?? new z.ZodError([]))).toMatchInlineSnapshot(`
      "✖ Invalid input: expected string, received number
        → at run
      ✖ it must be at least 0
        → at plan.tasks[0].maxRetries
      ✖ unknown agent "writer" (Describe it under agents, or register it with the host (known: merge).)
        → at plan.tasks[0].agent
      ✖ cycle: a → b → a (Remove one of these dependencies.)
        → at plan.tasks[1].dependsOn[0]"
    `);
    expect(error?.issues.length).toBe(faultsOf(plan).length + 1);
  });

  it.each([undefined, null, 1, [], "x"])("is refused with %j for a plan", (plan) => {
    expect(workflowInput([]).safeParse({ ...place, plan }).success).toBe(false);
  });

  it("is refused with a plan that is nested without end", () => {
    const plan: Record<string, unknown> = { ...sound };
    plan["goal"] = { one: plan, two: plan };
    expect(workflowInput(["writer"]).safeParse({ ...place, plan }).error?.issues).toMatchObject([
      { path: ["plan"], message: "it is nested too deeply" },
    ]);
  });
});
