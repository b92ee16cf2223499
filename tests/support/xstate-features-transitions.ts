/** Features of transitions: always, guards, wildcards, several targets, routes. */
import { and, assign, createMachine, not, or, setup, stateIn } from "xstate";
import type { Feature } from "./xstate-features.ts";

const go = { send: { type: "GO" } } as const;
const next = { send: { type: "NEXT" } } as const;

export const transitionFeatures: readonly Feature[] = [
  {
    name: "unhandled events change nothing",
    logic: () => createMachine({ initial: "a", states: { a: { on: { GO: "b" } }, b: {} } }),
    script: [{ send: { type: "WHO" } }, go, go],
  },
  {
    name: "always: chained, guarded, at the start",
    logic: () =>
      createMachine({
        context: { n: 0 },
        initial: "a",
        states: {
          a: { always: "b" },
          b: {
            on: { GO: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
            always: { guard: ({ context }) => context.n > 1, target: "c" },
          },
          c: { always: [{ guard: () => false, target: "a" }, { target: "d" }] },
          d: {},
        },
      }),
    script: [go, go],
  },
  {
    name: "always without a target",
    logic: () =>
      createMachine({
        context: { n: 0, m: 0 },
        always: {
          guard: ({ context }) => context.m < context.n,
          actions: assign({ m: ({ context }) => context.m + 1 }),
        },
        on: { GO: { actions: assign({ n: 3 }) } },
      }),
    script: [go],
  },
  {
    name: "guards: and, or, not, stateIn, named with params",
    logic: () =>
      setup({
        types: { context: {} as { n: number } },
        guards: {
          over: ({ context }, params: { limit: number }) => context.n > params.limit,
          yes: () => true,
        },
      }).createMachine({
        context: { n: 5 },
        type: "parallel",
        states: {
          p: {
            initial: "a",
            states: {
              a: {
                on: {
                  GO: { guard: and(["yes", not({ type: "over", params: { limit: 9 } })]), target: "b" },
                },
              },
              b: {
                on: {
                  GO: { guard: or([not("yes"), { type: "over", params: { limit: 4 } }]), target: "c" },
                },
              },
              c: { on: { GO: { guard: stateIn({ q: "z" }), target: "a" } } },
            },
          },
          q: { initial: "y", states: { y: { on: { NEXT: "z" } }, z: {} } },
        },
      }),
    script: [go, go, go, next, go],
  },
  {
    name: "guards: first that passes, fallback",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: {
            on: {
              GO: [
                { guard: ({ event }) => event["n"] === 1, target: "b" },
                { guard: ({ event }) => event["n"] === 2, target: "c" },
                { target: "d" },
              ],
            },
          },
          b: {},
          c: { on: { GO: "a" } },
          d: { on: { GO: "a" } },
        },
      }),
    script: [{ send: { type: "GO", n: 3 } }, go, { send: { type: "GO", n: 2 } }],
  },
  {
    name: "wildcards: full, partial, forbidden, exact first",
    logic: () =>
      createMachine({
        context: { hits: [] as string[] },
        initial: "a",
        on: { "*": { actions: assign({ hits: ({ context }) => [...context.hits, "any"] }) } },
        states: {
          a: {
            on: {
              "mouse.*": { actions: assign({ hits: ({ context }) => [...context.hits, "mouse"] }) },
              "mouse.down": { actions: assign({ hits: ({ context }) => [...context.hits, "down"] }) },
              QUIET: {},
            },
          },
        },
      }),
    script: [
      { send: { type: "mouse.down" } },
      { send: { type: "mouse.up" } },
      { send: { type: "mouse" } },
      { send: { type: "QUIET" } },
      { send: { type: "KEY" } },
    ],
  },
  {
    name: "multiple targets into parallel regions",
    logic: () =>
      createMachine({
        initial: "off",
        states: {
          off: { on: { GO: { target: ["on.p.b", "on.q.b"] } } },
          on: {
            type: "parallel",
            states: {
              p: { initial: "a", states: { a: {}, b: {} } },
              q: { initial: "a", states: { a: {}, b: {} } },
            },
          },
        },
      }),
    script: [go],
  },
  {
    name: "tags and meta",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: { tags: ["busy", "red"], meta: { text: "A" }, on: { GO: "b" } },
          b: { tags: "idle" },
        },
      }),
    script: [go],
  },
  {
    name: "exit actions on done",
    logic: (trace) =>
      createMachine({
        initial: "a",
        exit: () => trace("root out"),
        states: {
          a: { exit: () => trace("a out"), on: { GO: "z" } },
          z: { type: "final", exit: () => trace("z out") },
        },
      }),
    script: [go],
  },
  {
    name: "self in context",
    logic: () =>
      createMachine({
        context: ({ self }) => ({ me: self, same: false }),
        on: { GO: { actions: assign({ same: ({ context, self }) => context["me"] === self }) } },
      }),
    script: [go],
  },
  {
    name: "route events",
    logic: () => createMachine({ initial: "a", states: { a: {}, b: { id: "bee", route: {} } } }),
    script: [{ send: { type: "xstate.route", to: "#bee" } }],
  },
  {
    name: "stopped from outside",
    logic: (trace) =>
      createMachine({
        initial: "a",
        exit: () => trace("never"),
        states: { a: { after: { 10: "b" } }, b: {} },
      }),
    script: [{ stop: true }, { pass: 20 }],
  },
];
