/** What users write must compile as it stands, with no cast: `npm run types` checks it. */
import { assign, enqueueActions, setup } from "xstate";
import {
  activity,
  connect,
  createHost,
  createOrchestrator,
  defineKind,
  now,
  onFacts,
  planKinds,
  sendToActor,
  startActor,
  Synthesis,
  type AgentFunction,
} from "troupe";
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

/** Takes other than its machine gets: defaults are filled in at the border. */
const RoomInput = z.strictObject({ beds: z.int().default(1), guest: z.string() });
export const room = defineKind({
  kind: "room",
  version: "1",
  machine: setup({ types: { input: {} as z.infer<typeof RoomInput> } }).createMachine({}),
  events: z.never(),
  input: RoomInput,
});

const BidEvent = z.strictObject({ type: z.literal("BID"), sum: z.number() });
interface Bidden {
  readonly type: "BIDDEN";
  readonly sum: number;
}

/** Asks for the time, leads actors by their address, and says why it takes no command. */
export const auction = defineKind({
  kind: "auction",
  version: "1",
  events: BidEvent,
  machine: setup({
    types: {
      context: {} as { readonly highest: number; readonly endsAt: number },
      events: {} as z.infer<typeof BidEvent>,
    },
    actions: { startActor, sendToActor },
    guards: { inTime: ({ context }) => now() < context.endsAt },
  }).createMachine({
    context: () => ({ highest: 0, endsAt: now() + 60_000 }),
    on: {
      BID: {
        guard: "inTime",
        actions: enqueueActions(({ enqueue, event: { sum } }) => {
          enqueue.assign({ highest: sum });
          enqueue({ type: "startActor", params: { kind: "room", id: "r", input: { beds: sum } } });
          const bidden: Bidden = { type: "BIDDEN", sum };
          enqueue({ type: "sendToActor", params: { to: "room/r", event: bidden } });
          enqueue({ type: "sendToActor", params: { to: "room/r", event: { type: "BIDDEN", sum } } });
        }),
      },
    },
  }),
  refuse({ context }, event) {
    if (event.sum > context.highest) return undefined;
    const data = { highest: context.highest };
    return { message: `${event.sum} is too low`, hint: `Bid more than ${context.highest}.`, data };
  },
});

export async function listens(): Promise<string> {
  await using host = await createHost({ kinds: [auction, clock] });
  const end = await host.facts({ kind: "auction", type: "auction.won" }, (fact, address) =>
    console.log(address, fact["sum"]),
  );
  const { seq } = await host.actor("auction/a").send({ type: "BID", sum: 3 });
  const record = await host.record("auction/a", seq);
  end();
  await using client = await connect({ kinds: [auction], warn: (message) => console.warn(message) });
  await client.facts({}, console.log, console.error);
  return record?.body.facts?.[0]?.type ?? "none";
}

const hub: AgentFunction = async ({ purpose, upstream, outputs, signal, progress }) => {
  progress({ spokes: Object.keys(upstream).length });
  signal.throwIfAborted();
  if (purpose !== "synthesize") return { summary: `written to ${outputs.join()}` };
  const data = { completeness: 9, quality: 8, action: "PROCEED" as const };
  return { data: Synthesis.parse(data) };
};

export async function plans(): Promise<number> {
  await using host = await createHost({ kinds: [...planKinds({ agents: { hub } }), room] });
  await host.start("room/r", { input: { guest: "Ada" } });
  const plan = { name: "demo", tasks: [{ id: "a", agent: "hub" }] };
  const input = { run: "r1", folder: "/", artifacts: "/r1", plan };
  const run = await host.start("workflow/r1", { input });
  await run.send({ type: "PAUSE", hard: true });
  run.on("approval.requested", (fact) => {
    if (fact.type === "approval.requested") void run.send({ type: "APPROVE", gate: fact.data.gate });
  });
  const { output } = await run.waitFor(({ status, value }) => status === "done" || value === "PAUSED");
  await onFacts(host, {
    types: ["task.completed", "gate.evaluated"],
    signal: host.failed,
    handler: async (fact) =>
      console.log(fact.type === "gate.evaluated" ? fact.data.accuracy : fact.data.summary),
  });
  return output?.tasks.length ?? 0;
}

export async function team(): Promise<boolean> {
  await using orchestrator = await createOrchestrator({ log: "memory:", agents: { hub } });
  orchestrator.on("task.failed", ({ data }) => console.error(data.failure.message));
  const { success } = await orchestrator.execute({ description: "Explain it" });
  const undo = { a: async () => ({ summary: "undone" }) };
  const plan = { name: "demo", tasks: [{ id: "a", agent: "hub" }] };
  return success && (await orchestrator.executeWithSaga(plan, undo)).success;
}

const euros = setup({
  types: { context: {} as { readonly euros: number }, events: {} as { readonly type: "PAY" } },
}).createMachine({
  context: { euros: 0 },
  initial: "open",
  states: { open: { on: { PAY: "paid" } }, paid: {} },
});
const cents = setup({
  types: { context: {} as { readonly cents: number }, events: {} as { readonly type: "PAY" } },
}).createMachine({
  context: { cents: 0 },
  initial: "open",
  states: { open: { on: { PAY: "done" } }, done: {} },
});
const Pay = z.strictObject({ type: z.literal("PAY") });
export const inEuros = defineKind({ kind: "price", version: "1", machine: euros, events: Pay });
export const price2 = { kind: "price", version: "2", machine: cents, events: Pay } as const;
/** What `migrate` is given is typed from `previous`. */
export const inCents = defineKind({
  ...price2,
  previous: [inEuros],
  migrate: ({ value, context }) => {
    value satisfies "open" | "paid";
    return { value: value === "paid" ? "done" : value, context: { cents: context.euros * 100 } };
  },
});
/** Of several versions, one of their contexts. */
export const later = defineKind({
  ...price2,
  version: "3",
  previous: [inEuros, inCents],
  migrate: ({ value, context }) => ({
    value: value === "paid" ? "done" : value,
    context: "euros" in context ? { cents: context.euros * 100 } : context,
  }),
});
