/** Features of time: delayed raise and send, cancel, after, and what restarts them. */
import { assign, cancel, createMachine, enqueueActions, raise, sendTo, setup } from "xstate";
import type { Feature } from "./xstate-features.ts";

const go = { send: { type: "GO" } } as const;

export const timingFeatures: readonly Feature[] = [
  {
    name: "machine.provide replaces actions, guards and delays",
    logic: (trace) =>
      setup({
        actions: { mark: () => trace("default") },
        guards: { open: () => false },
        delays: { short: 1000 },
      })
        .createMachine({
          initial: "a",
          states: {
            a: { on: { GO: { guard: "open", target: "b", actions: "mark" } } },
            b: { after: { short: "c" } },
            c: {},
          },
        })
        .provide({
          actions: { mark: () => trace("provided") },
          guards: { open: () => true },
          delays: { short: 5 },
        }),
    script: [go, { pass: 10 }],
  },
  {
    name: "raise delayed",
    logic: () =>
      createMachine({
        initial: "a",
        states: { a: { entry: raise({ type: "LATER" }, { delay: 50 }), on: { LATER: "b" } }, b: {} },
      }),
    script: [{ pass: 49 }, { pass: 2 }],
  },
  {
    name: "raise delayed survives the state that armed it",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: { entry: raise({ type: "LATER" }, { delay: 50 }), on: { GO: "b" } },
          b: { on: { LATER: "c" } },
          c: {},
        },
      }),
    script: [go, { pass: 60 }],
  },
  {
    name: "cancel a delayed raise",
    logic: () =>
      createMachine({
        initial: "a",
        on: { GO: { actions: cancel("later") }, LATER: ".b" },
        states: { a: { entry: raise({ type: "LATER" }, { delay: 50, id: "later" }) }, b: {} },
      }),
    script: [{ pass: 10 }, go, { pass: 100 }],
  },
  {
    name: "cancel by an expression, one of two",
    logic: () =>
      createMachine({
        context: { hits: [] as string[] },
        entry: [
          raise({ type: "A" }, { delay: 20, id: "a" }),
          raise({ type: "B" }, { delay: 20, id: "b" }),
        ],
        on: {
          GO: { actions: cancel(({ event }) => event["which"]) },
          "*": { actions: assign({ hits: ({ context, event }) => [...context.hits, event.type] }) },
        },
      }),
    script: [{ send: { type: "GO", which: "a" } }, { pass: 30 }],
  },
  {
    name: "delays: number, name, function, from context",
    logic: () =>
      setup({
        types: { context: {} as { ms: number; hits: string[] } },
        delays: { named: 10, computed: ({ context }) => context.ms },
      }).createMachine({
        context: { ms: 20, hits: [] },
        entry: [
          raise({ type: "NUMBER" }, { delay: 5 }),
          raise({ type: "NAMED" }, { delay: "named" }),
          raise({ type: "COMPUTED" }, { delay: "computed" }),
          raise({ type: "INLINE" }, { delay: ({ context }) => context.ms * 2 }),
        ],
        on: {
          "*": { actions: assign({ hits: ({ context, event }) => [...context.hits, event.type] }) },
        },
      }),
    script: [{ pass: 6 }, { pass: 6 }, { pass: 10 }, { pass: 30 }],
  },
  {
    name: "delay zero is still a timer",
    logic: () =>
      createMachine({
        initial: "a",
        states: { a: { entry: raise({ type: "T" }, { delay: 0 }), on: { T: "b" } }, b: {} },
      }),
    script: [{ pass: 0 }],
  },
  {
    name: "enqueueActions: sendTo, cancel, delayed raise",
    logic: () =>
      createMachine({
        context: { hits: [] as string[] },
        on: {
          GO: {
            actions: enqueueActions(({ enqueue, self }) => {
              enqueue.raise({ type: "NEVER" }, { delay: 10, id: "x" });
              enqueue.cancel("x");
              enqueue.sendTo(self, { type: "SOON" }, { delay: 5 });
            }),
          },
          "*": { actions: assign({ hits: ({ context, event }) => [...context.hits, event.type] }) },
        },
      }),
    script: [go, { pass: 20 }],
  },
  {
    name: "sendTo self: by ref, delayed, by undefined",
    logic: () =>
      createMachine({
        context: { hits: [] as string[] },
        on: {
          GO: {
            actions: [
              sendTo(({ self }) => self, { type: "NOW" }),
              sendTo(({ self }) => self, { type: "SOON" }, { delay: 5 }),
            ],
          },
          "*": { actions: assign({ hits: ({ context, event }) => [...context.hits, event.type] }) },
        },
      }),
    script: [go, { pass: 6 }],
  },
  {
    name: "after: number, guarded branches, left before it fires",
    logic: () =>
      createMachine({
        context: { n: 0 },
        initial: "a",
        states: {
          a: { after: { 100: "b" }, on: { GO: "c" } },
          b: {
            after: { 10: [{ guard: ({ context }) => context.n > 0, target: "a" }, { target: "d" }] },
          },
          c: { after: { 10: "b" } },
          d: {},
        },
      }),
    script: [{ pass: 50 }, go, { pass: 60 }, { pass: 60 }],
  },
  {
    name: "after: named and computed delays, two in one state",
    logic: () =>
      setup({
        types: { context: {} as { ms: number } },
        delays: { SHORT: 10, LONG: ({ context }) => context.ms },
      }).createMachine({
        context: { ms: 30 },
        initial: "a",
        states: { a: { after: { LONG: "b" } }, b: { after: { SHORT: "c", LONG: "d" } }, c: {}, d: {} },
      }),
    script: [{ pass: 31 }, { pass: 40 }],
  },
  {
    name: "after in a parent state is kept while its children move",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: {
            initial: "x",
            after: { 50: "b" },
            states: { x: { on: { GO: "y" } }, y: { on: { GO: "x" } } },
          },
          b: {},
        },
      }),
    script: [{ pass: 20 }, go, { pass: 20 }, go, { pass: 11 }],
  },
  {
    name: "reenter restarts timers, no reenter keeps them",
    logic: (trace) =>
      createMachine({
        initial: "a",
        states: {
          a: {
            entry: () => trace("in"),
            exit: () => trace("out"),
            after: { 50: "b" },
            on: { GO: { target: "a", reenter: true }, NEXT: { target: "a" } },
          },
          b: {},
        },
      }),
    script: [{ pass: 40 }, go, { pass: 40 }, { send: { type: "NEXT" } }, { pass: 11 }],
  },
];
