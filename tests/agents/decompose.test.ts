/** Plans made of words, by rules. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { decompose } from "../../src/agents/decompose.ts";
import { bestRole, ROLES } from "../../src/agents/roles/specialists.ts";
import { conditionFault } from "../../src/events/condition.ts";
import { faultsOf } from "../../src/events/plan/faults.ts";
import { graphFaults } from "../../src/events/plan/graph.ts";

const shape = (requirements: readonly string[], description = "Build it") => {
  const { pattern, tasks } = decompose(description, requirements, ROLES);
  return {
    pattern,
    tasks: tasks.map(({ id, agent, dependsOn, when }) => ({ id, agent, dependsOn, when })),
  };
};

describe("S4-002: decompose", () => {
  it("makes a task of each requirement, for the role whose skills match best", () => {
    const plan = decompose(
      "A shop",
      [
        "Write the REST API and its database",
        "Design a full-text search with relevance",
        "A responsive checkout page",
        "Audit it for injection and other vulnerabilities",
        "Deploy it with Docker",
        "Load test it",
        "Summarise reviews with an LLM",
        "Write a tutorial",
      ],
      ROLES,
    );
    expect(plan).toMatchObject({ name: "A shop", goal: "A shop", pattern: "parallel" });
    expect(plan.tasks.map(({ agent }) => agent)).toEqual([
      "backend_engineer",
      "elasticsearch_architect",
      "frontend_specialist",
      "security_auditor",
      "devops_specialist",
      "qa_engineer",
      "ai_engineer",
      "docs_writer",
    ]);
    expect(plan.tasks[1]).toMatchObject({
      id: "t2",
      title: "Design a full-text search with relevance",
      description: "Design a full-text search with relevance",
      input: { role: "elasticsearch_architect", reason: "it names full-text, relevance, search" },
    });
  });

  it("S4-021: sequential where the words order the tasks", () => {
    const words = ["then test it", "After that, test it", "Finally test it", "2. next, test it"];
    expect(words.map((later) => shape(["Write the API", later]).pattern)).toEqual(
      words.map(() => "sequential"),
    );
    expect(shape(["Write the API", "test what happens then"]).pattern).toBe("parallel");
    expect(shape(["Then write the API"]).pattern).toBe("parallel");
  });

  it("S4-021: conditional where one begins with if, and asks the task before it", () => {
    expect(
      shape([
        "Run the tests",
        "If they fail, fix the bug in the API",
        "if they pass, write docs",
        "Then deploy it",
      ]),
    ).toEqual({
      pattern: "conditional",
      tasks: [
        { id: "t1", agent: "qa_engineer", dependsOn: [], when: undefined },
        {
          id: "t2",
          agent: "backend_engineer",
          dependsOn: ["t1"],
          when: 'tasks.t1.status == "FAILED"',
        },
        { id: "t3", agent: "docs_writer", dependsOn: ["t1"], when: 'tasks.t1.status == "COMPLETED"' },
        {
          id: "t4",
          agent: "devops_specialist",
          dependsOn: ["t1", "t2", "t3"],
          when: 'tasks.t1.status == "COMPLETED" || tasks.t2.status == "COMPLETED" || tasks.t3.status == "COMPLETED"',
        },
      ],
    });
  });

  it("takes the list in the description where there are no requirements, else all of it", () => {
    const listed = decompose("Do this:\n1. Write the API\n2) test it\n- deploy it", [], ROLES);
    expect(listed.tasks.map(({ title }) => title)).toEqual(["Write the API", "test it", "deploy it"]);
    const whole = decompose("Write the API", ["", "  "], ROLES);
    expect(whole.tasks).toMatchObject([
      { id: "t1", title: "Write the API", agent: "backend_engineer" },
    ]);
  });

  it("among equals takes the first role, and says that none is named", () => {
    expect(bestRole("hm", ROLES)).toMatchObject({
      role: { name: "backend_engineer" },
      reason: "no skill of any role is named: the first",
    });
    expect(bestRole("hm", [])).toBeUndefined();
  });

  const words = fc
    .array(
      fc.constantFrom("then", "if", "test", "fails", "2.", "-", "\0", "\n", "API", "\u{1F600}", '"'),
    )
    .map((some) => some.join(" "));
  const text = fc.oneof(words, fc.string({ unit: "binary", maxLength: 200 }));

  test.prop({ description: text, requirements: fc.array(text, { maxLength: 8 }) })(
    "for all words there is a valid plan, the same each time",
    ({ description, requirements }) => {
      const plan = decompose(description, requirements, ROLES);
      expect(plan.tasks.length).toBeGreaterThanOrEqual(1);
      expect(["sequential", "parallel", "conditional"]).toContain(plan.pattern);
      expect(graphFaults(plan.tasks)).toEqual([]);
      expect(faultsOf(plan, { agents: ROLES.map(({ name }) => name) })).toEqual([]);
      for (const { when } of plan.tasks)
        if (when !== undefined) expect(conditionFault(when)).toBeUndefined();
      expect(decompose(description, requirements, ROLES)).toEqual(plan);
    },
  );
});

describe("S4-024: the roles", () => {
  it("are eight, each with a description and skills of its own", () => {
    expect(ROLES.map(({ name }) => name)).toEqual([
      "backend_engineer",
      "elasticsearch_architect",
      "ai_engineer",
      "frontend_specialist",
      "devops_specialist",
      "qa_engineer",
      "security_auditor",
      "docs_writer",
    ]);
    for (const { description, skills } of ROLES) {
      expect(description).toMatch(/\.$/);
      expect(skills.length).toBeGreaterThan(5);
      expect(skills.every((skill) => /^[a-z0-9-]+$/.test(skill))).toBe(true);
    }
    const all = ROLES.flatMap(({ skills }) => skills);
    expect(new Set(all).size).toBe(all.length);
  });
});
