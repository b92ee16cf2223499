/** The demo of telemetry, as a reader starts it, on both logs. */
import { describe, expect, it } from "vitest";
import { demo } from "../../examples/telemetry/main.ts";
import { cliBench } from "../support/cli.ts";
import { freshName } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";
import { text } from "../support/exported.ts";

describe.each([
  ["SQLite", (log: string) => log],
  ["NATS", () => sharedNats.logUrl(freshName())],
])("the demo of telemetry, on %s", (_, urlOf) => {
  it("S1-024: 15 invocations, 5 workflow events and 15 success metrics, which come out again", async () => {
    using bench = cliBench();
    const log = urlOf(bench.log);
    expect(await demo(log)).toEqual([`35 lines of telemetry in ${log}`]);
    const lines = text(await bench.troupe(["export", "--format", "jsonl", "--log", log]))
      .trimEnd()
      .split("\n")
      .map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
    const having = (field: string) => lines.filter((line) => line[field] !== undefined).length;
    expect([having("agent_name"), having("event"), having("quality_rating")]).toEqual([15, 5, 15]);
    expect(new Set(lines.map(({ session_id: id }) => id))).toEqual(new Set(["demo"]));
  });
});
