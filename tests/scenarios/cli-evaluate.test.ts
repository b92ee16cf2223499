/** What runs are worth, and whether they get worse. */
import { expect, it } from "vitest";
import { onEachLog } from "../support/cli-logs.ts";

const PLAN = `
name: release
tasks:
  - { id: build, run: 'true' }
  - { id: test, run: 'test ! -e broken', dependsOn: [build] }
  - { id: ship, run: 'true', dependsOn: [test] }
`;

onEachLog("troupe evaluate and regressions", (open) => {
  it("S4-019, S4-020, S4-047 to S4-051: grade runs by what came before, whenever they are asked, and find the one that is worse", async () => {
    using bench = open();
    const plan = bench.write("release.yaml", PLAN);
    const evaluated = async (run: string) => (await bench.json(["evaluate", run])).value;
    const regressed = (...argv: readonly string[]) => bench.json(["regressions", ...argv]);
    for (let n = 1; n <= 5; n++) await bench.troupe(["run", plan, "--id", `r${n}`]);
    expect(await regressed()).toMatchObject({
      code: 0,
      value: { regressions: [{ name: "release", verdict: "insufficient_data", baseline: 4 }] },
    });
    const fine = await evaluated("r5");
    expect(fine).toMatchObject({
      grade: expect.stringMatching(/EXCELLENT|GOOD/),
      final: true,
      tasks: [{ task: "build" }, { task: "test" }, { task: "ship" }],
      // on a busy machine, that it was slower than usual, too
      recommendations: expect.arrayContaining([expect.objectContaining({ text: expect.any(String) })]),
      behindSince: null,
    });

    bench.write("broken", "");
    await bench.troupe(["run", plan, "--id", "r6"]);
    expect(await evaluated("r6")).toMatchObject({
      grade: "POOR",
      metrics: { tasksFailed: 1, tasksBlocked: 1 },
      recommendations: expect.arrayContaining([
        expect.objectContaining({ about: { kind: "task", name: "test" } }),
      ]),
    });
    expect(await evaluated("r5")).toEqual(fine);
    expect(await regressed("release")).toMatchObject({
      code: 1,
      value: {
        regressions: [
          {
            run: "r6",
            verdict: "regressed",
            details: expect.arrayContaining([expect.objectContaining({ what: "score" })]),
          },
        ],
      },
    });
    const { out } = await bench.troupe(["regressions"]);
    expect(out).toMatch(/release: The score dropped by \d+\.\d points/);
    expect((await bench.troupe(["evaluate", "r6"])).out).toMatch(
      /^r6 \(release\): POOR, [\d.]+ of 100\n/,
    );

    expect(await bench.troupe(["regressions", "relase"])).toMatchObject({
      code: 1,
      err: expect.stringContaining('Did you mean "release"'),
    });
    expect(await bench.troupe(["evaluate", "r7"])).toMatchObject({ code: 1 });
    expect(await bench.troupe(["regressions", "--threshold", "-1"])).toMatchObject({ code: 2 });
  });
});
