/** Reports as real test runners wrote them, and texts that nobody should have written. */
import { fc, test } from "@fast-check/vitest";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCoverage } from "../../src/agents/test-report/coverage.ts";
import { parseTestReport } from "../../src/agents/test-report/test-report.ts";
import { assertJson } from "../../src/events/json.ts";
import { TestReport } from "../../src/events/test-report.ts";

const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, "test-reports", name), "utf8");

describe("the report of", () => {
  it.each(["node.tap", "node.xml"])(
    "node --test (%s) tells each test once, suites not at all",
    (name) => {
      const report = parseTestReport(read(name));
      expect(report).toMatchObject({ passed: 3, failed: 2, skipped: 2 });
      expect(report?.durationMs).toBeGreaterThan(1);
      expect(report?.failures.map((one) => one.name)).toEqual([
        expect.stringMatching(/subtracts$/),
        "a suite > breaks",
      ]);
      expect(report?.failures[0]?.message).toBe("2 == 1");
      expect(report?.failures[1]?.message).toMatch(/^no .+good.+\nsecond line$/);
    },
  );

  it.each(["vitest.json", "vitest.xml", "vitest.tap"])(
    "vitest (%s) tells a file that cannot be loaded",
    (name) => {
      const report = parseTestReport(read(name));
      expect(report).toMatchObject({ passed: 2, failed: 3, skipped: 2 });
      expect(report?.failures.map(({ message }) => message)).toEqual([
        expect.stringContaining("Cannot find module './nope.ts'"),
        expect.stringContaining("expected 2 to be 1"),
        expect.stringContaining('no "good"'),
      ]);
    },
  );

  it("pytest (pytest-json-report) counts errors in fixtures and in collecting", () => {
    const longrepr = "E   AssertionError";
    const report = parseTestReport(
      JSON.stringify({
        duration: 0.5,
        summary: { passed: 2, failed: 1, error: 1, skipped: 1, xfailed: 1, total: 6 },
        collectors: [{ nodeid: "b.py", outcome: "failed", longrepr: "ImportError: x" }],
        tests: [
          { nodeid: "a.py::ok", outcome: "passed" },
          {
            nodeid: "a.py::bad",
            outcome: "failed",
            call: { crash: { message: "assert 1 == 2" }, longrepr },
          },
          { nodeid: "a.py::err", outcome: "error", setup: { longrepr } },
        ],
      }),
    );
    expect(report).toEqual({
      passed: 2,
      failed: 3,
      skipped: 2,
      durationMs: 500,
      failures: [
        { name: "a.py::bad", message: "assert 1 == 2" },
        { name: "a.py::err", message: longrepr },
        { name: "b.py", message: "ImportError: x" },
      ],
    });
  });

  it("mocha, and of a script that only counts, with talk around it", () => {
    const mocha = {
      stats: { passes: 1, failures: 1, pending: 2, duration: 9 },
      failures: [{ fullTitle: "a b", err: { message: "no" } }],
    };
    expect(parseTestReport(JSON.stringify(mocha))).toEqual({
      passed: 1,
      failed: 1,
      skipped: 2,
      durationMs: 9,
      failures: [{ name: "a b", message: "no" }],
    });
    const text = 'starting { now\n{"passed": 3, "failed": 2, "failures": ["x"]}\ndone\n';
    expect(parseTestReport(text)).toMatchObject({ passed: 3, failed: 2, failures: [{ name: "x" }] });
  });
});

describe("a report that is not whole", () => {
  it.each([
    ["1..3\nok 1\nok 2\n", 2, "incorrect number of tests"],
    ["ok 1\nBail out! no database\n", 1, "it was given up: no database"],
    ["1..4\n", 0, "4 tests were planned, none ran"],
  ])("has failed: %j", (text, passed, message) => {
    expect(parseTestReport(text)).toEqual({
      passed,
      failed: 1,
      skipped: 0,
      failures: [{ name: "the report itself", message }],
    });
  });

  it.each([
    "",
    "hello",
    "{",
    "{}",
    '{"passed":"3"}',
    "<a/>",
    "<testsuites>",
    "<html>ok</html>",
    "ok",
    "ok 1 - so\nok",
    "[1]",
  ])("or is none: %j", (text) => expect(parseTestReport(text)).toBeUndefined());

  it("names a test that fails though all in it passed: its own hook did", () => {
    const text =
      "    ok 1 - in\n    1..1\nnot ok 1 - out\n  ---\n  error: 'after failed'\n  ...\n1..1\n";
    expect(parseTestReport(text)).toMatchObject({
      passed: 1,
      failed: 1,
      failures: [{ name: "out", message: "after failed" }],
    });
  });
});

describe("whoever wrote a report", () => {
  it("cannot make it expand: entities of its own are refused", () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
      <testsuites><testcase name="&b;"><failure message="&b;"/></testcase></testsuites>`;
    expect(parseTestReport(bomb)).toBeUndefined();
    const plain =
      '<testsuite><testcase name="&lt;a&gt; &amp;lt; &#x41;"><failure>&quot;no&quot;</failure></testcase></testsuite>';
    expect(parseTestReport(plain)?.failures).toEqual([{ name: "<a> &lt; A", message: '"no"' }]);
  });

  it("cannot make it grow: names, messages and their number are cut, counts stay", () => {
    const failures = Array.from({ length: 300 }, () => ({
      name: "n".repeat(9_999),
      message: "m".repeat(99_999),
    }));
    const report = parseTestReport(JSON.stringify({ passed: 1e300, failed: 300, failures }));
    expect(report).toMatchObject({ passed: 1e9, failed: 300 });
    expect(report?.failures).toHaveLength(100);
    expect(JSON.stringify(report).length).toBeLessThan(500_000);
  });

  it("S2: cannot tell a secret", () => {
    const text = JSON.stringify({
      passed: 0,
      failed: 1,
      failures: [{ name: "tok-123 a", message: "is tok-123" }],
    });
    expect(parseTestReport(text, { secrets: ["tok-123"] })?.failures).toEqual([
      { name: "[redacted] a", message: "is [redacted]" },
    ]);
  });

  const pieces = [
    "ok 1 - a",
    "not ok",
    "1..2",
    "    ok",
    "  ---",
    "  error: x",
    "  ...",
    "# SKIP",
    "Bail out!",
    "}",
    "{",
    "TAP version 13",
    "<testsuites>",
    "<testcase name='a'>",
    "</testcase>",
    "<failure/>",
    "</testsuites>",
    "<testsuite>",
    '"',
    '{"passed":1,"failed":',
    '"numPassedTests":1',
    "\0",
    "\uD800",
    "__proto__",
  ];

  test.prop([
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.constantFrom(...pieces, "\n", " "), { maxLength: 40 }).map((all) => all.join("")),
      fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((all) => all.join("\n")),
      fc.json(),
    ),
  ])("for every text, gets a report within bounds or none, and never an error", (text) => {
    for (const format of [undefined, "tap", "junit", "json"] as const) {
      const report = parseTestReport(text, format === undefined ? {} : { format });
      if (report === undefined) continue;
      assertJson(report);
      TestReport.parse(report);
      expect(report.failures.length).toBeLessThanOrEqual(report.failed);
    }
    parseCoverage(text);
  });
});

describe("S3-019: coverage", () => {
  it("is read from lcov, as node and c8 write it, over all files", () => {
    const lcov = read("lcov.info");
    const one = {
      lines: { covered: 5, total: 8 },
      branches: { covered: 3, total: 4 },
      functions: { covered: 2, total: 3 },
    };
    expect(parseCoverage(lcov)).toEqual(one);
    expect(parseCoverage(lcov + lcov)).toMatchObject({ lines: { covered: 10, total: 16 } });
  });

  it("is read from a JSON summary, as vitest and Istanbul write it", () => {
    const part = { total: 4, covered: 3, skipped: 0, pct: 75 };
    const text = JSON.stringify({
      total: { lines: part, statements: part, functions: part, branches: part },
    });
    const counts = { covered: 3, total: 4 };
    expect(parseCoverage(text)).toEqual({ lines: counts, branches: counts, functions: counts });
    expect(parseCoverage("{}")).toBeUndefined();
  });
});
