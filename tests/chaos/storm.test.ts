/**
 * Half a minute of storm: one server, and a cluster of three, each with three hosts. More of it:
 * `npm run chaos -- --minutes 10`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stormFailure } from "./report.ts";
import { storm } from "./storm.ts";

describe("a storm loses no acknowledged command, makes no money, and everything ends", () => {
  it.concurrent.each([
    { servers: 1, seconds: 6, seed: 2 },
    { servers: 3, seconds: 6, seed: 1 },
  ])(
    "L1, L2, L5, A3, A4, A8, A9, A12: on $servers server(s): npm run chaos -- --seed $seed --servers $servers --seconds $seconds",
    { timeout: 120_000 },
    async (options) => {
      const folder = await mkdtemp(join(tmpdir(), "troupe-storm-"));
      const report = await storm({ ...options, folder });
      if (report.faults.length > 0) throw new Error(stormFailure(report, folder));
      await rm(folder, { recursive: true, force: true });
      expect(report.transfers).toBeGreaterThan(10);
      expect(report.takeOvers).toBeGreaterThan(0);
    },
  );
});
