/** `troupe resume [ID]`: for all that is open, or for one run. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cliBench, type CliBench } from "../support/cli.ts";

/** Starts a run whose task waits for a file, and stops the command once the task runs. */
async function stopped(bench: CliBench, run: string): Promise<void> {
  const task = `{id: a, run: "until test -e ${run}-go; do sleep 0.02; done; echo ${run} >> trace"}`;
  const plan = bench.write(`${run}.yaml`, `name: ${run}\ntasks: [${task}]\n`);
  const stop = new AbortController();
  await bench.troupe(["run", plan, "--id", run], {
    stop: stop.signal,
    heard: (line) => line.startsWith("RUNNING") && stop.abort(),
  });
}

it("waits for the one run that is named, and leaves the others open", async () => {
  using bench = cliBench();
  await stopped(bench, "one");
  await stopped(bench, "two");
  writeFileSync(join(bench.folder, "one-go"), "");
  const { code, value } = await bench.json(["resume", "one"]);
  expect([code, value]).toMatchObject([0, [{ run: "one", status: "COMPLETED" }]]);
  expect((await bench.json(["ls"])).value).toMatchObject([
    { run: "one", status: "COMPLETED" },
    { run: "two", status: "RUNNING" },
  ]);
  writeFileSync(join(bench.folder, "two-go"), "");
  const rest = await bench.json(["resume"]);
  expect(rest).toMatchObject({ code: 0, value: [{ run: "two", status: "COMPLETED" }] });
  expect(existsSync(join(bench.folder, "trace"))).toBe(true);
});

it("says of a run that is over how it ended", async () => {
  using bench = cliBench();
  const plan = bench.write("p.yaml", 'name: p\ntasks: [{id: a, run: "exit 3"}]\n');
  await bench.troupe(["run", plan, "--id", "r1"]);
  const { code, out, err } = await bench.troupe(["resume", "r1"]);
  expect([code, err]).toEqual([1, '"r1" is over already']);
  expect(out).toContain("FAILED, 1 of 1 tasks");
});

it("counts what had to be started again apart from the attempts", async () => {
  using bench = cliBench();
  await stopped(bench, "r1");
  writeFileSync(join(bench.folder, "r1-go"), "");
  const { err } = await bench.troupe(["resume", "r1"]);
  expect(err).toContain("RUNNING    a: a, started again after a stop");
  const { out } = await bench.troupe(["show", "r1"]);
  expect(out).toMatch(/\na +COMPLETED +1\+1 /);
  expect(out).toMatch(/\n1\+1: one attempt, started again once/);
  expect((await bench.json(["show", "r1"])).value).toMatchObject({
    tasks: [{ attempts: 1, restarts: 1 }],
  });
});
