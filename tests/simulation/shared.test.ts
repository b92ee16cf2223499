/**
 * Seeded histories of hosts that share a log by partition: they come, go, die, come back and lose
 * partitions without knowing, and the actors of all partitions write to each other.
 */
import { describe, expect, it } from "vitest";
import { seedOf } from "../../src/testing/dice.ts";
import { live } from "../../src/testing/history.ts";
import { planFor, simulate } from "../../src/testing/simulation.ts";
import { bankDrama } from "./bank.ts";
import { lawsOver, REACHED_SHARED } from "./expect-laws.ts";
import { textOf } from "./history-text.ts";

describe("hosts that share a log", () => {
  it(
    "A1, A2, A3, A4, A6, A7, A8, A9, A11, A12, A14, A15: for every history of accounts that pay each other, every law holds, and every fault happens",
    { timeout: 600_000 },
    async () => {
      const { rare, fewest } = await lawsOver(41, 400, { cast: "bank", reached: REACHED_SHARED });
      expect(rare).toEqual([]);
      expect(fewest).toBeGreaterThanOrEqual(8);
    },
  );

  it(
    "A1, A2, A3, A4, A6, A7, A8, A9, A11, A12, A14, A15: for every history of the drills, every law holds",
    { timeout: 600_000 },
    async () => {
      const { rare } = await lawsOver(42, 120, { cast: "shared-drills", reached: { takeover: 20 } });
      expect(rare).toEqual([]);
    },
  );

  it("for every seed, two runs leave the same log, snapshots, traces and answers", async () => {
    for (let n = 0; n < 25; n++) {
      const plan = planFor(seedOf(43, n), bankDrama());
      const [one, two] = [await live(plan, bankDrama()), await live(plan, bankDrama())];
      expect(textOf(one)).toBe(textOf(two));
      expect([...one.happened]).toEqual([...two.happened]);
    }
  });

  /**
   * Found seeds: a snapshot alone knew that an action had run, so that its actor counted as open for
   * ever; a host came through a handle that was closed, and stayed for ever.
   */
  it.each([1786089855, 138976369])("the history of seed %i breaks no law", async (seed) => {
    expect((await simulate(seed, bankDrama())).faults).toEqual([]);
  });
});
