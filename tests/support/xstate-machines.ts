/** Machines made at random, as data, and histories for them. */
import { fc } from "@fast-check/vitest";
import {
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  raise,
  sendParent,
  setup,
  stopChild,
} from "xstate";
import type { AnyStateMachine } from "xstate";
import type { Act } from "./xstate-features.ts";

const EVENTS = ["A", "B", "C", "D"] as const;
const PLACES = [
  "s0",
  "s1",
  "s2",
  "s0.p.x",
  "s0.p.y",
  "s0.q.x",
  "s0.q.y",
  "s1.x",
  "s1.y",
  "s1.h",
  "s1.d",
] as const;
const DEEDS = [
  "count",
  "list",
  "emit",
  "raise",
  "later",
  "cancel",
  "spawn",
  "ask",
  "stop",
  "meet",
] as const;

interface Move {
  readonly from: number;
  readonly event: (typeof EVENTS)[number];
  readonly target: (typeof PLACES)[number] | undefined;
  readonly deeds: readonly (typeof DEEDS)[number][];
  readonly upTo: number;
  readonly reenter: boolean;
}

export interface MachineSpec {
  readonly moves: readonly Move[];
  readonly afterMs: number;
  readonly alwaysFrom: number;
}

const move: fc.Arbitrary<Move> = fc.record({
  from: fc.nat(8),
  event: fc.constantFrom(...EVENTS),
  target: fc.option(fc.constantFrom(...PLACES), { nil: undefined }),
  deeds: fc.array(fc.constantFrom(...DEEDS), { maxLength: 3 }),
  upTo: fc.nat(9),
  reenter: fc.boolean(),
});

export const machineSpec: fc.Arbitrary<MachineSpec> = fc.record({
  moves: fc.array(move, { minLength: 4, maxLength: 16 }),
  afterMs: fc.integer({ min: 1, max: 40 }),
  alwaysFrom: fc.nat(9),
});

export const history: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...EVENTS).map((type): Act => ({ send: { type } })) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 30 }).map((ms): Act => ({ pass: ms })) },
  ),
  { maxLength: 14 },
);

const kid = createMachine({
  id: "kid",
  context: { asked: 0 },
  initial: "up",
  output: ({ context }) => ({ asked: Number(context["asked"]) }),
  states: {
    up: {
      on: {
        ASK: {
          actions: [
            assign({ asked: ({ context }) => context["asked"] + 1 }),
            sendParent({ type: "ANSWER" }),
          ],
        },
      },
      after: { 25: "over" },
    },
    over: { type: "final" },
  },
});

interface Memory {
  readonly n: number;
  readonly list: readonly string[];
  readonly met: number;
}

const parts = setup({
  types: { context: {} as Memory },
  actors: { kid },
  guards: { below: ({ context }, { upTo }: { upTo: number }) => context.n <= upTo },
  actions: {
    count: assign({ n: ({ context }) => context.n + 1 }),
    list: assign({ list: ({ context, event }) => [...context.list.slice(-5), event.type] }),
    meet: assign({ met: ({ context }) => context.met + 1 }),
    emit: emit(({ context }) => ({ type: "said", n: context.n })),
    raise: raise({ type: "RAISED" }),
    later: enqueueActions(({ context, enqueue }) => {
      // Without the cancel XState keeps both timers; see "differs: a later timer of the same id".
      enqueue.cancel("later");
      enqueue.raise({ type: "LATER" }, { delay: 5 + context.n, id: "later" });
    }),
    cancel: cancel("later"),
    spawn: enqueueActions(({ enqueue, self }) => {
      if (self.getSnapshot().children["kid"] === undefined) enqueue.spawnChild("kid", { id: "kid" });
    }),
    ask: enqueueActions(({ enqueue, self }) => {
      if (self.getSnapshot().children["kid"] !== undefined) enqueue.sendTo("kid", { type: "ASK" });
    }),
    stop: stopChild("kid"),
  },
});

interface Always {
  readonly guard: { readonly type: "below"; readonly params: { readonly upTo: number } };
  readonly actions: "count";
}

/** The machine that a spec describes. */
export function machineOf({ moves, afterMs, alwaysFrom }: MachineSpec): AnyStateMachine {
  const on = (place: number) => {
    const here = moves.filter(({ from }) => from === place);
    return Object.fromEntries(
      EVENTS.map((event) => [event, here.filter((one) => one.event === event).map(transitionOf)]),
    );
  };
  const always = (place: number): { always?: Always } =>
    place === alwaysFrom
      ? { always: { guard: { type: "below", params: { upTo: 0 } }, actions: "count" } }
      : {};
  return parts.createMachine({
    id: "random",
    context: { n: 0, list: [], met: 0 },
    initial: "s0",
    on: {
      ANSWER: { actions: "meet" },
      RAISED: { actions: "count" },
      LATER: { actions: "list" },
      "xstate.done.actor.kid": { actions: "meet" },
    },
    states: {
      s0: {
        type: "parallel",
        on: on(0),
        states: {
          p: { initial: "x", states: { x: { on: on(1) }, y: { on: on(2), ...always(2) } } },
          q: {
            initial: "x",
            states: { x: { on: on(3), ...always(3) }, y: { on: on(4), ...always(4) } },
          },
        },
      },
      s1: {
        initial: "x",
        on: on(5),
        states: {
          x: { on: on(6) },
          y: { on: on(7), ...always(7) },
          h: { type: "history" },
          d: { type: "history", history: "deep" },
        },
      },
      s2: { on: on(8), after: { [afterMs]: "s1.d" }, invoke: { id: "job", src: "kid", onDone: "s0" } },
    },
  });
}

function transitionOf({ target, deeds, upTo, reenter }: Move) {
  return {
    guard: { type: "below", params: { upTo } } as const,
    actions: deeds,
    reenter,
    ...(target !== undefined && { target: `#random.${target}` }),
  };
}
