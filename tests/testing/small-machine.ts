/** Small machines to plant bugs into. */
import { assign, sendTo, setup, type AnyStateMachine } from "xstate";
import { z } from "zod";
import { activity, defineKind, type AnyKind } from "../../src/index.ts";
import type { Tested } from "../../src/testing/walk/stage.ts";

const Event = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("GO") }),
  z.strictObject({ type: z.literal("ADD"), n: z.int(), tags: z.array(z.string()) }),
  z.strictObject({ type: z.literal("NAME"), id: z.string() }),
]);
type Event = z.infer<typeof Event>;

export interface Context {
  readonly list: number[];
  readonly at: unknown;
}
export const build = setup({
  types: {
    context: {} as Context,
    events: {} as Event,
    emitted: {} as { readonly type: "went"; readonly at: unknown },
  },
  actors: { work: activity(async () => 1) },
});
type Config = Parameters<typeof build.createMachine>[0];

/** A bug, and its twin without it. */
export interface Planted {
  /** The law that must find it. */
  readonly law: "isPure" | "noStuckState" | "snapshotRoundTrip";
  /** What the report must say. */
  readonly says: RegExp;
  readonly bad: Tested;
  readonly good: Tested;
}

export function kindOf(machine: AnyStateMachine): AnyKind {
  return defineKind({ kind: "small", version: "1", machine, events: Event });
}

export function made(config: Config): AnyKind {
  return kindOf(build.createMachine(config));
}

/** A machine that takes these events for ever. */
export function going(config: NonNullable<Config["on"]>): AnyKind {
  return made({ context: { list: [], at: 0 }, on: config });
}

/** To GO: what `context.at` becomes. */
export function set(
  at: (args: { context: Context; event: Event }) => unknown,
): NonNullable<Config["on"]> {
  return { GO: { actions: assign({ at }) } };
}

/** GO ends it. */
export const once: Config = {
  context: { list: [], at: 0 },
  initial: "a",
  states: { a: { on: { GO: "b" } }, b: { type: "final" } },
};

/** Its work ends it, if anybody hears of it. */
export function working(more: object): Config {
  const a = { invoke: { id: "work", src: "work", ...more } } as const;
  return { ...once, states: { a, b: { type: "final" } } };
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
