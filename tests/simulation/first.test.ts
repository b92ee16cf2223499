/** 2,500 seeded histories of the real host, with faults of every kind: every law holds in each. */
import { expect, it } from "vitest";
import { lawsOver } from "./expect-laws.ts";

it(
  "A1, A2, A3, A4, A6, A7, A8, A9, A11, A12, A14, A15: for every history of series 1, every law holds, and every fault happens",
  { timeout: 600_000 },
  async () => {
    const { rare, fewest } = await lawsOver(1, 2500);
    expect(rare).toEqual([]);
    expect(fewest).toBeGreaterThanOrEqual(20);
  },
);
