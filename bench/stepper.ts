/** A stepper alone, as a host has one in production: nobody hears what it asks for. */
import { createStepper, NOBODY } from "../src/actors/xstate/stepper.ts";
import type { Stepper } from "../src/actors/xstate/contract.ts";

export function loneStepper(): Stepper {
  return createStepper({
    relay() {},
    snapshotOf: () => ({ status: "active", output: undefined, error: undefined }),
    system: () => NOBODY,
    logger() {},
    strict: false,
  });
}
