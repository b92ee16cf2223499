/** What users write must compile as it stands, with no cast: `npm run types` checks it. */
import { assign, setup } from "xstate";
import { activity, connect, createHost, defineKind } from "troupe";
import { z } from "zod";

const OrderEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("PAY"), amount: z.number() }),
  z.strictObject({ type: z.literal("CANCEL") }),
]);

const orderMachine = setup({
  types: {
    context: {} as { readonly total: number; readonly receipt: string | undefined },
    input: {} as { readonly total: number },
    events: {} as z.infer<typeof OrderEvent>,
    emitted: {} as { readonly type: "order.paid"; readonly total: number },
  },
  actors: {
    charge: activity(
      async ({ input, signal, idempotencyKey, fence, heartbeat, progress }: ChargeArgs) => {
        heartbeat();
        progress({ percent: 50 });
        return { id: `${idempotencyKey}/${fence.attempt}/${input.total}`, late: signal.aborted };
      },
      { timeoutMs: ({ total }) => total, retry: { maxAttempts: 3 } },
    ),
  },
}).createMachine({
  context: ({ input }) => ({ total: input.total, receipt: undefined }),
  initial: "open",
  states: {
    open: { on: { PAY: "paying", CANCEL: "closed" } },
    paying: {
      invoke: {
        src: "charge",
        input: ({ context }) => ({ total: context.total }),
        onDone: { target: "closed", actions: assign({ receipt: ({ event }) => event.output.id }) },
      },
    },
    closed: { type: "final" },
  },
});
type ChargeArgs = Parameters<Parameters<typeof activity<{ readonly total: number }, unknown>>[0]>[0];

export const order = defineKind({
  kind: "order",
  version: "1",
  machine: orderMachine,
  events: OrderEvent,
  leadingFacts: ["order.paid"],
});

const TickEvent = z.object({ type: z.literal("TICK") });
export const clock = defineKind({
  kind: "clock",
  version: "1",
  machine: setup({ types: { events: {} as z.infer<typeof TickEvent> } }).createMachine({
    on: { TICK: {} },
  }),
  events: TickEvent,
});

/** Uses all of the face. */
export async function uses(): Promise<string | undefined> {
  await using host = await createHost({ log: "memory:", kinds: [order, clock] });
  const one = await host.start("order/o-1", { input: { total: 40 } });
  await host.start("clock/c");
  await one.send({ type: "PAY", amount: 40 }, { id: "cmd-1" });
  const { seq } = await host.actor("clock/c").send({ type: "TICK" });
  const paid = await one.waitFor((s) => s.status === "done" && s.matches("closed"), {
    timeoutMs: 5000,
  });
  const total: number = paid.context.total;
  const past = await host.read("order/o-1", { at: seq });
  one.on("order.paid", (event) => event.total.toFixed(total));
  for await (const record of host.records({ kind: "order", live: true }))
    record.body.state satisfies unknown;
  await using client = await connect({ log: "memory:", kinds: [order] });
  await client.actor("order/o-1").send({ type: "CANCEL" });
  for (const { address, hint } of await host.parked()) await host.unpark(hint ?? address);
  return past.context.receipt ?? paid.context.receipt;
}
