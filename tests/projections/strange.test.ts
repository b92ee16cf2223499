/** Projections of one's own that give what nobody expects: none takes the rows of the others along. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { memoryLog } from "../../src/events/log/memory.ts";
import type { Projection } from "../../src/projections/projection.ts";
import { openProjections } from "../../src/projections/runner.ts";
import type { Table, View } from "../../src/projections/table.ts";
import { folder } from "../support/log-sqlite.ts";
import { write } from "../support/projected.ts";

interface Row {
  readonly n: number;
}
const good: Projection<Row> = {
  name: "good",
  version: 1,
  key: ({ stream }) => stream,
  fold: (row) => ({ n: (row?.n ?? 0) + 1 }),
};
const strange = (over: object): Projection<Row> => ({ ...good, name: "strange", ...over });
const table = (over: Partial<Table<Row>>): Table<Row> => ({
  name: "strange_rows",
  columns: { n: "integer" },
  spread: ({ n }) => [{ n }],
  ...over,
});
const cycle: Record<string, unknown> = {};
cycle["self"] = cycle;
const STEPS = ["agent/b", "job/e", "agent/b"].map((stream) => ({ stream, owes: 0 }));

/** What comes of the steps in a file, written in two goes, and whether the file lasted. */
async function folded(one: Projection<Row>, sql?: string, views: readonly View[] = []) {
  await using home = await folder();
  const log = memoryLog();
  const warned: string[] = [];
  const open = () =>
    openProjections({
      log,
      views,
      place: { path: join(home.path, "rows"), mode: 0o600 },
      projections: [good, one],
      warn: (message) => void warned.push(message),
    });
  for (const steps of [STEPS.slice(0, 1), STEPS.slice(1)]) {
    await write(log, steps);
    await using first = open();
    await first.catchUp();
  }
  await using projections = open();
  const answer = sql === undefined ? [] : await projections.sql(sql);
  const rows = await projections.rows(one);
  expect((await projections.rows(good)).map(({ row }) => row?.n)).toEqual([1, 2]);
  expect(projections.kept).toBe(true);
  expect(warned.filter((message) => message.includes("anew"))).toEqual([]);
  return { rows, answer };
}

describe("a fold", () => {
  it.each<[what: string, row: unknown]>([
    ["a bigint", { n: 1n }],
    ["an instance of Date", { n: new Date(5) }],
    ["NaN", { n: Number.NaN }],
    ["undefined", { n: undefined }],
    ["a cycle", cycle],
    ["a function", () => 1],
    ["an instance of Promise", Promise.resolve({ n: 1 })],
  ])("P4: that gives %s parks its keys, and nothing else", async (what, row) => {
    const { rows } = await folded(strange({ fold: () => row }));
    expect(rows.map(({ row: kept, parked }) => [kept, parked])).toEqual([
      [undefined, expect.stringContaining(`is ${what}, which JSON cannot hold`)],
      [undefined, expect.stringContaining(`is ${what}, which JSON cannot hold`)],
    ]);
  });

  it("P4: that throws after it has written into its row leaves the row as it was", async () => {
    const fold = (row: { n: number } | undefined) => {
      if (row === undefined) return { n: 1 };
      row.n += 1;
      throw new Error("too late");
    };
    const { rows } = await folded(strange({ fold, key: () => "one" }));
    expect(rows).toEqual([{ key: "one", row: { n: 1 }, parked: expect.stringContaining("too late") }]);
  });
});

describe("a key", () => {
  it.each<[string, () => unknown]>([
    ["throws", () => JSON.parse("{")],
    ["is a number", () => 7],
  ])("that %s is the fault of its projection, by name", async (_, key) => {
    await expect(folded(strange({ key }))).rejects.toMatchObject({
      code: "PROJECTION_INVALID",
      message: expect.stringContaining('projection "strange" gives no key for record 1'),
    });
  });

  it("P2: is the same in a file and in memory, whatever it is made of", async () => {
    const odd = strange({ key: () => ["__proto__", "a\0b", "😀", "", "cut \ud800"] });
    const log = memoryLog();
    await write(log, STEPS);
    await using memory = openProjections({ log, projections: [odd], views: [], place: null });
    const { rows } = await folded(odd);
    expect(rows).toEqual(await memory.rows(odd));
    expect(rows.map(({ key }) => key)).toEqual(["__proto__", "a\0b", "😀", "", "cut \ufffd"]);
  });
});

describe("tables", () => {
  it("may be called by words of SQL, and so may their columns and totals", async () => {
    const words = table({
      name: "select",
      columns: { order: "integer", from: "text" },
      indexes: [["from", "order"]],
      totals: [{ name: "group", by: { from: "text" }, sums: ["order"] }],
      spread: ({ n }) => [{ order: n, from: "x" }],
    });
    const question = 'SELECT "from", "order", orderKnown FROM "group"';
    const { answer } = await folded(strange({ tables: [words] }), question);
    expect(answer).toEqual([{ from: "x", order: 3, orderKnown: 2 }]);
  });

  it.each<[string, Partial<Table<Row>>]>([
    ["two columns that SQL takes for one", { columns: { userId: "text", userid: "text" } }],
    ["totals that count a column n", { totals: [{ name: "t", by: { n: "integer" }, sums: [] }] }],
    ["totals that sum a column n", { totals: [{ name: "t", by: { x: "text" }, sums: ["n"] }] }],
  ])("with %s are none", async (_, over) => {
    await expect(folded(strange({ tables: [table(over)] }))).rejects.toMatchObject({
      code: "PROJECTION_INVALID",
    });
  });

  it.each<[string, () => Record<string, number | string>]>([
    ["throw", () => JSON.parse("{")],
    ["are no number", () => ({ v: Number.NaN })],
    ["are of another type", () => ({ kind: 5 })],
  ])("hold nothing of a row whose totals %s", async (_, of) => {
    const totals = [{ name: "t", by: { kind: "text" }, sums: ["v"], of }] as const;
    const one = strange({ tables: [table({ totals })] });
    const { rows, answer } = await folded(one, "SELECT * FROM t");
    expect(answer).toEqual([]);
    expect(rows.map(({ unspread }) => unspread)).toEqual([expect.any(String), expect.any(String)]);
  });

  it("P2: count out of totals what they counted in: cut characters, and numbers beyond all bounds", async () => {
    const odd = table({
      columns: { name: "text", v: "real" },
      totals: [{ name: "t", by: { name: "text" }, sums: ["v"] }],
      spread: ({ n }) => [
        { name: "cut \ud800", v: n },
        { name: "huge", v: n === 1 ? 1.7e308 : 2 },
        { name: "huge", v: n === 1 ? 1.7e308 : 3 },
      ],
    });
    const { answer } = await folded(
      strange({ key: () => "one", tables: [odd] }),
      "SELECT * FROM t ORDER BY name",
    );
    expect(answer).toEqual([
      { name: "cut \ufffd", n: 1, v: 3, vKnown: 1 },
      { name: "huge", n: 2, v: 5, vKnown: 2 },
    ]);
  });
});

describe("a view", () => {
  it("that is no question is said to who asks", async () => {
    const views = [{ name: "broken", sql: "SELEKT 1" }];
    await expect(folded(strange({}), "SELECT 1", views)).rejects.toMatchObject({
      code: "QUERY_INVALID",
      message: expect.stringContaining('view "broken"'),
    });
  });

  it("may not be called as the store's own tables are", () => {
    const open = () => openProjections({ log: memoryLog(), views: [{ name: "builds", sql: "" }] });
    expect(open).toThrow(expect.objectContaining({ code: "PROJECTION_INVALID" }));
  });
});
