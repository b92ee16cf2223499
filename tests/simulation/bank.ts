/**
 * Accounts that pay each other in all the ways that there are, most of them in other partitions:
 * at once, later, after work, by a clerk who is a child, by a purse which is nobody's, and by a hand
 * that a custom action holds out.
 *
 *     account ── PAID (sendToActor, delayed send, action) ──▶ account in another partition
 *       ├─ spawns ──▶ clerk: resting ─(after)→ PAID to another account
 *       ├─ starts ──▶ purse: the same, but nobody's child
 *       └─ activity ─▶ PAID once it is done
 *
 * What is paid is taken in the step that pays, so that in the end all money is there again.
 */
import { assign, enqueueActions, setup, type AnyActorRef } from "xstate";
import { z } from "zod";
import { activity } from "../../src/actors/activity.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { sendToActor, startActor } from "../../src/machines/host-actions.ts";
import type { ActionName } from "../../src/testing/check-actions.ts";
import type { Dice } from "../../src/testing/dice.ts";
import type { Evidence } from "../../src/testing/evidence.ts";
import { sharedOutside, type Done, type Outside, type Work } from "../../src/testing/outside.ts";
import type { Act } from "../../src/testing/plan.ts";
import type { Drama } from "../../src/testing/simulation.ts";

/** What each account has at first. */
const FUNDS = 1_000;

const Payment = { n: z.int(), to: z.string(), amount: z.int() };
const AccountEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("PAY"), ...Payment }),
  z.strictObject({ type: z.enum(["LATER", "HIRE", "FILL"]), ...Payment, ms: z.int() }),
  z.strictObject({
    type: z.literal("EARN"),
    ...Payment,
    workMs: z.int(),
    fates: z.array(z.enum(["works", "fails", "hangs"])),
  }),
  z.strictObject({ type: z.literal("WAVE"), n: z.int() }),
]);
interface Order {
  readonly to: string;
  readonly amount: number;
}
type Paid = { readonly type: "PAID"; readonly amount: number; readonly by: AnyActorRef | null };
type Said = Paid | { readonly type: "THANKS" } | { readonly type: "WAVED"; readonly n: number };

const paying = (order: Order & { readonly ms: number }) => ({ ...order });

/** Pays once it has rested. */
const payer = setup({
  types: { input: {} as Order & { ms: number }, context: {} as Order & { ms: number } },
  actions: { sendToActor },
  delays: { rest: ({ context }) => context.ms },
}).createMachine({
  context: ({ input }) => paying(input),
  initial: "resting",
  states: {
    resting: { after: { rest: "paid" } },
    paid: {
      type: "final",
      entry: enqueueActions(({ enqueue, context: { to, amount } }) => {
        const event = { type: "PAID", amount, by: null };
        enqueue({ type: "sendToActor", params: { to, event } });
      }),
    },
  },
});

interface Account {
  readonly funds: number;
  readonly thanks: number;
  readonly waves: number;
  /** What work is to pay, by its id. */
  readonly earning: Readonly<Record<string, Order>>;
  /** Who paid last. */
  readonly friend: AnyActorRef | null;
}

function accountOf(outside: Outside) {
  return setup({
    types: { context: {} as Account, events: {} as z.infer<typeof AccountEvent> | Said },
    actors: {
      clerk: payer,
      work: activity<Work, Done>((context) => outside.work(context, context.input), {
        timeoutMs: 60,
        retry: { maxAttempts: 3, delayMs: 4 },
      }),
    },
    actions: {
      sendToActor,
      startActor,
      /** At least once; what it sends counts once. */
      wave({ context, self }, { n }: { readonly n: number }) {
        outside.act(`${self.sessionId} wave-${n}`);
        context.friend?.send({ type: "WAVED", n });
      },
    },
  }).createMachine({
    context: { funds: FUNDS, thanks: 0, waves: 0, earning: {}, friend: null },
    on: {
      PAY: {
        actions: enqueueActions(({ enqueue, context, self, event: { to, amount } }) => {
          enqueue.assign({ funds: context.funds - amount });
          const event = { type: "PAID", amount, by: self };
          enqueue({ type: "sendToActor", params: { to, event } });
        }),
      },
      /** To its last friend, whose ref it has; else to itself, which takes it back. */
      LATER: {
        actions: enqueueActions(({ enqueue, context, self, event: { n, amount, ms } }) => {
          enqueue.assign({ funds: context.funds - amount });
          const event = { type: "PAID", amount, by: self };
          enqueue.sendTo(context.friend ?? self, event, { id: `later-${n}`, delay: ms });
        }),
      },
      HIRE: {
        actions: enqueueActions(({ enqueue, context, event: { n, to, amount, ms } }) => {
          enqueue.assign({ funds: context.funds - amount });
          enqueue.spawnChild("clerk", { id: `clerk${n}`, input: { to, amount, ms } });
        }),
      },
      FILL: {
        actions: enqueueActions(({ enqueue, context, event: { n, to, amount, ms } }) => {
          enqueue.assign({ funds: context.funds - amount });
          const input = { to, amount, ms };
          enqueue({ type: "startActor", params: { kind: "purse", id: `purse${n}`, input } });
        }),
      },
      EARN: {
        actions: enqueueActions(({ enqueue, context, event: { n, to, amount, workMs, fates } }) => {
          const id = `work${n}`;
          enqueue.assign({ earning: { ...context.earning, [id]: { to, amount } } });
          enqueue.spawnChild("work", { id, input: { workMs, fates } });
        }),
      },
      WAVE: { actions: { type: "wave", params: ({ event }) => ({ n: event.n }) } },
      PAID: {
        actions: [
          assign({
            funds: ({ context, event }) => context.funds + event.amount,
            friend: ({ context, event }) => event.by ?? context.friend,
          }),
          enqueueActions(({ enqueue, event: { by } }) => {
            if (by !== null) enqueue.sendTo(by, { type: "THANKS" });
          }),
        ],
      },
      THANKS: { actions: assign({ thanks: ({ context }) => context.thanks + 1 }) },
      WAVED: { actions: assign({ waves: ({ context }) => context.waves + 1 }) },
      "xstate.done.actor.*": {
        actions: enqueueActions(({ enqueue, context, self, event }) => {
          const { earning, funds } = context as Account; // XState knows no types of such events
          const order = earning[Object(event).actorId as string]; // as XState names its end
          if (order === undefined) return; // a clerk
          const { to, amount } = order;
          enqueue.assign({ funds: funds - amount });
          const paid = { type: "PAID", amount, by: self };
          enqueue({ type: "sendToActor", params: { to, event: paid } });
        }),
      },
      "xstate.error.actor.*": {},
    },
  });
}

const actionName: ActionName = (address, effect) => {
  if (effect.type !== "action" || effect.name !== "wave") return undefined;
  const { n } = Object(effect.params) as { readonly n: number }; // as `wave` has it
  return `${address} wave-${n}`;
};

/** Where nobody was stopped all money is there again, and who was paid has thanked. */
function checkBank({ actors, fault }: Evidence): void {
  const accounts = [...actors.values()].filter(({ address }) => /^account\/[^:]*$/.test(address));
  const all = accounts.flatMap(({ steps }) => steps);
  const count = (type: string): number => all.filter(({ body }) => body.event?.type === type).length;
  const sum = (key: "funds" | "thanks" | "waves"): number =>
    accounts.reduce((so, { context }) => so + Number(context[key]), 0);
  if (count("troupe.stopped") > 0) return;
  const sent = [...actors.values()].flatMap(({ steps }) => steps.flatMap(({ effects }) => effects));
  const lost = sent.reduce((so, { effect }) => {
    const isLost = effect.type === "send" && effect.event.type === "PAID" && !actors.has(effect.to);
    return isLost ? so + Number(effect.event["amount"]) : so; // to an account that was never opened
  }, 0);
  const funds = accounts.length * FUNDS - lost;
  if (sum("funds") !== funds) fault(`the accounts hold ${sum("funds")} of ${funds}`);
  const thanked = all.filter(({ body: { event } }) => event?.type === "PAID" && event["by"] !== null);
  if (sum("thanks") !== thanked.length)
    fault(`${thanked.length} payments were thanked for ${sum("thanks")} times`);
  if (sum("waves") > count("WAVE")) fault(`${count("WAVE")} waves arrived ${sum("waves")} times`);
}

const WAITS = [0, 0, 1, 5, 20, 40, 100, 400];
const ROOTS = ["a", "b", "c", "d", "e"];

function bankStory(dice: Dice): readonly Act[] {
  const roots = ROOTS.slice(0, 3 + dice.below(3));
  const acts: Act[] = roots.map((root) => ({ waitMs: 0, to: `account/${root}`, start: {} }));
  const length = 6 + dice.below(12);
  for (let n = 0; n < length; n++) acts.push(actOf(dice, roots, n));
  return acts;
}

function actOf(dice: Dice, roots: readonly string[], n: number): Act {
  const waitMs = dice.of(WAITS);
  const to = `account/${dice.of(roots)}`;
  const own = { waitMs, to, ...(n === 0 && { patient: true as const }) }; // all accounts are there
  const what = dice.below(100);
  if (what < 8) return { ...own, look: true };
  if (what < 10) return { ...own, id: `c${n}`, stop: true };
  return { ...own, id: `c${n}`, send: commandOf(dice, roots, n) };
}

function commandOf(
  dice: Dice,
  roots: readonly string[],
  n: number,
): Extract<Act, { readonly send: unknown }>["send"] {
  const paid = { n, to: `account/${dice.of(roots)}`, amount: 1 + dice.below(50) };
  const ms = dice.of([0, 5, 30, 400, 2_000]);
  const what = dice.below(100);
  if (what < 40) return { type: "PAY", ...paid };
  if (what < 55) return { type: "LATER", ...paid, ms };
  if (what < 65) return { type: "HIRE", ...paid, ms };
  if (what < 75) return { type: "FILL", ...paid, ms };
  if (what < 85) return { type: "WAVE", n };
  const fates = Array.from({ length: dice.below(3) }, () => dice.of(["fails", "hangs"]));
  return { type: "EARN", ...paid, workMs: dice.below(60), fates: [...fates, "works"] };
}

export function bankKinds(outside: Outside) {
  const machine = accountOf(outside);
  return [
    defineKind({ kind: "account", version: "1", machine, events: AccountEvent }),
    defineKind({ kind: "clerk", version: "1", machine: payer, events: z.never() }),
    defineKind({ kind: "purse", version: "1", machine: payer, events: z.never() }),
  ] as const;
}

export function bankDrama(): Drama {
  const outside = sharedOutside();
  const laws = { actionName, own: checkBank };
  const kinds = bankKinds(outside);
  return { name: "bank", kinds, outside, story: bankStory, laws, shared: true };
}
