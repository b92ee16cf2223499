/** How jobs come into a queue: asked for, or by a schedule. */
import { now } from "../../events/now.ts";
import type { JobOrder } from "../../events/queue/job.ts";
import type { CommandOf } from "../../events/queue/queue.ts";
import { get, put } from "../sorted.ts";
import { firstRank, type OpenJob } from "./board.ts";
import { lineUp, waitUntil } from "./line.ts";
import type { Turn } from "./turn.ts";

export function add(turn: Turn, { jobs }: CommandOf<"ADD">): void {
  turn.say({ type: "queue.added", v: 1, data: { jobs: jobs.map((order) => enter(turn, order)) } });
}

/** One job: a new one, or the open one of its key. */
export function enter(
  turn: Turn,
  order: JobOrder,
): { readonly job: string; readonly duplicate?: true } {
  const { name, keys, added } = turn.context;
  const { key, priority = "NORMAL", scheduledAt, handler = order.name } = order;
  const same = key === undefined ? undefined : get(keys, key);
  if (same !== undefined) return { job: String(same), duplicate: true };
  const number = added + 1;
  turn.change({ added: number, ...(key !== undefined && { keys: put(keys, key, number) }) });
  const queued = scheduledAt === undefined || scheduledAt <= now();
  turn.starts.push({ id: String(number), queue: name, queued, order });
  const job: OpenJob = { handler, rank: firstRank(priority), ...(key !== undefined && { key }) };
  if (queued) lineUp(turn, number, job);
  else waitUntil(turn, number, job, scheduledAt);
  return { job: String(number) };
}
