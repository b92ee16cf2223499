/**
 * A vitest reporter that closes the run with one plain line, e.g. `tests: 120 passed, 0 failed`,
 * counted from the results themselves, for readers that do not know vitest's own summary.
 *
 * A file that could not be loaded and an error outside any test count as failures, so the
 * line says `0 failed` only where vitest's exit code says the same.
 */
import type { SerializedError } from "vitest";
import type { Reporter, TestModule } from "vitest/node";

export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    console.log(closingLine(modules, unhandled.length));
  }
}

function closingLine(modules: readonly TestModule[], unhandled: number): string {
  const count = { passed: 0, failed: unhandled, skipped: 0 };
  for (const module of modules) {
    count.failed += module.errors().length;
    for (const suite of module.children.allSuites()) count.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      count[state === "pending" ? "skipped" : state] += 1;
    }
  }
  const { passed, failed, skipped } = count;
  return `tests: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
