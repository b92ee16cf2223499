/** `troupe archive`: what ended long ago moves into a file, and everything that is asked of the log stays the same. */
import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CliBench } from "../support/cli.ts";
import { onEachLog } from "../support/cli-logs.ts";

const PLAN = `
name: p
tasks:
  - {id: a, run: "echo one"}
  - {id: b, run: "echo two", dependsOn: [a]}
`;

const run = (bench: CliBench, id: string) =>
  bench.troupe(["run", bench.write("p.yaml", PLAN), "--id", id]);
const without = (text: string): string => text.replace(/\d+(\.\d+)?\s?(ms|s|m|h)\b( ago)?/g, "");

onEachLog("S3-050: troupe archive", (open) => {
  it("lists the same runs, shows them the same, copies and backs them up; the id is not used again by mistake", async () => {
    using bench = open();
    const folder = join(bench.folder, "old");
    await run(bench, "r1");
    await run(bench, "r2");
    const young = await bench.json(["archive", "--older-than", "1h", "--to", folder]);
    expect(young).toMatchObject({ code: 0, value: { runs: [] } });
    const dry = await bench.troupe(["archive", "--older-than", "0s", "--to", folder, "--dry-run"]);
    expect(dry.out).toMatch(/r1 +3[^]*r2 +3[^]*2 runs .* would be archived/);
    expect(() => readdirSync(folder)).toThrow("ENOENT");
    const lived = await bench.json(["replay", "r1"]);
    const shown = await Promise.all([bench.troupe(["ls"]), bench.troupe(["show", "r1"])]);
    const done = await bench.troupe(["archive", "--older-than", "0s", "--to", folder]);
    expect(done).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^2 runs .* archived in .*\.jsonl$/),
    });
    expect(readdirSync(folder)).toHaveLength(1);
    await bench.troupe(["projections", "rebuild"]); // from the archive
    const later = await Promise.all([bench.troupe(["ls"]), bench.troupe(["show", "r1"])]);
    for (const [i, said] of later.entries())
      expect(without(said.out)).toBe(without(shown[i]?.out ?? ""));
    expect((await bench.troupe(["replay", "workflow/r1"])).err).toContain("RUN_ARCHIVED");
    const whole = await bench.json(["replay", "r1"]); // from the archive
    expect(whole.value).toEqual(lived.value);
    expect((await run(bench, "r1")).err).toContain("RUN_ARCHIVED");
    expect((await run(bench, "r1~2")).code).toBe(0);
    expect(await bench.troupe(["doctor"])).toMatchObject({ out: expect.not.stringContaining("✗ re") });
    const copy = `sqlite:${join(bench.folder, "copy.db")}`;
    const copied = ["copy", "--from", bench.log, "--to", copy];
    expect((await bench.troupe(copied)).code).toBe(0);
    expect((await bench.troupe(["replay", "r1", "--verify", "--log", copy])).code).toBe(0);
    const file = join(bench.folder, "b.jsonl");
    expect((await bench.troupe(["backup", file])).code).toBe(0);
    await rm(folder, { recursive: true });
    const missing = await bench.troupe(["projections", "rebuild"]);
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining("ARCHIVE_MISSING") });
    expect((await bench.troupe(["ls"])).out).toContain("r2"); // the rows stand
  });
});
