/**
 * The outside world of a drill: a file that keeps, line by line, what was done to it. It knows
 * nothing of the log, and outlives every kill of the process that writes (each line is one
 * append of the kernel).
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Trace } from "../../src/testing/trace.ts";
import type { DrillPoint } from "./drill-history.ts";
import type { Outside } from "./drill-machines.ts";

type Deed = Trace extends infer T ? (T extends Trace ? Omit<T, "life"> : never) : never;

export interface World extends Outside, Disposable {
  note(deed: Deed): void;
}

/** @param at where the process may die. */
export function openWorld(path: string, life: number, at: (point: DrillPoint) => void): World {
  const file = openSync(path, "a");
  const note = (deed: Deed): void => {
    writeSync(file, `${JSON.stringify({ ...deed, life })}\n`);
  };
  return {
    note,
    act: (action) => note({ what: "acted", action }),
    async work(context) {
      const { input, signal, idempotencyKey: key, fence } = context;
      const { workMs, fates } = input;
      const run = { key, ...fence };
      const fate = fates[Math.min(fence.attempt, fates.length) - 1] ?? "works";
      note({ what: "begun", run });
      try {
        await sleep(workMs / 2, undefined, { signal });
        context.heartbeat();
        at("mid-activity");
        await sleep(fate === "hangs" ? 60_000 : workMs / 2, undefined, { signal });
      } catch (error) {
        note({ what: "aborted", run });
        throw error;
      }
      note({ what: fate === "fails" ? "failed" : "over", run });
      at("activity-over");
      if (fate === "fails") throw new Error(`planned for attempt ${fence.attempt}`);
      return fence;
    },
    after(ms, call) {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

export function readWorld(path: string): readonly Trace[] {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Trace); // written above
}
