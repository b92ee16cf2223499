/** Which engine a url means, and what is said of a url that means none. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openLog, withoutSecrets } from "../../src/events/log/open.ts";
import { expectRejection, idsOf, record } from "../support/log-fixture.ts";
import { folder } from "../support/log-sqlite.ts";

/** Works in another folder until disposed: the project's own may hold a log of somebody's runs. */
function inFolder(path: string): Disposable {
  const before = process.cwd();
  process.chdir(path);
  return { [Symbol.dispose]: () => process.chdir(before) };
}

describe("openLog", () => {
  it("opens a SQLite log by its path, with the options given", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await expect(openLog(`sqlite:${path}`, { create: false })).rejects.toMatchObject({
      code: "LOG_NOT_FOUND",
    });
    {
      await using log = await openLog(`sqlite:${path}`);
      await log.append("task/r1", [record("a")], { expected: 0 });
    }
    await using log = await openLog(`sqlite:${path}`, { readOnly: true });
    expect(await idsOf(log, "task/r1")).toEqual(["a"]);
  });

  it("opens .troupe/log.db in the working folder where nothing is said", async () => {
    await using home = await folder();
    using _back = inFolder(home.path);
    const error = await expectRejection(openLog(undefined, { create: false }), "LOG_NOT_FOUND");
    expect(error.message).toContain("sqlite:.troupe/log.db");
  });

  it("opens a memory log, each its own", async () => {
    await using log = await openLog("memory:");
    await log.append("task/r1", [record("a")], { expected: 0 });
    await using other = await openLog("memory:");
    expect(await other.tip("task/r1")).toBe(0);
  });

  it.each([
    ["", "no scheme"],
    ["log.db", "no scheme"],
    ["sqlite:", "no file"],
    ["sqlite::memory:", "no file"],
    ["sqlite://log.db", "colon"],
    ["memory:x", "no path"],
    ["postgres://host/db", '"postgres:"'],
  ])("LOG_URL_INVALID: refuses %j and says why", async (url, why) => {
    const error = await expectRejection(openLog(url), "LOG_URL_INVALID");
    expect(error.message).toContain(why);
    expect(error.hint).toContain("sqlite:PATH");
  });

  it("keeps secrets out of what it says", async () => {
    for (const url of [
      "postgres://me:s3cret@host/db",
      "nats://s3cret@:x",
      "x://me:s3/cr@et@h?t=s3cret",
    ]) {
      const error = await expectRejection(openLog(url), "LOG_URL_INVALID");
      expect(error.message + JSON.stringify(error.data)).not.toMatch(/s3|cr|cret/);
    }
    expect(withoutSecrets("nats://me:pw@host:4222/runs?token=t")).toBe("nats://host:4222/runs");
  });
});
