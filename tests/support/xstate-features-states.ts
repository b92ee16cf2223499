/** Features of states: context, nesting, parallel, history, finals. */
import { assign, createMachine, emit, setup } from "xstate";
import type { Feature } from "./xstate-features.ts";

const go = { send: { type: "GO" } } as const;
const back = { send: { type: "BACK" } } as const;
const next = { send: { type: "NEXT" } } as const;

export const stateFeatures: readonly Feature[] = [
  {
    name: "atomic machine without states",
    logic: () => createMachine({ context: { n: 0 }, on: { GO: { actions: assign({ n: 1 }) } } }),
    script: [go],
  },
  {
    name: "context from input",
    logic: () =>
      setup({ types: { input: {} as { n: number }, context: {} as { twice: number } } }).createMachine({
        context: ({ input }) => ({ twice: input.n * 2 }),
      }),
    input: { n: 21 },
    script: [],
  },
  {
    name: "undefined, nested and empty values in context",
    logic: () =>
      createMachine({
        context: {
          u: undefined as unknown,
          deep: { list: [1, { x: undefined }], none: null },
          e: {},
          l: [],
        },
        on: { GO: { actions: assign({ u: () => 1, deep: () => ({ list: [], none: null }) }) } },
      }),
    script: [go],
  },
  {
    name: "Date, Map, Set, NaN and BigInt in context",
    logic: () =>
      createMachine({
        context: {
          d: new Date(5),
          m: new Map([["a", 1]]),
          s: new Set([1, 2]),
          n: Number.NaN,
          b: 3n,
          i: Infinity,
        },
        on: { GO: { actions: assign({ m: ({ context }) => new Map([...context.m, ["b", 2]]) }) } },
      }),
    script: [go, go],
  },
  {
    name: "nested states: targets by key, by dot, by id",
    logic: () =>
      createMachine({
        id: "top",
        initial: "a",
        states: {
          a: {
            initial: "one",
            states: {
              one: { on: { NEXT: "two" } },
              two: { id: "second", on: { NEXT: "#top.b.inner" } },
            },
            on: { GO: ".two" },
          },
          b: { initial: "outer", states: { outer: {}, inner: { on: { BACK: "#second" } } } },
        },
      }),
    script: [next, next, back],
  },
  {
    name: "ids with dots",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: { id: "x.y", on: { GO: "#x\\.z" } },
          b: { id: "x.z", initial: "c", states: { c: {} } },
        },
      }),
    script: [go],
  },
  {
    name: "parallel states",
    logic: () =>
      createMachine({
        type: "parallel",
        states: {
          p: { initial: "a", states: { a: { on: { GO: "b" } }, b: { on: { BACK: "a" } } } },
          q: { initial: "a", states: { a: { on: { GO: "b" } }, b: {} } },
        },
      }),
    script: [go, back, go],
  },
  {
    name: "order of actions in parallel regions left and entered again",
    logic: (trace) =>
      createMachine({
        context: { on: false },
        type: "parallel",
        on: { NEXT: { actions: assign({ on: true }) } },
        states: {
          p: {
            initial: "a",
            states: {
              a: {
                on: { GO: "b" },
                always: { guard: ({ context }) => context.on, actions: () => trace("p"), target: "c" },
              },
              b: { on: { BACK: "a" } },
              c: {},
            },
          },
          q: {
            initial: "a",
            states: {
              a: {
                always: { guard: ({ context }) => context.on, actions: () => trace("q"), target: "c" },
              },
              c: {},
            },
          },
        },
      }),
    script: [go, back, next],
  },
  {
    name: "parallel done when all regions are final",
    logic: () =>
      createMachine({
        initial: "work",
        states: {
          work: {
            type: "parallel",
            onDone: { target: "over", actions: emit({ type: "both" }) },
            states: {
              p: { initial: "a", states: { a: { on: { P: "z" } }, z: { type: "final" } } },
              q: { initial: "a", states: { a: { on: { Q: "z" } }, z: { type: "final" } } },
            },
          },
          over: { type: "final" },
        },
      }),
    script: [{ send: { type: "P" } }, { send: { type: "Q" } }],
  },
  {
    name: "history shallow",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: {
            initial: "one",
            states: {
              one: { on: { NEXT: "two" } },
              two: { initial: "x", states: { x: { on: { NEXT: "y" } }, y: {} } },
              h: { type: "history" },
            },
            on: { GO: "b" },
          },
          b: { on: { BACK: "a.h" } },
        },
      }),
    script: [next, next, go, back],
  },
  {
    name: "history deep",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: {
            initial: "one",
            states: {
              one: { on: { NEXT: "two" } },
              two: { initial: "x", states: { x: { on: { NEXT: "y" } }, y: {} } },
              h: { type: "history", history: "deep" },
            },
            on: { GO: "b" },
          },
          b: { on: { BACK: "a.h" } },
        },
      }),
    script: [next, next, go, back, go, back],
  },
  {
    name: "history of parallel states, and its default target",
    logic: () =>
      createMachine({
        initial: "b",
        states: {
          a: {
            type: "parallel",
            states: {
              p: { initial: "x", states: { x: { on: { NEXT: "y" } }, y: {} } },
              q: { initial: "x", states: { x: { on: { Q: "y" } }, y: {} } },
              h: { type: "history", history: "deep" },
            },
            on: { GO: "b" },
          },
          b: { on: { BACK: "a.h" } },
        },
      }),
    script: [back, next, go, back, { send: { type: "Q" } }, go, back],
  },
  {
    name: "history with a default target",
    logic: () =>
      createMachine({
        initial: "b",
        states: {
          a: { initial: "one", states: { one: {}, two: {}, h: { type: "history", target: "two" } } },
          b: { on: { BACK: "a.h" } },
        },
      }),
    script: [back],
  },
  {
    name: "final states: nested onDone with output, machine output",
    logic: () =>
      createMachine({
        context: { got: 0 },
        initial: "a",
        output: ({ context, event }) => ({ got: context.got, from: event.type }),
        states: {
          a: {
            initial: "x",
            states: { x: { on: { GO: "z" } }, z: { type: "final", output: { n: 8 } } },
            onDone: {
              target: "b",
              actions: assign({ got: ({ event }) => Number(Reflect.get(Object(event.output), "n")) }),
            },
          },
          b: { on: { GO: "over" }, exit: emit({ type: "left" }) },
          over: { type: "final", entry: emit({ type: "over" }) },
        },
      }),
    script: [go, go, go],
  },
  {
    name: "final at the start",
    logic: () =>
      createMachine({ initial: "z", states: { z: { type: "final" } }, output: { done: true } }),
    script: [go],
  },
];
