/**
 * Whole workflows of each pattern with faults of every kind, by seed, and with people who pause,
 * resume, cancel and ask for copies at any time.
 */
import { afterAll, expect, it } from "vitest";
import { startThread } from "./thread.ts";
import { SCENARIOS } from "./workflows-plans.ts";
import { addTo, newTally, type Series, type Tally } from "./workflows-series.ts";

const thread = startThread<Series, Tally>("workflows-worker.ts");
afterAll(() => thread[Symbol.asyncDispose]());

const sum = newTally();

/** Histories of each scenario. */
const TIMES = 16;

it.each(SCENARIOS)(
  "A1, A3, A12: for every seed of faults, the run “$name” ends in the same outcome, each effect done once",
  { timeout: 120_000 },
  async ({ name }) => {
    const tally = await thread.run({ way: "troubled", name, times: TIMES });
    addTo(sum, tally);
    expect(tally.failed).toEqual([]);
  },
);

it.each(SCENARIOS)(
  "T-R7: for every seed of commands, pauses change nothing that the run “$name” comes to, and nothing runs behind its end",
  { timeout: 120_000 },
  async ({ name }) => {
    const tally = await thread.run({ way: "led", name, times: TIMES });
    addTo(sum, tally);
    expect(tally.failed).toEqual([]);
  },
);

it("every fault has happened", () => {
  const rare = REACHED.filter((what) => (sum.happened[what] ?? 0) < 5);
  expect(rare).toEqual([]);
});

const REACHED = [
  "crash before-append",
  "crash after-append",
  "crash before-effect",
  "crash after-effect",
  "crash before-answer",
  "crash in-activity",
  "append lost-ack",
  "append late-ack",
  "append unknown",
  "append late-write",
  "append slow",
  "append failed",
  "again, answered",
  "clock back",
  "clock forward",
  "conflict",
  "kill",
  "close",
  "takeover",
  "read",
  "snapshot",
];
