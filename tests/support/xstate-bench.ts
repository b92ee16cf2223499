/** One actor on a bare stepper, for tests that look at single steps. */
import type { AnyActorLogic } from "xstate";
import type {
  Effect,
  EncodedEvent,
  Identity,
  Stepped,
  Stepper,
  StepperOptions,
} from "../../src/actors/xstate/contract.ts";
import { createStepper } from "../../src/actors/xstate/stepper.ts";
import type { Json } from "../../src/events/json.ts";

export const nobody = { get: () => undefined, all: () => ({}) };

export function bareStepper(options: Partial<StepperOptions> = {}): Stepper {
  return createStepper({
    relay() {},
    snapshotOf: () => ({ status: "active", output: undefined, error: undefined }),
    system: () => nobody,
    logger() {},
    strict: true,
    ...options,
  });
}

export interface Bench {
  readonly stepper: Stepper;
  readonly identity: Identity;
  last: Stepped;
  /** Steps on, and gives the effects. */
  send(event: EncodedEvent): readonly Effect[];
}

/** An actor that has been born. */
export function bench(
  logic: AnyActorLogic,
  options: Partial<StepperOptions> & { input?: Json } = {},
): Bench {
  const { input, ...rest } = options;
  const stepper = bareStepper(rest);
  const identity = { address: "case/root", id: "root", logic, syncSnapshot: false };
  let seq = 1;
  const bench: Bench = {
    stepper,
    identity,
    last: stepper.start(identity, input === undefined ? {} : { input }, seq, nobody),
    send(event) {
      seq += 1;
      bench.last = stepper.step(identity, bench.last.state, event, seq, nobody);
      return bench.last.effects;
    },
  };
  return bench;
}

/** Effects as short text: type and what tells them apart. */
export function brief(effects: readonly Effect[]): readonly string[] {
  return effects.map((effect) => {
    switch (effect.type) {
      case "action":
        return `action ${effect.name}`;
      case "send":
        return `send ${effect.event.type} to ${effect.to}`;
      case "start":
        return `start ${effect.child.address}`;
      case "stop":
        return `stop ${effect.child}`;
      case "timer":
        return `timer ${effect.event.type} to ${effect.to} in ${effect.delayMs}`;
      case "cancel":
        return `cancel ${effect.timer}`;
      case "emit":
        return `emit ${effect.event.type}`;
    }
  });
}
