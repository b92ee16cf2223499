/** Says which tests failed as soon as they do: a run that is cut short says no more at its end. */
import type { SerializedError } from "vitest";
import type { Reporter, TestCase, TestModule } from "vitest/node";

/** The start of each line that names a test. */
export const FAILED = "FAILED: ";

// oxlint-disable-next-line import/no-default-export -- vitest loads a reporter by its default export
export default class implements Reporter {
  onTestCaseResult(test: TestCase): void {
    if (test.result().state === "failed") console.log(`${FAILED}${test.fullName}`);
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    for (const module of modules)
      for (const { message } of module.errors()) console.log(`${FAILED}${message.split("\n")[0]}`);
    for (const { message } of errors) console.log(`${FAILED}${message.split("\n")[0]}`);
  }
}
