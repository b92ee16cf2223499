/**
 * For every machine and every history: replay is live, persisting keeps the state, and both end
 * where plain XState ends. The machines are made at random of the parts that have a memory:
 * context, history, parallel regions, timers, children, raised events.
 */
import { test } from "@fast-check/vitest";
import { describe, expect, vi } from "vitest";
import { Driver } from "../support/xstate-driver.ts";
import type { Between } from "../support/xstate-driver.ts";
import { runPlain } from "../support/xstate-plain.ts";
import { plain, seen } from "../support/xstate-features.ts";
import { history, machineOf, machineSpec } from "../support/xstate-machines.ts";
import type { MachineSpec } from "../support/xstate-machines.ts";
import type { Act } from "../support/xstate-features.ts";

vi.spyOn(console, "warn").mockImplementation(() => {});

async function drive(spec: MachineSpec, script: readonly Act[], between: Between) {
  const driver = new Driver({ between });
  driver.start(machineOf(spec));
  await driver.settle();
  for (const act of script) {
    if ("pass" in act) await driver.pass(act.pass);
    if ("send" in act) driver.send([], act.send);
    await driver.settle();
  }
  driver.close();
  const hashes = [...driver.actors].map(([address, { records }]) => [
    address,
    records.map(({ hash }) => hash),
  ]);
  return { seen: seen(driver.root.snapshot), emitted: driver.emitted.map(plain), hashes };
}

describe("for every machine and history", () => {
  test.prop({ spec: machineSpec, script: history }, { numRuns: 150 })(
    "a state through JSON after every record, or replayed after every record, lives as the one in memory",
    async ({ spec, script }) => {
      const live = await drive(spec, script, "live");
      expect(await drive(spec, script, "persisted")).toEqual(live);
      expect(await drive(spec, script, "replayed")).toEqual(live);
    },
  );

  test.prop({ spec: machineSpec, script: history }, { numRuns: 150 })(
    "it ends where plain XState ends",
    async ({ spec, script }) => {
      const stepped = await drive(spec, script, "live");
      const { seen: end, emitted } = await runPlain({
        name: "random",
        logic: () => machineOf(spec),
        script,
      });
      expect({ seen: stepped.seen, emitted: stepped.emitted }).toEqual({ seen: end, emitted });
    },
  );
});
