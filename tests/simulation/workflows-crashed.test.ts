/**
 * Whole workflows of each pattern on the real host, which dies behind every single record of
 * theirs, and in every activity: each time the run comes to the same.
 */
import { afterAll, expect, it } from "vitest";
import { startThread } from "./thread.ts";
import { SCENARIOS } from "./workflows-plans.ts";
import type { Series, Tally } from "./workflows-series.ts";

const thread = startThread<Series, Tally>("workflows-worker.ts");
afterAll(() => thread[Symbol.asyncDispose]());

it.each(SCENARIOS)(
  "A1, A3, A12: wherever the host dies, the run “$name” ends in the same outcome, each effect done once",
  { timeout: 120_000 },
  async ({ name }) => {
    const { failed, happened, records, histories } = await thread.run({
      way: "crashed",
      name,
      times: 1,
    });
    expect(failed).toEqual([]);
    expect(happened["crash after-append"]).toBeGreaterThan(10);
    expect(happened["crash in-activity"]).toBeGreaterThanOrEqual(2);
    expect(records).toBeGreaterThan(histories * 8);
  },
);

it("A3, A11: a crash before or behind any effect leaves what one behind a record leaves, byte for byte", async () => {
  const tally = await thread.run({ way: "around", name: "quorum", times: 1 });
  expect(tally.failed).toEqual([]);
  expect(tally.happened["crash before-effect"]).toBeGreaterThan(5);
  expect(tally.happened["crash after-effect"]).toBeGreaterThan(5);
});
