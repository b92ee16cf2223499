/** An order in two versions: the second knows other states, other money, and a parcel. */
import { assign, fromPromise, setup } from "xstate";
import { z } from "zod";
import { expect } from "vitest";
import { activity } from "../../src/actors/activity.ts";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import type { FromVersion, KindCode, MachineState } from "../../src/actors/versions.ts";
import type { Bench } from "./laws-bench.ts";
import { sameFromStart, watchedLoad } from "./laws-rollover.ts";

/** What orders did outside. */
export interface World {
  /** Attempts of activities, as `src key attempt`. */
  readonly begun: string[];
  /** Custom actions that ran. */
  readonly noted: string[];
  /** Answers activities, by src; one that is not here hangs. */
  readonly answers: Map<string, unknown>;
}

export function world(): World {
  return { begun: [], noted: [], answers: new Map() };
}

function outside({ begun, answers }: World, src: string) {
  return activity<{ readonly id: string }, unknown>(async ({ idempotencyKey, fence }) => {
    begun.push(`${src} ${idempotencyKey} ${fence.attempt}`);
    return answers.has(src) ? answers.get(src) : new Promise(() => {});
  });
}

const First = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ADD"), euros: z.number() }),
  z.strictObject({ type: z.literal("PAY") }),
]);

export function firstOrder(did: World): AnyKind {
  return defineKind({ kind: "order", version: "1", machine: firstMachine(did), events: First });
}

function firstMachine(did: World) {
  return setup({
    types: {
      context: {} as { readonly euros: number; readonly paidWith?: unknown },
      events: {} as z.infer<typeof First>,
    },
    actors: { charge: outside(did, "charge") },
    actions: { note: (_, what: string) => void did.noted.push(what) },
  }).createMachine({
    id: "order",
    context: { euros: 0 },
    initial: "cart",
    states: {
      cart: {
        after: { 100_000: "lapsed" },
        on: {
          ADD: {
            actions: [
              assign({ euros: ({ context, event }) => context.euros + event.euros }),
              { type: "note", params: ({ event }) => `add ${event.euros}` },
            ],
          },
          PAY: "paying",
        },
      },
      paying: {
        after: { 50_000: "lapsed" },
        invoke: {
          src: "charge",
          id: "charge",
          input: { id: "c" },
          onDone: { target: "paid", actions: assign({ paidWith: ({ event }) => event.output }) },
        },
      },
      paid: { type: "final" },
      lapsed: {},
    },
  });
}

const Second = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ADD"), cents: z.number() }),
  z.strictObject({ type: z.literal("PAY") }),
]);

export interface SecondOptions {
  /** Answers of `migrate` by default: the right ones. */
  readonly migrate?: (state: MachineState, from: FromVersion) => MachineState<SecondContext>;
  /** Default: the first order. */
  readonly previous?: readonly KindCode[];
  /** Id of the invoke that charges. */
  readonly chargeId?: string;
  readonly version?: string;
}

export interface SecondContext {
  readonly cents: number;
  readonly paidWith?: unknown;
}

/** `cart` became `basket`, `paying` became `charging`, which is watched; `paid` is followed by `packing`. */
export function secondOrder(did: World, options: SecondOptions = {}): AnyKind {
  const {
    chargeId = "charge",
    version = "2",
    previous = [firstOrder(did)],
    migrate = inCents,
  } = options;
  const machine = setup({
    types: { context: {} as SecondContext, events: {} as z.infer<typeof Second> },
    actors: {
      charge: outside(did, "charge"),
      watch: outside(did, "watch"),
      pack: outside(did, "pack"),
    },
    actions: { note: (_, what: string) => void did.noted.push(what) },
  }).createMachine({
    id: "order",
    context: { cents: 0 },
    initial: "basket",
    states: {
      basket: {
        after: { 100_000: "lapsed" },
        on: {
          ADD: {
            actions: [
              assign({ cents: ({ context, event }) => context.cents + event.cents }),
              { type: "note", params: ({ event }) => `cents ${event.cents}` },
            ],
          },
          PAY: "charging",
        },
      },
      charging: {
        after: { 50_000: "lapsed", 20_000: { actions: { type: "note", params: "slow" } } },
        invoke: [
          {
            src: "charge",
            id: chargeId,
            input: { id: "c" },
            onDone: { target: "packing", actions: assign({ paidWith: ({ event }) => event.output }) },
          },
          { src: "watch", id: "watch", input: { id: "w" } },
        ],
      },
      packing: { invoke: { src: "pack", id: "pack", input: { id: "p" }, onDone: "gone" } },
      gone: { type: "final" },
      lapsed: {},
    },
  });
  return defineKind({ kind: "order", version, machine, events: Second, previous, migrate });
}

const NOW: Readonly<Record<string, string>> = { cart: "basket", paying: "charging" };

export function inCents({ value, context }: MachineState): MachineState<SecondContext> {
  const { euros, ...rest } = context as { readonly euros: number }; // as the first order has it
  return {
    value: (typeof value === "string" && NOW[value]) || value,
    context: { ...rest, cents: euros * 100 },
  };
}

/** A parent whose child has no kind of its own; `by` is what the child adds. */
export function familyKind(version: string, by: number, previous: readonly KindCode[] = []): AnyKind {
  const child = setup({ types: { context: {} as { n: number } } }).createMachine({
    context: { n: 0 },
    on: { ADD: { actions: assign({ n: ({ context }) => context.n + by }) } },
  });
  const machine = setup({
    actors: { child, never: fromPromise(() => new Promise(() => {})) },
  }).createMachine({
    id: "family",
    initial: "home",
    states: { home: { invoke: { src: "child", id: "kid" } } },
  });
  return defineKind({
    kind: "family",
    version,
    machine,
    events: z.looseObject({ type: z.string() }),
    previous,
  });
}

/** Says PING to itself, in a custom action, and hears it as this version does. */
export function echoKind(version: string, as: string, previous: readonly KindCode[] = []): AnyKind {
  const machine = setup({
    types: { context: {} as { heard: readonly string[] } },
    actions: { say: ({ self }) => self.send({ type: "PING" }) },
  }).createMachine({
    context: { heard: [] },
    on: {
      GO: { actions: "say" },
      PING: { actions: assign({ heard: ({ context }) => [...context.heard, as] }) },
    },
  });
  const events = z.looseObject({ type: z.string() });
  return defineKind({ kind: "echo", version, machine, events, previous });
}

const A = "order/r";

/** An order of the first version, and what it is sent. */
export async function ordered(b: Bench, did: World, events: readonly object[]): Promise<void> {
  const first = await b.start([firstOrder(did)]);
  const order = await first.host.start(A);
  for (const event of events) await order.send(event as never);
  await b.settle();
  await b.kill(first);
}

/** Loaded from the migration, from the birth, and by code that has the second version alone: one actor. */
export async function sameEverywhere(b: Bench, did: World): Promise<void> {
  const both = await sameFromStart(b, [secondOrder(did)], A);
  const alone = [secondOrder(did, { previous: [] })];
  for (const options of [{}, { snapshots: false }])
    expect((await watchedLoad(b, alone, A, options)).content).toEqual(both.content);
}
