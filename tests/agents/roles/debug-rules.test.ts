/** What kind of failure it is, and who mends it: by rules. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { DEBUG_ROUTES, handleBranchTodo } from "../../../src/agents/roles/debug-rules.ts";
import { DebugResult } from "../../../src/events/debug.ts";
import { BranchReason } from "../../../src/events/failure.ts";

const PARENT = { task: "t2_indicators", timeoutMs: 1_000 };
const of = (text: string, durationMs = 10) => handleBranchTodo({}, PARENT, { text, durationMs });

describe("handleBranchTodo", () => {
  it.each([
    ["S3-021", "ImportError: cannot import name 'rsi' from 'ta.momentum'", "missing_dependency"],
    ["S3-021", "ModuleNotFoundError: No module named 'pandas'", "missing_dependency"],
    ["S3-022", "AssertionError: signature differs", "spec_mismatch"],
    ["S3-022", "AssertionError: wrong type", "spec_mismatch"],
    ["S3-022", "AssertionError: RSI is 71, not 70", "implementation_bug"],
    ["S3-023", "this test is flaky", "flaky_test"],
    ["S3-023", "it is intermittent", "flaky_test"],
    ["S3-023", "segmentation fault", "unknown"],
  ])("%s: %j is %s", (_, text, classification) => {
    expect(of(text)).toMatchObject({ classification });
  });

  it("S3-023: what took longer than it may is a timeout, whatever it printed", () => {
    expect(of("AssertionError", 1_001)).toMatchObject({ classification: "timeout" });
    expect(of("AssertionError", 1_000)).toMatchObject({ classification: "implementation_bug" });
  });

  it.each([
    ["missing_dependency", "coder", true],
    ["spec_mismatch", "architect", false],
    ["implementation_bug", "coder", true],
    ["timeout", "tester", false],
  ] as const)(
    "S3-024: %s goes to %s; fixed without a human: %s",
    (reason, target_agent, auto_fixable) => {
      expect(handleBranchTodo({ reason }, PARENT, "")).toMatchObject({
        status: "routed",
        target_agent,
        auto_fixable,
      });
    },
  );

  it("S3-020: what its task has found out holds, more than what was printed", () => {
    const found = handleBranchTodo({ reason: "timeout" }, PARENT, "AssertionError");
    expect(found.classification).toBe("timeout");
    const unsure = handleBranchTodo({ reason: "test_failure" }, PARENT, "AssertionError: 1");
    expect(unsure.classification).toBe("implementation_bug");
  });

  it.each([
    ["ModuleNotFoundError: No module named 'pandas'", "pandas"],
    ["ImportError: cannot import name 'rsi' from 'ta.momentum' (/x/ta.py)", "ta.momentum"],
    ["ImportError: numpy", "numpy"],
    ["Error: Cannot find module 'left-pad'\nRequire stack:\n- /x.js", "left-pad"],
    ["Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@x/y' imported from /a.mjs", "@x/y"],
  ])("S3-025: the quick fix of %j names the module", (text, module) => {
    expect(of(text).fix).toContain(`"${module}"`);
  });

  it("S3-025: the fix of a bug says where, and what has to hold", () => {
    const python =
      'File "test_rsi.py", line 4, in test\nFile "rsi.py", line 12, in rsi\nAssertionError: 71 != 70';
    expect(of(python).fix).toContain("rsi.py:12, so that this holds: AssertionError: 71 != 70");
    const node = "AssertionError [ERR_ASSERTION]: 71 == 70\n    at rsi (file:///work/rsi.js:3:9)";
    expect(of(node).fix).toContain("rsi.js:3");
    expect(of("segmentation fault").fix).toBeUndefined();
  });

  test.prop([fc.string(), fc.option(fc.constantFrom(...BranchReason.options), { nil: undefined })])(
    "S3-020: for every failure it is a result of bounded length, and somebody gets it",
    (text, reason) => {
      const result = handleBranchTodo({ reason }, PARENT, text.repeat(50));
      expect(DebugResult.parse(result)).toEqual(result);
      expect(Object.values(DEBUG_ROUTES).map(({ to }) => to)).toContain(result.target_agent);
      expect(result.analysis.length).toBeLessThan(1_000);
    },
  );
});
