/** A checkpoint counts only for the log that it was made of; a file of rows only as long as it can be used. */
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { directories } from "../../src/actors/directories.ts";
import { stockOf, takeStock } from "../../src/actors/recover.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { placeOfProjections } from "../../src/projections/place.ts";
import type { Projections } from "../../src/projections/face.ts";
import { openProjections } from "../../src/projections/runner.ts";
import { folder } from "../support/log-sqlite.ts";
import {
  copy,
  countedLog,
  recordOf,
  rowsOf,
  stockByScan,
  STREAMS,
  write,
  type Step,
} from "../support/projected.ts";

/** So many steps over all streams. */
const steps = (count: number): Step[] =>
  Array.from({ length: count }, (_, i) => ({
    stream: STREAMS[i % STREAMS.length] ?? "",
    owes: i % 3,
    ...(i % 4 === 0 && { system: { given: { x: "agent/b" } } }),
  }));

/** What a fold of the whole log gives. */
async function truth(log: EventLog): Promise<unknown> {
  await using projections = openProjections({ log, place: null });
  return await rowsOf(projections);
}

async function filled(count: number, partitions = 1): Promise<EventLog> {
  const log = memoryLog({ partitions });
  await write(log, steps(count));
  return log;
}

describe("a checkpoint", () => {
  it.each<[string, (first: EventLog) => Promise<EventLog>]>([
    ["a new log in its place", () => filled(30)],
    ["a shorter one", () => filled(3)],
    ["an empty one", () => filled(0)],
    [
      "an older copy",
      async (first) => {
        const log = memoryLog();
        await copy(first, log, 12);
        return log;
      },
    ],
    [
      "an older copy that went on in another way",
      async (first) => {
        const log = memoryLog();
        await copy(first, log, 12);
        await write(log, steps(20));
        return log;
      },
    ],
    ["one with other partitions", () => filled(30, 4)],
  ])("P2: does not count for %s", async (_what, replaced) => {
    await using home = await folder();
    const place = { path: join(home.path, "rows"), mode: 0o600 };
    const first = await filled(20);
    {
      await using projections = openProjections({ log: first, place });
      expect(await projections.catchUp()).toBe(20);
    }
    const second = await replaced(first);
    await using projections = openProjections({ log: second, place });
    // it is seen before it is mended: all of it is new
    for await (const { at } of second.scan()) {
      expect(await projections.behindSince()).toBe(at);
      break;
    }
    expect(await projections.status()).not.toEqual([]);
    expect(await rowsOf(projections)).toEqual(await truth(second));
    await write(second, steps(5));
    const counted = countedLog(second);
    await using next = openProjections({ log: counted, place });
    expect(await rowsOf(next)).toEqual(await truth(second));
    expect(counted.scanned()).toBe(5);
  });

  it("P2: counts for a log that went on, or that was copied as it is", async () => {
    await using home = await folder();
    const place = { path: join(home.path, "rows"), mode: 0o600 };
    const first = await filled(20);
    {
      await using projections = openProjections({ log: first, place });
      await projections.catchUp();
    }
    const second = memoryLog();
    await copy(first, second);
    await write(second, steps(2));
    await using projections = openProjections({ log: second, place });
    expect(await projections.catchUp()).toBe(2);
    expect(await rowsOf(projections)).toEqual(await truth(second));
  });
});

/** Ways in which a file of rows is no good. */
const DAMAGES: readonly (readonly [string, (path: string) => Promise<void>])[] = [
  [
    "garbage",
    (path) => writeFile(path, "no database at all, but long enough to be read as one".repeat(40)),
  ],
  ["cut short", async (path) => writeFile(path, (await readFile(path)).subarray(0, 5000))],
  ["of a newer format", async (path) => within(path, "PRAGMA user_version = 99")],
  ["without a table", async (path) => within(path, "DROP TABLE builds")],
  ["without the rows of a build", async (path) => withinRows(path, "DROP TABLE")],
  ["with a row that is no JSON", async (path) => withinRows(path, "UPDATE", "SET row = '{'")],
  [
    "with a checkpoint that is none",
    async (path) => within(path, "UPDATE builds SET checkpoint = '{}'"),
  ],
];

function within(path: string, sql: string): void {
  using db = new DatabaseSync(path);
  db.exec(sql);
}

/** A statement for the rows of every projection. */
function withinRows(path: string, verb: string, rest = ""): void {
  using db = new DatabaseSync(path);
  for (const { id } of db.prepare("SELECT id FROM builds").all())
    db.exec(`${verb} rows_${String(id)} ${rest}`);
}

interface Heard {
  readonly projections: Projections;
  readonly said: readonly string[];
}

function heard(log: EventLog, path: string): Heard {
  const said: string[] = [];
  const warn = (message: string): void => void said.push(message);
  return { said, projections: openProjections({ log, place: { path, mode: 0o600 }, warn }) };
}

describe("a file of rows", () => {
  it.each(DAMAGES)(
    "that is %s is thrown away and made anew, and that is said",
    async (_what, damage) => {
      await using home = await folder();
      const path = join(home.path, "rows");
      const log = await filled(20);
      {
        await using projections = heard(log, path).projections;
        await projections.catchUp();
      }
      await damage(path);
      const { said, projections } = heard(log, path);
      {
        await using open = projections;
        expect(await rowsOf(open)).toEqual(await truth(log));
        expect(open.kept).toBe(true);
      }
      expect(said).toEqual([expect.stringContaining(`the projections in ${path} are made anew`)]);
      await using again = heard(log, path).projections;
      expect(await again.catchUp()).toBe(0);
    },
  );

  it("that breaks between two questions of a host hides no open actor", async () => {
    await using home = await folder();
    const path = join(home.path, "rows");
    const log = await filled(20);
    await using projections = heard(log, path).projections;
    const { open } = await stockByScan(log);
    expect(
      (await takeStock(stockOf(projections, 1), directories())).map(({ address }) => address),
    ).toEqual(open);
    withinRows(path, "UPDATE", "SET row = '{'");
    expect(open.length).toBeGreaterThan(1);
    expect(
      (await takeStock(stockOf(projections, 1), directories())).map(({ address }) => address),
    ).toEqual(open);
  });

  it.each<[string, (path: string) => Promise<string>]>([
    ["its folder is a file", async (path) => (await writeFile(path, ""), join(path, "rows"))],
    ["it is a folder", async (path) => (await mkdir(path), path)],
  ])("cannot be kept where %s: the log is read into memory, and that is said", async (_what, spoil) => {
    await using home = await folder();
    const log = await filled(20);
    const path = await spoil(join(home.path, "rows"));
    const { said, projections } = heard(log, path);
    await using open = projections;
    expect(await rowsOf(open)).toEqual(await truth(log));
    expect(open.kept).toBe(false);
    expect(said).toEqual([expect.stringContaining(`the projections cannot be kept in ${path}`)]);
  });

  it("lies beside the log, with its permissions, or in the user's cache", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    await using log = sqliteLog({ path });
    await write(log, steps(5));
    await chmod(path, 0o600);
    await using projections = openProjections({ log });
    await projections.catchUp();
    expect((await stat(`${path}.projections`)).mode & 0o777).toBe(0o600);
    expect(placeOfProjections("memory:")).toBeUndefined();
    const env = { XDG_CACHE_HOME: "/cache" };
    const place = placeOfProjections("nats://127.0.0.1:4222/main", env);
    expect(place?.path).toMatch(/^\/cache\/troupe\/projections\/main-[0-9a-f]{12}\.db$/);
    expect(placeOfProjections("nats://127.0.0.1:4223/main", env)?.path).not.toBe(place?.path);
  });

  it("L8: holds what bodies say only as the log's codec gives it", async () => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    const turn = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0x5a);
    await using log = sqliteLog({ path, codec: { encode: turn, decode: turn } });
    await log.append(
      "agent/b",
      [recordOf({ stream: "agent/b", owes: 1, system: { given: { secretname: "agent/b" } } })],
      {
        expected: 0,
      },
    );
    {
      await using projections = openProjections({ log });
      expect(JSON.stringify(await rowsOf(projections))).toContain("secretname");
    }
    expect((await readFile(`${path}.projections`)).includes("secretname")).toBe(false);
    await using again = openProjections({ log });
    expect(JSON.stringify(await rowsOf(again))).toContain("secretname");
    expect(await again.catchUp()).toBe(0);
  });
});
