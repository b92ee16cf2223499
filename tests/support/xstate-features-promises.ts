/** Features of promises. */
import { assign, createMachine, fromPromise, setup } from "xstate";
import type { AnyActorRef } from "xstate";
import type { Feature } from "./xstate-features.ts";

const go = { send: { type: "GO" } } as const;

export const promiseFeatures: readonly Feature[] = [
  {
    name: "invoke a promise: input, output, onDone",
    logic: () =>
      setup({
        actors: {
          double: fromPromise(async ({ input }: { input: { n: number } }) => ({ twice: input.n * 2 })),
        },
      }).createMachine({
        context: { got: 0 },
        initial: "a",
        states: {
          a: {
            invoke: {
              src: "double",
              input: { n: 4 },
              onDone: { target: "b", actions: assign({ got: ({ event }) => event.output.twice }) },
            },
          },
          b: { type: "final" },
        },
      }),
    script: [],
  },
  {
    name: "promise without output",
    logic: () =>
      createMachine({
        context: { out: "x" as unknown },
        initial: "a",
        states: {
          a: {
            invoke: {
              src: fromPromise(async () => {}),
              onDone: { target: "b", actions: assign({ out: ({ event }) => event.output ?? "none" }) },
            },
          },
          b: {},
        },
      }),
    script: [],
  },
  {
    name: "promise that fails: onError",
    logic: () =>
      createMachine({
        context: { why: "" },
        initial: "a",
        states: {
          a: {
            invoke: {
              src: fromPromise(() =>
                Promise.reject(Object.assign(new TypeError("no"), { code: "E1" })),
              ),
              onError: {
                target: "b",
                actions: assign({
                  why: ({ event }) =>
                    `${(event.error as Error).message} ${(event.error as Error).name} ${(event.error as { code?: string }).code}`,
                }),
              },
            },
          },
          b: {},
        },
      }),
    script: [],
  },
  {
    name: "promise that fails with a plain value",
    logic: () =>
      createMachine({
        context: { why: null as unknown },
        initial: "a",
        states: {
          a: {
            invoke: {
              src: fromPromise(() => Promise.reject({ status: 404 })),
              onError: { target: "b", actions: assign({ why: ({ event }) => event.error }) },
            },
          },
          b: {},
        },
      }),
    script: [],
  },
  {
    name: "promise whose creator throws at once",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: {
            invoke: {
              src: fromPromise(() => {
                throw new Error("at once");
              }),
              onError: "b",
            },
          },
          b: {},
        },
      }),
    script: [],
  },
  {
    name: "promise aborted when its state is left, late result ignored",
    logic: (trace) =>
      createMachine({
        initial: "a",
        states: {
          a: {
            invoke: {
              src: fromPromise(
                ({ signal }) =>
                  new Promise((resolve) =>
                    signal.addEventListener("abort", () => {
                      trace("abort");
                      resolve(1);
                    }),
                  ),
              ),
              onDone: "wrong",
              onError: "wrong",
            },
            on: { GO: "b" },
          },
          b: {},
          wrong: {},
        },
      }),
    script: [go],
  },
  {
    name: "promises in sequence, with retries by reentry",
    logic: () =>
      createMachine({
        context: { tries: 0 },
        initial: "a",
        states: {
          a: {
            entry: assign({ tries: ({ context }) => context.tries + 1 }),
            invoke: {
              src: fromPromise(async ({ input }) => {
                if (input < 3) throw new Error("again");
                return input;
              }),
              input: ({ context }) => context.tries,
              onDone: "b",
              onError: { target: "a", reenter: true },
            },
          },
          b: { type: "final" },
        },
      }),
    script: [],
  },
  {
    name: "spawned promise: done event by id",
    logic: () =>
      setup({ actors: { p: fromPromise(async () => 7) } }).createMachine({
        context: { list: [] as unknown[] },
        on: {
          GO: {
            actions: assign(({ spawn }) => {
              spawn("p", { id: "job" });
              return {};
            }),
          },
          "xstate.done.actor.job": {
            actions: assign({ list: ({ context, event }) => [...context["list"], event] }),
          },
        },
      }),
    script: [go, go],
  },
  {
    name: "promise sends to its parent on the way",
    logic: () =>
      createMachine({
        context: { list: [] as unknown[] },
        invoke: {
          src: fromPromise(async ({ input }: { input: { boss: AnyActorRef } }) => {
            await Promise.resolve();
            input.boss.send({ type: "HALF" });
            return 1;
          }),
          input: ({ self }) => ({ boss: self }),
          onDone: { actions: assign({ list: ({ context }) => [...context.list, "done"] }) },
        },
        on: {
          HALF: { actions: assign({ list: ({ context, event }) => [...context["list"], event] }) },
        },
      }),
    script: [],
  },
];
