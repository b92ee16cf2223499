/** Lines of telemetry come from anywhere: no order of them, and no batches, change what they come to. */
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import type { JsonObject } from "../../src/events/json.ts";
import type { Projection } from "../../src/projections/projection.ts";
import { invocations } from "../../src/projections/telemetry/invocations.ts";
import { telemetryWorkflows } from "../../src/projections/telemetry/workflows.ts";
import { folded, tables } from "../support/telemetry.ts";

const id = fc.constantFrom("i1", "i2", "10", "9", "__proto__");
const workflow_id = fc.constantFrom("w1", "w2");
const timestamp = fc.constantFrom(
  "2025-10-21T10:00:00Z",
  "2025-10-21T12:00:01+02:00",
  "2025-10-21T10:00:02Z",
);
const agent = fc.constantFrom("a", "b", "c");
const seconds = fc.option(fc.constantFrom(0, 0.5, 1, 100));
const outcome = fc.option(
  fc.record({
    status: fc.constantFrom("success", "failure", "partial", "unknown"),
    error_message: fc.option(fc.constantFrom("x", "y")),
  }),
);
const optional = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(shape, { requiredKeys: [] });
const anyLine: fc.Arbitrary<JsonObject> = fc
  .oneof(
    fc.tuple(
      fc.record({ timestamp, invocation_id: id, agent_name: agent }),
      optional({
        workflow_id,
        duration_seconds: seconds,
        outcome,
        tokens: fc.nat(3),
        extra: fc.constantFrom(1, "z"),
      }),
    ),
    fc.tuple(
      fc.record({ timestamp, invocation_id: id }),
      optional({ workflow_id, duration_seconds: seconds, outcome }),
    ),
    fc.tuple(
      fc.record({ timestamp, invocation_id: id, success: fc.boolean() }),
      optional({ quality_rating: fc.integer({ min: 1, max: 5 }), workflow_id }),
    ),
    fc.tuple(
      fc.record({ timestamp, workflow_id, event: fc.constant("workflow_start") }),
      optional({ project_name: fc.constantFrom("p", "q"), estimated_duration: seconds }),
    ),
    fc.tuple(
      fc.record({
        timestamp,
        workflow_id,
        event: fc.constant("agent_handoff"),
        from_agent: agent,
        to_agent: agent,
      }),
      optional({ artifacts: fc.array(fc.constant("f"), { maxLength: 2 }) }),
    ),
    fc.tuple(
      fc.record({
        timestamp,
        workflow_id,
        event: fc.constant("workflow_complete"),
        success: fc.boolean(),
      }),
      optional({ duration_seconds: seconds, agents_executed: fc.array(agent, { maxLength: 2 }) }),
    ),
  )
  .map(([must, may]) => ({ ...must, ...may }));

const lines = fc.array(anyLine, { maxLength: 12 });
test.prop([
  lines.chain((all) =>
    fc.tuple(
      fc.constant(all),
      fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }),
      fc.nat(4),
    ),
  ),
])(
  "P2: for every set of lines, any order, any batches, and lines that come twice give the same rows and tables",
  ([all, shuffled, size]) => {
    const batches = Array.from({ length: Math.ceil(shuffled.length / (size + 1)) }, (_, n) =>
      shuffled.slice(n * (size + 1), (n + 1) * (size + 1)),
    );
    for (const projection of [invocations, telemetryWorkflows] as readonly Projection[])
      expect(JSON.stringify([...folded(projection, batches)])).toBe(
        JSON.stringify([...folded(projection, [all])]),
      );
    expect(tables(...batches)).toEqual(tables(all));
  },
);
