/** What `dependsOn` does not say, and what a plan promises twice: found before anything starts. */
import { describe, expect, it } from "vitest";
import { messages, planOf } from "../support/plan.ts";

/** What is said of a plan, without lines and columns. */
function said(tasks: readonly object[], rest: object = {}): readonly string[] {
  return messages(planOf(tasks, rest)).map((line) => line.replace(/^\S+ /, ""));
}

const task = (id: string, rest: object = {}): object => ({ id, run: "true", ...rest });

describe("the order", () => {
  it("S3-002: an unknown dependency is refused with its id", () => {
    expect(said([task("a", { dependsOn: ["nope"] })])).toEqual([
      'tasks[0].dependsOn[0] unknown task "nope"',
    ]);
  });

  it("S3-002: a cycle is refused with its ids in order, and hides no other", () => {
    const tasks = [
      task("a", { dependsOn: ["c"] }),
      task("b", { dependsOn: ["a"] }),
      task("c", { dependsOn: ["b", "x"] }),
      task("d", { dependsOn: ["d"] }),
    ];
    expect(said(tasks)).toEqual([
      "tasks[1].dependsOn[0] cycle: a → c → b → a",
      'tasks[2].dependsOn[1] unknown task "x"',
      "tasks[3].dependsOn[0] cycle: d → d",
    ]);
  });

  it("a sequential plan runs as it is listed, so no stage waits for a later one", () => {
    const tasks = [task("a", { dependsOn: ["b"] }), task("b", { dependsOn: ["a"] })];
    expect(said(tasks, { pattern: "sequential" })).toContain(
      'tasks[0].dependsOn[0] "b" is a later stage: a sequential plan runs its tasks as they are listed',
    );
    expect(
      said([task("a"), task("b"), task("c", { dependsOn: ["a"] })], { pattern: "sequential" }),
    ).toEqual([]);
  });

  it.each([
    "a_branch_01",
    "a_cycle_2",
    "a_compensation",
    "synthesis_1",
    "generate_12",
    "aggregate",
    "integrate",
    "_a",
  ])("T-B3: %s is an id that only troupe gives", (id) => {
    expect(said([task(id)])).toEqual([
      `tasks[0].id "${id}" is an id that only troupe gives, to tasks that it adds`,
    ]);
  });

  it.each(["a branch", "a.b", "ä", "", "a/b", "a:b"])("T-B3: %j is no id", (id) => {
    expect(said([task(id)])).toEqual(['tasks[0].id an id has only letters, digits, "_" and "-"']);
  });

  it("T-B3: letters, digits, _ and - make an id, also one that is nearly troupe's", () => {
    const ids = ["A-z_09", "a_branch_x", "synthesis", "x_aggregate", "generate_1a", "compensation"];
    expect(said(ids.map((id) => task(id)))).toEqual([]);
  });
});

describe("paths", () => {
  it("S0-005: two tasks of one wave that write the same path are refused", () => {
    const tasks = [task("a", { outputs: ["out.md"] }), task("b", { outputs: ["x/../out.md"] })];
    expect(said(tasks)).toEqual(['tasks[1].outputs[0] "a" writes the same path, in the same wave (1)']);
  });

  it("S0-005: so are two of different waves where neither is behind the other", () => {
    const tasks = [
      task("a", { outputs: ["out.md"] }),
      task("b"),
      task("c", { dependsOn: ["b"], outputs: ["./out.md"] }),
    ];
    expect(said(tasks)).toEqual(['tasks[2].outputs[0] "a" writes the same path']);
  });

  it("S0-005: a task that is behind the other, however far, may write it again", () => {
    const tasks = [
      task("a", { outputs: ["out.md"] }),
      task("b", { dependsOn: ["a"] }),
      task("c", { dependsOn: ["b"], outputs: ["out.md"] }),
    ];
    expect(said(tasks)).toEqual([]);
    expect(
      said([task("a", { outputs: ["o"] }), task("b", { outputs: ["o"] })], { pattern: "sequential" }),
    ).toEqual([]);
  });

  it("S0-005: the same text lies elsewhere in another folder, but for the run's own", () => {
    const two = (path: string): readonly object[] => [
      task("a", { outputs: [path] }),
      task("b", { outputs: [path], cwd: "sub" }),
    ];
    expect(said(two("out.md"))).toEqual([]);
    expect(said(two("artifacts/out.md"))).toHaveLength(1);
    expect(
      said([task("a", { outputs: ["sub/out.md"] }), task("b", { outputs: ["out.md"], cwd: "./sub" })]),
    ).toHaveLength(1);
  });

  it("S0-002: a task that reads what another writes must be behind it", () => {
    const tasks = [
      task("a", { outputs: ["artifacts/notes.md"] }),
      task("b", { reads: ["artifacts/./notes.md"] }),
    ];
    expect(said(tasks)).toEqual([
      'tasks[1].reads[0] hidden dependency: "a" writes it, and nothing says that it comes before',
    ]);
    expect(
      said([tasks[0] ?? {}, task("b", { reads: ["artifacts/notes.md"], dependsOn: ["a"] })]),
    ).toEqual([]);
    expect(
      said([tasks[0] ?? {}, task("b", { reads: ["artifacts/notes.md"] })], { pattern: "sequential" }),
    ).toEqual([]);
  });

  it("S0-002: in an empty folder nothing can be read before it is written", () => {
    const tasks = (path: string): readonly object[] => [
      task("a", { reads: [path] }),
      task("b", { dependsOn: ["a"], outputs: [path] }),
    ];
    expect(said(tasks("artifacts/x"))).toEqual([
      'tasks[0].reads[0] nobody writes it before this: "b", which does, depends on this task',
    ]);
    // a file of the project may be there
    expect(said(tasks("x"))).toEqual([]);
    // somebody else has written it before, or the task itself has
    const first = task("z", { outputs: ["artifacts/x"] });
    const [a, b] = tasks("artifacts/x");
    expect(said([first, { ...a, dependsOn: ["z"] }, b ?? {}])).toEqual([]);
    expect(said([{ ...a, outputs: ["artifacts/x"] }, b ?? {}])).toEqual([]);
  });

  it("S0-002: tasks of a cycle are behind each other, so the cycle alone is told", () => {
    const tasks = [
      task("a", { dependsOn: ["c"], outputs: ["x"] }),
      task("b", { dependsOn: ["a"] }),
      task("c", { dependsOn: ["b"], reads: ["x"], outputs: ["x"] }),
    ];
    expect(said(tasks)).toEqual(["tasks[1].dependsOn[0] cycle: a → c → b → a"]);
  });

  it("a path that is named twice, and the run's report, are no outputs", () => {
    const tasks = [task("a", { outputs: ["x", "./x", "artifacts/report.md"], reads: ["y", "y"] })];
    expect(said(tasks, { pattern: "parallel" })).toEqual([
      "tasks[0].outputs[1] it is named twice",
      "tasks[0].outputs[2] troupe writes the report of the run there",
      "tasks[0].reads[1] it is named twice",
    ]);
    expect(said([task("a", { outputs: ["artifacts/report.md"] })])).toEqual([]);
  });

  it("a plan with a fault in each of 5,000 tasks is refused in a moment", () => {
    const tasks = Array.from({ length: 5_000 }, (_, i) =>
      task(`t${i}`, { dependsOn: [`tt${i}x`], outputs: ["same"], reads: ["same"] }),
    );
    const began = performance.now();
    expect(said(tasks)).toHaveLength(5_000 + 4_999 + 5_000);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it("a plan of 5,000 tasks that read each other's outputs is checked in a moment", () => {
    const tasks = Array.from({ length: 5_000 }, (_, i) =>
      task(`t${i}`, {
        dependsOn: i < 10 ? [] : [`t${i - 10}`],
        reads: i < 20 ? [] : [`o${i - 20}`],
        outputs: [`o${i}`],
      }),
    );
    const began = performance.now();
    expect(said(tasks)).toEqual([]);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
