/** `troupe fork` where hosts live on the log, while the original goes on: each does its own work, once. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connect } from "../../src/actors/client.ts";
import { createHost } from "../../src/actors/host.ts";
import { hostKinds } from "../../src/agents/host-kinds.ts";
import { partitionOf, rootOf } from "../../src/events/address.ts";
import { openLog } from "../../src/events/log/open.ts";
import { cliBench, type CliBench } from "../support/cli.ts";
import { freshName } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";

/** The second waits for a file, so that the run is under way for as long as the test wants. */
const planIn = (folder: string): string => `
name: slow
tasks:
  - {id: a, run: "echo $TROUPE_RUN a >> ${folder}/trace"}
  - {id: b, dependsOn: [a], run: "echo $TROUPE_RUN b >> ${folder}/trace; until test -e ${folder}/go; do sleep 0.05; done"}
  - {id: c, dependsOn: [b], run: "echo $TROUPE_RUN c >> ${folder}/trace"}
`;

/** What ran, in the order of its names. */
const traceOf = (bench: CliBench): readonly string[] =>
  readFileSync(join(bench.folder, "trace"), "utf8").trim().split("\n").toSorted();

/** What ran before the cut ran in the original alone. */
const onceEach = (runs: readonly string[]): readonly string[] =>
  ["r1 a", ...runs.flatMap((run) => [`${run} b`, `${run} c`])].toSorted();

async function ended(url: string, run: string): Promise<void> {
  await using log = await openLog(url, { create: false });
  const kinds = hostKinds();
  await using client = await connect({ log, kinds });
  await client.actor(`workflow/${run}`).waitFor(({ status }) => status === "done");
}

async function recordsOf(url: string, run: string): Promise<readonly string[]> {
  await using log = await openLog(url, { create: false });
  const all = await Array.fromAsync(log.scan());
  return all.flatMap((one) =>
    rootOf(one.stream) === run ? [JSON.stringify({ ...one, position: undefined })] : [],
  );
}

/** Forks a run that runs on, and a fork of it; then lets all of them end. */
async function forkedTwice(
  bench: CliBench,
  url: string,
  ids: readonly [string, string],
): Promise<void> {
  const [one, two] = ids;
  const plan = bench.write("p.yaml", planIn(bench.folder));
  const first = bench.troupe(["run", plan, "--id", "r1", "--log", url]);
  const log = await openLog(url);
  try {
    for await (const { stream } of log.scan({ live: true })) if (stream === "task/r1:b") break;
  } finally {
    await log[Symbol.asyncDispose]();
  }
  const before = await recordsOf(url, "r1");
  const at = ["--at", "task/r1:b#1", "--id", one];
  expect(await bench.troupe(["fork", "r1", ...at, "--log", url])).toMatchObject({ code: 0 });
  // the same command again, as after an answer that was lost
  expect(await bench.troupe(["fork", "r1", ...at, "--log", url])).toMatchObject({ code: 0 });
  const again = ["--at", `task/${one}:b#1`, "--id", two, "--log", url];
  expect(await bench.troupe(["fork", one, ...again])).toMatchObject({ code: 0 });
  const after = await recordsOf(url, "r1");
  expect(after.slice(0, before.length)).toEqual(before);
  bench.write("go", "");
  await Promise.all([one, two, "r1"].map((run) => ended(url, run)));
  expect((await first).code).toBe(0);
  for (const run of ["r1", one, two])
    expect(await bench.json(["replay", run, "--verify", "--log", url])).toMatchObject({
      value: { ok: true },
    });
  for (const run of [one, two])
    expect((await bench.json(["show", run, "--log", url])).value).toMatchObject({
      tasks: [{ status: "COMPLETED" }, { status: "COMPLETED", restarts: 0 }, { status: "COMPLETED" }],
    });
}

describe("a run that is forked while it runs on", () => {
  it("A3, A11: under the one host of a SQLite log, each of the three does its own work once", async () => {
    using bench = cliBench();
    await using _host = await createHost({ log: bench.log, kinds: hostKinds() });
    await forkedTwice(bench, bench.log, ["f1", "f2"]);
    expect(traceOf(bench)).toEqual(onceEach(["r1", "f1", "f2"]));
  }, 30_000);

  it("A3, A11, A12: under two hosts that share a log on NATS, by the owner of the fork's partition", async () => {
    using bench = cliBench();
    const url = sharedNats.logUrl(freshName(), "&partitions=2");
    const kinds = hostKinds();
    await using one = await createHost({ log: url, kinds, name: "one" });
    await using two = await createHost({ log: url, kinds, name: "two" });
    await expect
      .poll(() => [one, two].map((host) => host.placement().partitions.length), { timeout: 15_000 })
      .toEqual([1, 1]);
    const other = ["f1", "f2", "f3", "f4"].filter((id) => partitionOf(id, 2) !== partitionOf("r1", 2));
    const same = ["g1", "g2", "g3", "g4"].filter((id) => partitionOf(id, 2) === partitionOf("r1", 2));
    const forks = [other[0] ?? "f1", same[0] ?? "g1"] as const;
    await forkedTwice(bench, url, forks);
    expect(traceOf(bench)).toEqual(onceEach(["r1", ...forks]));
  }, 60_000);
});
