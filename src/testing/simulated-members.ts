/**
 * Hosts that share a simulated log, as one of them knows the others and owns partitions. Each
 * question and each word waits for its turn, and what is heard may be old by then.
 *
 * 1. That others come, go in order, or change is told in some later turn; a death is not.
 * 2. A claim that nobody heard of stays until its lease is over.
 */
import { TroupeError } from "../errors.ts";
import type { EventLog, HostFacts, Members, Ownership } from "../events/log/log.ts";
import { LEASE_MS } from "./plan.ts";
import { unreachable, type Surroundings } from "./surroundings.ts";
import type { Channel } from "./channel.ts";
import { OUTSIDE } from "./turns.ts";

export interface SimulatedMembers {
  readonly parts: Pick<EventLog, "members" | "commands" | "work">;
  claim(owner: string, partition: number): Promise<Ownership>;
  /** What tells the process that it has lost the lease which it has of a partition now. */
  loser(partition: number): () => void;
  stop(): void;
}

/** A lease: whether it was lost, and whether it is over, however. */
interface Held {
  readonly lost: AbortController;
  readonly over: AbortController;
}

export function simulatedMembers(
  base: EventLog,
  life: number,
  around: Surroundings & { readonly channel: Channel },
): SimulatedMembers {
  const { turns, faults, channel, note } = around;
  const held = new Map<number, Held>();
  const stops = new Set<() => void>();

  async function ask<T>(work: (members: Members) => Promise<T>): Promise<T> {
    await turns.turn(life, true);
    if (faults.fails("members") || base.members === undefined) throw unreachable();
    const answer = await work(base.members);
    await turns.turn(life);
    return answer;
  }

  const members: Members = {
    async join(facts) {
      const membership = await ask((all) => all.join(facts));
      return {
        update: (next: HostFacts) => ask(() => membership.update(next)),
        async [Symbol.asyncDispose]() {
          await turns.turn(life, true);
          await membership[Symbol.asyncDispose]();
          await turns.turn(life);
        },
      };
    },
    hosts: () => ask((all) => all.hosts()),
    owners: () => ask((all) => all.owners()),
    changed(call) {
      let on = true;
      const unwatch = base.members?.changed(() => {
        if (!around.isUntold()) turns.add(life, () => (on ? call() : undefined));
      });
      const stop = (): void => {
        on = false;
        stops.delete(stop);
        unwatch?.();
      };
      stops.add(stop);
      return stop;
    },
    skew: async () => ({ aheadMs: 0, withinMs: 0 }),
  };

  return {
    parts: {
      members,
      work: undefined,
      commands: {
        async serve(work, { partition = 0 } = {}) {
          await turns.turn(life);
          const over = held.get(partition)?.over.signal;
          if (over === undefined || over.aborted)
            throw new TroupeError("LOG_UNOWNED", `life ${life} does not own partition ${partition}`);
          return channel.serve(life, partition, { over, work });
        },
        request: (command, { timeoutMs } = {}) => channel.request(life, command, timeoutMs),
      },
    },
    async claim(owner, partition) {
      await turns.turn(life, true);
      const ownership = await base.claim({ owner, partition });
      if (faults.fails("claim")) {
        turns.after(OUTSIDE, LEASE_MS, () => void ownership[Symbol.asyncDispose]());
        throw unreachable();
      }
      const { epoch } = ownership;
      const [lost, over] = [new AbortController(), new AbortController()];
      held.set(partition, { lost, over });
      note({ life, what: "owned", partition, epoch });
      await turns.turn(life);
      return {
        epoch,
        lost: lost.signal,
        async [Symbol.asyncDispose]() {
          await turns.turn(life, true);
          over.abort();
          await ownership[Symbol.asyncDispose]();
          await turns.turn(life);
        },
      };
    },
    loser(partition) {
      const lease = held.get(partition);
      return () => {
        lease?.over.abort();
        lease?.lost.abort();
      };
    },
    stop() {
      for (const stop of stops) stop();
      channel.drop(life);
    },
  };
}
