/** Where rows are kept, and what they must leave alone there. */
import { execFileSync } from "node:child_process";
import { chmod, readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { openActors } from "../../src/projections/open-actors.ts";
import { placeOfProjections } from "../../src/projections/place.ts";
import { openProjections } from "../../src/projections/runner.ts";
import { folder } from "../support/log-sqlite.ts";
import { recordOf } from "../support/projected.ts";

const OPEN = { expected: 0 };
const record = () => recordOf({ stream: "agent/b", owes: 1 });

/** What is not ours, in the place where the rows of `log.db` would lie. */
const OTHERS: readonly (readonly [string, (path: string) => Promise<void>])[] = [
  [
    "another program's database",
    async (path) => {
      using db = new DatabaseSync(path);
      db.exec("CREATE TABLE precious (a); INSERT INTO precious VALUES (1)");
    },
  ],
  [
    "another log",
    async (path) => {
      await using log = sqliteLog({ path });
      await log.append("agent/other", [record()], OPEN);
    },
  ],
  ["a link to the log itself", async (path) => symlink(path.slice(0, -".projections".length), path)],
  ["a pipe that nobody reads", async (path) => void execFileSync("mkfifo", [path])],
  ["a device", async (path) => symlink("/dev/full", path)],
];

describe("the place of the rows", () => {
  it.each(OTHERS)("where %s lies: that stays as it is, the log is read into memory", async (_, put) => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await using log = sqliteLog({ path });
    await log.append("agent/b", [record()], OPEN);
    const place = `${path}.projections`;
    await put(place);
    const before = await stat(place);
    const held = (): Promise<Buffer | undefined> =>
      before.isFile() ? readFile(place) : Promise.resolve(undefined);
    const bytes = await held();
    const said: string[] = [];
    await using projections = openProjections({ log, warn: (message) => void said.push(message) });
    expect((await projections.rows(openActors)).map(({ key }) => key)).toEqual(["agent/b"]);
    expect(said).toEqual([expect.stringContaining(`the projections cannot be kept in ${place}`)]);
    expect(projections.kept).toBe(false);
    expect((await stat(place)).ino).toBe(before.ino);
    expect(await held()).toEqual(bytes);
  });

  it("is writable for its owner, also beside a log that may only be read", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await using log = sqliteLog({ path });
    await log.append("agent/b", [record()], OPEN);
    await chmod(path, 0o440);
    await using projections = openProjections({ log });
    await projections.catchUp();
    expect((await stat(`${path}.projections`)).mode & 0o777).toBe(0o640);
  });

  it.each<[string, () => string]>([
    ["has no home folder", () => ""],
    [
      "is in no list of users",
      () => {
        throw new Error("uv_os_homedir returned ENOENT");
      },
    ],
  ])("is the memory, for a log on a server, where the user %s", (_what, home) => {
    const url = "nats://127.0.0.1:4222/main";
    expect(placeOfProjections(url, {}, home)).toBeUndefined();
    const path = placeOfProjections(url, {}, () => "/home/ada")?.path;
    expect(path).toMatch(/^\/home\/ada\/\.cache\/troupe\/projections\/main-/);
  });
});
