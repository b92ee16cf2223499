/**
 * Watches a command for limits that the system does not enforce by itself, or enforces without
 * telling.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxLimit } from "../../events/execution-result.ts";

/** A limit that a command came up against. */
export interface Over {
  readonly limit: SandboxLimit;
  /** Whether it must be ended; otherwise the system holds it back by itself. */
  readonly stop: boolean;
}

export interface Meter {
  /** @param pid of the command's first process. */
  read(pid: number): Promise<readonly Over[]>;
}

export interface Watch {
  /** Looks for a last time; answers what was met, in order. */
  stop(): Promise<ReadonlySet<SandboxLimit>>;
}

/** How often it looks: what is only watched may be passed for so long. */
const POLL_MS = 40;

/** Watches a process and its descendants; `end` is called once if it has to be stopped. */
export function watch(pid: number, meters: readonly Meter[], end: () => void): Watch {
  const met = new Set<SandboxLimit>();
  const done = new AbortController();
  const look = async (): Promise<boolean> => {
    const found = (await Promise.all(meters.map((meter) => meter.read(pid)))).flat();
    for (const { limit } of found) met.add(limit);
    return found.some(({ stop }) => stop);
  };
  const looking = (async () => {
    while (!done.signal.aborted) {
      if (await look()) return end();
      await sleep(POLL_MS, undefined, { signal: done.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      done.abort();
      await looking;
      await look();
      return met;
    },
  };
}
