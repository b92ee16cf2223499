/** Features of spawned machines: spawn, spawnChild, stopChild, forwardTo. */
import {
  assign,
  createMachine,
  enqueueActions,
  forwardTo,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from "xstate";
import type { AnyActorRef } from "xstate";
import type { Feature } from "./xstate-features.ts";

const go = { send: { type: "GO" } } as const;
const stop = { send: { type: "STOP" } } as const;

const pong = createMachine({ id: "pong", on: { PING: { actions: sendParent({ type: "PONG" }) } } });

const finisher = setup({ types: { input: {} as { n: number } } }).createMachine({
  id: "finisher",
  context: ({ input }) => ({ n: input?.n ?? 0 }),
  initial: "a",
  output: ({ context }) => ({ n: Number(context["n"]) }),
  states: { a: { on: { END: "z" }, after: { 1000: "z" } }, z: { type: "final" } },
});

export const spawnFeatures: readonly Feature[] = [
  {
    name: "forwardTo by id and by ref",
    logic: () => {
      const kid = createMachine({
        context: { got: [] as unknown[] },
        on: {
          "*": {
            actions: [
              assign({ got: ({ context, event }) => [...context.got, event["n"]] }),
              sendParent({ type: "SEEN" }),
            ],
          },
        },
      });
      return setup({
        types: { context: {} as { ref: AnyActorRef; hits: string[] } },
        actors: { kid },
      }).createMachine({
        context: ({ spawn }) => ({ ref: spawn("kid", { id: "kid" }), hits: [] as string[] }),
        on: {
          GO: { actions: [forwardTo("kid"), forwardTo(({ context }) => context.ref)] },
          SEEN: { actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }) },
        },
      });
    },
    script: [{ send: { type: "GO", n: 1 } }],
  },
  {
    name: "spawn in assign, with the ref in the context",
    logic: () =>
      setup({
        types: { context: {} as { ref?: AnyActorRef; hits: string[] } },
        actors: { pong },
      }).createMachine({
        context: { hits: [] as string[] },
        on: {
          GO: {
            actions: [
              assign({ ref: ({ spawn }) => spawn("pong", { id: "kid" }) }),
              sendTo(({ context }) => context.ref as AnyActorRef, { type: "PING" }),
            ],
          },
          PONG: { actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }) },
        },
      }),
    script: [go, { send: { type: "PING" }, to: ["kid"] }],
  },
  {
    name: "spawn in the context, refs in arrays and objects",
    logic: () =>
      setup({
        types: {
          context: {} as {
            refs: AnyActorRef[];
            by: Record<string, AnyActorRef>;
            hits: string[];
          },
        },
        actors: { pong },
      }).createMachine({
        context: ({ spawn }) => {
          const one = spawn("pong", { id: "one" });
          return { refs: [one, spawn("pong", { id: "two" })], by: { one }, hits: [] as string[] };
        },
        on: {
          GO: {
            actions: enqueueActions(({ context, enqueue }) => {
              for (const ref of context.refs) enqueue.sendTo(ref, { type: "PING" });
              if (context.by["one"] === context.refs[0]) enqueue.emit({ type: "same" });
            }),
          },
          PONG: { actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }) },
        },
      }),
    script: [go],
  },
  {
    name: "spawnChild and stopChild by id",
    logic: () =>
      setup({ actors: { pong } }).createMachine({
        context: { hits: [] as string[] },
        on: {
          GO: { actions: spawnChild("pong", { id: "kid" }) },
          ASK: { actions: sendTo("kid", { type: "PING" }) },
          STOP: { actions: stopChild("kid") },
          PONG: { actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }) },
        },
      }),
    script: [go, { send: { type: "ASK" } }, stop, go, { send: { type: "ASK" } }],
  },
  {
    name: "stopChild by ref, by expression, of nobody",
    logic: () =>
      setup({ types: { context: {} as { ref: AnyActorRef } }, actors: { pong } }).createMachine({
        context: ({ spawn }) => ({ ref: spawn("pong", { id: "kid" }) }),
        on: { STOP: { actions: [stopChild(({ context }) => context.ref), stopChild("nobody")] } },
      }),
    script: [stop],
  },
  {
    name: "a child started and stopped in one step",
    logic: () =>
      setup({ actors: { pong } }).createMachine({
        initial: "a",
        context: { hits: [] as string[] },
        on: {
          PONG: { actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }) },
        },
        states: {
          a: { on: { GO: "b" } },
          b: { invoke: { id: "kid", src: "pong" }, always: "c" },
          c: { invoke: { id: "kid", src: "pong" }, entry: sendTo("kid", { type: "PING" }) },
        },
      }),
    script: [go],
  },
  {
    name: "spawnChild with a dynamic id and input",
    logic: () =>
      setup({ actors: { finisher } }).createMachine({
        context: { n: 1, done: [] as string[] },
        on: {
          GO: {
            actions: [
              spawnChild("finisher", {
                id: ({ context }) => `kid${context["n"]}`,
                input: ({ context }) => ({ n: context["n"] }),
              }),
              assign({ n: ({ context }) => context["n"] + 1 }),
            ],
          },
          "xstate.done.actor.*": {
            actions: assign({ done: ({ context, event }) => [...context["done"], event.type] }),
          },
        },
      }),
    script: [go, go, { send: { type: "END" }, to: ["kid2"] }, { pass: 1001 }],
  },
  {
    name: "ids that are no address parts",
    logic: () =>
      setup({ actors: { pong } }).createMachine({
        context: { hits: [] as string[] },
        entry: [spawnChild("pong", { id: "a b/c:d" }), spawnChild("pong", { id: "é~2" })],
        on: {
          GO: { actions: [sendTo("a b/c:d", { type: "PING" }), sendTo("é~2", { type: "PING" })] },
          PONG: { actions: assign({ hits: ({ context, event }) => [...context["hits"], event.type] }) },
        },
      }),
    script: [go],
  },
];
