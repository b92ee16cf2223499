/** Features of failure: errors in guards, assigns, actions, creation; escalation; handlers. */
import {
  assign,
  createMachine,
  emit,
  fromPromise,
  fromTransition,
  raise,
  sendTo,
  setup,
  spawnChild,
} from "xstate";
import type { Feature } from "./xstate-features.ts";

const go = { send: { type: "GO" } } as const;

function boom(): never {
  throw new Error("boom");
}

const failing = createMachine({ id: "failing", on: { FAIL: { actions: assign(boom) } } });

export const failureFeatures: readonly Feature[] = [
  {
    name: "error in a guard",
    logic: () =>
      createMachine({
        context: { n: 1 },
        initial: "a",
        states: { a: { on: { GO: { guard: boom, target: "b" } } }, b: {} },
      }),
    script: [go, go],
  },
  {
    name: "error in an assign keeps the state before",
    logic: () =>
      createMachine({
        context: { n: 1 },
        initial: "a",
        states: {
          a: {
            on: {
              GO: { target: "b", actions: [assign({ n: 2 }), emit({ type: "lost" }), assign(boom)] },
            },
          },
          b: {},
        },
      }),
    script: [go],
  },
  {
    name: "error in an assign at the start",
    logic: () => createMachine({ context: { n: 1 }, entry: [emit({ type: "lost" }), assign(boom)] }),
    script: [go],
  },
  { name: "error in the context factory", logic: () => createMachine({ context: boom }), script: [] },
  {
    name: "error in an always guard",
    logic: () =>
      createMachine({
        context: { n: 0 },
        on: { GO: { actions: assign({ n: 1 }) } },
        always: { guard: ({ context }) => context.n > 0 && boom(), actions: emit({ type: "never" }) },
      }),
    script: [go],
  },
  {
    name: "error in a dynamic param",
    logic: () =>
      setup({ actions: { act: (_args, _params: { n: number }) => {} } }).createMachine({
        on: { GO: { actions: { type: "act", params: () => boom() } } },
      }),
    script: [go],
  },
  {
    name: "error in a delay",
    logic: () =>
      createMachine({ on: { GO: { actions: raise({ type: "X" }, { delay: () => boom() }) } } }),
    script: [go],
  },
  {
    name: "error in an output",
    logic: () =>
      createMachine({
        initial: "a",
        output: () => boom(),
        states: { a: { on: { GO: "z" } }, z: { type: "final" } },
      }),
    script: [go],
  },
  {
    name: "unknown guard",
    logic: () => createMachine({ on: { GO: { guard: "missing", actions: emit({ type: "never" }) } } }),
    script: [go],
  },
  {
    name: "unknown action does nothing",
    logic: () =>
      createMachine({ context: { n: 0 }, on: { GO: { actions: ["missing", assign({ n: 1 })] } } }),
    script: [go],
  },
  {
    name: "sendTo an unknown child",
    logic: () => createMachine({ on: { GO: { actions: sendTo("nobody", { type: "X" }) } } }),
    script: [go],
  },
  {
    name: "a custom action that throws, alone in its step",
    logic: () => createMachine({ context: { n: 1 }, on: { GO: { actions: boom } } }),
    script: [go, go],
  },
  {
    name: "error in the input of an invoke",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: { on: { GO: "b" } },
          b: { invoke: { src: fromPromise(async () => 1), input: () => boom() } },
        },
      }),
    script: [go],
  },
  {
    name: "a failed child is handled by onError",
    logic: () =>
      createMachine({
        context: { why: "" },
        initial: "a",
        states: {
          a: {
            invoke: {
              id: "kid",
              src: failing,
              onError: {
                target: "b",
                actions: assign({ why: ({ event }) => (event.error as Error).message }),
              },
            },
          },
          b: {},
        },
      }),
    script: [{ send: { type: "FAIL" }, to: ["kid"] }],
  },
  {
    name: "a failed child without onError fails its parent",
    logic: () =>
      createMachine({ initial: "a", states: { a: { invoke: { id: "kid", src: failing } } } }),
    script: [{ send: { type: "FAIL" }, to: ["kid"] }],
  },
  {
    name: "failure climbs three levels",
    logic: () => {
      const middle = createMachine({ id: "middle", invoke: { id: "kid", src: failing } });
      return createMachine({
        initial: "a",
        states: { a: { invoke: { id: "middle", src: middle, onError: "b" } }, b: {} },
      });
    },
    script: [{ send: { type: "FAIL" }, to: ["middle", "kid"] }],
  },
  {
    name: "a child that fails at its start",
    logic: () =>
      createMachine({
        initial: "a",
        states: { a: { invoke: { src: createMachine({ context: boom }), onError: "b" } }, b: {} },
      }),
    script: [],
  },
  {
    name: "a failed promise without onError fails the machine",
    logic: () =>
      createMachine({
        initial: "a",
        states: { a: { invoke: { src: fromPromise(() => Promise.reject(new Error("no"))) } } },
      }),
    script: [go],
  },
  {
    name: "a failing machine stops its children",
    logic: () =>
      createMachine({
        context: { n: 0 },
        invoke: {
          id: "kid",
          src: createMachine({ initial: "a", states: { a: { after: { 5: "b" } }, b: {} } }),
        },
        on: { GO: { actions: assign(boom) } },
      }),
    script: [go, { pass: 10 }],
  },
  {
    name: "fromTransition that throws",
    logic: () =>
      fromTransition(
        (_state: number, event: { type: string }) => (event.type === "GO" ? boom() : 1),
        0,
      ),
    script: [{ send: { type: "OK" } }, go],
  },
  {
    name: "a system id given twice",
    logic: () =>
      setup({ actors: { failing } }).createMachine({
        entry: spawnChild("failing", { id: "a", systemId: "s" }),
        on: { GO: { actions: spawnChild("failing", { id: "b", systemId: "s" }) } },
      }),
    script: [go],
  },
  {
    name: "spawnChild of an unknown name",
    logic: () =>
      createMachine({
        context: { n: 0 },
        on: { GO: { actions: [spawnChild("missing", { id: "x" }), assign({ n: 1 })] } },
      }),
    script: [go],
  },
  {
    name: "infinite loops end with maxIterations",
    logic: () =>
      createMachine({
        initial: "a",
        options: { maxIterations: 50 },
        states: { a: { on: { GO: "b" } }, b: { always: "c" }, c: { always: "b" } },
      }),
    script: [go],
  },
];
