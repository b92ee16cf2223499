/** What a record says went wrong: the words of whoever failed, in whatever form they were recorded. */
import { describe, expect, it } from "vitest";
import type { RecordBody } from "../../src/events/record.ts";
import { failureIn } from "../../src/replay/failure.ts";

const body = (more: Partial<RecordBody>): RecordBody => ({
  v: 1,
  version: "1",
  epoch: 1,
  state: "s",
  status: "active",
  hash: "h",
  owes: 0,
  ...more,
});
const failed = (error: RecordBody["error"]): RecordBody =>
  body({ event: { type: "xstate.error.actor.work", error: error ?? null } });
const failure = { code: "C", message: "told" };

describe("a failure", () => {
  it.each<[string, RecordBody, unknown]>([
    ["an error", failed({ name: "Error", message: "no" }), { message: "no" }],
    [
      "an error with a code",
      failed({ name: "TroupeError", code: "X", message: "no" }),
      { code: "X", message: "no" },
    ],
    [
      "an error of a class",
      failed({ name: "TypeError", message: "no" }),
      { code: "TypeError", message: "no" },
    ],
    ["a text that was thrown", failed("no"), { message: "no" }],
    ["a value that was thrown", failed({ why: [1] }), { message: '{"why":[1]}' }],
    ["an error whose message is none", failed({ message: 5 }), { message: '{"message":5}' }],
    ["the error of an actor", body({ status: "error", error: failure }), failure],
    ["an output", body({ output: { failure } }), failure],
    ["a fact", body({ facts: [{ type: "a" }, { type: "b", data: { failure } }] }), failure],
    [
      "what a child has told",
      body({ event: { type: "xstate.done.actor.a", output: { failure } } }),
      failure,
    ],
  ])("stands in %s", (_what, record, found) => {
    expect(failureIn(record)).toEqual(found);
  });

  it("of an attempt comes before what the actor made of it", () => {
    const event = { type: "xstate.error.actor.work", error: "first" };
    expect(failureIn(body({ event, output: { failure } }))).toEqual({ message: "first" });
  });

  it("is none where nothing failed", () => {
    const event = { type: "GO", error: null };
    expect(failureIn(body({ event, output: { ok: true }, facts: [{ type: "a", data: 1 }] }))).toBe(
      undefined,
    );
  });
});
