/** Where runs are forked: a log with a history on it, hosts of the same machines, and time that a test owns. */
import { createHost, type Host, type HostOptions } from "../../src/actors/host.ts";
import { readingStepper } from "../../src/actors/client.ts";
import { kindsByName } from "../../src/actors/kind.ts";
import { rootOf } from "../../src/events/address.ts";
import type { EventLog, Recorded } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import type { MemoryStore } from "../../src/events/log/memory-store.ts";
import { replayAll, type Replayed } from "../../src/testing/replayed.ts";
import { drillKinds } from "./drill-machines.ts";
import { settle, virtualClock, type VirtualClock } from "./virtual-clock.ts";

type Kinds = ReturnType<typeof drillKinds>;

export interface ForkWorld {
  readonly log: EventLog;
  readonly clock: VirtualClock;
  /** Custom actions that ran. */
  readonly acted: string[];
  /** Attempts at activities that began: idempotency key and attempt. */
  readonly worked: { readonly key: string; readonly attempt: number }[];
  host(options?: Partial<HostOptions<Kinds>>): Promise<Host<Kinds>>;
  /** Until nothing is left to do, however long that takes. */
  rest(): Promise<void>;
  records(run: string): Promise<readonly Recorded[]>;
  /** Every actor of the log, replayed with every hash compared. */
  replayed(fault: (text: string) => void): Promise<ReadonlyMap<string, Replayed>>;
}

/** @param store what a simulation has left; its last history is over. */
export async function forkWorld(store: MemoryStore): Promise<ForkWorld> {
  const log = memoryLog({ store });
  const ats = (await Array.fromAsync(log.scan())).map(({ at }) => at);
  const clock = virtualClock(Math.max(...ats) + 3_600_000);
  const acted: string[] = [];
  const worked: { key: string; attempt: number }[] = [];
  const kinds = drillKinds({
    act: (action) => void acted.push(action),
    async work({ idempotencyKey: key, fence }) {
      worked.push({ key, attempt: fence.attempt });
      return fence;
    },
    after: (ms, call) => clock.after(ms, call),
  });
  const byName = kindsByName(kinds);
  return {
    log,
    clock,
    acted,
    worked,
    host: (options = {}) => createHost({ ...options, log, kinds, clock, strict: false }),
    async rest() {
      await settle();
      await clock.pass(1_000);
      await settle();
    },
    records: async (run) =>
      (await Array.fromAsync(log.scan())).filter(({ stream }) => rootOf(stream) === run),
    replayed: (fault) => replayAll({ log, kinds: byName, stepper: readingStepper(byName) }, fault),
  };
}
