/** `troupe show RUN --timeline`. */
import { describe, expect, it } from "vitest";
import { cliBench } from "../support/cli.ts";

const PLAN = `
name: hello
tasks:
  - { id: list, run: echo 2 }
  - { id: greet, run: echo hi, dependsOn: [list] }
`;

describe("troupe show --timeline", () => {
  it("shows what happened in a run, as a table and as JSON; only runs have one", async () => {
    using bench = cliBench();
    const plan = bench.write("plan.yaml", PLAN);
    expect((await bench.troupe(["run", plan, "--id", "r1"])).code).toBe(0);
    const { code, out } = await bench.troupe(["show", "r1", "--timeline"]);
    expect(code).toBe(0);
    const [head, ...lines] = out.trim().split("\n");
    expect(head).toMatch(/^AT +WHAT +TASK +TRY +AGENT +DETAIL$/);
    expect(
      lines.map((line) => line.slice("2026-01-01 00:00:00.000Z".length).trim().split(/ {2,}/)),
    ).toEqual([
      ["RUN STARTED", "hello"],
      ["DELEGATED", "list"],
      ["STARTED", "list", "1", "work"],
      ["COMPLETED", "list", "1", "2"],
      ["DELEGATED", "greet"],
      ["STARTED", "greet", "1", "work"],
      ["COMPLETED", "greet", "1", "hi"],
      ["RUN COMPLETED"],
    ]);
    const { value } = await bench.json(["show", "r1", "--timeline"]);
    expect(value).toMatchObject({
      run: "r1",
      timeline: expect.arrayContaining([
        {
          at: expect.any(Number),
          what: "COMPLETED",
          task: "greet",
          start: 1,
          attempt: 1,
          detail: "hi",
        },
      ]),
    });
    const misuse = await bench.troupe(["show", "task/r1:list", "--timeline"]);
    expect([misuse.code, misuse.err]).toEqual([
      2,
      expect.stringContaining("troupe show r1 --timeline"),
    ]);
    expect((await bench.troupe(["show", "r9", "--timeline"])).code).toBe(1);
  });
});
