/** P1: whoever is killed while it folds, wherever, leaves the rows of exactly the records up to the checkpoint. */
import { spawnSync } from "node:child_process";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryLog } from "../../src/events/log/memory.ts";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { BUILT_IN } from "../../src/projections/built-in.ts";
import { openProjections } from "../../src/projections/runner.ts";
import { Checkpoint } from "../../src/projections/store.ts";
import { folder, type Folder } from "../support/log-sqlite.ts";
import { copy, recordOf, rowsOf } from "../support/projected.ts";

const CHILD = join(import.meta.dirname, "../support/projections-child.ts");
/** Two batches and a rest. */
const RECORDS = 4_600;

let home: Folder;
let path: string;

beforeAll(async () => {
  home = await folder();
  path = join(home.path, "log.db");
  await using log = sqliteLog({ path });
  const streams = Array.from({ length: 40 }, (_, i) => `${["workflow", "agent"][i % 2]}/r${i}`);
  for (let seq = 0; seq < RECORDS / streams.length; seq++)
    await Promise.all(
      streams.map((stream, i) => {
        const system = { given: { [`s${seq % 3}`]: stream } };
        return log.append(stream, [recordOf({ stream, owes: (seq + i) % 3, system })], {
          expected: seq,
        });
      }),
    );
});
afterAll(() => home[Symbol.asyncDispose]());

/** How many records a projection has folded, and its rows, as they stand in the file, whole or not. */
function standing(db: DatabaseSync, name: string): { readonly folded: number; readonly rows: unknown } {
  const build = db.prepare("SELECT id, checkpoint FROM builds WHERE projection = ?").get(name);
  if (build === undefined) return { folded: 0, rows: [] };
  const rows = db
    .prepare(`SELECT key, row FROM rows_${String(build["id"])} WHERE row IS NOT NULL ORDER BY moved`)
    .all()
    .map(({ key, row }) => ({ key, row: JSON.parse(String(row)) as unknown }));
  return { folded: Checkpoint.parse(JSON.parse(String(build["checkpoint"]))).folded, rows };
}

describe("a process that is killed while it folds", () => {
  it.each<[what: "run" | "COMMIT", nth: number, folded: number]>([
    ["run", 1, 0],
    ["run", 30, 0],
    ["run", 120, 0], // among the rows of tables of the first batch
    ["run", 110, 0],
    ["COMMIT", 2, 0], // the first makes the tables
    ["COMMIT", 3, 2_000],
    ["run", 230, 2_000],
    ["COMMIT", 4, 4_000],
  ])("P1: right before %s number %d, leaves the rows of %d records", async (what, nth, folded) => {
    await using own = await folder();
    const log = join(own.path, "log.db");
    await copyFile(path, log);
    const { signal, stderr } = spawnSync(process.execPath, [CHILD, log, what, String(nth)]);
    expect([signal, stderr.toString()]).toEqual(["SIGKILL", ""]);

    await using full = sqliteLog({ path: log });
    const part = memoryLog();
    await copy(full, part, folded);
    await using expected = openProjections({ log: part, place: null });
    {
      using file = new DatabaseSync(`${log}.projections`, { readOnly: true });
      for (const projection of BUILT_IN)
        expect(standing(file, projection.name)).toEqual({
          folded,
          rows: await expected.rows(projection),
        });
    }
    await using again = openProjections({ log: full });
    await using rebuilt = openProjections({ log: full, place: null });
    expect(await again.catchUp()).toBe(RECORDS - folded);
    expect(await rowsOf(again)).toEqual(await rowsOf(rebuilt));
    await rm(log);
  });
});
