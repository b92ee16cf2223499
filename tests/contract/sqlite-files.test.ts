/** Which files a SQLite log opens, and what it says of the others. */
import { chmod, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { expectRejection, idsOf, placesOf, record, take } from "../support/log-fixture.ts";
import { child, folder } from "../support/log-sqlite.ts";

const opened = async (options: Parameters<typeof sqliteLog>[0]) => sqliteLog(options);

/** A log with one record, closed. */
async function written(path: string): Promise<void> {
  await using log = sqliteLog({ path });
  await log.append("task/r1", [record("a")], { expected: 0 });
}

function tamper(path: string, sql: string): void {
  using db = new DatabaseSync(path);
  db.exec(sql);
}

describe("a SQLite log's file", () => {
  it("is made with its folder, and opened again", async () => {
    await using home = await folder();
    const path = join(home.path, "deep", "er", "log.db");
    await written(path);
    await using log = sqliteLog({ path, create: false });
    expect(await idsOf(log, "task/r1")).toEqual(["a"]);
    expect(log.url).toBe(`sqlite:${path}`);
  });

  it("LOG_NOT_FOUND: is not made where that is not wanted, its folder neither", async () => {
    await using home = await folder();
    const path = join(home.path, "deep", "log.db");
    for (const options of [{ create: false }, { readOnly: true }]) {
      const error = await expectRejection(opened({ path, ...options }), "LOG_NOT_FOUND");
      expect(error.message).toContain(path);
    }
    expect(await readdir(home.path)).toEqual([]);
  });

  it("may be an empty file; a reader says that there is no log yet", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await writeFile(path, "");
    await expect(opened({ path, readOnly: true })).rejects.toMatchObject({ code: "LOG_NOT_FOUND" });
    await written(path);
    expect(await readdir(home.path)).not.toContain("log.db-wal");
  });

  it("L9: of the first days, whose payloads had no time, is brought up to date when it is written to", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    const body = { text: "x".repeat(100) };
    {
      await using log = sqliteLog({ path, payloadLimit: 50 });
      await log.append("task/r1", [record("a", body)], { expected: 0 });
    }
    tamper(path, "DROP INDEX records_payload; ALTER TABLE payloads DROP COLUMN at");
    tamper(path, "INSERT INTO payloads (hash, data) VALUES ('sha256:left', x'00')");
    await using reader = sqliteLog({ path, readOnly: true });
    expect((await Array.fromAsync(reader.read("task/r1")))[0]?.body).toEqual(body);
    for (const removed of [1, 0]) {
      await using log = sqliteLog({ path });
      expect(await log.sweepPayloads()).toEqual({ removed, bytes: removed, kept: 1 });
    }
    await expectRejection(reader.sweepPayloads(), "LOG_WRITE_FAILED");
  });

  it("LOG_CORRUPT: is no database; it stays as it is", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    const text = "this is a letter and no database. ".repeat(100);
    await writeFile(path, text);
    for (const readOnly of [false, true])
      await expect(opened({ path, readOnly })).rejects.toMatchObject({ code: "LOG_CORRUPT" });
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it("LOG_CORRUPT: is damaged inside; reading says so, with a hint", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    {
      await using log = sqliteLog({ path });
      const records = Array.from({ length: 500 }, (_, i) => record(`r${i}`));
      await log.append("task/r1", records, { expected: 0 });
    }
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0xa5, 4096 * 12));
    await using log = sqliteLog({ path });
    const error = await expectRejection(Array.fromAsync(log.scan()), "LOG_CORRUPT");
    expect(error.hint).toContain("doctor");
  });

  it("LOG_CORRUPT: a payload is gone", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await using log = sqliteLog({ path, payloadLimit: 10 });
    await log.append("task/r1", [record("a", { text: "long enough" })], { expected: 0 });
    tamper(path, "DELETE FROM payloads");
    await expect(Array.fromAsync(log.read("task/r1"))).rejects.toMatchObject({ code: "LOG_CORRUPT" });
  });

  it("LOG_CORRUPT: a payload is not what was stored", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await using log = sqliteLog({ path, payloadLimit: 10 });
    await log.append("task/r1", [record("a", { text: "long enough" })], { expected: 0 });
    tamper(path, `UPDATE payloads SET data = CAST('{"text":"long enouGh"}' AS BLOB)`);
    await expect(Array.fromAsync(log.read("task/r1"))).rejects.toMatchObject({ code: "LOG_CORRUPT" });
  });

  it("LOG_NEWER: was written by a later Troupe", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await written(path);
    tamper(path, "PRAGMA user_version = 2");
    for (const readOnly of [false, true]) {
      const error = await expectRejection(opened({ path, readOnly }), "LOG_NEWER");
      expect(error.message).toContain("format 2");
    }
  });

  it("LOG_INCOMPATIBLE: belongs to another program; it stays as it is", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    tamper(path, "CREATE TABLE recipes (name TEXT)");
    const before = await readFile(path);
    await expect(opened({ path })).rejects.toMatchObject({ code: "LOG_INCOMPATIBLE" });
    expect(await readFile(path)).toEqual(before);
  });

  it("is opened by several at the same time while it is made", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    const owners = ["a", "b", "c", "d"].map((name) => child(["own", path, name]));
    await using log = sqliteLog({ path });
    const ends = await Promise.all(
      owners.map((owner) => owner.line().catch((error: unknown) => String(error))),
    );
    for (const owner of owners) await owner.kill();
    expect(ends.filter((line) => line.startsWith("owned"))).toHaveLength(1);
    const others = ends.filter((line) => !line.startsWith("owned"));
    expect(others).toEqual(
      Array.from({ length: 3 }, () => expect.stringContaining("LOG_OWNED") as string),
    );
    expect(await log.tip("task/r1")).toBe(0);
  });
});

describe("a SQLite log that is only read", () => {
  it("reads, follows the writer, and refuses to write", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await using writer = sqliteLog({ path });
    await writer.append("task/r1", [record("a")], { expected: 0 });
    await writer.snapshots.put("task/r1", { seq: 1, key: "k", data: 1 });
    await using log = sqliteLog({ path, readOnly: true });
    const tail = take(log.scan({ live: true }), 2);
    await writer.append("task/r1", [record("b")], { expected: 1 });
    expect(placesOf(await tail)).toEqual(["task/r1#1", "task/r1#2"]);
    expect(await log.snapshots.get("task/r1")).toEqual({ seq: 1, key: "k", data: 1 });
    const command = { id: "c", address: "task/r1", op: "send", data: null };
    for (const refused of [
      log.append("task/r1", [record("c")], { expected: 2 }),
      log.claim({ owner: "me" }),
      log.snapshots.put("task/r1", { seq: 1, key: "k", data: 1 }),
      log.commands.request(command),
      log.commands.serve(async () => null),
    ])
      await expect(refused).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
  });

  it("needs no right to write: a read-only folder is enough", async ({ skip }) => {
    await using home = await folder();
    const path = join(home.path, "log", "log.db");
    await written(path);
    const [refusal = "", ids] = await lookedAt(path);
    if (refusal === "") return skip("another user cannot run the tests' files here");
    expect(refusal).toMatch(/^LOG_WRITE_FAILED .*readOnly: true/);
    expect(ids).toBe("a");
  });

  it("needs no right to write while another writes, and sees what is written", async ({ skip }) => {
    await using home = await folder();
    const path = join(home.path, "log", "log.db");
    await using log = sqliteLog({ path });
    await log.append("task/r1", [record("a"), record("b")], { expected: 0 });
    const [refusal = "", ids] = await lookedAt(path);
    if (refusal === "") return skip("another user cannot run the tests' files here");
    expect(ids).toBe("a b");
  });

  it("rather says nothing than less than there is, where it may not repair what a dead writer left", async ({
    skip,
  }) => {
    await using home = await folder();
    const path = join(home.path, "log", "log.db");
    await written(path);
    await using writer = child(["write", path]);
    await writer.line();
    await writer.kill();
    await rm(`${path}-shm`);
    const [refusal = "", ids] = await lookedAt(path);
    if (refusal === "") return skip("another user cannot run the tests' files here");
    expect(ids).toBeUndefined();
  });
});

/** What `look` prints in a folder that it may not write. Root may write everywhere: it looks as nobody. */
async function lookedAt(path: string): Promise<string[]> {
  const inner = dirname(path);
  await chmod(dirname(inner), 0o755);
  for (const file of await readdir(inner)) await chmod(join(inner, file), 0o444);
  await chmod(inner, 0o555);
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  await using looking = child(["look", path], [], nobody);
  const lines = await looking.end();
  await chmod(inner, 0o755);
  return lines;
}
