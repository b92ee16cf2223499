/** Seeded histories of queues with workers that fall silent, on hosts with faults of every kind. */
import { expect, it } from "vitest";
import { planOf } from "../../src/testing/plan.ts";
import { shortest } from "../../src/testing/simulation.ts";
import { queueDrama } from "./queue-drama.ts";
import { runSeries } from "./series.ts";

it("A3, A7, A11, T-R2, T-R3, T-R4: for every history, a queue does what its model does, and no job is lost", async () => {
  const drama = queueDrama();
  const { failed, happened } = await runSeries(drama, { series: 57, from: 0, to: 24 });
  const [failure] = failed;
  if (failure !== undefined) {
    const { seed, faults } = failure;
    const { history, faults: left } = await shortest(planOf(seed, drama.story), drama);
    const lines = [`seed ${seed}`, ...faults, "shrunk:", ...left, JSON.stringify(history.plan)];
    throw new Error(lines.join("\n"));
  }
  const faults = ["kill", "takeover", "conflict", "crash after-append", "crash before-effect"];
  expect(faults.filter((what) => happened[what] === undefined)).toEqual([]);
});
