/**
 * The Stepper ends where plain XState ends, for every feature: as it runs, with its state through
 * JSON into a new process after every record, and with its state replayed from all its records.
 */
import { createActor, SimulatedClock } from "xstate";
import type { AnyActorRef } from "xstate";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Driver } from "../support/xstate-driver.ts";
import type { Between } from "../support/xstate-driver.ts";
import { features, plain, seen } from "../support/xstate-features.ts";
import type { Act, Feature } from "../support/xstate-features.ts";

interface Outcome {
  readonly seen: unknown;
  readonly emitted: readonly unknown[];
  readonly trace: readonly string[];
}

export async function runPlain({ logic, input, script }: Feature): Promise<Outcome> {
  const trace: string[] = [];
  const emitted: unknown[] = [];
  const clock = new SimulatedClock();
  const root = createActor(
    logic((what) => trace.push(what)),
    {
      id: "root",
      clock,
      logger: () => {},
      ...(input !== undefined && { input }),
    },
  );
  root.on("*", (event: unknown) => emitted.push(event));
  root.subscribe({ error() {} });
  root.start();
  await settled();
  for (const act of script) {
    if ("pass" in act) for (let ms = 0; ms < act.pass; ms++) clock.increment(1);
    if ("pass" in act && act.pass === 0) clock.increment(0);
    if ("send" in act) target(root, act).send(act.send);
    if ("stop" in act) root.stop();
    await settled();
  }
  return { seen: seen(root.getSnapshot()), emitted: emitted.map(plain), trace };
}

function target(root: AnyActorRef, { to = [] }: Extract<Act, { send: unknown }>): AnyActorRef {
  return to.reduce((actor: AnyActorRef, id) => actor.getSnapshot().children[id], root);
}

async function settled(): Promise<void> {
  for (let i = 0; i < 6; i++) await new Promise(setImmediate);
}

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
