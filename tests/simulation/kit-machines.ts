/** Small machines of users: odd ones that are right, and wrong ones with their right twins. */
import * as fc from "fast-check";
import {
  assign,
  createMachine,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  raise,
  type AnyStateMachine,
  type MachineContext,
} from "xstate";
import { z } from "zod";
import { defineKind } from "../../src/actors/kind.ts";
import type { Subject } from "../../src/testing/index.ts";

const Go = z.strictObject({ type: z.literal("GO") });

/** A machine that is told GO now and then. */
export function told(machine: AnyStateMachine, answers: Subject["answers"] = {}): Subject {
  const kind = defineKind({ kind: "odd", version: "1", machine, events: Go });
  return { kind, events: fc.constant({ type: "GO" }), answers } as Subject; // it takes nothing else
}

const empty = () => ({ subscribe: () => ({ unsubscribe() {} }) });

/** What a kit must bear: each of these is right. */
export const ODD: Readonly<Record<string, Subject>> = {
  "one that goes on for ever": told(
    createMachine({
      context: { n: 0 },
      after: { 50: { target: ".", reenter: true } },
      initial: "on",
      states: {
        on: { after: { 20: { actions: assign({ n: ({ context }) => Number(context["n"]) + 1 }) } } },
      },
    }),
  ),
  "one that ends at once": told(
    createMachine({ initial: "over", states: { over: { type: "final" } } }),
  ),
  "one that throws": told(
    createMachine({
      on: {
        GO: {
          actions: assign(() => {
            throw new Error("no");
          }),
        },
      },
    }),
  ),
  "one whose action throws": told(
    createMachine({
      on: {
        GO: {
          actions: () => {
            throw new Error("no");
          },
        },
      },
    }),
  ),
  "one that waits for ever": told(
    createMachine({ invoke: { src: fromPromise(async () => 1) }, on: { GO: {} } }),
    { "xstate.invoke.0.(machine)": fc.constant("hangs" as const) },
  ),
  "one whose activity says nothing back": told(
    createMachine({
      initial: "a",
      states: {
        a: { invoke: { src: fromPromise(async () => {}), onDone: "b" } },
        b: { on: { GO: "a" } },
      },
    }),
    { "xstate.invoke.0.(machine).a": fc.constant({ output: undefined }) },
  ),
  "one whose activities nobody answers": told(
    createMachine({
      initial: "a",
      states: {
        a: { invoke: { src: fromPromise(async () => 1), onError: "b" } },
        b: { on: { GO: "a" } },
      },
    }),
  ),
  "one that hears callbacks and observables": told(
    createMachine({
      context: { seen: 0 },
      invoke: [
        { src: fromCallback(() => {}) },
        { src: fromEventObservable(empty as never), onError: {} },
        { src: fromObservable(empty as never), onSnapshot: {}, onDone: {}, onError: {} },
      ],
      on: { GO: { actions: assign({ seen: ({ context }) => Number(context["seen"]) + 1 }) } },
    }),
    {
      "xstate.invoke.0.(machine)": fc.constantFrom({ output: { type: "GO" } }, "hangs" as const),
      "xstate.invoke.1.(machine)": fc.constantFrom(
        { output: { type: "GO" } },
        { error: new Error("gone") },
      ),
      "xstate.invoke.2.(machine)": fc.constantFrom({ output: 7 }, "hangs" as const),
    },
  ),
  "one that raises to itself": told(
    createMachine({ on: { GO: { actions: raise({ type: "LATER" }, { delay: 10 }) }, LATER: {} } }),
  ),
};

let outside = 0;
/** Of this test: no other time has it. */
const YEAR = new Date().getUTCFullYear();

interface Plant {
  /** What is wrong. */
  readonly wrong: AnyStateMachine;
  /** The same, done right. */
  readonly right: AnyStateMachine;
  /** What the kit says. */
  readonly said: RegExp;
}

/** Counts GOs, in a way. */
function counting(
  next: (context: { readonly n: number; readonly list: number[] }) => MachineContext,
): AnyStateMachine {
  return createMachine({
    context: { n: 0, list: [] },
    on: { GO: { actions: assign(({ context }) => next(context as never)) } },
  });
}

const pure = counting(({ list }) => ({ list: [...list, 1] }));

function guarded(guard: () => boolean): AnyStateMachine {
  return createMachine({
    initial: "open",
    states: {
      open: { on: { GO: [{ guard, target: "day" }, { target: "night" }] } },
      day: {},
      night: {},
    },
  });
}

/** Mistakes of users. */
export const PLANTS: Readonly<Record<string, Plant>> = {
  "a guard on the clock": {
    wrong: guarded(() => new Date().getUTCFullYear() === YEAR),
    right: guarded(() => true),
    said: /replays differently: state is "(day|night)" instead of "(day|night)".*another clock/,
  },
  "the time of birth in the context": {
    wrong: createMachine({ context: () => ({ at: Date.now() }), on: { GO: {} } }),
    right: createMachine({ context: { at: 0 }, on: { GO: {} } }),
    said: /context\.at differs|MACHINE_IMPURE.*context\.at/,
  },
  "an assign that changes in place": {
    wrong: counting(({ list }) => ({ n: list.push(1) })),
    right: pure,
    said: /changing its context in place.*Return a new value/,
  },
  "an assign with an effect outside": {
    wrong: counting(() => ({ n: outside++ })),
    right: pure,
    said: /MACHINE_IMPURE.*context\.n/,
  },
  chance: {
    wrong: counting(() => ({ n: Math.random() })),
    right: pure,
    said: /MACHINE_IMPURE.*context\.n/,
  },
  "an action that sends something else each time": {
    wrong: createMachine({
      on: { GO: { actions: ({ self }) => self.send({ type: "SEEN", n: outside++ }) }, SEEN: {} },
    }),
    right: createMachine({
      on: { GO: { actions: ({ self }) => self.send({ type: "SEEN", n: 1 }) }, SEEN: {} },
    }),
    said: /the same plan gave two histories: record \d+ of the log is odd\/1#/,
  },
};
