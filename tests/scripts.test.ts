/** The scripts of `npm run`: misuse is one line on stderr and exit code 2, and nothing runs. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const SIMULATE = "scripts/simulate.ts";
const MUTANTS = "scripts/mutants.ts";
const CHAOS = "scripts/chaos.ts";
const BENCH = "bench/main.ts";

function run(...args: readonly string[]): readonly [status: number | null, out: string, err: string] {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  return [status, stdout, stderr];
}

describe("a script", () => {
  it.each([
    [SIMULATE, "--runs", "0"],
    [SIMULATE, "--runs", "1e3"],
    [SIMULATE, "--workers", "0"],
    [SIMULATE, "--seed=-1"],
    [SIMULATE, "--seed", "-1"],
    [SIMULATE, "--bogus"],
    [SIMULATE, "extra"],
    [MUTANTS, "--bogus"],
    [MUTANTS, "--only", "no-such-mutant"],
    [CHAOS, "--servers", "2"],
    [CHAOS, "--minutes", "0"],
    [CHAOS, "--bogus"],
    [BENCH, "--bogus"],
    [BENCH, "--only", ""],
    [BENCH, "extra"],
  ])("%s refuses %s %s", (...args) => {
    const [status, out, err] = run(...args);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toMatch(/; see --help\n$/);
    expect(err).not.toContain("    at "); // no stack
  });

  it.each([SIMULATE, MUTANTS, CHAOS, BENCH])("%s --help says what there is", (script) => {
    const [status, out, err] = run(script, "--help");
    expect([status, err]).toEqual([0, ""]);
    expect(out).toContain("--");
  });
});
