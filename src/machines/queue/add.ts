/** How jobs come into a queue: asked for, or by a schedule. */
import { now } from "../../events/now.ts";
import type { JobOrder } from "../../events/queue/job.ts";
import type { QueueCommand } from "../../events/queue/queue.ts";
import { get, put } from "../sorted.ts";
import type { OpenJob } from "./board.ts";
import { lineUp, waitUntil } from "./line.ts";
import type { Turn } from "./turn.ts";

type Command<TType extends QueueCommand["type"]> = Extract<QueueCommand, { readonly type: TType }>;

export function add(turn: Turn, { jobs }: Command<"ADD">): void {
  turn.say({ type: "queue.added", v: 1, data: { jobs: jobs.map((order) => enter(turn, order)) } });
}

/** One job: a new one, or the open one of its key. */
export function enter(
  turn: Turn,
  order: JobOrder,
): { readonly job: string; readonly duplicate?: true } {
  const { name, keys, added } = turn.context;
  const { key, priority, scheduledAt, handler = order.name } = order;
  const same = key === undefined ? undefined : get(keys, key);
  if (same !== undefined) return { job: String(same), duplicate: true };
  const number = added + 1;
  turn.change({ added: number });
  if (key !== undefined) turn.change({ keys: put(keys, key, number) });
  const job: OpenJob = {
    handler,
    priority,
    place: 0,
    standing: { at: "rest" },
    ...(key !== undefined && { key }),
  };
  const queued = scheduledAt === undefined || scheduledAt <= now();
  turn.starts.push({ id: String(number), queue: name, queued, order });
  if (queued) lineUp(turn, number, job);
  else waitUntil(turn, number, job, scheduledAt);
  return { job: String(number) };
}
