/** Group commit: who shares a transaction, who is rejected with whom, and what is said. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { sealer } from "../../src/events/log/payload.ts";
import { appender } from "../../src/events/log/sqlite-append.ts";
import { commits, type Commits } from "../../src/events/log/sqlite-commit.ts";
import { openDatabase } from "../../src/events/log/sqlite-open.ts";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { idsOf, record } from "../support/log-fixture.ts";
import { folder } from "../support/log-sqlite.ts";

interface Parts extends AsyncDisposable {
  readonly db: DatabaseSync;
  readonly path: string;
  readonly writes: Commits;
  readonly append: EventLog["append"];
  /** How many commits there were. */
  count: number;
}

/** The writing half of a log with its connection in reach. */
async function parts(): Promise<Parts> {
  const home = await folder();
  const path = join(home.path, "log.db");
  const db = openDatabase({ path, busyTimeoutMs: 20 });
  const made = { count: 0 };
  const writes = commits({ db, path, url: "sqlite:test", committed: () => made.count++ });
  const append = appender(db, writes, { seals: sealer({ payloadLimit: 1000 }), now: Date.now });
  return Object.assign(made, {
    db,
    path,
    writes,
    append,
    async [Symbol.asyncDispose]() {
      db.close();
      await home[Symbol.asyncDispose]();
    },
  });
}

const codeOf = (error: unknown) => (TroupeError.is(error) ? error.code : String(error));

/** How each append ended: its seq, or its code. */
async function outcomes(appends: readonly Promise<number>[]): Promise<(number | string)[]> {
  const settled = await Promise.allSettled(appends);
  return settled.map((one) => (one.status === "fulfilled" ? one.value : codeOf(one.reason)));
}

/** A connection whose COMMIT fails with this code of SQLite. */
function failing(
  errcode: number,
  undo: () => void = () => {},
): Pick<DatabaseSync, "exec" | "isTransaction"> {
  return {
    isTransaction: true,
    exec(sql) {
      if (sql === "COMMIT") throw Object.assign(new Error("no luck"), { errcode });
      if (sql === "ROLLBACK") undo();
    },
  };
}

describe("group commit", () => {
  it("puts what is asked for in one turn into one commit, in order", async () => {
    await using log = await parts();
    const appends = [
      log.append("task/r1", [record("a")], { expected: 0 }),
      log.append("task/r2", [record("b")], { expected: 0 }),
      log.append("task/r1", [record("c")], { expected: 1 }),
      Promise.resolve().then(() => log.append("task/r1", [record("d")], { expected: 2 })),
    ];
    expect(await outcomes(appends)).toEqual([1, 1, 2, 3]);
    expect(log.count).toBe(1);
    await log.append("task/r1", [record("e")], { expected: 3 });
    expect(log.count).toBe(2);
  });

  it("L2: rejects a conflict alone, and nothing of it stays", async () => {
    await using log = await parts();
    const big = { text: "x".repeat(2000) };
    const appends = [
      log.append("task/r1", [record("a")], { expected: 0 }),
      log.append("task/r1", [record("x", big), record("y")], { expected: 0 }),
      log.append("task/r1", [record("b")], { expected: 1 }),
    ];
    expect(await outcomes(appends)).toEqual([1, "LOG_WRONG_SEQUENCE", 2]);
    expect(log.db.prepare("SELECT count(*) AS n FROM payloads").get()).toMatchObject({ n: 0 });
    expect(log.count).toBe(1);
  });

  it("L6: rejects all of a commit that finds the disk full; nothing of it is there; again is safe", async () => {
    await using log = await parts();
    await log.append("task/r1", [record("a")], { expected: 0 });
    const { page_count: pages } = log.db.prepare("PRAGMA page_count").get() ?? {};
    log.db.exec(`PRAGMA max_page_count = ${Number(pages) + 2}`);
    const big = (id: string) => record(id, { text: id.repeat(50_000) });
    const both = () => [
      log.append("task/r1", [record("b")], { expected: 1 }),
      log.append("task/r2", [big("c")], { expected: 0 }),
    ];
    expect(await outcomes(both())).toEqual(["LOG_WRITE_FAILED", "LOG_WRITE_FAILED"]);
    expect(log.db.prepare("SELECT id FROM records").all()).toMatchObject([{ id: "a" }]);
    expect(log.db.prepare("PRAGMA integrity_check").get()).toMatchObject({ integrity_check: "ok" });
    log.db.exec("PRAGMA max_page_count = 1000000");
    expect(await outcomes(both())).toEqual([2, 1]);
  });

  it("L6: a hint says what to do about a full disk", async () => {
    await using log = await parts();
    log.db.exec("PRAGMA max_page_count = 1");
    const text = "x".repeat(90_000);
    const append = log.append("task/r1", [record("a", { text })], { expected: 0 });
    await expect(append).rejects.toMatchObject({
      code: "LOG_WRITE_FAILED",
      hint: expect.stringContaining("Free space"),
    });
  });

  it.each([
    ["a failed sync", 1034, "LOG_OUTCOME_UNKNOWN"],
    ["a failed write", 778, "LOG_OUTCOME_UNKNOWN"],
    ["a full disk", 13, "LOG_WRITE_FAILED"],
    ["a lock held elsewhere", 5, "LOG_WRITE_FAILED"],
  ])("L6: when COMMIT fails with %s (%i), says %s", async (_, errcode, code) => {
    await using home = await folder();
    const options = { path: home.path, url: "sqlite:test", committed: () => {} };
    const writes = commits({ ...options, db: failing(errcode) });
    await expect(writes.run(() => 1)).rejects.toMatchObject({ code });
  });

  it("L6: when even ROLLBACK fails, the outcome is unknown", async () => {
    await using home = await folder();
    const db = failing(13, () => {
      throw new Error("cannot roll back");
    });
    const writes = commits({ db, path: home.path, url: "sqlite:test", committed: () => {} });
    await expect(writes.run(() => 1)).rejects.toMatchObject({ code: "LOG_OUTCOME_UNKNOWN" });
  });

  it("L6: surely wrote nothing while another process holds the write lock; again is safe", async () => {
    await using log = await parts();
    using other = new DatabaseSync(log.path);
    other.exec("BEGIN IMMEDIATE");
    const append = () => log.append("task/r1", [record("a")], { expected: 0 });
    await expect(append()).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
    other.exec("ROLLBACK");
    expect(await append()).toBe(1);
  });

  it("writes what was asked for before it is closed", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    const log = sqliteLog({ path });
    const append = log.append("task/r1", [record("a")], { expected: 0 });
    await log[Symbol.asyncDispose]();
    expect(await append).toBe(1);
    await using again = sqliteLog({ path });
    expect(await idsOf(again, "task/r1")).toEqual(["a"]);
  });
});
