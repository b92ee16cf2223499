/** Properties: what the quick look lets through, the schema does, and says the same. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { fits } from "../../src/events/record-fits.ts";
import { RECORD_VERSION, RecordBody } from "../../src/events/record.ts";

const plain = {
  v: 1,
  version: "1",
  epoch: 3,
  event: { type: "ADD", by: 1 },
  state: "open",
  status: "active",
  hash: "0123456789abcdef",
  owes: 0,
};
const all = {
  ...plain,
  from: "work/w:work",
  timer: "2.0",
  stale: true,
  handled: false,
  facts: [{ type: "added" }],
  output: { n: 1 },
  error: null,
  light: true,
  digests: { n: "0123abcd", gone: null },
  settled: ["1.0"],
  ran: 1,
  dues: { 0: 17 },
  lookups: { clerk: null, boss: "boss/b" },
  taken: ["a -> b -> c"],
  since: 2,
};
/** Some fields set to anything, some left out. */
const edits = fc.record({
  set: fc.dictionary(
    fc.oneof(fc.constantFrom(...Object.keys(all), "born", "system", "checkpoint"), fc.string()),
    fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(0, -1, 1.5, 1e300, "", [], {}, [1], { a: 1 }, true, false, null),
    ),
    { maxKeys: 2 },
  ),
  drop: fc.subarray(Object.keys(all), { maxLength: 2 }),
});

describe("the quick look at a record", () => {
  test.prop({ edits }, { numRuns: 3000, examples: [{ edits: { set: { v: 0 }, drop: [] } }] })(
    "lets through only what the schema does",
    ({ edits }) => {
      const body: Record<string, unknown> = { ...all, ...edits.set };
      for (const key of edits.drop) delete body[key];
      const parsed = RecordBody.safeParse(body);
      if (fits(body, RECORD_VERSION)) expect(parsed.data).toEqual(body);
      const rare = "born" in body || "system" in body || "checkpoint" in body;
      if (parsed.success && !rare) expect(fits(body, RECORD_VERSION)).toBe(true);
    },
  );

  it.each([
    ["the least that a record holds", plain],
    ["every field but the rare ones", all],
  ])("knows %s", (_, body) => {
    expect(RecordBody.safeParse(body).success).toBe(true);
    expect(fits(body, RECORD_VERSION)).toBe(true);
  });
});
