/** Forty seeded histories on SQLite, each killed several times: A1, A3, A7, A8, A9, A11, A12 hold. */
import { describe, expect, it, vi } from "vitest";
import { seedOf } from "../../src/testing/dice.ts";
import { drillSqlite } from "../support/drill-run.ts";

vi.setConfig({ maxConcurrency: 2 });

const seeds = Array.from({ length: 40 }, (_, n) => seedOf(1, n));

describe("a host on SQLite that is killed loses nothing and repeats nothing", () => {
  it.concurrent.each(seeds)(
    "A1, A3, A7, A8, A9, A11, A12: npm run drill -- --seed %i",
    { timeout: 60_000 },
    async (seed) => {
      expect((await drillSqlite(seed)).faults).toEqual([]);
    },
  );
});
