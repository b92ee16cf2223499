/** Conditions of `--until`: types with wildcards, or CEL. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { parseCondition, type Question } from "../../src/replay/condition.ts";

const QUESTION: Question = {
  type: "task.failed",
  address: "task/r1:a",
  kind: "task",
  seq: 3,
  position: 12,
  state: { RUNNING: "working" },
  status: "active",
  at: 1_700_000_000_000,
  event: { type: "xstate.error.actor.work", error: { message: "no" } },
  facts: [{ type: "task.failed", data: { retryable: false } }, { type: "budget.spent" }],
  handled: true,
  cause: "task/r1:a#1.0",
  context: { attempt: 2, who: "coder", notes: ["a", "b"] },
};
const ask = (text: string, more: Partial<Question> = {}) =>
  parseCondition(text).ask({ ...QUESTION, ...more });

describe("a condition", () => {
  it.each([
    "task.failed",
    "task.*",
    "*.failed",
    "*",
    "t*k.f*d",
    "budget.spent",
    "xstate.error.*",
    'type == "task.failed"',
    'kind == "task" && seq >= 3 && position == 12',
    'facts.exists(type, type.type == "budget.spent")',
    "context.attempt > 1",
    'context.who == "coder" && size(context.notes) == 2',
    'state.RUNNING == "working"',
    "handled && at > 0",
    'cause.startsWith("task/r1:a#")',
    'event.error.message == "no"',
    'type(type) == string && type.endsWith("type") == false',
  ])("is met: %s", (text) => expect(ask(text)).toBe(true));

  it.each([
    "task",
    "task.fail",
    "ask.failed",
    "task.failed.*",
    "taskXfailed",
    'type == "type"',
    "context.attempt == 3",
    "!handled",
    "has(context.nothing)",
  ])("is not met: %s", (text) => expect(ask(text)).toBe(false));

  it.each([
    ["context.nothing == 1", "No such key: nothing"],
    ['context.who > 3 || kind == "x"', "no such overload"],
    ["context[kind]", "No such key: task"],
    ["context['attempt']", "it is number, not true or false"],
  ])("that asks for what is not there is no yes: %s", (text, why) =>
    expect(ask(text)).toEqual({ unknown: expect.stringContaining(why) }),
  );

  it.each([
    ['typ == "a"', 1, "Unknown variable: typ", 'Did you mean "type"?'],
    ['seq > 1 && type == "a', 20, "Unterminated string", "Ask about type, address, "],
    ["seq ==", 7, "Unexpected token: EOF", "Ask about type, "],
    ["type + 1", 1, "no such overload: string + int", "Ask about type, "],
    ["seq + 1", undefined, "it is int, not true or false", "as in type == "],
    ["", undefined, "", "Ask about"],
  ])("that is none says where and why: %s", (text, at, why, hint) => {
    const fault = (() => {
      try {
        return parseCondition(text);
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(why),
      hint: expect.stringContaining(hint),
      data: { condition: text, ...(at !== undefined && { at }) },
    });
  });

  it("knows whether it asks about contexts", () => {
    expect(parseCondition("context.x > 1").asksContext).toBe(true);
    for (const text of ["task.failed", 'event.context == "context"', "seq > 1"])
      expect(parseCondition(text).asksContext).toBe(false);
  });

  test.prop({ type: fc.stringMatching(/^[\w.:-]{1,12}$/), cut: fc.nat(), rest: fc.string() })(
    "as a type meets itself, and every rest where it ends in *",
    ({ type, cut, rest }) => {
      const alone = { facts: [], event: null };
      const head = type.slice(0, cut % (type.length + 1));
      expect(ask(type, { type, ...alone })).toBe(true);
      expect(ask(`${head}*`, { type, ...alone })).toBe(true);
      expect(ask(`${type}*`, { type: type + rest, ...alone })).toBe(true);
      expect(ask(type, { type: `${type}x`, ...alone })).toBe(false);
    },
  );
});
