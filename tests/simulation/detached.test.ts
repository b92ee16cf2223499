/** Seeded histories of detached starts, addressed sends and the time of records, with faults of every kind. */
import { expect, it } from "vitest";
import { shortest, type Drama } from "../../src/testing/simulation.ts";
import { planOf } from "../../src/testing/plan.ts";
import { detachedDrama } from "./detached.ts";
import { runSeries, type Failure } from "./series.ts";

it("A2, A3, A4, A7, A8, A11, A12, A14, A15: for every history of pools and hands, every law holds, and faults happen", async () => {
  const drama = detachedDrama();
  const { failed, happened } = await runSeries(drama, { series: 31, from: 0, to: 80 });
  const [failure] = failed;
  if (failure !== undefined) throw new Error(await told(drama, failure));
  const faults = ["kill", "takeover", "conflict", "crash after-append", "crash before-effect"];
  expect(faults.filter((what) => happened[what] === undefined)).toEqual([]);
});

async function told(drama: Drama, { seed, faults }: Failure): Promise<string> {
  const { history, faults: left } = await shortest(planOf(seed, drama.story), drama);
  return [`seed ${seed}`, ...faults, "shrunk:", ...left, JSON.stringify(history.plan)].join("\n");
}
