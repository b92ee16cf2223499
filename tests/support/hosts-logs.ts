/** Logs that several hosts share, on each engine: each call of what opens one is another host's. */
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { freshName } from "./nats-log.ts";
import { sharedNats } from "./shared-nats.ts";

export function sharedLogs(
  partitions: number,
): readonly (readonly [engine: string, fresh: () => () => Promise<EventLog>])[] {
  return [
    [
      "memory",
      () => {
        const store = memoryStore({ partitions });
        return async () => memoryLog({ store, shared: true });
      },
    ],
    [
      "jetstream",
      () => {
        const url = sharedNats.logUrl(freshName(), `&partitions=${partitions}`);
        return () => jetstreamLog({ url, leaseMs: 1_000 });
      },
    ],
  ];
}
