/** Subjects: nothing that a caller writes leaves its actor's own, and types come back. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { actorFilter, escapeType, recordSubject, unescapeType } from "../../src/events/subjects.ts";

const LOG = { name: "log", partitions: 4 };
const wellFormed = fc.string({ unit: "grapheme" });
const dotted = fc.array(fc.constantFrom(".", "*", ">", "%", " ", "%2E", "a", "é", "\n"), {
  maxLength: 8,
});
const type = fc.oneof(
  wellFormed,
  dotted.map((parts) => parts.join("")),
);

describe("a subject", () => {
  test.prop({ type })("for every type, the type can be read back", ({ type }) => {
    expect(unescapeType(escapeType(type))).toBe(type);
  });

  test.prop({ a: type, b: type })(
    "for every two types, equal subjects mean equal types",
    ({ a, b }) => {
      expect(escapeType(a) === escapeType(b)).toBe(a === b);
    },
  );

  test.prop({ type })("for every type, has only tokens that NATS takes literally", ({ type }) => {
    const subject = recordSubject(LOG, "task/r1:t2", type);
    expect(subject).toMatch(/^[A-Za-z0-9_:~%-]+(\.[A-Za-z0-9_:~%-]+)*$/);
    expect(subject.startsWith(actorFilter(LOG, "task/r1:t2").slice(0, -1))).toBe(true);
  });

  it("leaves the types of this house as they are", () => {
    for (const plain of ["task.failed", "xstate.done.actor.0", "a-b_c:d~2"])
      expect(escapeType(plain)).toBe(plain);
    expect(escapeType("a..b c.*")).toBe("a.%.b%20c.%2A");
  });
});
