/** What people think of what tasks have done. */
import { expect, it } from "vitest";
import { onEachLog } from "../support/cli-logs.ts";

onEachLog("troupe feedback", (open) => {
  it("S2-030: rates an execution of a run that is over; what cannot be meant is refused, and changes nothing", async () => {
    using bench = open();
    const plan = bench.write("p.yaml", "name: p\ntasks: [{id: build, run: echo built}]\n");
    await bench.troupe(["run", plan, "--id", "r1"]);
    const rate = (...argv: readonly string[]) => bench.troupe(["feedback", ...argv]);
    expect(await rate("r1", "build", "--rating", "2", "--comment", "no tests")).toMatchObject({
      code: 0,
      out: "r1 build: rated 2 of 5",
    });
    expect(
      await bench.json(["feedback", "r1", "build", "--rating", "5", "--attempt", "1", "--by", "ada"]),
    ).toEqual({ code: 0, value: { run: "r1", task: "build", rating: 5, attempt: 1, by: "ada" } });
    expect(await rate("r1", "build", "--rating", "6")).toMatchObject({ code: 2 });
    expect(await rate("r1", "build")).toMatchObject({ code: 2 });
    expect(await rate("r1", "buil", "--rating", "1")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/EXECUTION_UNKNOWN: run "r1" has no "buil"\n.*Did you mean "build"/),
    });
    expect(await rate("r1", "build", "--rating", "1", "--attempt", "2")).toMatchObject({ code: 1 });
    expect(await rate("r2", "build", "--rating", "1")).toMatchObject({ code: 1 });
    const { value } = await bench.json(["show", "r1"]);
    expect(value).toMatchObject({ status: "COMPLETED" });
  });
});
