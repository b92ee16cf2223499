/** Tests of a small project, run in a sandbox: what comes of good, bad and hostile ones. */
import { describe, expect, it } from "vitest";
import { testInSandbox } from "../../src/agents/sandbox/tester.ts";
import { assertJson } from "../../src/events/json.ts";
import { TestReport } from "../../src/events/test-report.ts";
import { gone, marker, running, traces } from "../support/sandbox-traces.ts";

const files = {
  "sum.mjs": "export const sum = (a, b) => a + b;\nexport const no = () => 0;\n",
  "good.test.mjs": `import { test } from "node:test";
import { equal } from "node:assert";
import { sum } from "./sum.mjs";
test("adds", () => equal(sum(1, 2), 3));
test("is empty", { skip: true }, () => {});`,
  "bad.test.mjs": `import { test } from "node:test";
import { sum } from "./sum.mjs";
test("subtracts", () => { if (sum(3, 1) !== 2) throw new Error("it is " + sum(3, 1)); });`,
};

const TAP = "node --test --test-reporter=tap";

describe("testing in a sandbox", () => {
  it("S3-019: copies, runs each test, keeps what it prints, reads reports and coverage, and cleans up", async () => {
    const outcome = await testInSandbox({
      files,
      tests: [
        { cmd: `${TAP} good.test.mjs` },
        {
          cmd: [
            "node",
            "--test",
            "--experimental-test-coverage",
            "--test-reporter=junit",
            "--test-reporter-destination=r.xml",
            "--test-reporter=lcov",
            "--test-reporter-destination=c.info",
            "bad.test.mjs",
          ],
          report: "r.xml",
          coverage: "c.info",
        },
        { cmd: "echo checked" },
      ],
    });
    const coverage = {
      lines: { covered: 2, total: 2 },
      branches: expect.anything(),
      functions: { covered: 1, total: 2 },
    };
    expect(outcome).toMatchObject({
      passed: false,
      driver: "bubblewrap",
      report: {
        passed: 2,
        failed: 1,
        skipped: 1,
        failures: [{ name: "test > subtracts", message: "it is 4" }],
        coverage,
      },
      runs: [
        { passed: true, report: { passed: 1, skipped: 1, failed: 0 } },
        { passed: false, report: { failed: 1, coverage }, result: { exitCode: 1 } },
        { name: "echo checked", passed: true, result: { stdout: "checked\n" } },
      ],
    });
    assertJson(outcome);
    TestReport.parse(outcome.report);
    expect(traces(process.pid)).toEqual([]);
  });

  it("S3-019: believes neither an exit code nor a report alone", async () => {
    const { runs, report } = await testInSandbox({
      tests: [
        { cmd: "printf 'ok 1\\n1..1\\n'; exit 3" },
        { cmd: "printf 'not ok 1 - a\\n1..1\\n'; exit 0" },
        { cmd: "echo broken >&2; exit 2" },
        { cmd: "true", report: "absent.xml" },
        { cmd: "echo nonsense > r.xml", report: "r.xml" },
        { cmd: "ln -s /etc/passwd link", report: "link" },
        { cmd: ["no-such-program"] },
        { cmd: "sleep 60", timeoutMs: 100 },
      ],
    });
    expect(runs.map(({ passed }) => passed)).toEqual(Array.from({ length: 8 }, () => false));
    expect(report).toMatchObject({ passed: 1, failed: 8 });
    expect(report.failures.map(({ message }) => message)).toEqual([
      "it ended with 3\nok 1\n1..1",
      "it failed",
      "it ended with 2\nbroken",
      'it left no report in "absent.xml"',
      '"r.xml" is no report of tests that is known',
      'it left no report in "link"',
      expect.stringContaining('the command "no-such-program" was not found'),
      expect.stringContaining("it took longer than 100 ms"),
    ]);
  });

  it("that tests nothing has not passed", async () => {
    expect(await testInSandbox({ tests: [] })).toMatchObject({ passed: false, runs: [] });
  });

  it("S3-019: cleans up when it is stopped, and when it cannot begin", async () => {
    const word = marker();
    const stop = new AbortController();
    const testing = testInSandbox({
      files,
      tests: [{ cmd: `sleep ${word}; true` }],
      signal: stop.signal,
    });
    await expect.poll(() => running(word), { timeout: 5_000 }).not.toEqual([]);
    stop.abort();
    await expect(testing).rejects.toMatchObject({ code: "ACTIVITY_CANCELLED" });
    await gone(word);
    const wrong = testInSandbox({ tests: [{ cmd: "true", report: "../out" }] });
    await expect(wrong).rejects.toMatchObject({ code: "INPUT_INVALID" });
    const absent = testInSandbox({ folder: "/absent", tests: [{ cmd: "true" }] });
    await expect(absent).rejects.toMatchObject({ code: "SANDBOX_FAILED" });
    expect(traces(process.pid)).toEqual([]);
  });

  it("S2: tells no secret in what is printed or reported", async () => {
    const outcome = await testInSandbox({
      hostEnv: { ...process.env, DEPLOY_TOKEN: "tok-98765" },
      tests: [
        { cmd: `printf 'not ok 1 - tok-98765\\n1..1\\n'; echo $MY_KEY`, env: { MY_KEY: "key-4321" } },
      ],
    });
    expect(JSON.stringify(outcome)).not.toMatch(/tok-98765|key-4321/);
  });
});
