/** Actors that talk for ever hold nobody else up: not even on the memory log, which waits for nothing. */
import { sendTo, setup } from "xstate";
import { expect, it } from "vitest";
import { z } from "zod";
import { createHost } from "../../src/actors/host.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { memoryLog } from "../../src/events/log/memory.ts";

const Events = z.strictObject({ type: z.enum(["TALK", "STOP"]) });

const machine = setup({ types: { events: {} as z.infer<typeof Events> } }).createMachine({
  initial: "talking",
  states: {
    talking: {
      on: { TALK: { actions: sendTo(({ self }) => self, { type: "TALK" }) }, STOP: "quiet" },
    },
    quiet: { type: "final" },
  },
});

it("an actor that sends to itself for ever lets timers and commands in", async () => {
  const kind = defineKind({ kind: "talker", version: "1", machine, events: Events });
  await using host = await createHost({ log: memoryLog(), kinds: [kind], strict: false });
  const talker = await host.start("talker/t");
  await talker.send({ type: "TALK" });
  await new Promise((resume) => setTimeout(resume, 5)); // a real timer: that it ever fires is the point
  await talker.send({ type: "STOP" });
  expect((await talker.snapshot()).status).toBe("done");
});
