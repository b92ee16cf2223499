import { expect, it } from "vitest";
import { createHost } from "../src/actors/host.ts";
import { kindsByName } from "../src/actors/kind.ts";
import { readingStepper } from "../src/actors/client.ts";
import { memoryLog } from "../src/events/log/memory.ts";
import { readRun } from "../src/events/log/run-records.ts";
import { simulate } from "../src/testing/simulation.ts";
import { seedOf } from "../src/testing/dice.ts";
import { replayAll } from "../src/testing/replayed.ts";
import { checkCounts } from "./support/drill-check-counts.ts";
import { drillKinds } from "./support/drill-machines.ts";
import { drillDrama } from "./simulation/drills.ts";
import { virtualClock, settle } from "./support/virtual-clock.ts";

it("tries", { timeout: 100000 }, async () => {
  const drama = drillDrama();
  let forks = 0;
  for (let n = 0; n < 12; n++) {
    const { history, faults } = await simulate(seedOf(1, n), drama);
    if (faults.length) continue;
    const log = memoryLog({ store: history.store });
    const run = await readRun(log, "r0");
    const clock = virtualClock(Math.max(...run.records.map((r) => r.at)) + 1_000_000);
    const keys: string[] = [];
    const kinds = drillKinds({
      act: () => {},
      work: async (c) => { keys.push(`${c.idempotencyKey} ${c.fence.attempt}`); return { epoch: c.fence.epoch, attempt: c.fence.attempt }; },
      after: (ms, call) => clock.after(ms, call),
    });
    for (let at = 1; at <= run.records.length; at += 7) {
      const host = await createHost({ log, kinds, clock, strict: false });
      const f = await host.fork("r0", { at, id: `f${at}` });
      expect(f.position).toBe(at);
      await settle();
      await clock.pass(100_000);
      await host[Symbol.asyncDispose]();
      forks++;
    }
    const wrong: string[] = [];
    const env = { log, kinds: kindsByName(kinds), stepper: readingStepper(kindsByName(kinds)) };
    const actors = await replayAll(env, (t) => wrong.push(t));
    checkCounts({ actors, world: [], lives: [], fault: (t) => wrong.push(t) });
    console.log(n, run.records.length, wrong.slice(0, 6), keys.slice(0, 5));
  }
  console.log(forks);
});
