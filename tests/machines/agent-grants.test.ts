/** What an agent that waits for its budget takes for a grant: its own, and no other. */
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { createActor, fromPromise } from "xstate";
import type { Brief } from "../../src/events/agent/work.ts";
import { Reserve } from "../../src/events/agent/budget.ts";
import type { ChatAnswer } from "../../src/events/chat/message.ts";
import { AgentLimits } from "../../src/events/agent/limits.ts";
import { agentMachine } from "../../src/machines/agent/agent.ts";
import type { ActorMessage } from "../../src/machines/host-actions.ts";
import { workPackage } from "../support/agent-runs.ts";

const BRIEF: Brief = {
  way: "model",
  version: "1",
  messages: [{ role: "user", text: "Do it." }],
  tools: [],
  overheadTokens: 0,
  limits: AgentLimits.parse({ budget: { calls: 3 } }),
};

/** An agent that has asked for its first call. */
async function waiting() {
  const told: ActorMessage[] = [];
  const machine = agentMachine.provide({
    actors: {
      brief: fromPromise(async () => BRIEF),
      turn: fromPromise(() => new Promise<ChatAnswer>(() => {})),
    },
    actions: { startActor: () => {}, sendToActor: (_, message) => void told.push(message) },
  });
  const actor = createActor(machine, { input: { agent: "a", work: workPackage() } });
  actor.start();
  await expect.poll(() => told.length).toBe(1);
  const [asked] = told;
  const { id } = Reserve.parse({ ...asked?.event, to: "agent/r" }); // plain XState has no addresses
  return { actor, id };
}

const reply = fc.record(
  {
    type: fc.constantFrom("BUDGET_GRANTED", "BUDGET_REFUSED"),
    id: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
    message: fc.oneof(fc.string(), fc.integer()),
  },
  { requiredKeys: ["type"] },
);

test.prop([fc.array(reply, { maxLength: 5 }), fc.boolean()], { numRuns: 50 })(
  "A6: neither a reply to another call nor one of no known form moves it; its own does",
  async (others, granted) => {
    const { actor, id } = await waiting();
    for (const other of others)
      if (other.id !== id) actor.send(other as Parameters<typeof actor.send>[0]); // as another actor may send it
    expect(actor.getSnapshot().value).toEqual({ RUNNING: "reserving" });
    if (granted) actor.send({ type: "BUDGET_GRANTED", id });
    else actor.send({ type: "BUDGET_REFUSED", id, message: "it is spent" });
    expect(actor.getSnapshot().value).toEqual(granted ? { RUNNING: "thinking" } : "FAILED");
    actor.stop();
  },
);
