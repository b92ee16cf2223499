/** A log that cannot be read for a moment: who asked hears so, asks again, and is answered. */
import { expect, it } from "vitest";
import { dramaOf } from "../../src/testing/casting.ts";
import { simulatePlan } from "../../src/testing/simulation.ts";
import { orderSubject } from "./kit-order.ts";

const settings = {
  snapshotEvery: 1000,
  checkpointEvery: 4096,
  idleMs: 10_000,
  loadedLimit: 10_000,
  mailboxLimit: 1000,
  partitions: 1,
  fair: false,
};

it("is no fault of the host, whichever reading fails, and whenever it died before", async () => {
  const drama = dramaOf([orderSubject()]);
  const acts = [
    { waitMs: 0, to: "order/1", start: { cents: 5 } },
    { waitMs: 0, to: "order/1", id: "c1", send: { type: "PAY" } },
  ];
  let failed = 0;
  for (let turn = 8; turn < 16; turn++)
    for (let nth = 3; nth <= 6; nth++) {
      const faults = [
        { fault: "kill", turn },
        { fault: "read", nth },
      ] as const;
      const { faults: found, history } = await simulatePlan({ seed: 1, settings, acts, faults }, drama);
      expect(found, `killed before turn ${turn}, reading ${nth} fails`).toEqual([]);
      failed += history.happened.get("read") ?? 0;
    }
  expect(failed).toBeGreaterThan(10);
});
