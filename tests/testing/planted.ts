/** Small machines, each with one planted bug, and the law that must find it; each has a twin without it. */
import fc from "fast-check";
import { assign, fromPromise, sendTo, setup, type AnyStateMachine } from "xstate";
import { z } from "zod";
import { activity, defineKind, now, type AnyKind } from "../../src/index.ts";
import type { Answer } from "../../src/testing/subject.ts";
import type { Tested } from "../../src/testing/walk/stage.ts";

const Event = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("GO") }),
  z.strictObject({ type: z.literal("ADD"), n: z.int(), tags: z.array(z.string()) }),
  z.strictObject({ type: z.literal("NAME"), id: z.string() }),
]);
type Event = z.infer<typeof Event>;

interface Context {
  readonly list: number[];
  readonly at: unknown;
}
const build = setup({
  types: { context: {} as Context, events: {} as Event },
  actors: {
    work: activity(async () => 1),
    slow: fromPromise(async () => "never"),
  },
});
type Config = Parameters<typeof build.createMachine>[0];

export interface Planted {
  readonly law: "isPure" | "noStuckState" | "snapshotRoundTrip";
  /** What the report must say. */
  readonly says: RegExp;
  readonly bad: Tested;
  readonly good: Tested;
}

function kindOf(machine: AnyStateMachine): AnyKind {
  return defineKind({ kind: "small", version: "1", machine, events: Event });
}

function made(config: Config): AnyKind {
  return kindOf(build.createMachine(config));
}

/** A machine that does this when it is told to GO, and is fit to go on. */
function going(config: NonNullable<Config["on"]>): AnyKind {
  return made({ context: { list: [], at: 0 }, on: config });
}

const set = (at: (args: { context: Context; event: Event }) => unknown): NonNullable<Config["on"]> => ({
  GO: { actions: assign({ at }) },
});
const once: Config = {
  context: { list: [], at: 0 },
  initial: "a",
  states: { a: { on: { GO: "b" } }, b: { type: "final" } },
};
const dead: Config = { ...once, states: { a: { on: { GO: "b" } }, b: {} } };
const working = (more: object): Config => ({
  ...once,
  states: { a: { invoke: { id: "work", src: "work", ...more } }, b: { type: "final" } },
});
const answers = (answer: Answer) => ({ work: fc.constant(answer) });
const HANGS = answers("hangs");
const WORKS = answers({ output: 1 });
const shared: number[] = [];

export const PLANTED: Readonly<Record<string, Planted>> = {
  "a guard on the clock": {
    law: "isPure",
    says: /asks Date .*\n.*where: {2}whether it is taken/,
    bad: going({ GO: { guard: () => Date.now() > 1_800_000_000_000, actions: assign({ at: 1 }) } }),
    good: going({ GO: { guard: () => now() > 1_700_000_000_000, actions: assign({ at: 1 }) } }),
  },
  "a guard on the hour": {
    law: "isPure",
    says: /asks Date /,
    bad: going({ GO: { guard: () => new Date().getUTCHours() < 12, actions: assign({ at: 1 }) } }),
    good: going({
      GO: { guard: () => new Date(now()).getUTCHours() < 25, actions: assign({ at: 1 }) },
    }),
  },
  "a branch on chance": {
    law: "isPure",
    says: /asks Math\.random /,
    bad: made({
      ...once,
      states: {
        a: {
          on: {
            GO: [{ guard: () => Math.random() < 0.001, target: "b" }, { actions: assign({ at: 2 }) }],
          },
        },
        b: { type: "final" },
      },
    }),
    good: made(once),
  },
  "the time in the context": {
    law: "isPure",
    says: /asks Date .*\n.*where: {2}context\.at/,
    bad: going(set(() => new Date().toISOString())),
    good: going(set(() => new Date(now()).toISOString())),
  },
  "an id of its own in the context": {
    law: "isPure",
    says: /where: {2}context\.at/,
    bad: going(set(() => crypto.randomUUID())),
    good: going(set(({ event }) => event.type)),
  },
  "a stopwatch": {
    law: "isPure",
    says: /asks performance\.now/,
    bad: going(set(() => Math.floor(performance.now()))),
    good: going(set(() => 1)),
  },
  "the time in what it starts with": {
    law: "isPure",
    says: /where: {2}context\.at/,
    bad: kindOf(build.createMachine({ context: () => ({ list: [], at: Date.now() }) })),
    good: kindOf(build.createMachine({ context: () => ({ list: [], at: now() }) })),
  },
  "the time in what it asks for": {
    law: "isPure",
    says: /where: {2}effects/,
    bad: made(working({ input: () => ({ since: Date.now() }) })),
    good: made(working({ input: () => ({ since: now() }) })),
  },
  "a list that it pushes to": {
    law: "isPure",
    says: /changes its context in place\n.*where: {2}context\.list\[0\]/,
    bad: going({ GO: { actions: assign({ list: ({ context: { list } }) => (list.push(1), list) }) } }),
    good: going({ GO: { actions: assign({ list: ({ context: { list } }) => [...list, 1] }) } }),
  },
  "a list that all actors share": {
    law: "isPure",
    says: /small/,
    bad: going({ GO: { actions: assign({ at: () => shared.push(1) }) } }),
    good: going({ GO: { actions: assign({ at: ({ context }) => Number(context.at) + 1 }) } }),
  },
  "a map that it sets": {
    law: "isPure",
    says: /changes its context in place\n.*where: {2}context\.at/,
    bad: made({
      context: () => ({ list: [], at: new Map([["n", 0]]) }),
      on: {
        GO: { actions: ({ context }) => void context },
        ADD: { actions: assign(({ context, event }) => (setIn(context.at, event.n), {})) },
      },
    }),
    good: going({ ADD: { actions: assign({ at: ({ event }) => ({ n: event.n }) }) } }),
  },
  "an event that it sorts": {
    law: "isPure",
    says: /changes its event in place\n.*where: {2}event/,
    bad: going({ ADD: { actions: assign({ at: ({ event }) => event.tags.sort()[0] ?? "" }) } }),
    good: going({ ADD: { actions: assign({ at: ({ event }) => event.tags.toSorted()[0] ?? "" }) } }),
  },
  "a state without a way out": {
    law: "noStuckState",
    says: /nothing leads on from state "b": it takes no event/,
    bad: made(dead),
    good: made(once),
  },
  "an activity that is done, and nobody hears it": {
    law: "noStuckState",
    says: /nothing leads on from state "a"/,
    bad: { kind: made(working({})), answers: WORKS },
    good: { kind: made(working({ onDone: "b" })), answers: WORKS },
  },
  "an activity that hangs, with no time set for it": {
    law: "noStuckState",
    says: /nothing leads on from state "a"/,
    bad: { kind: made(working({ onDone: "b" })), answers: HANGS },
    good: {
      kind: made({
        ...once,
        states: {
          a: { invoke: { src: "work", onDone: "b" }, after: { 1000: "b" } },
          b: { type: "final" },
        },
      }),
      answers: HANGS,
    },
  },
  "a failure that leads nowhere": {
    law: "noStuckState",
    says: /nothing leads on from state "lost"/,
    bad: {
      kind: made({
        ...once,
        states: {
          a: { invoke: { src: "work", onDone: "b", onError: "lost" } },
          b: { type: "final" },
          lost: { on: { GO: { guard: ({ context }) => context.list.length > 0, target: "b" } } },
        },
      }),
      answers: { work: fc.constantFrom<Answer>({ output: 1 }, { error: new Error("no") }) },
    },
    good: {
      kind: made({
        ...once,
        states: {
          a: { invoke: { src: "work", onDone: "b", onError: "lost" } },
          b: { type: "final" },
          lost: { on: { GO: { guard: ({ context }) => context.list.length === 0, target: "b" } } },
        },
      }),
      answers: { work: fc.constantFrom<Answer>({ output: 1 }, { error: new Error("no") }) },
    },
  },
  "a name that nobody can guess, and one that the context says": {
    law: "noStuckState",
    says: /state "a": NAME change nothing/,
    bad: made({
      ...once,
      context: { list: [], at: "" },
      states: {
        a: { on: { NAME: { guard: ({ event }) => event.id === "k-93417", target: "b" } } },
        b: { type: "final" },
      },
    }),
    good: made({
      ...once,
      context: { list: [], at: "k-93417" },
      states: {
        a: { on: { NAME: { guard: ({ event, context }) => event.id === context.at, target: "b" } } },
        b: { type: "final" },
      },
    }),
  },
  "a function in the context": {
    law: "snapshotRoundTrip",
    says: /cannot be kept|another actor/,
    bad: going(
      set(
        ({ event }) =>
          () =>
            event.type,
      ),
    ),
    good: going(set(({ event }) => event.type)),
  },
  "a circle in the context": {
    law: "snapshotRoundTrip",
    says: /where: {2}.*at.*\n.*hint: {3}Keep plain data/,
    bad: going(set(circle)),
    good: going(set(() => new Map([[new Date(now()), new Set([1n])]]))),
  },
  "an instance in the context": {
    law: "snapshotRoundTrip",
    says: /where: {2}.*at/,
    bad: going(
      set(
        () =>
          new (class Money {
            cents = 1;
          })(),
      ),
    ),
    good: going(set(() => ({ cents: 1 }))),
  },
};

function circle(): unknown {
  const one: { self?: unknown } = {};
  one.self = { one };
  return one;
}

function setIn(map: unknown, n: number): void {
  if (map instanceof Map) map.set("n", n);
}

/** Sends to what it has started: a machine that refs make harder. */
export const talking = kindOf(
  setup({
    types: { context: {} as { readonly n: number }, events: {} as Event },
    actors: { work: activity(async () => 1) },
  }).createMachine({
    context: { n: 0 },
    initial: "a",
    states: {
      a: {
        invoke: { id: "w", src: "work", onDone: "b" },
        on: { GO: { actions: sendTo("w", { type: "HURRY" }) } },
      },
      b: { after: { 500: "a" } },
    },
  }),
);
