/** What is folded of a log: listed, built anew, asked in SQL. */
import { expect, it } from "vitest";
import { onEachLog } from "../support/cli-logs.ts";

const MINE = `
export const projections = [
  {
    name: "failures",
    version: 1,
    key: ({ stream, type }) => (type === "task.failed" ? stream : undefined),
    fold: (row, { at }) => ({ n: (row?.n ?? 0) + 1, at }),
    tables: [
      {
        name: "failures",
        columns: { task: "text", n: "integer" },
        spread: ({ n }, task) => [{ task, n }],
      },
    ],
  },
];
`;

onEachLog("troupe projections", (open) => {
  it("lists, asks in SQL, and builds anew, with projections of one's own", async () => {
    using bench = open();
    const plan = bench.write(
      "p.yaml",
      "name: p\\ntasks: [{id: build, run: echo built}, {id: test, run: exit 3}]\\n".replaceAll(
        "\\n",
        "\n",
      ),
    );
    await bench.troupe(["run", plan, "--id", "r1"]);
    const asked = (...argv: readonly string[]) => bench.json(["projections", ...argv]);

    const { value: tables } = await asked("ls");
    expect(tables).toContainEqual(
      expect.objectContaining({ projection: "runs", table: "rows_of_runs" }),
    );
    expect(tables).toContainEqual(
      expect.objectContaining({ table: "agents", columns: expect.arrayContaining(["successRate"]) }),
    );
    const runs = "SELECT key, row ->> '$.status' AS status FROM rows_of_runs";
    expect(await asked("sql", runs)).toEqual({
      code: 0,
      value: [{ key: "r1", status: "FAILED" }],
    });
    const { value: status } = await asked("status");
    expect(status).toContainEqual(
      expect.objectContaining({ name: "runs", state: "current", rows: 1, behindSince: null }),
    );

    const module = bench.write("mine.mjs", MINE);
    const mine = ["--projections", module];
    const failures = "SELECT task, n FROM failures";
    expect(await asked("sql", failures, ...mine)).toEqual({
      code: 0,
      value: [{ task: "task/r1:test", n: 1 }],
    });
    expect(await asked("rebuild", "runs", "failures", ...mine)).toEqual({
      code: 0,
      value: { rebuilt: ["runs", "failures"] },
    });
    expect((await asked("sql", runs)).value).toEqual([{ key: "r1", status: "FAILED" }]);

    expect(await bench.troupe(["projections", "sql", "DROP TABLE runs"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("QUERY_INVALID"),
    });
    expect(await bench.troupe(["projections", "rebuild", "run"])).toMatchObject({
      code: 2,
      err: expect.stringContaining('Did you mean "runs"'),
    });
    const empty = bench.write("none.mjs", "export const projections = [{}];");
    expect(await bench.troupe(["projections", "ls", "--projections", empty])).toMatchObject({
      code: 1,
      err: expect.stringContaining("PROJECTION_INVALID"),
    });
  });
});
