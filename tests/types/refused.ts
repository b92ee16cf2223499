/** What users must not be able to write: each line below a mark is an error, or `npm run types` fails. */
import {
  connect,
  createHost,
  defineKind,
  messagesKinds,
  openQueue,
  openTeam,
  planKinds,
  sendToActor,
  sharedContext,
  startActor,
  startWorker,
} from "troupe";
import { z } from "zod";
import { auction, clock, inEuros, order, price2, room } from "./compiles.ts";

export async function refused(): Promise<void> {
  const host = await createHost({ log: "memory:", kinds: [order, clock] });
  const one = await host.start("order/o-1", { input: { total: 40 } });
  // @ts-expect-error no such event
  await one.send({ type: "REFUND" });
  // @ts-expect-error a field is missing
  await one.send({ type: "PAY" });
  // @ts-expect-error a field has another type
  await one.send({ type: "PAY", amount: "40" });
  // @ts-expect-error another kind's event
  await host.actor("clock/c").send({ type: "PAY", amount: 40 });
  // @ts-expect-error events of the machine's own are not for outsiders
  await one.send({ type: "xstate.stop" });
  // @ts-expect-error input is needed
  await host.start("order/o-2");
  // @ts-expect-error input has another shape
  await host.start("order/o-2", { input: { sum: 40 } });
  // @ts-expect-error input has another type
  await host.start("order/o-2", { input: { total: "40" } });
  // @ts-expect-error no such kind
  await host.start("invoice/i-1");
  // @ts-expect-error no such kind
  host.actor("invoice/i-1");
  // @ts-expect-error no such kind
  await host.read("invoice/i-1");
  const { context } = await one.snapshot();
  // @ts-expect-error no such field of the context
  context.price satisfies unknown;
  // @ts-expect-error what was read cannot be written
  context.total = 3;
  // @ts-expect-error no such field of the context
  await one.waitFor((s) => s.context.price > 3);
  // @ts-expect-error no such state
  await one.waitFor((s) => s.matches("lost"));
  // @ts-expect-error the listener's event has no such field
  one.on("order.paid", (event) => event.price);
  // @ts-expect-error ids are texts
  await one.send({ type: "CANCEL" }, { id: 7 });
  // @ts-expect-error kinds are needed
  await createHost({ log: "memory:" });

  const rooms = await createHost({ kinds: [room, ...planKinds()] });
  // @ts-expect-error the input's schema needs a guest
  await rooms.start("room/r", { input: { beds: 2 } });
  // @ts-expect-error a plan needs a name
  await rooms.start("workflow/r", { input: { run: "r", folder: "/", artifacts: "/", plan: {} } });
  // @ts-expect-error a filter has no such part
  await rooms.facts({ address: "room/r" }, () => {});
  // @ts-expect-error facts need a listener
  await rooms.facts({});
  // @ts-expect-error what was emitted has no such method
  await rooms.facts({}, (fact) => fact.stop());
  // @ts-expect-error records have numbers
  await rooms.record("room/r", "1");
  // @ts-expect-error an actor is started under an id
  startActor(undefined, { kind: "room" });
  // @ts-expect-error an event needs a type
  sendToActor(undefined, { to: "room/r", event: { sum: 3 } });
  // @ts-expect-error a gate must be named
  await rooms.actor("workflow/r").send({ type: "APPROVE" });
}

export const foreign = defineKind({
  kind: "order",
  version: "1",
  machine: order.machine,
  // @ts-expect-error the schema lets in what the machine does not know
  events: z.object({ type: z.literal("REFUND") }),
});

export const mute = defineKind({
  ...auction,
  // @ts-expect-error a refusal says what to do instead
  refuse: () => ({ message: "no" }),
});

export const vague = defineKind({
  ...auction,
  // @ts-expect-error no such code
  refuse: () => ({ code: "TOO_LOW", message: "no", hint: "Bid more." }),
});

export const blind = defineKind({
  kind: "auction",
  version: "1",
  machine: auction.machine,
  events: auction.events,
  // @ts-expect-error no such field of the context
  refuse: ({ context }) => (context.price > 3 ? undefined : { message: "no", hint: "Bid more." }),
});

export const deaf = defineKind({
  kind: "auction",
  version: "1",
  machine: auction.machine,
  events: auction.events,
  // @ts-expect-error the event has no such field
  refuse: (_, event) => (event.price > 3 ? undefined : { message: "no", hint: "Bid more." }),
});

/** Whoever forgets kinds hears of it in the editor. */
export async function kindsForgotten(): Promise<void> {
  const host = await createHost({ log: "memory:", kinds: messagesKinds() });
  const client = await connect({ log: "memory:", kinds: [] });
  // @ts-expect-error queueKinds() is needed
  await openQueue(host, "mail");
  // @ts-expect-error queueKinds() is needed
  await startWorker(client, "mail", { handlers: {} });
  // @ts-expect-error contextKind is needed, too
  await openTeam(host, "r1");
  // @ts-expect-error contextKind is needed
  await sharedContext(client, "r1");
}

export function refusedMigrations(): void {
  defineKind({
    ...price2,
    previous: [inEuros],
    // @ts-expect-error the previous version's context has no such field
    migrate: ({ value, context }) => ({ value, context: { cents: context.cents } }),
  });
  defineKind({
    ...price2,
    previous: [inEuros],
    // @ts-expect-error this version's context is another
    migrate: (state) => state,
  });
  defineKind({
    ...price2,
    previous: [inEuros],
    migrate: ({ value }) => {
      // @ts-expect-error the previous version has no such state
      value satisfies "open";
      return { value: "open", context: { cents: 0 } };
    },
  });
}
