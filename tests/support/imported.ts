/** Telemetry that commands are asked about. */
import { expect } from "vitest";
import type { JsonObject } from "../../src/events/json.ts";
import type { CliBench } from "./cli.ts";
import { jsonl } from "./telemetry.ts";

export const DAY_MS = 86_400_000;
export const START = Date.parse("2025-10-21T10:00:00Z");

/** Epoch ms as telemetry says it. */
export const at = (ms: number): string => new Date(ms).toISOString();

/** An agent at work for so many seconds. */
export const call = (id: string, agent: string, more: JsonObject = {}): JsonObject => ({
  timestamp: at(START),
  session_id: "s",
  invocation_id: id,
  agent_name: agent,
  agent_type: `${agent}-type`,
  task_description: "Build the payment API",
  duration_seconds: 10,
  outcome: { status: "success" },
  tokens: 5,
  cost: 0.25,
  ...more,
});

/** A workflow of two agents, each at work for a third of it, one after the other. */
export const workflow = (id: string, success: boolean): readonly JsonObject[] => {
  const place = { session_id: "s", workflow_id: id };
  return [
    { timestamp: "2025-10-21T12:00:00+02:00", event: "workflow_start", ...place, project_name: "shop" },
    call(`${id}-1`, "ada", { ...place, timestamp: at(START) }),
    call(`${id}-2`, "bob", {
      ...place,
      timestamp: at(START + 20_000),
      outcome: { status: success ? "success" : "failure" },
    }),
    {
      timestamp: at(START + 30_000),
      event: "workflow_complete",
      ...place,
      duration_seconds: 30,
      success,
    },
  ];
};

/** Records lines as `troupe import` does. */
export async function imported(bench: CliBench, lines: readonly JsonObject[]): Promise<void> {
  expect(await bench.troupe(["import", bench.write("lines.jsonl", jsonl(lines))])).toMatchObject({
    code: 0,
  });
}
