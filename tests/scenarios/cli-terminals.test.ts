/** Two terminals on one log: commands of one reach the other, and either may leave first. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cliBench } from "../support/cli.ts";

describe("two terminals on one log", () => {
  const wait = (file: string): string => `until test -e ${file}; do sleep 0.02; done`;

  it("the owner runs both, and stays until both are over", async () => {
    using bench = cliBench();
    const first = bench.write("p.yaml", `name: p\ntasks: [{id: a, run: "${wait("one")}"}]\n`);
    const second = bench.write("q.yaml", `name: q\ntasks: [{id: a, run: "${wait("two")}"}]\n`);
    const running = Promise.withResolvers<void>();
    const joined = Promise.withResolvers<void>();
    const heard =
      ({ resolve }: PromiseWithResolvers<void>) =>
      (line: string): void => {
        if (line.startsWith("RUNNING")) resolve();
      };
    const one = bench.troupe(["run", first, "--id", "one"], { heard: heard(running) });
    await running.promise;
    const two = bench.troupe(["run", second, "--id", "two"], { heard: heard(joined) });
    await joined.promise;
    writeFileSync(join(bench.folder, "one"), "");
    const seen = new AbortController();
    await bench.troupe(["tail", "--type", "workflow.completed", "--run", "one"], {
      stop: seen.signal,
      read: () => seen.abort(),
    });
    writeFileSync(join(bench.folder, "two"), "");
    expect([(await one).code, (await two).code]).toEqual([0, 0]);
    expect((await two).err).toContain("another process owns the log");
    const takenOver = await bench.troupe(["tail", "--no-follow", "--type", "troupe.recovered"]);
    expect(takenOver.out).toBe("");
  });

  it("one takes over when the owner leaves", async () => {
    using bench = cliBench();
    const plan = bench.write("p.yaml", `name: p\ntasks: [{id: a, run: "${wait("go")}"}]\n`);
    const stop = new AbortController();
    const running = Promise.withResolvers<void>();
    const owner = bench.troupe(["run", plan, "--id", "one"], {
      stop: stop.signal,
      heard: (line) => line.startsWith("RUNNING") && running.resolve(),
    });
    await running.promise;
    const guest = bench.troupe(["run", plan, "--id", "two"], {
      heard: (line) => line.startsWith("RUNNING") && stop.abort(),
    });
    expect(await owner).toMatchObject({ code: 1 });
    writeFileSync(join(bench.folder, "go"), "");
    expect(await guest).toMatchObject({ code: 0 });
    const runs = await bench.json(["ls"]);
    expect(runs.value).toMatchObject([{ status: "COMPLETED" }, { status: "COMPLETED" }]);
  });

  it("a run is cancelled from the other one", async () => {
    using bench = cliBench();
    const plan = bench.write(
      "p.yaml",
      "name: p\ntasks: [{id: a, run: [sleep, '60']}, {id: b, run: x, dependsOn: [a]}]\n",
    );
    const cancelled = Promise.withResolvers<Awaited<ReturnType<typeof bench.troupe>>>();
    const run = bench.troupe(["run", plan, "--id", "r1"], {
      heard: (line) => {
        if (line.startsWith("RUNNING"))
          cancelled.resolve(bench.troupe(["cancel", "r1", "--reason", "enough"]));
      },
    });
    expect(await cancelled.promise).toMatchObject({ code: 0, out: "workflow/r1: CANCELLED" });
    const { code, out } = await run;
    expect([code, out]).toEqual([1, expect.stringContaining("CANCELLED b: cancelled: enough")]);
    const again = await bench.troupe(["cancel", "r1"]);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining("EVENT_REFUSED") });
  });
});
