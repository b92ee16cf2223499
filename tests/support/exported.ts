/** A log to export from, and documents of OCEL 2.0 with their schema. */
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { expect } from "vitest";
import type { JsonObject } from "../../src/events/json.ts";
import { instantOf } from "../../src/events/telemetry/instant.ts";
import type { CliBench } from "./cli.ts";
import { jsonl, S1_011 } from "./telemetry.ts";

const PLAN = `
name: shop
goal: A shop
tasks:
  - { id: api, title: Build the API, run: touch api.md && echo api, outputs: [api.md] }
  - { id: docs, title: Write, run: echo docs }
  - { id: ui, title: Build the UI, run: "false", dependsOn: [api, docs], maxRetries: 1, retryDelayMs: 1 }
`;

export const CALLS: readonly JsonObject[] = [
  {
    timestamp: "2025-10-21T10:00:00Z",
    session_id: "s-1",
    workflow_id: "wf-001",
    invocation_id: "i1",
    agent_name: "backend-architect",
    agent_type: "backend",
    task_description: "API",
    duration_seconds: 2400.125,
    outcome: { status: "success" },
    tokens: 5,
    cost: 0.25,
    mood: { of: "the day" },
  },
  {
    timestamp: "2025-10-21T10:50:00Z",
    session_id: "s-1",
    workflow_id: "wf-001",
    invocation_id: "i2",
    agent_name: "frontend-developer",
    agent_type: "frontend",
    task_description: "UI",
    duration_seconds: 600,
    outcome: { status: "failure", error_message: "no" },
  },
  {
    timestamp: "2025-10-21T10:45:00Z",
    session_id: "s-1",
    invocation_id: "i1",
    success: true,
    quality_rating: 4,
  },
  {
    timestamp: "2025-10-21T12:00:00Z",
    session_id: "s-2",
    invocation_id: "i3",
    agent_name: "=cmd",
    agent_type: "x",
    task_description: "<b>",
    duration_seconds: null,
    outcome: { status: "unknown" },
  },
];

/** A run of a plan that fails, and telemetry of others. */
export async function filled(bench: CliBench): Promise<CliBench> {
  const plan = bench.write("p.yaml", PLAN);
  await bench.troupe(["run", plan, "--id", "r1"]);
  await bench.troupe(["feedback", "r1", "api", "--rating", "3"]);
  bench.write("events.jsonl", jsonl([...S1_011, ...CALLS]));
  expect(await bench.troupe(["import", "events.jsonl"])).toMatchObject({ code: 0 });
  return bench;
}

/** What a command has printed as bytes. */
export const text = ({ bytes }: { readonly bytes?: Buffer }): string => bytes?.toString("utf8") ?? "";

interface OcelItem {
  readonly id: string;
  readonly type: string;
  readonly attributes: readonly { readonly name: string }[];
  readonly relationships: readonly { readonly objectId: string }[];
}

export interface Ocel {
  readonly objectTypes: readonly {
    readonly name: string;
    readonly attributes: readonly { readonly name: string }[];
  }[];
  readonly eventTypes: Ocel["objectTypes"];
  readonly objects: readonly OcelItem[];
  readonly events: readonly OcelItem[];
}

/** Checks a document against the schema of OCEL 2.0. */
export function ocelSchema(): ValidateFunction {
  const ajv = new Ajv({
    allErrors: true,
    formats: { "date-time": (value: string) => instantOf(value) !== undefined },
  });
  return ajv.compile(JSON.parse(readFileSync("tests/fixtures/ocel20.schema.json", "utf8")));
}
