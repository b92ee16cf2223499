/** The line that closes a test run says what happened, and never more than the exit code does. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, it } from "vitest";

mkdirSync("temp", { recursive: true });
const root = mkdtempSync("temp/closing-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

function runOf(text: string): { readonly code: number | null; readonly last: string | undefined } {
  const folder = mkdtempSync(path.join(root, "run-"));
  const reporter = path.resolve("tests/support/closing-line.ts");
  writeFileSync(path.join(folder, "a.test.ts"), `import { expect, it } from "vitest";\n${text}`);
  writeFileSync(
    path.join(folder, "vitest.config.ts"),
    `import { ClosingLine } from ${JSON.stringify(reporter)};\n` +
      `export default { test: { reporters: ["default", new ClosingLine()] } };\n`,
  );
  const vitest = path.resolve("node_modules/vitest/vitest.mjs");
  const ran = spawnSync(process.execPath, [vitest, "run"], { cwd: folder, encoding: "utf8" });
  return { code: ran.status, last: ran.stdout.trimEnd().split("\n").at(-1) };
}

it.each<[string, string, number, string]>([
  ["that passes", 'it("a", () => expect(1).toBe(1));', 0, "tests: 1 passed, 0 failed"],
  ["with a skip", 'it("a", () => {}); it.skip("b");', 0, "tests: 1 passed, 0 failed, 1 skipped"],
  [
    "that fails",
    'it("a", () => {}); it("b", () => expect(1).toBe(2));',
    1,
    "tests: 1 passed, 1 failed",
  ],
  ["of a file that does not load", 'await import("./none.js");', 1, "tests: 0 passed, 1 failed"],
  ["without a test", "", 1, "tests: 0 passed, 1 failed"],
  [
    "with an error outside any test",
    'it("a", async () => { void Promise.reject(new Error("late")); await new Promise((done) => setTimeout(done, 50)); });',
    1,
    "tests: 1 passed, 1 failed",
  ],
])("of a run %s", (_what, text, code, last) => {
  expect(runOf(text)).toEqual({ code, last });
});
