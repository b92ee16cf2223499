/** Ten seeded histories on JetStream; in some the server is killed as well, and comes back on its store. */
import { describe, expect, it, vi } from "vitest";
import { seedOf } from "../../src/testing/dice.ts";
import { drillJetstream } from "../support/drill-run.ts";
import { startNats } from "../support/nats-server.ts";

vi.setConfig({ maxConcurrency: 2 });

const seeds = Array.from({ length: 10 }, (_, n) => seedOf(2, n));

describe("a host on JetStream that is killed loses nothing and repeats nothing", () => {
  it.concurrent.each(seeds)(
    "A1, A3, A7, A8, A9, A11, A12: npm run drill -- --engine jetstream --seed %i",
    { timeout: 120_000 },
    async (seed) => {
      await using server = await startNats();
      expect((await drillJetstream(seed, server)).faults).toEqual([]);
    },
  );
});
