/** `troupe erase`: a run that has ended cannot be read any more; its neighbours can. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cliBench } from "../support/cli.ts";

const PLAN = `
name: p
tasks:
  - {id: a, run: "echo one"}
`;

describe("troupe erase", () => {
  it("says what it would do, does it when told to, and leaves everything else", async () => {
    using bench = cliBench();
    const log = `${bench.log}?keys=${join(bench.folder, "keys")}`;
    const on = (...words: string[]) => bench.troupe([...words, "--log", log]);
    for (const id of ["r1", "r2"]) await on("run", bench.write("p.yaml", PLAN), "--id", id);
    await bench.troupe(["ls", "--log", log]);
    expect((await bench.troupe(["erase", "r1", "--yes"])).err).toContain("LOG_INCOMPATIBLE");
    expect(await on("erase", "r1")).toMatchObject({ code: 2, err: expect.stringContaining("--yes") });
    expect((await on("show", "r1")).code).toBe(0);
    expect((await on("erase", "r1", "--yes")).out).toContain('run "r1" is erased');
    expect((await on("show", "r1")).err).toContain("RUN_ERASED");
    expect((await on("replay", "r1")).err).toContain("RUN_ERASED");
    expect((await on("run", join(bench.folder, "p.yaml"), "--id", "r1")).err).toContain("RUN_ERASED");
    const ls = await on("ls");
    expect(ls.out).toContain("r2");
    expect(ls.out).not.toContain("r1");
    expect((await on("replay", "r2", "--verify")).code).toBe(0);
    expect((await on("doctor")).out).toContain("✓ records");
    const blind = await bench.troupe(["ls"]);
    expect(blind).toMatchObject({ code: 1, err: expect.stringMatching(/LOG_CORRUPT.*\n.*\?keys=/) });
    const file = join(bench.folder, "b.jsonl");
    expect((await on("backup", file)).code).toBe(0);
    const copy = `sqlite:${join(bench.folder, "new.db")}?keys=${join(bench.folder, "keys")}`;
    expect(await bench.troupe(["restore", file, "--verify", "--log", copy])).toMatchObject({ code: 0 });
  });
});
