// Runs one fast test file, with no configuration of the project's (which would look for servers).
import { existsSync, rmSync } from "node:fs";
import process from "node:process";
import { found, keep, pathOf } from "./artifact.mjs";

const file = process.env.TEST_FILE ?? "tests/properties/plan.test.ts";
if (!existsSync("node_modules/vitest") || !existsSync(file)) {
  console.error(`cannot run ${file}: start this plan in the project's root, after npm ci`);
  process.exit(1);
}
const { startVitest } = await import("vitest/node");
const outputFile = pathOf("vitest.json");
rmSync(outputFile, { force: true });
const vitest = await startVitest("test", [file], {
  config: false,
  watch: false,
  reporters: ["json"],
  outputFile,
});
await vitest.close();
process.exitCode = 0; // a test that fails is a finding of this report, not a failure of its making
const { numTotalTests: total, numPassedTests: passed } = found("vitest");
keep("test", { file, total, passed });
console.log(`${passed} of ${total} tests passed in ${file}`);
