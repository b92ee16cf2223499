/** Runs and telemetry go out by the command line: as lines that come in again, and for other tools. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/events/json.ts";
import { openLog } from "../../src/events/log/open.ts";
import { openProjections } from "../../src/projections/runner.ts";
import { onEachLog } from "../support/cli-logs.ts";
import { cliBench, type CliBench } from "../support/cli.ts";
import { CALLS, filled, ocelSchema, text, type Ocel } from "../support/exported.ts";
import { jsonl } from "../support/telemetry.ts";

/** What is known of runs and telemetry alike, whichever it was. */
async function statisticsOf({ log: url }: CliBench) {
  await using log = await openLog(url);
  await using projections = openProjections({ log });
  const all = async (name: string, order: string) => {
    const rows = await projections.sql(
      `SELECT * FROM run_${name} UNION ALL SELECT * FROM telemetry_${name} ORDER BY ${order}`,
    );
    return rows.map((row) => ({ ...row, source: "any" }));
  };
  return {
    workflows: await all("workflows", "workflow"),
    executions: await all("executions", "id"),
    handoffs: await all("handoffs", "workflow, at, toAgent"),
  };
}

onEachLog("troupe export --format jsonl", (open) => {
  it("S1-004, T-O0: what is exported and imported elsewhere comes to the same statistics, and is exported the same again", async () => {
    using bench = await filled(open());
    using other = open();
    const lines = text(await bench.troupe(["export", "--format", "jsonl"]));
    other.write("all.jsonl", lines);
    expect(await other.troupe(["import", "all.jsonl"])).toMatchObject({ code: 0, err: "" });
    const [before, after] = [await statisticsOf(bench), await statisticsOf(other)];
    expect(after).toEqual(before);
    expect(before.workflows).toHaveLength(2);
    expect(before.executions).toHaveLength(4 + 3);
    const again = text(await other.troupe(["export", "--format", "jsonl"]));
    using third = open();
    third.write("all.jsonl", again);
    await third.troupe(["import", "all.jsonl"]);
    expect(await statisticsOf(third)).toEqual(before);
  });
});

onEachLog("troupe export --format metrics", (open) => {
  it("S0-057, S0-058, S0-059, S0-060, S2-014, T-M2: metrics are a file each, and none is lost within a second", async () => {
    using bench = await filled(open());
    const many = Array.from({ length: 5 }, (_, n) => ({
      ...CALLS[0],
      invocation_id: `x${n % 2 === 0 ? "/" : "-"}${n}`,
      workflow_id: null,
    }));
    bench.write("many.jsonl", jsonl(many));
    await bench.troupe(["import", "many.jsonl"]);
    const write = () => bench.json(["export", "--format", "metrics", "--out", "m"]);
    expect(await write()).toMatchObject({ code: 0, value: { files: 7 + 5 + 2 + 1 } });
    await write();
    const folder = join(bench.folder, "m");
    const names = readdirSync(folder);
    const read = (name = ""): JsonObject => JSON.parse(readFileSync(join(folder, name), "utf8"));
    expect(names.filter((name) => name.startsWith("agent_"))).toHaveLength(7 + 5);
    expect(
      names.every((name) =>
        /^(agent_[\w-]+_\d+-[\w-]+|orchestrator_[\w-]+|metrics_\d{8}_\d{6}(-\d)?)\.json$/.test(name),
      ),
    ).toBe(true);
    expect(names.filter((name) => name.startsWith("metrics_"))).toHaveLength(2);
    expect(read("agent_backend-architect_1761040800-i1.json")).toEqual({
      agent_name: "backend-architect",
      task_id: null,
      start_time: "2025-10-21T10:00:00.000Z",
      end_time: "2025-10-21T10:40:00.125Z",
      duration: 2400.125,
      quality_score: 0.75,
      token_usage: 5,
      refinement_iterations: 0,
      success: true,
      error_message: "",
    });
    expect(read("orchestrator_wf-001.json")).toEqual({
      orchestration_id: "wf-001",
      pattern: null,
      start_time: "2025-10-21T10:00:00.000Z",
      end_time: "2025-10-21T11:30:00.000Z",
      total_duration: 5400,
      agents_used: ["backend-architect", "frontend-developer"],
      tasks_completed: 0,
      tasks_failed: 0,
      average_quality: null,
      total_tokens: 5,
      refinement_cycles: 0,
    });
    const { summary, detailed_metrics: details } = read(
      names.find((name) => name.startsWith("metrics_")),
    );
    expect(summary).toMatchObject({ total_executions: 12, total_tokens: 30, total_cost: 1.5 });
    expect(details).toMatchObject({
      latencies: { "frontend-developer": [600_000] },
      success_counts: { "backend-architect": 6 },
      failure_counts: { "frontend-developer": 1, "task/ui": 2 },
    });
    const again = await bench.troupe([
      "import",
      join("m", "agent_backend-architect_1761040800-i1.json"),
    ]);
    expect(again.code).toBe(1); // it is one value on several lines
  });
});

describe("troupe export", () => {
  it("T-O0: lines have the shapes of telemetry, and keep fields that no shape knows", async () => {
    using bench = await filled(cliBench());
    const lines = text(await bench.troupe(["export", "--format", "jsonl"]))
      .trimEnd()
      .split("\n")
      .map((line): JsonObject => JSON.parse(line));
    const of = (workflow: string) => lines.filter(({ workflow_id }) => workflow_id === workflow);
    expect(of("r1").flatMap(({ event }) => event ?? [])).toEqual([
      "workflow_start",
      "agent_handoff",
      "workflow_complete",
    ]);
    expect(of("r1")).toContainEqual(
      expect.objectContaining({
        invocation_id: "r1/ui~1#2",
        agent_name: "task/ui",
        task_id: "ui",
        outcome: { status: "failure", error_message: "COMMAND_FAILED" },
        duration_seconds: expect.any(Number),
      }),
    );
    expect(of("r1")).toContainEqual(
      expect.objectContaining({ invocation_id: "r1/api~1#1", success: true, quality_rating: 3 }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ invocation_id: "i1", mood: { of: "the day" } }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: "agent_handoff",
        workflow_id: "wf-001",
        artifacts: ["artifacts/api-spec.yaml"],
      }),
    );
    const ids = lines
      .filter(({ agent_name }) => agent_name !== undefined)
      .map(({ invocation_id }) => invocation_id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("only some runs, and a run that there is not", async () => {
    using bench = await filled(cliBench());
    const cases = async (...runs: string[]) => {
      const rows = text(await bench.troupe(["export", ...runs, "--format", "csv"]))
        .trimEnd()
        .split("\n")
        .slice(1);
      return rows.map((row) => row.split(",")[0]);
    };
    expect(await cases("r1")).toEqual(["r1", "r1", "r1", "r1"]);
    expect(await cases("wf-001")).toEqual(["wf-001", "wf-001"]);
    expect(await cases()).toEqual(["r1", "r1", "r1", "r1", "wf-001", "wf-001", "s-2"]);
    expect(await bench.troupe(["export", "r2", "--format", "csv"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("RUN_NOT_FOUND"),
    });
  });

  it("csv: a row an execution, with case, activity, times, resource, attempt, cost; no cell is a formula", async () => {
    using bench = await filled(cliBench());
    const out = join(bench.folder, "log.csv");
    expect(await bench.json(["export", "--format", "csv", "--out", out])).toMatchObject({
      code: 0,
      value: { format: "csv", out },
    });
    const [head, ...rows] = readFileSync(out, "utf8").trimEnd().split("\n");
    expect(head).toMatch(
      /^case_id,activity,start_timestamp,end_timestamp,resource,lifecycle,attempt,status,duration_ms,cost,/,
    );
    expect(rows).toContainEqual(
      expect.stringMatching(
        /^wf-001,backend-architect,2025-10-21T10:00:00\.000Z,2025-10-21T10:40:00\.125Z,backend-architect,complete,,success,2400125,0\.25,5,/,
      ),
    );
    expect(rows).toContainEqual(
      expect.stringMatching(/^r1,ui,[^,]+,[^,]+,task\/ui,complete,2,failure,/),
    );
    expect(rows).toContainEqual(
      expect.stringMatching(/^s-2,'=cmd,2025-10-21T12:00:00\.000Z,,'=cmd,start,,running,/),
    );
  });

  it("ocel: keeps the schema of OCEL 2.0; ids are unique, and every relationship leads somewhere", async () => {
    using bench = await filled(cliBench());
    const document: Ocel = JSON.parse(text(await bench.troupe(["export", "--format", "ocel"])));
    const validate = ocelSchema();
    expect(validate(document) ? [] : validate.errors).toEqual([]);
    const objects = new Map(document.objects.map((one) => [one.id, one]));
    expect(objects.size).toBe(document.objects.length);
    expect(new Set(document.events.map(({ id }) => id)).size).toBe(document.events.length);
    const all = [...document.objects, ...document.events];
    expect(
      all
        .flatMap(({ relationships }) => relationships)
        .filter(({ objectId }) => !objects.has(objectId)),
    ).toEqual([]);
    const declared = (types: Ocel["objectTypes"]) =>
      new Map(types.map(({ name, attributes }) => [name, attributes.map((one) => one.name)]));
    for (const [items, types] of [
      [document.objects, declared(document.objectTypes)],
      [document.events, declared(document.eventTypes)],
    ] as const)
      for (const { type, attributes } of items)
        expect(types.get(type) ?? []).toEqual(
          expect.arrayContaining(attributes.map(({ name }) => name)),
        );
    const about = (type: string) =>
      document.events
        .filter((one) => one.type === type)
        .map(({ relationships }) => relationships.map(({ objectId }) => objectId));
    expect(about("work failed")).toContainEqual([
      "execution:r1/ui~1#2",
      "workflow:r1",
      "task:r1/ui",
      "agent:task/ui",
    ]);
    expect(about("work handed off")).toContainEqual([
      "workflow:wf-001",
      "agent:backend-architect",
      "agent:frontend-developer",
      "artifact:wf-001/artifacts/api-spec.yaml",
    ]);
    expect(about("artifact left")).toEqual([["workflow:r1", "task:r1/api", "artifact:r1/api.md"]]);
    expect(about("workflow failed")).toEqual([["workflow:r1"]]);
  });

  it("an empty log: nothing, but in the right form", async () => {
    using bench = cliBench();
    bench.write("e.jsonl", "");
    await bench.troupe(["import", "e.jsonl"]);
    expect(text(await bench.troupe(["export", "--format", "jsonl"]))).toBe("");
    expect(text(await bench.troupe(["export", "--format", "csv"]))).toMatch(/^case_id,.*\n$/);
    expect(ocelSchema()(JSON.parse(text(await bench.troupe(["export", "--format", "ocel"]))))).toBe(
      true,
    );
    await bench.troupe(["export", "--format", "metrics"]);
    const [name = ""] = readdirSync(join(bench.folder, "logs", "metrics"));
    expect(readFileSync(join(bench.folder, "logs", "metrics", name), "utf8")).toContain(
      "No metrics collected yet",
    );
  });

  it("called wrongly, or where nothing can be written: one clear error, and no file", async () => {
    using bench = await filled(cliBench());
    expect(await bench.troupe(["export"])).toMatchObject({ code: 2 });
    expect(await bench.troupe(["export", "--format", "xml"])).toMatchObject({ code: 2 });
    expect(await bench.troupe(["export", "--format", "csv", "--json"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("--json needs --out"),
    });
    expect(await bench.troupe(["export", "--format", "csv", "--out", "gone/log.csv"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("FILE_NOT_WRITTEN"),
    });
    const stopped = await bench.troupe(["export", "--format", "csv", "--out", "log.csv"], {
      stop: AbortSignal.abort(),
    });
    expect(stopped.code).toBe(1);
    expect(readdirSync(bench.folder).filter((name) => name.startsWith("log.csv"))).toEqual([]);
  });
});
