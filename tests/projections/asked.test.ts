/** Questions in SQL: tables and views of what is read, whatever the store, and nothing but reading. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { memoryLog } from "../../src/events/log/memory.ts";
import { defineProjection } from "../../src/projections/define.ts";
import type { Projections, ProjectionsOptions } from "../../src/projections/face.ts";
import type { Projection } from "../../src/projections/projection.ts";
import { openProjections } from "../../src/projections/runner.ts";
import { defineTable } from "../../src/projections/table.ts";
import { folder } from "../support/log-sqlite.ts";
import { write } from "../support/projected.ts";

interface Row {
  readonly n: number;
  readonly owes: readonly number[];
}

/** Steps of a stream, one table row for each; and one that cannot be put into a table. */
const steps = (version = 1, most = 9): Projection<Row> =>
  defineProjection({
    name: "steps-taken",
    version,
    key: ({ stream }) => stream,
    fold: (row, { body }) => ({ n: (row?.n ?? 0) + 1, owes: [...(row?.owes ?? []), body.owes] }),
    tables: [
      defineTable({
        name: "steps",
        columns: { stream: "text", nth: "integer", owes: "real" },
        indexes: [["stream", "nth"]],
        spread: ({ owes }: Row, stream) =>
          owes.map((one, at) => ({ stream, nth: at + 1, owes: at < most ? one : Number.NaN })),
      }),
    ],
  });
const views = [{ name: "lengths", sql: "SELECT stream, count(*) AS n FROM steps GROUP BY stream" }];
const step = (stream: string, owes = 0): { stream: string; owes: number } => ({ stream, owes });
const hidden = {
  encode: (bytes: Uint8Array) => bytes.map((one) => one ^ 0x55),
  decode: (bytes: Uint8Array) => bytes.map((one) => one ^ 0x55),
};

describe.each([
  ["a file", true, undefined],
  ["memory", false, undefined],
  ["a file whose rows are hidden by a codec", true, hidden],
])("SQL over rows in %s", (_where, kept, codec) => {
  const place = async (): Promise<AsyncDisposable & Pick<ProjectionsOptions, "place">> => {
    const home = await folder();
    const at = kept ? { path: join(home.path, "rows"), mode: 0o600 } : null;
    return { place: at, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() };
  };
  const open = (
    log: ProjectionsOptions["log"],
    at: Pick<ProjectionsOptions, "place">,
    projection: Projection = steps(),
  ): Projections => openProjections({ log, place: at.place ?? null, views, projections: [projection] });

  it("sees tables, views and rows, as of now", async () => {
    await using at = await place();
    const log = memoryLog(codec ? { codec } : {});
    await using projections = open(log, at);
    expect(await projections.sql("SELECT * FROM steps")).toEqual([]);
    await write(log, [step("job/e", 1), step("agent/b"), step("job/e", 2)]);
    expect(await projections.sql("SELECT * FROM steps WHERE stream = ?", ["job/e"])).toEqual([
      { stream: "job/e", nth: 1, owes: 1 },
      { stream: "job/e", nth: 2, owes: 2 },
    ]);
    const named = "SELECT n FROM lengths WHERE stream = :stream";
    expect(await projections.sql(named, { stream: "agent/b" })).toEqual([{ n: 1 }]);
    if (codec !== undefined) return; // there rows are bytes
    const json = "SELECT key, row ->> '$.n' AS n FROM rows_of_steps_taken ORDER BY key";
    expect(await projections.sql(json)).toEqual([
      { key: "agent/b", n: 1 },
      { key: "job/e", n: 2 },
    ]);
  });

  it("forgets what a row came to before", async () => {
    await using at = await place();
    const log = memoryLog(codec ? { codec } : {});
    await write(log, [step("job/e", 1)]);
    {
      await using projections = open(log, at, steps(1));
      expect(await projections.sql("SELECT owes FROM steps")).toEqual([{ owes: 1 }]);
    }
    await write(log, [step("job/e", 2)]);
    await using projections = open(log, at, steps(1));
    expect(await projections.sql("SELECT owes FROM steps ORDER BY nth")).toEqual([
      { owes: 1 },
      { owes: 2 },
    ]);
  });

  it("P2, P4: a row that a table cannot take stands, and says so, until it is another", async () => {
    await using at = await place();
    const log = memoryLog(codec ? { codec } : {});
    await write(log, [step("job/e"), step("job/e"), step("agent/b")]);
    await using projections = open(log, at, steps(1, 1));
    expect(await projections.sql("SELECT stream FROM steps")).toEqual([{ stream: "agent/b" }]);
    expect(await projections.row(steps(), "job/e")).toEqual({
      key: "job/e",
      row: { n: 2, owes: [0, 0] },
      unspread: 'column "owes" of table "steps" is NaN, which is no real',
    });
    expect(await projections.status()).toMatchObject([{ name: "steps-taken", rows: 2, parked: 1 }]);
  });

  it.each([
    ["DELETE FROM steps", "only SELECT"],
    ["WITH a AS (SELECT 1) DELETE FROM steps", "view"],
    ["VACUUM INTO 'copy'", "only SELECT"],
    ["SELECT load_extension('a')", "authorized"],
    ["SELEC 1", "SELEC"],
    ["SELECT * FROM nothing", "nothing"],
    ["SELECT ? + ?", ""],
    ["SELECT 1; DELETE FROM steps", 'behind it stands "DELETE'],
    ["SELECT 1 AS a, 2 AS a", 'two of its columns are called "a"'],
    ["SELECT x'00' AS b", "bytes"],
    ["SELECT 9007199254740993 AS b", "too large"],
    ["/* SELECT 1", "only SELECT"],
  ])("does not take %s", async (sql, said) => {
    await using at = await place();
    const log = memoryLog(codec ? { codec } : {});
    await write(log, [step("job/e")]);
    await using projections = open(log, at);
    const asked = projections.sql(sql, sql.includes("?") ? [1, 2, 3] : []);
    await expect(asked).rejects.toMatchObject({
      code: "QUERY_INVALID",
      message: expect.stringMatching(new RegExp(said, "i")),
    });
    expect(await projections.sql("SELECT count(*) AS n FROM steps")).toEqual([{ n: 1 }]);
  });

  it("takes comments, an end of the statement, and any name for a column", async () => {
    await using at = await place();
    await using projections = open(memoryLog(codec ? { codec } : {}), at);
    const found = await projections.sql('-- why\n/* how */ SELECT 1 AS "__proto__" ; -- so\n;');
    expect(found.map((row) => Object.entries(row))).toEqual([[["__proto__", 1]]]);
  });
});

describe("a projection that cannot be kept", () => {
  const bare = { version: 1, key: () => undefined, fold: () => undefined };
  const table = (name: string, columns = { a: "text" } as const, indexes: string[][] = []) =>
    ({ name, columns, indexes, spread: () => [] }) as const;
  it.each<[string, Partial<Projection>]>([
    ["a name with a quote", { name: 'a"' }],
    ["version 0", { name: "a", version: 0 }],
    ["half a version", { name: "a", version: 1.5 }],
    ["a table of the store's own", { name: "a", tables: [table("rows_of_a")] }],
    ["a table with a number at its end", { name: "a", tables: [table("a_1")] }],
    ["a table that is SQL", { name: "a", tables: [table("a; DROP TABLE b")] }],
    ["two tables of one name", { name: "a", tables: [table("b"), table("b")] }],
    ["an index of nothing", { name: "a", tables: [table("b", { a: "text" }, [["c"]])] }],
  ])("is refused: %s", (_what, given) => {
    expect(() => defineProjection({ ...bare, name: "a", ...given })).toThrow(
      expect.objectContaining({ code: "PROJECTION_INVALID" }),
    );
  });

  it("is refused beside another of its name", () => {
    const twice = [steps(1), steps(2)];
    expect(() => openProjections({ log: memoryLog(), projections: twice })).toThrow(
      expect.objectContaining({ code: "PROJECTION_INVALID" }),
    );
  });
});
