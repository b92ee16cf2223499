/**
 * The Stepper ends where plain XState ends, for every feature: as it runs, with its state through
 * JSON into a new process after every record, and with its state replayed from all its records.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Driver } from "../support/xstate-driver.ts";
import type { Between } from "../support/xstate-driver.ts";
import { features, plain, seen } from "../support/xstate-features.ts";
import type { Feature } from "../support/xstate-features.ts";
import { runPlain } from "../support/xstate-plain.ts";
import type { Outcome } from "../support/xstate-plain.ts";

async function runStepped(
  { logic, input, script, impure }: Feature,
  between: Between,
): Promise<Outcome> {
  const trace: string[] = [];
  const driver = new Driver({ between, strict: impure !== true });
  driver.start(
    logic((what) => trace.push(what)),
    input,
  );
  await driver.settle();
  for (const act of script) {
    if ("pass" in act) await driver.pass(act.pass);
    if ("send" in act) driver.send(act.to ?? [], act.send);
    if ("stop" in act) driver.stop();
    await driver.settle();
  }
  driver.close();
  return { seen: seen(driver.root.snapshot), emitted: driver.emitted.map(plain), trace };
}

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe.each<Between>(["live", "persisted", "replayed"])(
  "%s: the Stepper ends where XState ends",
  (between) => {
    it.each(features.map((feature) => [feature.name, feature] as const))("%s", async (_, feature) => {
      expect(await runStepped(feature, between)).toEqual(await runPlain(feature));
    });
  },
);
