/** A14, A5: checkpoints whose record is damaged: what can do without them goes on, what cannot names them. */
import { describe, expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import type { EventLog, Recorded } from "../../src/events/log/log.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind } from "../support/laws-kinds.ts";
import { ROLLING } from "../support/laws-rollover.ts";

const TEN = { ...ROLLING, checkpointEvery: 10 };

const DAMAGES: readonly (readonly [string, (text: string) => string])[] = [
  ["holds ids that end in the middle", (text) => text.replace(/"fresh":"[^"]*"/, '"fresh":"AAAA"')],
  ["holds no ids", (text) => text.replace('"fresh"', '"stale"')],
  [
    "is no checkpoint any more",
    (text) => JSON.stringify({ ...(JSON.parse(text) as object), checkpoint: undefined }),
  ],
];

/** The log, with one record as its body's damaged text has it. */
function damaged(log: EventLog, at: number, change: (text: string) => string): EventLog {
  const read = ({ body, ...record }: Recorded): Recorded =>
    record.seq === at
      ? { ...record, body: JSON.parse(change(JSON.stringify(body))) as Recorded["body"] } // an object before and after
      : { ...record, body };
  return {
    ...log,
    async *read(stream, range) {
      for await (const record of log.read(stream, range)) yield read(record);
    },
  };
}

describe.each(EVERY_ENGINE)("a damaged checkpoint, on $name", ({ bench }) => {
  it.each(DAMAGES)(
    "A14, A5: that %s and that later ones name parks who asks for its ids, and is named",
    async (_what, change) => {
      await using b = await bench();
      const first = await b.start([counterKind()], TEN);
      const counter = await first.host.start("counter/c");
      for (let n = 1; n <= 40; n++)
        await counter.send({ type: "SAY", text: `${n}` }, { id: `say-${n}` });
      await b.settle();
      await b.kill(first);
      await using log = await b.open();
      const own = damaged(log, 20, change);
      await using host = await createHost({ ...TEN, log: own, kinds: [counterKind()], clock: b.clock });
      expect((await host.read("counter/c")).status).toBe("active");
      const asked = host.actor("counter/c").send({ type: "SAY", text: "1" }, { id: "say-1" });
      await expect(asked).rejects.toMatchObject({
        code: "ACTOR_PARKED",
        data: { parked: { address: "counter/c", seq: 20, code: "RECORD_INVALID" } },
      });
      expect(host.failed.aborted).toBe(false);
    },
  );
});
