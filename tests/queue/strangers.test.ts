/** S1: what other actors send has passed no schema of who hears it. Whatever it is, that one goes on. */
import { enqueueActions, setup } from "xstate";
import { expect, it } from "vitest";
import { z } from "zod";
import { createHost } from "../../src/actors/host.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { openQueue } from "../../src/agents/queue/queue.ts";
import { queueKinds } from "../../src/agents/queue/kinds.ts";
import { startWorker } from "../../src/agents/queue/worker.ts";
import { contextKind } from "../../src/agents/team/context-kind.ts";
import { messagesKinds } from "../../src/agents/team/messages-kinds.ts";
import { openTeam } from "../../src/agents/team/messages.ts";
import { sendToActor, type ActorMessage } from "../../src/machines/host-actions.ts";

interface Say {
  readonly type: "SAY";
  readonly to: string;
  readonly words: readonly ActorMessage["event"][];
}

/** Says to others whatever it is told to say. */
const stranger = defineKind({
  kind: "stranger",
  version: "1",
  events: z.custom<Say>(),
  machine: setup({ types: { events: {} as Say }, actions: { sendToActor } }).createMachine({
    on: {
      SAY: {
        actions: enqueueActions(({ enqueue, event: { to, words } }) => {
          for (const event of words) enqueue({ type: "sendToActor", params: { to, event } });
        }),
      },
    },
  }),
});

const kinds = [...queueKinds(), ...messagesKinds(), contextKind, stranger] as const;

const TO_QUEUE: Say["words"] = [
  { type: "NONSENSE" },
  { type: "toString" },
  { type: "ADD" },
  { type: "ADD", jobs: [{ name: 5 }] },
  { type: "ADD", jobs: [{ name: "x", scheduledAt: 1e300 }] },
  { type: "REPORT", worker: "w", ended: [{}] },
  { type: "JOIN" },
  { type: "JOIN", worker: "w", slots: "many" },
  { type: "CONFIGURE", settings: { rate: { jobs: 5e-324 } } },
  { type: "SCHEDULE", id: "s", when: { cron: "never" }, job: {} },
];

const TO_JOB: Say["words"] = [
  { type: "LEASED" },
  { type: "LAPSED" },
  { type: "FAILED" },
  { type: "PROGRESS", lease: 1 },
];

const TO_EXCHANGE: Say["words"] = [
  { type: "NONSENSE" },
  { type: "SEND" },
  { type: "SEND", from: "ada", to: "nobody", message: "request" },
  { type: "JOIN" },
  { type: "JOIN", agent: "no name!" },
  { type: "SUBSCRIBE", agent: "ada" },
  { type: "HANDOFF", from: "ada" },
];

const TO_INBOX: Say["words"] = [
  { type: "RECEIVE" },
  { type: "RECEIVE", messages: [{ id: "m1", priority: "VAST" }] },
  { type: "TAKE" },
];

it("a queue, its jobs, an exchange and its inboxes outlive whatever another actor says to them", async () => {
  await using host = await createHost({ log: "memory:", kinds });
  const queue = await openQueue(host, "mail");
  const team = await openTeam(host, "r1");
  const [ada, bob] = [await team.join("ada"), await team.join("bob")];
  const { id } = await queue.add({ name: "letter" });
  const rogue = await host.start("stranger/s");
  const say = (to: string, words: Say["words"]) => rogue.send({ type: "SAY", to, words });
  await say("queue/mail", TO_QUEUE);
  await say(`job/mail:${id}`, TO_JOB);
  await say("messages/r1", TO_EXCHANGE);
  await say("inbox/r1:bob", TO_INBOX);
  await say("queue/mail", [{ type: "ADD", jobs: [{ name: "letter", args: ["from afar"] }] }]);
  await say("messages/r1", [
    { type: "SEND", from: "ada", to: ["bob"], message: "notification", payload: 1 },
  ]);
  await using _ = await startWorker(host, "mail", { handlers: { letter: ({ args }) => [...args] } });
  expect(await queue.waitForJob(id)).toMatchObject({ status: "COMPLETED", result: [] });
  expect(await queue.waitForJob("2")).toMatchObject({ status: "COMPLETED", result: ["from afar"] });
  expect(await queue.stats()).toMatchObject({ added: 2, open: 0 });
  expect(await bob.receive()).toMatchObject({ from: "ada", payload: 1 });
  await ada.send("bob", 2);
  expect(await bob.receive()).toMatchObject({ payload: 2 });
  expect(await team.members()).toMatchObject([{ name: "ada" }, { name: "bob" }]);
});
