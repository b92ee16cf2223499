/** A plan of real commands, as a newcomer runs it. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "troupe-example-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROOT = join(import.meta.dirname, "../..");

it("the example plan ends in a report whose path it prints", { timeout: 120_000 }, async () => {
  const plan = "examples/plans/project-report.yaml";
  const argv = ["src/cli/main.ts", "run", plan, "--log", `sqlite:${join(folder, "log.db")}`];
  const env = {
    ...process.env,
    PATH: `${join(ROOT, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`,
  };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, argv, { cwd: ROOT, env });
  expect(stdout).toMatch(/COMPLETED, 10 of 10 tasks/);
  expect(stderr.match(/^COMPLETED /gm)).toHaveLength(10);
  const path = /^report: (.+)$/m.exec(stdout)?.[1] ?? "";
  const report = readFileSync(resolve(ROOT, path), "utf8");
  expect(report).toMatch(/^# Project report\n/);
  for (const heading of ["In short", "Rooms", "Largest files", "What changes most", "Alike", "Checks"])
    expect(report).toContain(`\n## ${heading}\n`);
  expect(report).toMatch(/\| src\/machines \| \d+ \|/);
});
