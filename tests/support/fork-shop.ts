/** A shop that asks for prices, reminds itself, pages, and tells a ledger that lies outside its run: a run to be forked. */
import { assign, emit, enqueueActions, sendTo, setup, type AnyActorRef } from "xstate";
import { z } from "zod";
import { activity } from "../../src/actors/activity.ts";
import { createHost, type Host } from "../../src/actors/host.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { contextKind } from "../../src/agents/team/context-kind.ts";
import { rootOf } from "../../src/events/address.ts";
import { hashesOf } from "../../src/events/log/compare.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { sendToActor } from "../../src/machines/host-actions.ts";
import { settle, virtualClock, type VirtualClock } from "./virtual-clock.ts";

/** Held open until the test ends it. */
interface Work {
  readonly key: string;
  readonly attempt: number;
  end(answer: unknown): void;
}

const Answer = z.strictObject({ price: z.number() });
const ShopEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ORDER"), of: z.string() }),
  z.strictObject({ type: z.enum(["REPORT", "LATER"]) }),
]);

/** Orders: asks for a price, reminds itself, tells a ledger that lies outside the run, and pages. */
export function shopKind(
  works: Work[],
  paged: string[],
  own = (address: string): boolean => address === "",
) {
  const machine = setup({
    types: {
      context: {} as {
        items: { name: string; price: number }[];
        reminded: number;
        me: string;
        of: string;
        ledger: AnyActorRef | null;
      },
      events: {} as
        | z.infer<typeof ShopEvent>
        | { type: "REMIND" }
        | { type: "PAGED"; by: string }
        | { type: "HELLO"; me: AnyActorRef },
      emitted: {} as { type: "shop.priced"; price: number },
    },
    actors: {
      price: activity<{ of: string }, { price: number }>(
        ({ idempotencyKey: key, fence: { attempt } }) =>
          new Promise((end) =>
            works.push({ key, attempt, end: (answer) => end(answer as { price: number }) }),
          ),
      ),
      clerk: setup({
        types: {
          context: {} as { n: number; told: string },
          events: {} as { type: "COUNT"; by: string },
        },
      }).createMachine({
        context: { n: 0, told: "" },
        on: {
          COUNT: {
            actions: assign({ n: ({ context }) => context.n + 1, told: ({ event }) => event.by }),
          },
        },
      }),
    },
    guards: { odd: ({ context }) => own(context.me) },
    actions: {
      sendToActor,
      page: ({ self }, { what }: { what: string }) => {
        paged.push(`${self.sessionId} ${what}`);
        self.send({ type: "PAGED", by: what });
      },
    },
  }).createMachine({
    context: ({ self }) => ({ items: [], reminded: 0, me: self.sessionId, of: "", ledger: null }),
    initial: "open",
    invoke: { src: "clerk", id: "clerk", systemId: "clerk" },
    on: {
      REMIND: { actions: assign({ reminded: ({ context }) => context.reminded + 1 }) },
      REPORT: {
        actions: [
          sendTo(
            ({ system }) => system.get("clerk"),
            ({ context }) => ({ type: "COUNT", by: `told by ${context.me}` }),
          ),
          enqueueActions(({ enqueue, self }) => {
            const event = { type: "NOTE", by: self };
            enqueue({ type: "sendToActor", params: { to: "ledger/main", event } });
            enqueue.raise({ type: "REMIND" }, { delay: 60_000 });
          }),
        ],
      },
      HELLO: { actions: assign({ ledger: ({ event }) => event.me }) },
      /** The ledger is told later. */
      LATER: {
        actions: enqueueActions(({ enqueue, context }) => {
          if (context.ledger !== null)
            enqueue.sendTo(context.ledger, { type: "NOTE", by: null }, { delay: 60_000 });
        }),
      },
    },
    states: {
      open: {
        on: {
          ORDER: [
            { guard: "odd", target: "closed" },
            { target: "pricing", actions: assign({ of: ({ event }) => event.of }) },
          ],
        },
      },
      pricing: {
        invoke: {
          id: "price",
          src: "price",
          input: { of: "x" },
          onDone: {
            target: "priced",
            actions: [
              assign({
                items: ({ context, event }) => [
                  ...context.items,
                  { name: "x", price: event.output.price.valueOf() },
                ],
              }),
              emit(({ event }) => ({ type: "shop.priced", price: event.output.price })),
              { type: "page", params: { what: "priced" } },
              enqueueActions(({ enqueue }) => {
                enqueue({
                  type: "sendToActor",
                  params: { to: "ledger/main", event: { type: "NOTE", by: null } },
                });
              }),
            ],
          },
          onError: { target: "failed", actions: { type: "page", params: { what: "failed" } } },
        },
      },
      priced: { on: { ORDER: "pricing" } },
      failed: { on: { ORDER: "pricing" } },
      closed: {},
    },
  });
  return defineKind({
    kind: "shop",
    version: "1",
    machine,
    events: ShopEvent,
    answers: { price: Answer },
  });
}

export const ledgerKind = defineKind({
  kind: "ledger",
  version: "1",
  events: z.never(),
  machine: setup({
    types: {
      context: {} as { notes: number },
      events: {} as { type: "NOTE"; by: AnyActorRef | null },
    },
  }).createMachine({
    context: { notes: 0 },
    on: {
      NOTE: {
        actions: [
          assign({ notes: ({ context }) => context.notes + 1 }),
          enqueueActions(({ enqueue, event, self }) => {
            if (event.by !== null) enqueue.sendTo(event.by, { type: "HELLO", me: self });
          }),
        ],
      },
    },
  }),
});

type Kinds = readonly [ReturnType<typeof shopKind>, typeof ledgerKind, typeof contextKind];

export interface Shop extends AsyncDisposable {
  readonly host: Host<Kinds>;
  readonly log: EventLog;
  readonly clock: VirtualClock;
  readonly works: Work[];
  readonly paged: string[];
  order(of?: string): Promise<number>;
  /** `shop/r1#n`, and the position where it stands. */
  at(seq: number): Promise<number>;
  reopen(own?: (address: string) => boolean): Promise<void>;
}

export async function openShop(): Promise<Shop> {
  const works: Work[] = [];
  const paged: string[] = [];
  const log = memoryLog();
  const clock = virtualClock();
  const open = (own?: (address: string) => boolean) =>
    createHost({ log, clock, kinds: [shopKind(works, paged, own), ledgerKind, contextKind] as const });
  let host = await open();
  await host.start("ledger/main");
  await host.start("shop/r1");
  await settle();
  return {
    get host() {
      return host;
    },
    log,
    clock,
    works,
    paged,
    order: async (of = "x") => (await host.actor("shop/r1").send({ type: "ORDER", of })).seq,
    at: async (seq) =>
      1 +
      (await Array.fromAsync(log.scan()))
        .filter(({ stream }) => rootOf(stream) === "r1")
        .findIndex((record) => record.stream === "shop/r1" && record.seq === seq),
    async reopen(own) {
      await host[Symbol.asyncDispose]();
      host = await open(own);
    },
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

export const hashOf = async (log: EventLog): Promise<string> => {
  const tips = new Map((await Array.fromAsync(log.scan())).map(({ stream, seq }) => [stream, seq]));
  return (await hashesOf(log.scan(), tips)).hash;
};
