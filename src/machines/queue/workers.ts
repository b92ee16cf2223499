/**
 * Workers: who is there, and who is lost.
 *
 * - A worker's lease covers all its jobs: any sign of life renews it, and silence for
 *   `leaseMs` ends it (T-R4).
 * - A job that was granted before a worker's last sign of life but two, and that it does not
 *   know, never reached it: it is given to somebody else.
 */
import { entryOf } from "../../events/entry.ts";
import { now } from "../../events/now.ts";
import type { CommandOf } from "../../events/queue/queue.ts";
import { entries } from "../sorted.ts";
import type { Lease, QueueContext } from "./board.ts";
import { lapse } from "./end.ts";
import type { Turn } from "./turn.ts";

export function join(turn: Turn, { worker, slots, handlers }: CommandOf<"JOIN">): void {
  const { workers } = turn.context;
  const { busy = 0, seen = now() } = entryOf(workers, worker) ?? {};
  const here = { slots, busy, seen: now(), before: seen, ...(handlers !== undefined && { handlers }) };
  turn.worker(worker, here);
  turn.say({ type: "worker.joined", v: 1, data: { worker, slots } });
}

export function heartbeat(turn: Turn, { worker, jobs }: CommandOf<"HEARTBEAT">): void {
  const { workers } = turn.context;
  const here = entryOf(workers, worker);
  if (here === undefined) return;
  turn.worker(worker, { ...here, seen: now(), before: here.seen });
  const known = new Set(jobs.map(Number));
  for (const [number, { since }] of heldBy(turn.context, worker))
    if (!known.has(number) && since < here.before) lapse(turn, number);
}

export function leave(turn: Turn, { worker }: CommandOf<"LEAVE">): void {
  const jobs = dismiss(turn, worker, { counts: false });
  turn.say({ type: "worker.left", v: 1, data: { worker, jobs } });
}

/** Lets go of those who were silent too long. */
export function sweep(turn: Turn): void {
  for (const [worker, { seen }] of Object.entries(turn.context.workers)) {
    if (seen + turn.context.settings.leaseMs > now()) continue;
    const jobs = dismiss(turn, worker, { counts: true });
    turn.say({ type: "worker.lost", v: 1, data: { worker, jobs } });
  }
}

/** When the first of them will have been silent too long, epoch ms. */
export function silentAt({ workers, settings }: QueueContext): number | undefined {
  let oldest: number | undefined;
  for (const { seen } of Object.values(workers)) oldest = Math.min(oldest ?? seen, seen);
  return oldest === undefined ? undefined : oldest + settings.leaseMs;
}

function dismiss(turn: Turn, worker: string, how: { readonly counts: boolean }): string[] {
  const held = heldBy(turn.context, worker).map(([number]) => number);
  for (const number of held) lapse(turn, number, how);
  const { [worker]: _, ...others } = turn.context.workers;
  turn.change({ workers: others });
  return held.map(String);
}

function heldBy({ work }: QueueContext, worker: string): (readonly [number, Lease])[] {
  return [...entries(work)].filter(([, held]) => held.worker === worker);
}
