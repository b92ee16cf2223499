/** A plan that comes from code is refused, on every log, before anything is written. */
import { describe, expect, it } from "vitest";
import { planKinds } from "../../src/agents/plan-kinds.ts";
import { freshFolder } from "../support/agent-runs.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";

const kinds = planKinds({ agents: { writer: async () => ({ summary: "written" }) } });

const planOf = (tasks: readonly object[], rest: object = {}): object => ({ name: "p", tasks, ...rest });

/** As code has it that no compiler has looked at. */
const untyped = (plan: object) => JSON.parse(JSON.stringify(plan));

const task = (id: string, rest: object = {}): object => ({ id, agent: "writer", ...rest });

describe.each(EVERY_ENGINE)("a plan from code, on $name", ({ bench }) => {
  it.each<[string, object, string, RegExp]>([
    [
      "S3-002: an unknown dependency",
      planOf([task("a", { dependsOn: ["b"] })]),
      "plan.tasks.0.dependsOn.0",
      /unknown task "b"/,
    ],
    [
      "S3-002: a cycle",
      planOf([task("a", { dependsOn: ["b"] }), task("b", { dependsOn: ["a"] })]),
      "plan.tasks.1.dependsOn.0",
      /cycle: a → b → a/,
    ],
    [
      "S0-002: a hidden dependency",
      planOf([task("a", { outputs: ["x"] }), task("b", { reads: ["x"] })]),
      "plan.tasks.1.reads.0",
      /hidden dependency: "a" writes it/,
    ],
    [
      "S0-005: one path for two tasks",
      planOf([task("a", { outputs: ["x"] }), task("b", { outputs: ["x"] })]),
      "plan.tasks.1.outputs.0",
      /"a" writes the same path/,
    ],
    [
      "an agent that nobody has",
      planOf([{ id: "a", agent: "x" }]),
      "plan.tasks.0.agent",
      /unknown agent "x"/,
    ],
    [
      "a condition that is none",
      planOf([task("a"), task("b", { dependsOn: ["a"], when: "(" })]),
      "plan.tasks.1.when",
      /no condition/,
    ],
    [
      "a compensation that is missing",
      planOf([task("a"), task("b", { dependsOn: ["a"] })], { pattern: "saga" }),
      "plan.tasks.0.compensate",
      /it is missing: a saga must be able to undo "a"/,
    ],
  ])("%s starts nothing", async (_what, plan, path, message) => {
    await using b = await bench();
    const { host, log } = await b.start(kinds);
    const input = { run: "r1", folder: "/f", artifacts: "/a", plan: untyped(plan) };
    const refused = host.start("workflow/r1", { input });
    await expect(refused).rejects.toMatchObject({
      code: "INPUT_INVALID",
      data: { issues: [{ path, message: expect.stringMatching(message) }] },
    });
    expect(await Array.fromAsync(log.scan())).toEqual([]);
  });

  it("runs where it has no fault, by agents of the host", async () => {
    await using b = await bench();
    using folder = freshFolder();
    const { host } = await b.start(kinds);
    const plan = planOf([
      task("a"),
      task("b", { dependsOn: ["a"], when: 'tasks.a.summary == "written"' }),
    ]);
    const input = { run: "r1", folder: folder.path, artifacts: folder.path, plan: untyped(plan) };
    const run = await host.start("workflow/r1", { input });
    await b.pass(10);
    expect((await run.snapshot()).status).toBe("done");
    expect((await run.snapshot()).output).toMatchObject({
      status: "COMPLETED",
      tasks: [
        { id: "a", summary: "written" },
        { id: "b", status: "COMPLETED" },
      ],
    });
  });
});
