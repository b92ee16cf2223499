/** Features of invoked machines: done, input, output, sends up and down, restarts. */
import { assign, createMachine, emit, sendParent, sendTo, setup } from "xstate";
import type { Feature } from "./xstate-features.ts";

const go = { send: { type: "GO" } } as const;

const pong = createMachine({ id: "pong", on: { PING: { actions: sendParent({ type: "PONG" }) } } });

const finisher = setup({ types: { input: {} as { n: number } } }).createMachine({
  id: "finisher",
  context: ({ input }) => ({ n: input?.n ?? 0 }),
  initial: "a",
  output: ({ context }) => ({ n: Number(context["n"]) }),
  states: { a: { on: { END: "z" }, after: { 1000: "z" } }, z: { type: "final" } },
});

export const invokeFeatures: readonly Feature[] = [
  {
    name: "invoke a machine: onDone with output and input",
    logic: () =>
      setup({ actors: { finisher } }).createMachine({
        context: { got: 0, start: 5 },
        initial: "a",
        states: {
          a: {
            invoke: {
              id: "kid",
              src: "finisher",
              input: ({ context }) => ({ n: context["start"] }),
              onDone: {
                target: "b",
                actions: assign({ got: ({ event }) => Number(Reflect.get(Object(event.output), "n")) }),
              },
            },
          },
          b: {},
        },
      }),
    script: [{ send: { type: "END" }, to: ["kid"] }],
  },
  {
    name: "invoke a machine that is done by a timer of its own",
    logic: () =>
      createMachine({
        initial: "a",
        states: { a: { invoke: { src: finisher, onDone: "b" } }, b: { type: "final" } },
      }),
    script: [{ pass: 500 }, { pass: 501 }],
  },
  {
    name: "invoke a machine that is done at its start",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: {
            invoke: {
              src: createMachine({ initial: "z", states: { z: { type: "final" } }, output: 3 }),
              onDone: "b",
            },
          },
          b: {},
        },
      }),
    script: [],
  },
  {
    name: "invoke left before it is done",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: { invoke: { id: "kid", src: finisher, onDone: "wrong" }, on: { GO: "b" } },
          b: {},
          wrong: {},
        },
      }),
    script: [go, { pass: 2000 }],
  },
  {
    name: "several invokes in one state",
    logic: () =>
      createMachine({
        context: { hits: [] as string[] },
        invoke: [
          { id: "one", src: pong },
          { id: "two", src: pong },
        ],
        on: {
          GO: { actions: [sendTo("one", { type: "PING" }), sendTo("two", { type: "PING" })] },
          PONG: { actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }) },
        },
      }),
    script: [go],
  },
  {
    name: "invoke on the root",
    logic: () =>
      createMachine({
        context: { hits: [] as string[] },
        invoke: { id: "kid", src: pong },
        entry: sendTo("kid", { type: "PING" }),
        on: {
          PONG: { actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }) },
        },
      }),
    script: [],
  },
  {
    name: "nested invokes, three deep",
    logic: () => {
      const leaf = createMachine({ id: "leaf", on: { DEEP: { actions: sendParent({ type: "UP" }) } } });
      const middle = createMachine({
        id: "middle",
        invoke: { id: "leaf", src: leaf },
        on: {
          DOWN: { actions: sendTo("leaf", { type: "DEEP" }) },
          UP: { actions: sendParent({ type: "UP" }) },
        },
      });
      return createMachine({
        context: { hits: [] as string[] },
        invoke: { id: "middle", src: middle },
        on: {
          GO: { actions: sendTo("middle", { type: "DOWN" }) },
          UP: { actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }) },
        },
      });
    },
    script: [go, { send: { type: "DEEP" }, to: ["middle", "leaf"] }],
  },
  {
    name: "sendTo in an entry action before the invoke of the same state",
    logic: () =>
      createMachine({
        context: { hits: [] as string[] },
        initial: "a",
        states: {
          a: {
            entry: sendTo("kid", { type: "PING" }),
            invoke: { id: "kid", src: pong },
            on: {
              PONG: {
                actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }),
              },
            },
          },
        },
      }),
    script: [],
  },
  {
    name: "sendTo: delayed to a child, and cancelled by the end of its state",
    logic: () =>
      createMachine({
        context: { hits: [] as string[] },
        invoke: { id: "kid", src: pong },
        on: {
          GO: { actions: sendTo("kid", { type: "PING" }, { delay: 20 }) },
          PONG: { actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }) },
        },
      }),
    script: [go, { pass: 19 }, { pass: 2 }],
  },
  {
    name: "sendParent delayed, and with an expression",
    logic: () => {
      const kid = createMachine({
        context: { n: 4 },
        entry: [
          sendParent({ type: "LATE" }, { delay: 10 }),
          sendParent(({ context }) => ({ type: "NOW", n: context.n })),
        ],
      });
      return createMachine({
        context: { hits: [] as string[] },
        invoke: { src: kid },
        on: {
          "*": { actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }) },
        },
      });
    },
    script: [{ pass: 11 }],
  },
  {
    name: "children restarted under one id, by reentry",
    logic: () =>
      createMachine({
        context: { ends: 0 },
        initial: "a",
        states: {
          a: {
            invoke: {
              id: "kid",
              src: finisher,
              onDone: { actions: assign({ ends: ({ context }) => context.ends + 1 }) },
            },
            on: { GO: { target: "a", reenter: true } },
          },
        },
      }),
    script: [{ pass: 900 }, go, { pass: 900 }, go, { send: { type: "END" }, to: ["kid"] }, go],
  },
  {
    name: "children of a finished machine are stopped",
    logic: () =>
      createMachine({
        initial: "a",
        invoke: { id: "kid", src: finisher, onDone: { actions: emit({ type: "never" }) } },
        states: { a: { on: { GO: "z" } }, z: { type: "final" } },
      }),
    script: [go, { pass: 2000 }],
  },
  {
    name: "a done child is asked again",
    logic: () =>
      createMachine({
        context: { n: 0 },
        invoke: { id: "kid", src: finisher, onDone: { actions: assign({ n: 1 }) } },
        on: { GO: { actions: sendTo("kid", { type: "END" }) } },
      }),
    script: [go, go],
  },
  {
    name: "invoke with reducible ids from the state",
    logic: () =>
      createMachine({
        id: "m",
        initial: "a.b".slice(0, 1),
        states: { a: { invoke: [{ src: finisher }, { src: pong }], on: { GO: "b" } }, b: {} },
      }),
    script: [go],
  },
];
