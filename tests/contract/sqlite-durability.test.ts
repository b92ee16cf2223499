/** L3 and L6 on a real disk: syncs that happen, kill -9, a disk that is full. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../src/events/log/sqlite-open.ts";
import { pragma } from "../../src/events/log/sqlite-schema.ts";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { idsOf, record } from "../support/log-fixture.ts";
import { child, folder } from "../support/log-sqlite.ts";

function integrity(path: string): unknown {
  using db = new DatabaseSync(path, { readOnly: true });
  return db.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
}

/** How many syncs a process needs that makes a log of so many records, one after another. */
async function syncs(appends: number): Promise<number> {
  await using home = await folder();
  const trace = join(home.path, "trace");
  const strace = ["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", trace];
  await using traced = child(["append", join(home.path, "log.db"), String(appends)], strace);
  await traced.end();
  return readFileSync(trace, "utf8").match(/(fsync|fdatasync)\(/g)?.length ?? 0;
}

describe("a SQLite log on a disk", () => {
  it("L3: writes ahead and syncs in full", async () => {
    await using home = await folder();
    using db = openDatabase({ path: join(home.path, "log.db") });
    expect(pragma(db, "synchronous")).toBe(2);
    expect(db.prepare("PRAGMA journal_mode").get()).toMatchObject({ journal_mode: "wal" });
  });

  it("L3: syncs once for each append that is acknowledged alone", async ({ skip }) => {
    if (spawnSync("strace", ["true"]).status !== 0) return skip("strace cannot run here");
    const [few, more] = [await syncs(5), await syncs(25)];
    expect(few).toBeGreaterThanOrEqual(5);
    expect(more - few).toBe(20);
  });

  it("L3: keeps all that was acknowledged before a kill -9, and is claimable at once", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    let epoch = 0;
    for (const count of [1, 40, 200]) {
      await using writer = child(["write", path]);
      let acknowledged = 0;
      for (let i = 0; i < count; i++) acknowledged = Number(await writer.line());
      // a line that was cut off by the kill was not acknowledged to anybody
      for (const line of await writer.kill()) acknowledged = Math.max(acknowledged, Number(line));

      await using log = sqliteLog({ path });
      await using owner = await log.claim({ owner: "the next" });
      expect(owner.epoch).toBeGreaterThan(epoch);
      epoch = owner.epoch;
      const ids = await idsOf(log, "task/r1");
      expect(ids.length).toBeGreaterThanOrEqual(acknowledged);
      expect(ids).toEqual(ids.map((_, i) => `id-${i + 1}`));
      expect(integrity(path)).toBe("ok");
    }
  });

  it("L6: says so when the disk is full, keeps what it had, and goes on when there is room", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await using full = child(["fill", path], ["bash", "-c", 'ulimit -f 2000; exec "$@"', "bash"]);
    const [line = ""] = await full.end();
    const [seq, code] = line.split(" ");
    expect(["LOG_WRITE_FAILED", "LOG_OUTCOME_UNKNOWN"]).toContain(code);
    expect(Number(seq)).toBeGreaterThan(5);
    expect(integrity(path)).toBe("ok");
    await using log = sqliteLog({ path });
    const expected = Number(seq);
    const again = record(`id-${expected + 1}`, { text: "x".repeat(65_536) });
    expect(await log.append("task/r1", [again], { expected })).toBe(expected + 1);
    const ids = await idsOf(log, "task/r1");
    expect(ids).toEqual(ids.map((_, i) => `id-${i + 1}`));
    expect(ids).toHaveLength(expected + 1);
  });
});
