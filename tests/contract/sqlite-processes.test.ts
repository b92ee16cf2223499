/** Two processes on one SQLite log: commands through the inbox, owners that die, files that go. */
import { once } from "node:events";
import { rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { Command } from "../../src/events/log/log.ts";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { expectRejection, record } from "../support/log-fixture.ts";
import { child, folder } from "../support/log-sqlite.ts";

const command = (op: string): Command => ({ id: `c-${op}`, address: "task/r1", op, data: [op] });

function rowsIn(path: string): number {
  using db = new DatabaseSync(path, { readOnly: true });
  return Number(db.prepare("SELECT count(*) AS n FROM inbox").get()?.["n"]);
}

describe("a SQLite log with an owner in another process", () => {
  it("brings commands there and answers and refusals back, and keeps no rows of them", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await using owner = child(["serve", path, "host 4711"]);
    expect(await owner.line()).toBe("serving");
    await using log = sqliteLog({ path });
    const answer = { pid: owner.process.pid, data: ["echo"] };
    expect(await log.commands.request(command("echo"))).toEqual(answer);
    const refusal = await expectRejection(log.commands.request(command("refuse")), "EVENT_REFUSED");
    expect([refusal.hint, refusal.data]).toEqual(["Wait.", { accepts: [] }]);
    const error = await expectRejection(log.claim({ owner: "me" }), "LOG_OWNED");
    expect(error.message).toContain("host 4711");
    expect(rowsIn(path)).toBe(0);
  });

  it("is owned under every name that its file has", async () => {
    await using home = await folder();
    const [path, link] = [join(home.path, "log.db"), join(home.path, "link.db")];
    await using log = sqliteLog({ path });
    await using _owner = await log.claim({ owner: "host" });
    await symlink(path, link);
    await using other = sqliteLog({ path: link });
    await expect(other.claim({ owner: "me" })).rejects.toMatchObject({ code: "LOG_OWNED" });
    await other.append("task/r1", [record("a")], { expected: 0 });
    expect(await log.tip("task/r1")).toBe(1);
  });

  it("LOG_OUTCOME_UNKNOWN as soon as the owner dies while it works on a command", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await using owner = child(["serve", path, "host"]);
    await owner.line();
    await using log = sqliteLog({ path });
    const asked = expectRejection(log.commands.request(command("hang")), "LOG_OUTCOME_UNKNOWN");
    expect(await owner.line()).toBe("hanging");
    await owner.kill();
    expect((await asked).message).toContain("c-hang");
    expect(rowsIn(path)).toBe(0);
  });

  it("LOG_UNOWNED as soon as the owner dies before it took the command, or where it died before", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await using owner = child(["own", path, "host"]);
    await owner.line();
    await using log = sqliteLog({ path });
    const asked = expectRejection(log.commands.request(command("echo")), "LOG_UNOWNED");
    await owner.kill();
    expect((await asked).hint).toContain("Start a host");
    await expect(log.commands.request(command("echo"))).rejects.toMatchObject({ code: "LOG_UNOWNED" });
    expect(rowsIn(path)).toBe(0);
  });

  it("lets the next owner take up what a dead one left unanswered", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await using log = sqliteLog({ path });
    const first = await log.claim({ owner: "first" });
    const taken = Promise.withResolvers<void>();
    await log.commands.serve(() => {
      taken.resolve();
      return new Promise(() => {});
    });
    // its clock stands still, so it never gets to look whether somebody owns
    await using other = sqliteLog({ path, now: () => 2 ** 42 });
    const asked = other.commands.request(command("echo"));
    await taken.promise;
    await first[Symbol.asyncDispose]();
    await using _second = await log.claim({ owner: "second" });
    await using _serving = await log.commands.serve(async ({ id }) => `second ${id}`);
    expect(await asked).toBe("second c-echo");
  });

  it("acts on no command after its deadline, and sweeps out what nobody fetched", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await using log = sqliteLog({ path, now: () => 1_000_000 });
    {
      using db = new DatabaseSync(path);
      // one long over, one just over: it may still be fetched, but is not acted on any more
      const old = Buffer.from(JSON.stringify(command("old")));
      const insert = db.prepare("INSERT INTO inbox (command, deadline) VALUES (?, ?)");
      for (const deadline of [1, 999_999]) insert.run(old, deadline);
    }
    await using _owner = await log.claim({ owner: "host" });
    const served: string[] = [];
    await using _serving = await log.commands.serve(async ({ id }) => {
      served.push(id);
      return null;
    });
    await log.commands.request(command("echo"));
    expect(served).toEqual(["c-echo"]);
    expect(rowsIn(path)).toBe(1);
  });
});

describe("a SQLite log that is taken away from its owner", () => {
  it.each([
    ["its file is removed", (path: string) => rm(path)],
    ["its file is replaced", (path: string) => rename(`${path}-copy`, path)],
    ["its lock is removed", (path: string) => rm(`${path}-owner`)],
    [
      "a greater epoch stands in it",
      async (path: string) => {
        using db = new DatabaseSync(path);
        db.exec("UPDATE ownership SET epoch = epoch + 1");
      },
    ],
  ])("aborts `lost` when %s", async (_, take) => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await sqliteLog({ path: `${path}-copy` })[Symbol.asyncDispose]();
    await using log = sqliteLog({ path });
    await using owner = await log.claim({ owner: "host" });
    const lost = once(owner.lost, "abort");
    await take(path);
    await lost;
    expect(owner.lost.reason).toMatchObject({ code: "LOG_LEASE_LOST" });
  });

  it("acknowledges nothing that would go to a removed file", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await using log = sqliteLog({ path });
    await log.append("task/r1", [record("a")], { expected: 0 });
    await rm(path);
    const append = log.append("task/r1", [record("b")], { expected: 1 });
    await expect(append).rejects.toMatchObject({ code: "LOG_WRITE_FAILED" });
  });
});
