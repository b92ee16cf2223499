/** Features of actions: assign, raise, emit, log, enqueueActions, params. */
import { assign, createMachine, emit, enqueueActions, log, raise, setup, stateIn } from "xstate";
import type { Feature } from "./xstate-features.ts";

const go = { send: { type: "GO" } } as const;

export const actionFeatures: readonly Feature[] = [
  {
    name: "assign: object, function, partial",
    logic: () =>
      createMachine({
        context: { a: 1, b: 1, c: "kept" },
        on: {
          GO: {
            actions: [
              assign({ a: ({ context }) => context.a + 1 }),
              assign(({ context }) => ({ b: context.a * 10 })),
            ],
          },
        },
      }),
    script: [go, go],
  },
  {
    name: "assign reads the event and sees earlier assigns",
    logic: () =>
      createMachine({
        context: { list: [] as number[], sum: 0 },
        on: {
          ADD: {
            actions: [
              assign({ list: ({ context, event }) => [...context.list, event["n"]] }),
              assign({ sum: ({ context }) => context.list.reduce((a, b) => a + b, 0) }),
            ],
          },
        },
      }),
    script: [{ send: { type: "ADD", n: 2 } }, { send: { type: "ADD", n: 5 } }],
  },
  {
    name: "setup: named actions with params, static and dynamic",
    logic: (trace) =>
      setup({
        types: { context: {} as { by: number; total: number } },
        actions: {
          say: (_, params: { text: string }) => trace(params.text),
          add: assign({ total: ({ context }, params: { n: number }) => context.total + params.n }),
        },
      }).createMachine({
        context: { by: 3, total: 0 },
        on: {
          GO: {
            actions: [
              { type: "say", params: { text: "static" } },
              { type: "add", params: ({ context }) => ({ n: context.by }) },
              { type: "say", params: ({ context }) => ({ text: `total ${context.total}` }) },
            ],
          },
        },
      }),
    script: [go, go],
  },
  {
    name: "raise: consumed in the same step, in order",
    logic: () =>
      createMachine({
        context: { log: [] as string[] },
        initial: "a",
        states: {
          a: { on: { GO: { actions: [raise({ type: "ONE" }), raise({ type: "TWO" })] }, ONE: "b" } },
          b: { on: { TWO: { target: "c", actions: assign({ log: ({ event }) => [event.type] }) } } },
          c: {},
        },
      }),
    script: [go],
  },
  {
    name: "raise from entry at the start",
    logic: () =>
      createMachine({
        initial: "a",
        states: { a: { entry: raise({ type: "NEXT" }), on: { NEXT: "b" } }, b: {} },
      }),
    script: [],
  },
  {
    name: "raise with an expression",
    logic: () =>
      createMachine({
        context: { n: 4, got: 0 },
        on: {
          GO: { actions: raise(({ context }) => ({ type: "GOT", n: context.n })) },
          GOT: { actions: assign({ got: ({ event }) => event["n"] }) },
        },
      }),
    script: [go],
  },
  {
    name: "emit: static and computed, in order",
    logic: () =>
      createMachine({
        context: { n: 0 },
        on: {
          GO: {
            actions: [
              emit({ type: "first" }),
              assign({ n: ({ context }) => context.n + 1 }),
              emit(({ context, event }) => ({ type: "second", n: context.n, cause: event.type })),
            ],
          },
        },
      }),
    script: [go, go],
  },
  {
    name: "emit at the start",
    logic: () => createMachine({ entry: emit({ type: "hello" }) }),
    script: [],
  },
  {
    name: "log with label and expression",
    logic: () =>
      createMachine({
        context: { n: 7 },
        on: { GO: { actions: [log("plain"), log(({ context }) => context.n, "label")] } },
      }),
    script: [go],
  },
  {
    name: "enqueueActions with check, assign, raise, emit",
    logic: (trace) =>
      setup({
        types: { context: {} as { n: number } },
        guards: { even: ({ context }) => context.n % 2 === 0 },
        actions: { note: (_, params: { at: number }) => trace(`note ${params.at}`) },
      }).createMachine({
        context: { n: 0 },
        on: {
          GO: {
            actions: enqueueActions(({ context, enqueue, check }) => {
              enqueue.assign({ n: context.n + 1 });
              if (check("even")) enqueue({ type: "note", params: { at: context.n } });
              if (check(stateIn({}))) enqueue.emit({ type: "in" });
              enqueue.raise({ type: "AGAIN" });
            }),
          },
          AGAIN: { actions: emit(({ context }) => ({ type: "again", n: context.n })) },
        },
      }),
    script: [go, go],
  },
  {
    name: "entry, exit and transition actions run in order",
    logic: (trace) =>
      createMachine({
        initial: "a",
        entry: () => trace("root in"),
        states: {
          a: {
            entry: () => trace("a in"),
            exit: () => trace("a out"),
            initial: "x",
            states: { x: { entry: () => trace("x in"), exit: () => trace("x out") } },
            on: { GO: { target: "b", actions: () => trace("go") } },
          },
          b: { entry: () => trace("b in") },
        },
      }),
    script: [go],
  },
  {
    name: "custom action gets context and event of its moment",
    logic: (trace) =>
      createMachine({
        context: { n: 1 },
        on: {
          GO: {
            actions: [
              ({ context, event }) => trace(`${context.n} ${event.type}`),
              assign({ n: 2 }),
              ({ context }) => trace(`${context.n}`),
            ],
          },
        },
      }),
    script: [go],
  },
  {
    name: "custom action sends to self",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: { on: { GO: { actions: ({ self }) => self.send({ type: "BACK" }) }, BACK: "b" } },
          b: {},
        },
      }),
    script: [go],
  },
  {
    name: "initial transition with actions",
    logic: (trace) =>
      createMachine({
        initial: { target: "a", actions: () => trace("initial") },
        states: { a: { entry: () => trace("a") } },
      }),
    script: [],
  },
];
