/** Lines of telemetry: which are sound, and what is wrong with the others. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { instantOf } from "../../src/events/telemetry/instant.ts";
import { readLine } from "../../src/events/telemetry/line.ts";

describe("moments of telemetry", () => {
  it.each([
    ["2025-10-21T10:00:00Z", "2025-10-21T10:00:00.000Z"],
    ["2025-10-21T12:00:00+02:00", "2025-10-21T10:00:00.000Z"],
    ["2025-10-21T04:30:00.25-0530", "2025-10-21T10:00:00.250Z"],
    ["2025-10-21T10:00:00.123456", "2025-10-21T10:00:00.123Z"],
    ["2025-10-21 10:00+00", "2025-10-21T10:00:00.000Z"],
    ["2024-02-29T23:59:59,9Z", "2024-02-29T23:59:59.900Z"],
  ])("S1-012: %s is %s", (text, utc) => {
    expect(new Date(instantOf(text) ?? Number.NaN).toISOString()).toBe(utc);
  });

  it.each([
    "",
    "today",
    "2025-02-30T10:00:00Z",
    "2025-10-21",
    "2025-10-21T24:00:00Z",
    "1761040800",
    "2025-10-21T10:00.5Z",
    "2025-10-21T10:00:00+24:00",
  ])("%j is none", (text) => expect(instantOf(text)).toBeUndefined());

  test.prop([
    fc.date({ min: new Date(0), max: new Date("9999-12-30"), noInvalidDate: true }),
    fc.integer({ min: -1439, max: 1439 }),
  ])("S1-012: for every moment and zone, the text in that zone is the same moment", (date, minutes) => {
    const local = new Date(date.getTime() + minutes * 60_000);
    fc.pre(local.getTime() >= 0);
    const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
    const zone = `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
    expect(instantOf(local.toISOString().replace("Z", zone))).toBe(date.getTime());
  });
});

const START = { timestamp: "2025-10-21T10:00:00Z", event: "workflow_start", workflow_id: "w" };
const CALL = { timestamp: "2025-10-21T10:00:00Z", invocation_id: "i", agent_name: "a" };

describe("T-O0: lines of telemetry", () => {
  it.each([
    [
      "workflow",
      { ...START, session_id: "s", project_name: "p", agent_plan: ["a"], estimated_duration: null },
    ],
    ["workflow", { ...START, event: "agent_handoff", from_agent: "a", to_agent: "b", artifacts: [] }],
    ["workflow", { ...START, event: "workflow_complete", duration_seconds: 1.5, success: false }],
    [
      "invocation",
      { ...CALL, duration_seconds: null, outcome: { status: "unknown" }, tokens: 3, cost: 0.1 },
    ],
    [
      "invocation",
      { ...CALL, outcome: { status: "partial", error_message: null }, more: { of: ["any", 1] } },
    ],
    ["rating", { timestamp: START.timestamp, invocation_id: "i", success: true, quality_rating: 5 }],
    ["update", { timestamp: START.timestamp, invocation_id: "i", duration_seconds: 3 }],
    [
      "metrics",
      { agent_name: "a", start_time: 1761040800.5, end_time: "2025-10-21T10:00:00Z", success: true },
    ],
    [
      "execution",
      { timestamp: START.timestamp, agent_name: "a", duration_ms: 3, success: true, cost: 0 },
    ],
    ["orchestration", { orchestration_id: "o", pattern: "hub-spoke", start_time: START.timestamp }],
  ])("are known by their fields: %s %j", (shape, line) => {
    expect(readLine(line)).toEqual({ shape, line });
  });

  it.each<[unknown, RegExp]>([
    [[], /a list, not a JSON object/],
    [null, /null, not/],
    ["x", /a string, not/],
    [{}, /none of "event", "agent_name"/],
    [
      { ...START, event: "workflow_started" },
      /"event" is "workflow_started": did you mean "workflow_start"\?/,
    ],
    [
      { ...START, event: 7 },
      /"event" is a number: one of workflow_start, agent_handoff, workflow_complete/,
    ],
    [{ ...START, timestamp: "yesterday" }, /"timestamp": is no time such as/],
    [{ ...START, timestamp: "0001-01-01T00:00:00Z" }, /"timestamp": .*of a year from 1000 to 9699/],
    [{ ...START, timestamp: "9999-12-31T23:59:59Z" }, /"timestamp": .*of a year from 1000 to 9699/],
    [{ agent_name: "a", start_time: 8.64e12 }, /"start_time": Too big/],
    [{ ...START, workflow_id: undefined }, /"workflow_id" is missing/],
    [{ ...START, workflow_id: "a\u0000b" }, /"workflow_id": holds a control character/],
    [{ ...CALL, duration_seconds: -1 }, /"duration_seconds": .*>=0/],
    [{ ...CALL, outcome: { status: "fine" } }, /"outcome\.status": .*success/],
    [{ ...CALL, agent_name: "" }, /"agent_name": /],
    [{ timestamp: START.timestamp, invocation_id: "i", success: "yes" }, /"success": /],
    [
      { timestamp: START.timestamp, invocation_id: "i", success: true, quality_rating: 6 },
      /"quality_rating": .*<=5/,
    ],
    [JSON.parse('{"__proto__": 1, "event": "workflow_start"}'), /"__proto__" cannot be kept/],
    [{ ...CALL, troupe$: "plain" }, /"troupe\$" cannot be kept/],
  ])("what is wrong with %j is said", (line, fault) => {
    expect(readLine(line).fault).toMatch(fault);
  });

  test.prop([fc.jsonValue()])(
    "for every JSON value, it is read or refused, and never thrown at",
    (value) => {
      const read = readLine(value);
      expect(read.fault === undefined ? read.line : undefined).toBe(
        read.fault === undefined ? value : undefined,
      );
    },
  );
});
