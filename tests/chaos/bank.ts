/**
 * Accounts, and transfers between them: each is a root of its own, so most lie in other
 * partitions than those they talk to.
 *
 *     transfer ── WITHDRAW ──▶ account FROM      taking → giving → noting → paid
 *        ├─────── DEPOSIT ───▶ account TO           │        └→ returning → noting → returned
 *        └─────── REFUND ────▶ account FROM         └───────────▶ noting → refused
 *
 * - 1. No machine remembers whom it has answered: what arrives twice counts twice, and shows.
 */
import { assign, setup } from "xstate";
import { z } from "zod";
import { activity, type ActivityContext } from "../../src/actors/activity.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { sendToActor } from "../../src/machines/host-actions.ts";

/** What an account is asked by a transfer, and how it answers. */
export type Asking = "WITHDRAW" | "DEPOSIT" | "REFUND";
type Answer = "TAKEN" | "GIVEN" | "RETURNED" | "REFUSED";

interface Ask {
  readonly type: Asking;
  readonly transfer: string;
  readonly amount: number;
}

export const AccountInput = z.strictObject({
  balance: z.int().min(0),
  /** It refuses a deposit that would raise it above this. */
  limit: z.int().min(0),
});
export const TransferInput = z.strictObject({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  amount: z.int().min(1),
});
export type TransferInput = z.infer<typeof TransferInput>;

/** What clients tell an account: to count a note, or that somebody paid in at the counter. */
const AccountEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("NOTE") }),
  z.strictObject({ type: z.literal("CASH"), amount: z.int().min(1) }),
]);

export type Ending = "paid" | "returned" | "refused";
/** Says which run of the activity it is of. */
export interface Noted {
  readonly epoch: number;
  readonly attempt: number;
}
/** The outside world: notes how a transfer ended. */
export type NoteDown = (context: ActivityContext & { readonly input: string }) => Promise<Noted>;

const enough = (balance: number, ask: Ask): boolean => balance >= ask.amount;
const reply = (answer: Answer) => ({
  type: "sendToActor" as const,
  params: ({ event }: { readonly event: Ask }) => ({
    to: `transfer/${event.transfer}`,
    event: { type: answer },
  }),
});

const account = setup({
  types: {
    input: {} as z.infer<typeof AccountInput>,
    context: {} as z.infer<typeof AccountInput> & { readonly notes: number },
    events: {} as z.infer<typeof AccountEvent> | Ask,
  },
  actions: { sendToActor },
}).createMachine({
  id: "account",
  context: ({ input }) => ({ ...input, notes: 0 }),
  on: {
    NOTE: { actions: assign({ notes: ({ context }) => context.notes + 1 }) },
    CASH: { actions: assign({ balance: ({ context, event }) => context.balance + event.amount }) },
    WITHDRAW: [
      {
        guard: ({ context, event }) => enough(context.balance, event),
        actions: [
          assign({ balance: ({ context, event }) => context.balance - event.amount }),
          reply("TAKEN"),
        ],
      },
      { actions: reply("REFUSED") },
    ],
    DEPOSIT: [
      {
        guard: ({ context, event }) => context.balance + event.amount <= context.limit,
        actions: [
          assign({ balance: ({ context, event }) => context.balance + event.amount }),
          reply("GIVEN"),
        ],
      },
      { actions: reply("REFUSED") },
    ],
    REFUND: {
      actions: [
        assign({ balance: ({ context, event }) => context.balance + event.amount }),
        reply("RETURNED"),
      ],
    },
  },
});

const ask = (type: Asking, whom: "from" | "to") => ({
  type: "sendToActor" as const,
  params: ({ context }: { readonly context: TransferInput }) => ({
    to: context[whom],
    event: { type, transfer: context.id, amount: context.amount },
  }),
});

function transferOf(note: NoteDown) {
  return setup({
    types: {
      input: {} as TransferInput,
      context: {} as TransferInput & { readonly ending: Ending | null; readonly noted: Noted | null },
      events: {} as { readonly type: Answer },
      output: {} as { readonly ending: Ending | null; readonly noted: Noted | null },
    },
    actors: { note: activity<string, Noted>(note) },
    actions: {
      sendToActor,
      end: assign({ ending: (_, { as }: { readonly as: Ending }) => as }),
    },
  }).createMachine({
    id: "transfer",
    context: ({ input }) => ({ ...input, ending: null, noted: null }),
    initial: "taking",
    output: ({ context: { ending, noted } }) => ({ ending, noted }),
    states: {
      taking: {
        entry: ask("WITHDRAW", "from"),
        on: {
          TAKEN: "giving",
          REFUSED: { target: "noting", actions: { type: "end", params: { as: "refused" } } },
        },
      },
      giving: {
        entry: ask("DEPOSIT", "to"),
        on: {
          GIVEN: { target: "noting", actions: { type: "end", params: { as: "paid" } } },
          REFUSED: "returning",
        },
      },
      returning: {
        entry: ask("REFUND", "from"),
        on: { RETURNED: { target: "noting", actions: { type: "end", params: { as: "returned" } } } },
      },
      noting: {
        invoke: {
          id: "note",
          src: "note",
          input: ({ context }) => context.id,
          onDone: { target: "over", actions: assign({ noted: ({ event }) => event.output }) },
        },
      },
      over: { type: "final" },
    },
  });
}

export function bankKinds(note: NoteDown) {
  return [
    defineKind({
      kind: "account",
      version: "1",
      machine: account,
      events: AccountEvent,
      input: AccountInput,
    }),
    defineKind({
      kind: "transfer",
      version: "1",
      machine: transferOf(note),
      events: z.never(),
      input: TransferInput,
    }),
  ] as const;
}

/** The kinds for those who only read and ask. */
export const readingKinds = bankKinds(() => Promise.reject(new Error("nothing runs here")));
