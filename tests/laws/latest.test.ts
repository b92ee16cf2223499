/** The records of one actor from the last one back, on hosts and clients. */
import { describe, expect, it } from "vitest";
import { connect } from "../../src/actors/client.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind, upTo } from "../support/laws-kinds.ts";

describe.each(EVERY_ENGINE)("the latest records, on $name", ({ bench }) => {
  it("come one by one from the last to the first, or from the one before another", async () => {
    await using b = await bench();
    const { host } = await b.start([counterKind()]);
    const counter = await host.start("counter/c");
    await host.start("counter/other");
    await Promise.all(upTo(600).map(() => counter.send({ type: "ADD", by: 1 })));
    await using log = await b.open();
    await using client = await connect({ log, kinds: [counterKind()] });
    for (const actors of [host, client]) {
      const seqs = await Array.fromAsync(actors.latest("counter/c"), ({ seq }) => seq);
      expect(seqs).toEqual(upTo(601).toReversed());
      const before = await Array.fromAsync(actors.latest("counter/c", { before: 3 }), ({ seq }) => seq);
      expect(before).toEqual([2, 1]);
      expect(await Array.fromAsync(actors.latest("counter/nobody"))).toEqual([]);
      const wrong = Array.fromAsync(actors.latest("counter/c", { before: 0 }));
      await expect(wrong).rejects.toMatchObject({ code: "RECORD_INVALID" });
    }
  });
});
