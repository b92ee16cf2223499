/**
 * A live reader that sees the whole storm: it knows what every actor still owes, and what it saw
 * is evidence (L5).
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { EventLog, Recorded } from "../../src/events/log/log.ts";

export interface Watch extends AsyncDisposable {
  /** Resolves once no actor owes anything. @throws with what is open when it takes too long. */
  quiet(timeoutMs: number): Promise<void>;
  /** What it saw, once that is so many records, or it has not come that far for a while. */
  upTo(records: number): Promise<readonly Recorded[]>;
}

/** How long nothing may be owed before it counts as quiet, and how often it is looked at, ms. */
const STILL_MS = 400;
const LOOK_MS = 50;
/** How long the reader may be behind, ms. */
const BEHIND_MS = 5_000;
/** How many open actors a complaint names. */
const NAMED = 20;

export function watchLog(log: EventLog): Watch {
  const seen: Recorded[] = [];
  const open = new Map<string, string>();
  const over = new AbortController();
  let lastAt = performance.now();
  const reading = (async () => {
    for await (const record of log.scan({ live: true, signal: over.signal })) {
      seen.push(record);
      const { stream, seq, type, body } = record;
      const ended = !stream.startsWith("transfer/") || body["status"] === "done";
      if (body["owes"] === 0 && ended) open.delete(stream);
      else open.set(stream, `${stream} ${seq} ${type} owes ${JSON.stringify(body["owes"])}`);
      lastAt = performance.now();
    }
  })();
  reading.catch(() => {}); // told by `upTo`
  return {
    async quiet(timeoutMs) {
      const until = performance.now() + timeoutMs;
      while (open.size > 0 || performance.now() - lastAt < STILL_MS) {
        if (performance.now() > until)
          throw new Error(
            `${open.size} actors are open after ${timeoutMs} ms:\n${[...open.values()].slice(0, NAMED).join("\n")}`,
          );
        await sleep(LOOK_MS);
      }
    },
    async upTo(records) {
      const until = performance.now() + BEHIND_MS;
      while (seen.length < records && performance.now() < until)
        await Promise.race([sleep(LOOK_MS), reading]);
      return [...seen];
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await reading.catch(() => {}); // told by `upTo`
    },
  };
}
