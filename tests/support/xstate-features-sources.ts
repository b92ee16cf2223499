/** Features of callbacks and observables. */
import {
  assign,
  createMachine,
  fromCallback,
  fromEventObservable,
  fromObservable,
  sendTo,
  setup,
} from "xstate";
import type { Observer } from "xstate";
import type { Feature } from "./xstate-features.ts";

const go = { send: { type: "GO" } } as const;

/** A source that plays its items at once, and then ends, fails or stays open. */
function source<T>(
  items: readonly T[],
  end: "complete" | "error" | "open",
  trace?: (what: string) => void,
) {
  return {
    subscribe(observer: Observer<T> | ((item: T) => void)) {
      const { next, error, complete } = typeof observer === "function" ? { next: observer } : observer;
      queueMicrotask(() => {
        for (const item of items) next?.(item);
        if (end === "complete") complete?.();
        if (end === "error") error?.(new Error("source broke"));
      });
      return { unsubscribe: () => trace?.("unsubscribed") };
    },
  };
}

export const sourceFeatures: readonly Feature[] = [
  {
    name: "callback: sendBack, receive, clean-up",
    logic: (trace) =>
      createMachine({
        context: { list: [] as unknown[] },
        initial: "a",
        states: {
          a: {
            invoke: {
              id: "cb",
              src: fromCallback(({ sendBack, receive, input }) => {
                sendBack({ type: "UP", at: "start", input });
                receive((event) => sendBack({ type: "UP", at: event.type }));
                return () => trace("cleaned");
              }),
              input: 3,
            },
            on: {
              GO: { actions: sendTo("cb", { type: "DOWN" }) },
              UP: { actions: assign({ list: ({ context, event }) => [...context["list"], event] }) },
              LEAVE: "b",
            },
          },
          b: {},
        },
      }),
    script: [go, { send: { type: "LEAVE" } }],
  },
  {
    name: "callback that throws at its start",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: {
            invoke: {
              src: fromCallback(() => {
                throw new Error("cb");
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
    name: "callback that throws on an event",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: {
            invoke: {
              id: "cb",
              src: fromCallback(({ receive }) => {
                receive(() => {
                  throw new Error("cb");
                });
              }),
              onError: "b",
            },
            on: { GO: { actions: sendTo("cb", { type: "X" }) } },
          },
          b: {},
        },
      }),
    script: [go],
  },
  {
    name: "callback spawned, stopped with its parent",
    logic: (trace) =>
      setup({ actors: { cb: fromCallback(() => () => trace("cleaned")) } }).createMachine({
        context: ({ spawn }) => ({ ref: spawn("cb", { id: "cb" }) }),
        initial: "a",
        states: { a: { on: { GO: "z" } }, z: { type: "final" } },
      }),
    script: [go],
  },
  {
    name: "callback sends to another actor of the system",
    logic: () => {
      const other = createMachine({
        context: { got: 0 },
        on: {
          HEY: { actions: assign({ got: 1 }) },
          TELL: {
            actions: sendTo(
              ({ event }) => Reflect.get(event, "to"),
              ({ context }) => ({ type: "GOT", n: context.got }),
            ),
          },
        },
      });
      return setup({ actors: { other } }).createMachine({
        context: { list: [] as unknown[] },
        invoke: [
          { src: "other", id: "other", systemId: "other" },
          {
            src: fromCallback(({ system }) => {
              system.get("other").send({ type: "HEY" });
            }),
          },
        ],
        on: {
          GO: { actions: sendTo("other", ({ self }) => ({ type: "TELL", to: self })) },
          GOT: { actions: assign({ list: ({ context, event }) => [...context["list"], event] }) },
        },
      });
    },
    script: [go],
  },
  {
    name: "observable: onSnapshot, onDone",
    logic: () =>
      createMachine({
        context: { seen: [] as unknown[] },
        initial: "a",
        states: {
          a: {
            invoke: {
              src: fromObservable(() => source([1, 2, 3], "complete")),
              onSnapshot: {
                actions: assign({
                  seen: ({ context, event }) => [...context.seen, event.snapshot.context ?? "none"],
                }),
              },
              onDone: "b",
            },
          },
          b: {},
        },
      }),
    script: [],
  },
  {
    name: "observable that fails",
    logic: () =>
      createMachine({
        initial: "a",
        states: {
          a: { invoke: { src: fromObservable(() => source([1], "error")), onError: "b" } },
          b: {},
        },
      }),
    script: [],
  },
  {
    name: "observable left open is unsubscribed",
    logic: (trace) =>
      createMachine({
        initial: "a",
        states: {
          a: { invoke: { src: fromObservable(() => source([1], "open", trace)) }, on: { GO: "b" } },
          b: {},
        },
      }),
    script: [go],
  },
  {
    name: "event observable: events to the parent, done",
    logic: () =>
      createMachine({
        context: { list: [] as unknown[] },
        initial: "a",
        states: {
          a: {
            invoke: {
              src: fromEventObservable(() =>
                source(
                  [
                    { type: "TICK", n: 1 },
                    { type: "TICK", n: 2 },
                  ],
                  "complete",
                ),
              ),
              onDone: "b",
            },
            on: {
              TICK: { actions: assign({ list: ({ context, event }) => [...context["list"], event] }) },
            },
          },
          b: {},
        },
      }),
    script: [],
  },
  {
    name: "event observable that fails, with input",
    logic: () =>
      createMachine({
        context: { list: [] as unknown[] },
        initial: "a",
        states: {
          a: {
            invoke: {
              src: fromEventObservable(({ input }) => source([{ type: "TICK", input }], "error")),
              input: { k: 1 },
              onError: "b",
            },
            on: {
              TICK: { actions: assign({ list: ({ context, event }) => [...context["list"], event] }) },
            },
          },
          b: {},
        },
      }),
    script: [],
  },
];
