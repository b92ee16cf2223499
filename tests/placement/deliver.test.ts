/** What comes from an actor of another partition counts once, also where nothing of its receiver remembers it. */
import { expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";
import { counterKind } from "../support/laws-kinds.ts";

const kinds = [counterKind()] as const;

/** As an activity sends it: it stands in no outbox. */
function sendAgain(log: EventLog, n: number): Promise<unknown> {
  const from = "work/w:work";
  const cause = `${from}@w1-${n}/0`;
  const data = { from, cause, event: { type: "ADD", by: 1 } };
  return log.commands.request({ op: "deliver", id: cause, address: "counter/c", data });
}

it("A8: what an activity sent to another partition counts once, whether its answer was lost or is late", async () => {
  const store = memoryStore({ partitions: 2 });
  const log = memoryLog({ store, shared: true });
  await using host = await createHost({ log: memoryLog({ store, shared: true }), kinds });
  await host.start("counter/c");
  const first = await sendAgain(log, 1);
  expect(await sendAgain(log, 1)).toBe(first);
  expect(new Set(await Promise.all([sendAgain(log, 2), sendAgain(log, 2)])).size).toBe(1);
  await sendAgain(log, 3);
  expect((await host.read("counter/c")).context.count).toBe(3);
});

it("A8: the same where its receiver has moved to another host meanwhile", async () => {
  const store = memoryStore({ partitions: 2 });
  const log = memoryLog({ store, shared: true });
  const old = await createHost({ log: memoryLog({ store, shared: true }), kinds });
  await old.start("counter/c");
  const first = await sendAgain(log, 1);
  await old[Symbol.asyncDispose]();
  await using host = await createHost({ log: memoryLog({ store, shared: true }), kinds });
  expect(await sendAgain(log, 1)).toBe(first);
  expect((await host.read("counter/c")).context.count).toBe(1);
});
