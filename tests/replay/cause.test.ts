/** Causes in few words, as a replay lists them, and as lines of text. */
import { expect, it } from "vitest";
import { chainLines } from "../../src/cli/why-text.ts";
import type { JsonObject } from "../../src/events/json.ts";
import type { Recorded } from "../../src/events/log/log.ts";
import { causeOf as seenCauseOf } from "../../src/replay/cause.ts";
import { bodyOf } from "../../src/replay/causes.ts";
import { chainOf } from "../../src/replay/why.ts";

const record = (
  stream: string,
  seq: number,
  { cause, ...more }: { cause?: string } & JsonObject,
): Recorded => {
  const input = seq === 1 ? { born: { id: stream } } : { event: { type: "GO" } };
  const plain = { v: 1, version: "1", epoch: 1, state: "s", status: "active", hash: "h", owes: 0 };
  return {
    stream,
    seq,
    id: `${seq}`,
    type: "t",
    at: 5,
    correlation: "c",
    ...(cause !== undefined && { cause }),
    body: { ...plain, ...input, ...more },
  };
};

it("a replay names the same causes in fewer words", () => {
  const told = (cause: string | undefined, more: JsonObject = {}) => {
    const whole = record("a/r", 3, { ...more, ...(cause !== undefined && { cause }) });
    const { type, address, seq } = seenCauseOf(whole, bodyOf(whole));
    return [type, address, seq];
  };
  expect(told("cmd:x/y#1.0")).toEqual(["command", undefined, undefined]);
  expect(told("outside@1")).toEqual(["command", undefined, undefined]);
  expect(told("b/r@1")).toEqual(["effect", "b/r", undefined]);
  expect(told("b/r#4.1")).toEqual(["effect", "b/r", 4]);
  expect(told("b/r#4.1/2")).toEqual(["effect", "b/r", 4]);
  expect(told("a/r#2.1", { from: "a/r:work" })).toEqual(["activity", "a/r", 2]);
  expect(told("a/r#2.1", { from: "a/r" })).toEqual(["effect", "a/r", 2]);
  expect(told(undefined)).toEqual(["host", undefined, undefined]);
});

it("a timer that is due when no calendar has a day is told all the same", () => {
  const armed = record("a/r", 1, { dues: { 0: 1e300 } });
  const fired = record("a/r", 2, { cause: "a/r#1.0", timer: "a/r#1.0" });
  const lines = chainLines(chainOf({ run: "r", records: [armed, fired] }, 2));
  expect(lines[1]).toContain("timer armed in a/r#1.0, due 1e+300 ms");
});
