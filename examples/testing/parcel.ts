/**
 * A machine of a user: an order that is packed, paid and shipped. It can be had with each of three
 * bugs that people write, so that what the testing kit says of them can be seen: `node examples/testing/bugs.ts`.
 *
 *     open → paying → paid → shipped
 *       ↑      │ ↑
 *       │      ↓ │ after a minute
 *       │    waiting
 *       └─ unpaid          … and from most of them, cancelled
 */
import { activity, defineKind, now } from "troupe";
import { assign, setup } from "xstate";
import { z } from "zod";

export const ParcelEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ADD"), item: z.string().min(1).max(40), cents: z.int().min(0) }),
  z.strictObject({ type: z.literal("PAY") }),
  z.strictObject({ type: z.literal("SHIP"), carrier: z.enum(["post", "bike"]) }),
  z.strictObject({ type: z.literal("CANCEL") }),
]);
export const ParcelInput = z.strictObject({
  /** The offer holds until then, epoch ms. */
  until: z.int().min(0),
});

interface Item {
  readonly item: string;
  readonly cents: number;
}
interface Parcel {
  readonly until: number;
  readonly items: Item[];
  readonly attempts: number;
  readonly receipt: string | undefined;
}

/** Which mistake is in it. Default: none. */
export type Bug = "guard on the clock" | "assign that mutates" | "state without a way out";

const charge = activity(
  async ({ input, idempotencyKey }: { input: { cents: number }; idempotencyKey: string }) =>
    `receipt ${idempotencyKey} over ${input.cents}`,
);

export function parcelKind(bug?: Bug) {
  const machine = setup({
    types: {
      context: {} as Parcel,
      events: {} as z.infer<typeof ParcelEvent>,
      input: {} as z.infer<typeof ParcelInput>,
    },
    actors: { charge },
    delays: { retry: 60_000 },
    guards: {
      offerHolds: ({ context }) => (bug === "guard on the clock" ? Date.now() : now()) < context.until,
      hasItems: ({ context }) => context.items.length > 0,
      attemptsLeft: ({ context }) => context.attempts < 3,
    },
    actions: {
      add: assign({
        items: ({ context }, { item, cents }: Item) => {
          if (bug !== "assign that mutates") return [...context.items, { item, cents }];
          context.items.push({ item, cents });
          return context.items;
        },
      }),
    },
  }).createMachine({
    id: "parcel",
    context: ({ input }) => ({ until: input.until, items: [], attempts: 0, receipt: undefined }),
    initial: "open",
    states: {
      open: {
        on: {
          ADD: {
            guard: "offerHolds",
            actions: { type: "add", params: ({ event: { item, cents } }) => ({ item, cents }) },
          },
          PAY: { guard: "hasItems", target: "paying" },
          CANCEL: "cancelled",
        },
      },
      paying: {
        entry: assign({ attempts: ({ context }) => context.attempts + 1 }),
        invoke: {
          src: "charge",
          input: ({ context }) => ({ cents: context.items.reduce((sum, { cents }) => sum + cents, 0) }),
          onDone: { target: "paid", actions: assign({ receipt: ({ event }) => event.output }) },
          onError: [{ guard: "attemptsLeft", target: "waiting" }, { target: "unpaid" }],
        },
      },
      waiting: { after: { retry: "paying" }, on: { CANCEL: "cancelled" } },
      unpaid: {
        entry: assign({ attempts: 0 }),
        on: bug === "state without a way out" ? {} : { PAY: "paying", CANCEL: "cancelled" },
      },
      paid: { on: { SHIP: "shipped" } },
      shipped: { type: "final" },
      cancelled: { type: "final" },
    },
  });
  return defineKind({ kind: "parcel", version: "1", machine, events: ParcelEvent, input: ParcelInput });
}

export const parcel = parcelKind();

/** For commands: `troupe replay FILE ADDRESS --kinds examples/testing/parcel.ts`. */
export const kinds = [parcel];
