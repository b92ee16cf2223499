/** `troupe copy`: a backup of a log, and a move to another engine. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { openLog } from "../../src/events/log/open.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import type { CliBench } from "../support/cli.ts";
import { onEachLog } from "../support/cli-logs.ts";
import { freshName } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";

const PLAN = `
name: p
tasks:
  - {id: a, run: "echo one"}
  - {id: b, run: "echo two", dependsOn: [a]}
`;

async function recordsOf(url: string): Promise<readonly object[]> {
  await using log: EventLog = await openLog(url, { create: false });
  const found = await Array.fromAsync(log.scan());
  return found
    .map(({ position: _position, ...record }) => record)
    .toSorted((a, b) => (a.stream === b.stream ? a.seq - b.seq : a.stream < b.stream ? -1 : 1));
}

const run = (bench: CliBench, id: string) =>
  bench.troupe(["run", bench.write("p.yaml", PLAN), "--id", id]);

onEachLog("S3-052: troupe copy", (open) => {
  it("copies every record as it is; the copy replays to the same states, and runs on", async () => {
    using bench = open();
    await run(bench, "r1");
    const sqlite = `sqlite:${join(bench.folder, "backup/copy.db")}`;
    const nats = sharedNats.logUrl(freshName());
    expect(await bench.json(["copy", "--from", bench.log, "--to", sqlite])).toMatchObject({
      code: 0,
      value: { streams: 3 },
    });
    expect(await recordsOf(sqlite)).toEqual(await recordsOf(bench.log));
    expect((await bench.troupe(["copy", "--from", sqlite, "--to", nats])).code).toBe(0);
    expect(await recordsOf(nats)).toEqual(await recordsOf(bench.log));
    const replayed = await bench.troupe(["replay", "r1", "--verify", "--log", nats]);
    expect(replayed).toMatchObject({ code: 0, out: expect.stringContaining("is the same") });
    const again = ["run", bench.write("p.yaml", PLAN), "--id", "r2", "--log", nats];
    expect((await bench.troupe(again)).code).toBe(0);
  });

  it("the same again adds what has come since", async () => {
    using bench = open();
    const copy = `sqlite:${join(bench.folder, "copy.db")}`;
    await run(bench, "r1");
    await bench.troupe(["copy", "--from", bench.log, "--to", copy]);
    await run(bench, "r2");
    expect(await bench.troupe(["copy", "--from", bench.log, "--to", copy])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/holds \d+ records of 6 actors/),
    });
    expect(await recordsOf(copy)).toEqual(await recordsOf(bench.log));
  });

  it("a log of something else is not touched, nor is the log copied into itself", async () => {
    using bench = open();
    const other = `sqlite:${join(bench.folder, "other.db")}`;
    await run(bench, "r1");
    await bench.troupe(["run", bench.write("p.yaml", PLAN), "--id", "r1", "--log", other]);
    const before = await recordsOf(other);
    const said = await bench.troupe(["copy", "--from", bench.log, "--to", other]);
    expect(said).toMatchObject({ code: 1, err: expect.stringContaining("LOG_INCOMPATIBLE") });
    expect(await recordsOf(other)).toEqual(before);
    expect((await bench.troupe(["copy", "--from", bench.log, "--to", bench.log])).code).toBe(2);
    const nowhere = ["copy", "--to", other, "--from", `sqlite:${join(bench.folder, "none.db")}`];
    expect((await bench.troupe(nowhere)).code).toBe(1);
  });
});
