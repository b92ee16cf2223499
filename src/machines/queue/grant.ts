/**
 * Who gets which job: the most urgent first, then the one that stands in line longest (T-R3), as far
 * as there are workers for it, and no faster than the rate (T-R2).
 */
import { entryOf } from "../../events/entry.ts";
import { now } from "../../events/now.ts";
import { first, put } from "../sorted.ts";
import type { QueueContext, Worker } from "./board.ts";
import { stepOut } from "./line.ts";
import type { Turn } from "./turn.ts";

/** Grants as many jobs as may run now. */
export function grant(turn: Turn): void {
  while (isOpen(turn.context)) {
    const next = nextOf(turn.context);
    if (next === undefined) return;
    lease(turn, next);
  }
}

/** When the rate lets the next job go, epoch ms; undefined where no rate holds one back. */
export function pacedUntil({ settings: { rate }, pace, lines }: QueueContext): number | undefined {
  if (rate === undefined || Object.keys(lines).length === 0) return undefined;
  return Math.ceil(pace - slack(rate));
}

type Rate = NonNullable<QueueContext["settings"]["rate"]>;

/** The time of one token, ms. */
function interval({ jobs, perMs }: Rate): number {
  return perMs / jobs;
}

/** How far ahead of its pace the queue may be: a full bucket, ms. */
function slack(rate: Rate): number {
  const { burst = Math.max(1, Math.floor(10 / interval(rate))) } = rate;
  return (burst - 1) * interval(rate);
}

/** At another rate the bucket is at worst empty, whatever the one before has used up. */
export function repaced({ pace, settings: { rate } }: QueueContext): number {
  return rate === undefined ? pace : Math.min(pace, now() + slack(rate) + interval(rate));
}

function isOpen(context: QueueContext): boolean {
  const { concurrency } = context.settings;
  if (concurrency !== undefined && context.work.size >= concurrency) return false;
  const paced = pacedUntil(context);
  return paced === undefined || paced <= now();
}

interface Next {
  readonly number: number;
  readonly worker: string;
}

/** The first in line whose handler may do one more, and who does it. */
function nextOf({ lines, busy, workers, settings }: QueueContext): Next | undefined {
  let best: (Next & { readonly rank: number }) | undefined;
  for (const [handler, line] of Object.entries(lines)) {
    const [rank, number] = first(line) ?? [];
    if (rank === undefined || number === undefined || (best !== undefined && best.rank < rank))
      continue;
    if ((entryOf(busy, handler) ?? 0) >= limitOf(settings.handlers, handler)) continue;
    const worker = freest(workers, handler);
    if (worker !== undefined) best = { rank, number, worker };
  }
  return best;
}

function limitOf(limits: Readonly<Record<string, number>>, handler: string): number {
  return entryOf(limits, handler) ?? Number.POSITIVE_INFINITY;
}

/** Of those who can do it, the one with the most free slots; of equals, who joined first (a name that is a number goes before). */
function freest(workers: Readonly<Record<string, Worker>>, handler: string): string | undefined {
  let found: string | undefined;
  let most = 0;
  for (const [name, { slots, busy, handlers }] of Object.entries(workers)) {
    const free = slots - busy;
    if (free <= most || handlers?.includes(handler) === false) continue;
    found = name;
    most = free;
  }
  return found;
}

function lease(turn: Turn, { number, worker }: Next): void {
  const job = turn.job(number);
  const { workers, work, busy, leases, pace, settings } = turn.context;
  const to = entryOf(workers, worker);
  if (job === undefined || to === undefined) return;
  const { rate } = settings;
  const fence = leases + 1;
  stepOut(turn, job);
  turn.change({
    leases: fence,
    work: put(work, number, { worker, lease: fence, since: now() }),
    busy: { ...busy, [job.handler]: (entryOf(busy, job.handler) ?? 0) + 1 },
    ...(rate !== undefined && { pace: Math.max(now(), pace) + interval(rate) }),
  });
  turn.worker(worker, { ...to, busy: to.busy + 1 });
  turn.tell(number, { type: "LEASED", lease: fence, worker });
}
