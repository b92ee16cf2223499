/** Features of refs and snapshots: system ids, refs in events, onSnapshot, fromTransition. */
import { assign, createMachine, emit, fromTransition, sendParent, sendTo, setup } from "xstate";
import type { AnyActorRef } from "xstate";
import type { Feature } from "./xstate-features.ts";

const go = { send: { type: "GO" } } as const;

const pong = createMachine({ id: "pong", on: { PING: { actions: sendParent({ type: "PONG" }) } } });

const counter = fromTransition(
  (state: { n: number }, event: { type: string }) =>
    event.type === "INC" ? { n: state.n + 1 } : state,
  { n: 0 },
);

export const refFeatures: readonly Feature[] = [
  {
    name: "systemId: get from an action, sendTo by system",
    logic: () => {
      const other = createMachine({ on: { PING: { actions: sendParent({ type: "PONG" }) } } });
      return setup({ actors: { other } }).createMachine({
        context: { hits: [] as string[] },
        invoke: { src: "other", systemId: "other" },
        on: {
          GO: { actions: sendTo(({ system }) => system.get("other"), { type: "PING" }) },
          ACT: { actions: ({ system }) => system.get("other").send({ type: "PING" }) },
          PONG: { actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }) },
        },
      });
    },
    script: [go, { send: { type: "ACT" } }],
  },
  {
    name: "systemId: found by a grandchild, getAll, free again after a stop",
    logic: () => {
      const kid = createMachine({
        on: {
          ASK: { actions: sendTo(({ system }) => system.get("helper"), { type: "PING" }) },
          LIST: {
            actions: sendParent(({ system }) => ({
              type: `ALL.${Object.keys(system.getAll()).join("+")}`,
            })),
          },
        },
      });
      return setup({ actors: { pong, kid } }).createMachine({
        context: { hits: [] as string[] },
        initial: "a",
        invoke: { id: "kid", src: "kid" },
        on: {
          ASK: { actions: sendTo("kid", { type: "ASK" }) },
          LIST: { actions: sendTo("kid", { type: "LIST" }) },
          "*": { actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }) },
        },
        states: {
          a: {
            invoke: { id: "helper", src: "pong", systemId: "helper" },
            on: { GO: { target: "a", reenter: true } },
          },
        },
      });
    },
    script: [{ send: { type: "ASK" } }, go, { send: { type: "ASK" } }, { send: { type: "LIST" } }],
  },
  {
    name: "a ref travels in an event and is answered",
    logic: () => {
      const server = createMachine({
        on: { REQ: { actions: sendTo(({ event }) => Reflect.get(event, "from"), { type: "RES" }) } },
      });
      const client = createMachine({
        context: { got: 0 },
        on: {
          CALL: {
            actions: sendTo(
              ({ event }) => Reflect.get(event, "to"),
              ({ self }) => ({ type: "REQ", from: self }),
            ),
          },
          RES: { actions: [assign({ got: 1 }), sendParent({ type: "ANSWERED" })] },
        },
      });
      return setup({
        types: { context: {} as { s: AnyActorRef; hits: string[] } },
        actors: { server, client },
      }).createMachine({
        context: ({ spawn }) => ({ s: spawn("server", { id: "s" }), hits: [] as string[] }),
        invoke: { id: "c", src: "client" },
        on: {
          GO: { actions: sendTo("c", ({ context }) => ({ type: "CALL", to: context.s })) },
          ANSWERED: {
            actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }),
          },
        },
      });
    },
    script: [go],
  },
  {
    name: "a ref in the input of a child",
    logic: () => {
      const kid = setup({
        types: { input: {} as { boss: AnyActorRef }, context: {} as { boss: AnyActorRef } },
      }).createMachine({
        context: ({ input }) => ({ boss: input.boss }),
        entry: sendTo(({ context }) => context.boss, { type: "HELLO" }),
      });
      return createMachine({
        context: { hits: [] as string[] },
        invoke: { src: kid, input: ({ self }: { self: AnyActorRef }) => ({ boss: self }) },
        on: {
          HELLO: {
            actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }),
          },
        },
      });
    },
    script: [],
  },
  {
    name: "fromTransition child, with onSnapshot",
    logic: () =>
      createMachine({
        context: { seen: [] as number[] },
        invoke: {
          id: "count",
          src: counter,
          onSnapshot: {
            actions: assign({
              seen: ({ context, event }) => [...context.seen, event.snapshot.context.n],
            }),
          },
        },
        on: { GO: { actions: sendTo("count", { type: "INC" }) } },
      }),
    script: [go, go],
  },
  {
    name: "fromTransition as the root, with input",
    logic: () =>
      fromTransition(
        (state: { n: number }, event: { type: string }, { emit: tell }) => {
          tell({ type: "counted", n: state.n });
          return event.type === "INC" ? { n: state.n + 1 } : state;
        },
        ({ input }: { input: { n: number } }) => ({ n: input.n }),
      ),
    input: { n: 5 },
    script: [{ send: { type: "INC" } }, { send: { type: "NO" } }],
  },
  {
    name: "onSnapshot of a machine: value, context and matches",
    logic: () => {
      const kid = createMachine({
        context: { n: 1, u: undefined },
        initial: "a",
        states: {
          a: { on: { NEXT: "b" } },
          b: { tags: "late", type: "parallel", states: { p: {}, q: {} } },
        },
      });
      return createMachine({
        context: { seen: [] as unknown[] },
        invoke: {
          id: "kid",
          src: kid,
          onSnapshot: {
            actions: assign({
              seen: ({ context, event }) => [
                ...context.seen,
                [
                  event.snapshot.value,
                  event.snapshot.context.n,
                  event.snapshot.matches("b"),
                  event.snapshot.hasTag("late"),
                ],
              ],
            }),
          },
        },
      });
    },
    script: [
      { send: { type: "NEXT" }, to: ["kid"] },
      { send: { type: "NOTHING" }, to: ["kid"] },
    ],
  },
  {
    name: "syncSnapshot, and getSnapshot of the child inside a step",
    logic: () => {
      const kid = createMachine({
        context: { n: 0 },
        on: { INC: { actions: assign({ n: ({ context }) => context["n"] + 1 }) } },
      });
      return setup({
        types: { context: {} as { ref: AnyActorRef; n: number } },
        actors: { kid },
      }).createMachine({
        context: ({ spawn }) => ({ ref: spawn("kid", { id: "kid", syncSnapshot: true }), n: -1 }),
        on: { GO: { actions: assign({ n: ({ context }) => context.ref.getSnapshot().context.n }) } },
      });
    },
    script: [{ send: { type: "INC" }, to: ["kid"] }, go],
  },
  {
    name: "a child's emitted events stay its own",
    logic: () =>
      createMachine({
        invoke: { id: "kid", src: createMachine({ on: { GO: { actions: emit({ type: "inner" }) } } }) },
        on: { OUT: { actions: emit({ type: "outer" }) } },
      }),
    script: [{ ...go, to: ["kid"] }, { send: { type: "OUT" } }],
  },
];
