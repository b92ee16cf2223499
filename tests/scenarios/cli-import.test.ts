/** Telemetry that comes in by the command line, whatever the files hold. */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/events/json.ts";
import { openLog } from "../../src/events/log/open.ts";
import { openProjections } from "../../src/projections/runner.ts";
import { invocations } from "../../src/projections/telemetry/invocations.ts";
import { telemetryWorkflows } from "../../src/projections/telemetry/workflows.ts";
import { onEachLog } from "../support/cli-logs.ts";
import { cliBench, type CliBench } from "../support/cli.ts";
import { jsonl, S1_011 } from "../support/telemetry.ts";

const call = (n: number, more: JsonObject = {}): JsonObject => ({
  timestamp: "2025-10-21T10:00:00Z",
  session_id: "s",
  invocation_id: `i${n}`,
  agent_name: "ada",
  agent_type: "backend",
  task_description: "Build the API",
  duration_seconds: n,
  outcome: { status: "success" },
  ...more,
});
const calls = (count: number, more?: JsonObject): JsonObject[] =>
  Array.from({ length: count }, (_, n) => call(n, more));

/** All rows of telemetry, and how many actors hold it. */
async function stateOf({ log: url }: CliBench) {
  await using log = await openLog(url);
  await using projections = openProjections({ log });
  let records = 0;
  for await (const _ of log.scan()) records += 1;
  const ids = (await projections.rows(invocations)).map(({ key }) => key);
  const workflows = (await projections.rows(telemetryWorkflows)).flatMap(({ row, key }) =>
    row === undefined ? [] : (telemetryWorkflows.tables?.[0]?.spread(row, key) ?? []),
  );
  return { records, ids: ids.toSorted(), workflows };
}

onEachLog("troupe import", (open) => {
  it("S1-011, S1-023: the example log is one workflow of 90 minutes; the same file twice changes nothing", async () => {
    using bench = open();
    const file = bench.write("events.jsonl", jsonl(S1_011));
    expect(await bench.troupe(["import", file])).toMatchObject({
      code: 0,
      out: "3 lines: 3 new, 0 known, 0 bad",
      err: "",
    });
    const before = await stateOf(bench);
    expect(before).toMatchObject({
      records: 1,
      ids: [],
      workflows: [
        {
          durationMs: 5_400_000,
          success: 1,
          agents: 2,
          variant: '["backend-architect","frontend-developer"]',
        },
      ],
    });
    expect(await bench.json(["import", file])).toEqual({
      code: 0,
      value: { lines: 3, new: 0, known: 3, bad: 0, faults: [], unread: [] },
    });
    expect(await stateOf(bench)).toEqual(before);
  });

  it("T-O0: a file that has grown writes its new end; no line counts twice", async () => {
    using bench = open();
    const file = bench.write("calls.jsonl", jsonl(calls(1_200)));
    await bench.troupe(["import", file]);
    appendFileSync(file, jsonl([call(2_000), call(2_001)]));
    expect(await bench.json(["import", file])).toMatchObject({
      value: { lines: 1_202, known: 1_000, new: 202 },
    });
    const { records, ids } = await stateOf(bench);
    expect([records, ids.length]).toEqual([4, 1_202]);
  });

  it("a bad line is told with its file and number, and left out; the others are recorded, and it exits with 1", async () => {
    using bench = open();
    const good = JSON.stringify(call(1));
    const text = [
      good,
      "{",
      "",
      "[1]",
      '{"event":"workflow_started"}',
      JSON.stringify(call(2)).slice(0, -20),
    ];
    bench.write("a.jsonl", `${text.join("\n")}`);
    bench.write("b.jsonl", jsonl([call(3)]));
    const { code, out, err } = await bench.troupe(["import", "a.jsonl", "gone.jsonl", "b.jsonl"]);
    expect([code, out]).toEqual([1, "6 lines: 2 new, 0 known, 4 bad"]);
    expect(err.split("\n")).toEqual([
      expect.stringMatching(/^a\.jsonl:2: it is no JSON/),
      "a.jsonl:4: it is a list, not a JSON object",
      expect.stringMatching(
        /^a\.jsonl:5: "event" is "workflow_started": did you mean "workflow_start"/,
      ),
      expect.stringMatching(/^a\.jsonl:6: it is no JSON/),
      'FILE_NOT_READ: "gone.jsonl" does not exist',
    ]);
    expect((await stateOf(bench)).ids).toEqual(["i1", "i3"]);
  });

  it("the same invocation with other contents is one, whatever the order of the files", async () => {
    using bench = open();
    using other = open();
    const one = jsonl([call(1, { invocation_id: "x" })]);
    const two = jsonl([call(2, { invocation_id: "x" })]);
    for (const [each, files] of [
      [bench, ["a", "b"]],
      [other, ["b", "a"]],
    ] as const) {
      each.write("a", one);
      each.write("b", two);
      expect(await each.troupe(["import", ...files])).toMatchObject({ code: 0 });
    }
    expect(await stateOf(bench)).toEqual(await stateOf(other));
    expect((await stateOf(bench)).ids).toEqual(["x"]);
  });
});

describe("what is no telemetry", () => {
  it.each<[string, string | Buffer, string, RegExp]>([
    ["nothing", "", "0 lines: 0 new, 0 known, 0 bad", /^$/],
    [
      "a byte order mark and CRLF",
      `\uFEFF${jsonl([call(1), call(2)]).replaceAll("\n", "\r\n")}`,
      "2 lines: 2 new, 0 known, 0 bad",
      /^$/,
    ],
    ["empty lines", `\n\n${jsonl([call(1)])}\r\n \n`, "1 line: 1 new, 0 known, 0 bad", /^$/],
    [
      "binary",
      Buffer.from([0, 255, 10, 254, 128, 10, 1]),
      "3 lines: 0 new, 0 known, 3 bad",
      /:1: it is no text in UTF-8\n.*:2: it is no text.*\n.*:3: it is no JSON/,
    ],
    [
      "invalid UTF-8 within",
      Buffer.concat([
        Buffer.from('{"event":"'),
        Buffer.from([0xc3, 0x28]),
        Buffer.from('"}\n'),
        Buffer.from(jsonl([call(1)])),
      ]),
      "2 lines: 1 new, 0 known, 1 bad",
      /:1: it is no text in UTF-8/,
    ],
    [
      "a line of 10 MB",
      `${JSON.stringify({ ...call(1), task_description: "x".repeat(10_000_000) })}\n${jsonl([call(2)])}`,
      "2 lines: 1 new, 0 known, 1 bad",
      /:1: it has 100\d{5} bytes, more than 200000/,
    ],
    [
      "nested without end",
      `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}\n`,
      "1 line: 0 new, 0 known, 1 bad",
      /:1: it is nested more than 64 deep/,
    ],
    [
      "a number beyond numbers",
      `${JSON.stringify(call(1)).replace(/}$/, ',"n":1e999}')}\n`,
      "1 line: 0 new, 0 known, 1 bad",
      /:1: it holds a number that is too large/,
    ],
  ])("%s", async (_, content, out, err) => {
    using bench = cliBench();
    bench.write("f.jsonl", "");
    appendFileSync(join(bench.folder, "f.jsonl"), content);
    const said = await bench.troupe(["import", "f.jsonl"]);
    expect(said.out).toBe(out);
    expect(said.err).toMatch(err);
    expect(said.code).toBe(out.endsWith(" 0 bad") ? 0 : 1);
  });

  it("a folder, and a file that is not there, alone: called wrongly, and nothing is recorded", async () => {
    using bench = cliBench();
    mkdirSync(join(bench.folder, "d"));
    expect(await bench.troupe(["import", "d"])).toMatchObject({
      code: 2,
      err: expect.stringContaining('"d" is a folder'),
    });
    expect(await bench.troupe(["import", "gone"])).toMatchObject({
      code: 2,
      err: expect.stringContaining('"gone" does not exist'),
    });
    expect(await bench.troupe(["import"])).toMatchObject({ code: 2 });
  });

  it("stopped by its user, it says so, and what was read is recorded; again, the rest is", async () => {
    using bench = cliBench();
    bench.write("f.jsonl", jsonl(calls(3_000)));
    const stop = new AbortController();
    stop.abort();
    const said = await bench.troupe(["import", "f.jsonl"], { stop: stop.signal });
    expect(said).toMatchObject({ code: 1, err: expect.stringContaining("import again for the rest") });
    const { code, value } = await bench.json(["import", "f.jsonl"]);
    expect([code, value]).toEqual([0, expect.objectContaining({ lines: 3_000, bad: 0 })]);
    expect((await stateOf(bench)).ids).toHaveLength(3_000);
  });

  it("S2: a secret of the environment is not recorded", async () => {
    using bench = cliBench();
    bench.write("f.jsonl", jsonl([call(1, { task_description: "with hunter22-secret" })]));
    await bench.troupe(["import", "f.jsonl"], { env: { MY_TOKEN: "hunter22-secret" } });
    await using log = await openLog(bench.log);
    const text = JSON.stringify(await Array.fromAsync(log.scan()));
    expect(text).toContain("with [redacted]");
    expect(text).not.toContain("hunter22");
  });
});
