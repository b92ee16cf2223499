/** Every law is named by a test on the engines it concerns, and the guide's page of them is as the tests are. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lawsPage, missing, namedTests } from "../scripts/laws.ts";

describe("the laws", () => {
  const tests = namedTests();

  it("are each named by a test, on every engine they concern", () => {
    expect(missing(tests)).toEqual([]);
  });

  it("are named by tests that run", () => {
    const idle = tests.filter(({ file }) =>
      /\b(?:it|test|describe)\.(?:skip|todo|only|fails)\b/.test(readFileSync(file, "utf8")),
    );
    expect(idle).toEqual([]);
  });

  it("stand in docs/guide/laws.md with their tests: run `npm run laws`", () => {
    expect(readFileSync("docs/guide/laws.md", "utf8")).toBe(lawsPage(tests));
  });

  it("would be missed: a law without a test, one without an engine, a name that is none", () => {
    const one = { title: "x", file: "y.ts", engines: ["memory"] as const };
    const gaps = missing([
      { ...one, laws: ["L1", "Z9"] },
      ...tests.filter(({ laws }) => !laws.includes("L1") && !laws.includes("A1")),
    ]);
    expect(gaps).toEqual(
      expect.arrayContaining([
        'Z9 is no law, in "x" of y.ts',
        "L1 is named by no test on sqlite",
        "L1 is named by no test on jetstream",
        "A1 is named by no test",
      ]),
    );
  });
});
