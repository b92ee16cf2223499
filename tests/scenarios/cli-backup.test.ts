/** `troupe backup` and `troupe restore`: a log in a file, and back into a log of any engine. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openLog } from "../../src/events/log/open.ts";
import { cliBench, type CliBench } from "../support/cli.ts";
import { onEachLog } from "../support/cli-logs.ts";
import { freshName } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";

const PLAN = `
name: p
tasks:
  - {id: a, run: "echo one"}
  - {id: b, run: "echo two", dependsOn: [a]}
`;

const run = (bench: CliBench, id: string) =>
  bench.troupe(["run", bench.write("p.yaml", PLAN), "--id", id]);

async function sizeOf(url: string): Promise<number> {
  await using log = await openLog(url);
  return (await Array.fromAsync(log.scan())).length;
}

onEachLog("S3-052: troupe backup and restore", (open) => {
  it("brings every record back, into a log of the other engine; every actor replays", async () => {
    using bench = open();
    await run(bench, "r1");
    const file = join(bench.folder, "backup/b.jsonl");
    const made = await bench.json(["backup", file]);
    expect(made).toMatchObject({ code: 0, value: { from: expect.any(String), streams: 3 } });
    const other = bench.log.startsWith("nats")
      ? `sqlite:${join(bench.folder, "other.db")}`
      : sharedNats.logUrl(freshName(), "&partitions=3");
    const restored = await bench.json(["restore", file, "--verify", "--log", other]);
    expect(restored).toMatchObject({ code: 0, value: { replayed: 3, faults: [], unknown: {} } });
    expect(await sizeOf(other)).toBe(await sizeOf(bench.log));
    expect((await bench.troupe(["restore", file, "--log", other])).err).toContain("LOG_NOT_EMPTY");
    expect((await bench.troupe(["restore", file, "--resume", "--log", other])).code).toBe(0);
    expect((await bench.troupe(["run", bench.write("p.yaml", PLAN), "--log", other])).code).toBe(0);
  });
});

describe("S3-052: troupe backup and restore", () => {
  let whole = "";
  beforeAll(async () => {
    using bench = cliBench();
    await run(bench, "r1");
    const file = join(bench.folder, "b.jsonl");
    await bench.troupe(["backup", file]);
    whole = readFileSync(file, "utf8");
  });
  const header = `{"troupe":"log","format":1,"from":"memory:","partitions":1,"at":0}\n`;
  const lines = (some: (all: string[]) => string[]): string => some(whole.split("\n")).join("\n");

  it.each<[string, () => string, string]>([
    ["was cut in a line", () => whole.slice(0, 2_000), "LOG_CORRUPT"],
    ["was cut between two lines", () => lines((all) => all.slice(0, -2)), "it was cut"],
    ["lacks its last line end", () => whole.slice(0, -1), "is damaged"],
    ["lacks a record", () => lines((all) => all.toSpliced(3, 1)), "behind record"],
    ["has another letter", () => whole.replace("echo one", "echo onf"), "is damaged"],
    ["is none of ours", () => "{}\n{}\n", "no log file of Troupe"],
    ["is empty", () => "", "it was cut"],
    ["has only begun", () => header, "it was cut"],
    ["is of a later format", () => whole.replace('"format":1', '"format":2'), "LOG_NEWER"],
  ])("writes nothing of a file that %s", async (_what, text, said) => {
    using bench = cliBench();
    const file = bench.write("b.jsonl", text());
    const log = `sqlite:${join(bench.folder, "new.db")}`;
    const { code, err } = await bench.troupe(["restore", file, "--log", log]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(said) });
    expect(await sizeOf(log)).toBe(0);
  });

  it("writes over no file, and no log that holds something else", async () => {
    using bench = cliBench();
    await run(bench, "r1");
    const file = join(bench.folder, "b.jsonl");
    await bench.troupe(["backup", file]);
    expect((await bench.troupe(["backup", file])).err).toContain("FILE_EXISTS");
    const other = `sqlite:${join(bench.folder, "other.db")}`;
    await bench.troupe(["run", bench.write("p.yaml", PLAN), "--id", "r1", "--log", other]);
    const said = await bench.troupe(["restore", file, "--resume", "--log", other]);
    expect(said).toMatchObject({ code: 1, err: expect.stringContaining("LOG_INCOMPATIBLE") });
  });

  it("a backup is a log to read", async () => {
    using bench = cliBench();
    const file = `jsonl:${bench.write("b.jsonl", whole)}`;
    expect((await bench.troupe(["replay", "r1", "--verify", "--log", file])).code).toBe(0);
  });

  it("says of kinds that it does not know that it did not replay them", async () => {
    using bench = cliBench();
    const file = join(bench.folder, "b.jsonl");
    {
      await using log = await openLog(bench.log);
      const record = { id: "1", type: "made", at: 1, correlation: "c", body: {} };
      await log.append("shop/s1", [record], { expected: 0 });
    }
    await bench.troupe(["backup", file]);
    const log = `sqlite:${join(bench.folder, "new.db")}`;
    expect((await bench.troupe(["restore", file, "--verify", "--log", log])).out).toContain(
      '1 actor of kind "shop" only its own program can replay',
    );
  });
});
